"""How long a tool looks for a fault until it complains, on calls that it has not seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measures.faults import rules_with
from benchmarks.measures.side_by_side import OURS
from benchmarks.peers.calls import call_of, mask_for, masked
from benchmarks.peers.peer import Peer
from benchmarks.peers.tape import Tape, tape_of
from zenverify.engines.faults import Fault
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification.cases import cases_of
from zenverify.verification.options import CampaignOptions
from zenverify.verification.verify import verify_case

_SIZE = 4
"""Elements in a peer's calls: where it is fastest, and finds most."""

_CALLS = 30
"""So many calls of its own a peer is given. What shows in none of them is taken for never found."""


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
        What its checks took; all that it was given, if it found nothing.
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
    """Let every tool look for every fault, each for so many seconds at most.

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
    engine = ZenEngine()
    start = time.perf_counter()
    checks, found = 0, False
    with fault.mutant.plant():
        for case in cases_of(CampaignOptions(seed, operators=names), names):
            checks += 1
            found = verify_case(engine, case).verdict.is_failure
            if found or time.perf_counter() - start >= patience:
                break
    seconds = time.perf_counter() - start if found else patience
    return Search(OURS, fault.name, fault.mutant.kind, False, found, checks, seconds)


def _theirs(
    peer: Peer, fault: Fault, tapes: Sequence[Tape], patience: float, *, hidden: bool
) -> Search:
    rules = rules_with(fault)
    about = (peer.name, fault.name, fault.mutant.kind, hidden)
    checks, seconds = 0, 0.0
    peer.check(tapes[0])  # so that nothing is compiled while the clock runs
    for tape in tapes:
        answer = peer.check(tape.with_rule(rules))
        checks += 1
        seconds += answer.seconds
        if answer.complains and not peer.check(tape).complains:
            return Search(*about, True, checks, seconds)
        if seconds >= patience:
            break
    return Search(*about, False, checks, max(seconds, patience))
