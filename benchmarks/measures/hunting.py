"""How long a tool looks for a fault until it complains, on calls that it has not seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measures.faults import rules_with
from benchmarks.measures.side_by_side import OURS
from benchmarks.peers.calls import Mask, call_of, mask_for, masked
from benchmarks.peers.peer import Peer
from benchmarks.peers.tape import tape_of
from zenverify.engines.faults import Fault
from zenverify.engines.zen import ZenEngine
from zenverify.operators import catalogue
from zenverify.verification.campaign import CampaignOptions, cases_of
from zenverify.verification.verify import verify_case

_SIZE = 4
"""Elements in a peer's calls: where it is fastest, and finds most."""


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
        What its checks took; those of a search in vain are as long as it was let.
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
        for peer in peers:
            yield _theirs(peer, fault, seed, patience, None)
            yield _theirs(peer, fault, seed, patience, mask_for(fault.operation, number))


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
    seconds = time.perf_counter() - start
    return Search(OURS, fault.name, fault.mutant.kind, False, found, checks, seconds)


def _theirs(peer: Peer, fault: Fault, seed: int, patience: float, mask: Mask | None) -> Search:
    operator, rules = catalogue.get(fault.operation), rules_with(fault)
    checks, seconds, found = 0, 0.0, False
    while not found and seconds < patience:
        case = call_of(operator, _SIZE, seed + checks)
        assert case is not None
        right = tape_of(masked(case, mask) if mask else case)
        answer = peer.check(right.with_rule(rules))
        checks += 1
        seconds += answer.seconds
        found = answer.complains and not peer.check(right).complains
    hidden = mask is not None
    return Search(peer.name, fault.name, fault.mutant.kind, hidden, found, checks, seconds)
