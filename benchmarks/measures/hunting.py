"""How long a tool looks for a fault until it complains, and what it spends on those it never finds.

What is counted is what somebody waits for who wants to know whether a rule is right. In favour of
the peers: they are handed the very calls in which the fault is known to show, and drawing those is
not counted; zenverify draws its own graphs, and that is. Alike for all: the right rule is checked
first, so that nothing is compiled or derived while the clock runs. The seconds that each is given
for a fault it really spends, or finds it. They are a choice, and a tool that misses a fault is as
slow as they are long, whatever a single check of it takes; so the table says what those took that
found something, too, and `benchmarks.measures.side_by_side` times single checks of the same calls.
All seconds are the processor's, of all threads: what else the machine does is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.measures.faults import rules_with
from benchmarks.measures.side_by_side import OURS
from benchmarks.peers.calls import call_of, mask_for, masked
from benchmarks.peers.peer import Peer
from benchmarks.peers.tape import Tape, tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import Fault
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.verify import verify_case

_SIZE = 4
"""Elements in a peer's calls: where it is fastest, and finds most."""

_CALLS = 30
"""So many calls of its own a peer is given, over and over. Random directions are new each time."""


@dataclass(frozen=True, slots=True)
class Search:
    """A tool's search for one fault.

    Attributes
    ----------
    tool, fault, kind
        Who looked for what.
    hidden
        Whether a peer met the operation inside a function that masks it.
    found
        Whether it complained in time, where it does not complain of the right rule.
    checks
        How many calls or graphs it checked.
    seconds
        What its checks took.
    """

    tool: str
    fault: str
    kind: str
    hidden: bool
    found: bool
    checks: int
    seconds: float


def search_all(
    faults: Sequence[Fault], peers: Sequence[Peer], seed: int, patience: float
) -> Iterator[Search]:
    """Let every tool look for every fault, each for so many seconds of the processor's at most.

    zenverify draws its own graphs, as ``zenverify run --operators NAME`` does; drawing counts. A
    peer is handed the operation alone, and then behind a mask, with fresh ordinary values for each
    check; drawing them does not count.
    """
    for number, fault in enumerate(faults):
        yield _ours(fault, seed, patience)
        alone = _cases(fault, seed)
        hidden = [masked(case, mask_for(fault.operation, number)) for case in alone]
        for cases in (alone, hidden):
            tapes = [tape_of(case) for case in cases]
            for peer in peers:
                yield _theirs(peer, fault, tapes, patience, hidden=cases is hidden)


def _cases(fault: Fault, seed: int) -> list[Case]:
    operator = catalogue.get(fault.operation)
    found = (call_of(operator, _SIZE, seed + number) for number in range(_CALLS))
    return [case for case in found if case is not None]


def _ours(fault: Fault, seed: int, patience: float) -> Search:
    names = (fault.operation,)
    options = CampaignOptions(seed, operators=names)
    engine = ZenEngine()
    verify_case(engine, next(cases_of(options, names)))  # as the peers check the right rule first
    start = time.process_time()
    checks, found = 0, False
    with fault.mutant.plant():
        for case in cases_of(options, names):
            checks += 1
            found = verify_case(engine, case).verdict.is_failure
            if found or time.process_time() - start >= patience:
                break
    seconds = time.process_time() - start
    return Search(OURS, fault.name, fault.mutant.kind, False, found, checks, seconds)


def _theirs(
    peer: Peer, fault: Fault, tapes: Sequence[Tape], patience: float, *, hidden: bool
) -> Search:
    rules = rules_with(fault)
    about = (peer.name, fault.name, fault.mutant.kind, hidden)
    checks, seconds = 0, 0.0
    peer.check(tapes[0])  # so that nothing is compiled while the clock runs
    for tape in cycle(tapes):
        answer = peer.check(tape.with_rule(rules))
        checks += 1
        seconds += answer.seconds
        if answer.complains and not peer.check(tape).complains:
            return Search(*about, True, checks, seconds)
        if seconds >= patience:
            break
    return Search(*about, False, checks, seconds)
