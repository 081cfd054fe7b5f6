"""The same faults in the same calls, given to zenverify and to its peers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.measures.faults import call, rules_with
from benchmarks.peers.calls import SIZES, mask_for, masked
from benchmarks.peers.peer import Peer
from benchmarks.peers.tape import tape_of
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import Fault
from zenverify.graph.case import Case
from zenverify.verification.campaign.hunt import is_blamed
from zenverify.verification.verify import verify_case

OURS = "zenverify"


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault in one call, given to one tool.

    Attributes
    ----------
    tool
        Who was asked.
    fault, kind
        What was planted, and its class.
    size
        Elements of the first operand.
    mask
        What hides the call from the result; empty if nothing does.
    complains
        Whether the tool complains of the faulty rule.
    alarm
        Whether it complains of the right rule too, in the very same call.
    blamed
        Whether it names the operation and the argument. Peers do not say.
    seconds
        What the check of the faulty rule took, in the processor's time.
    """

    tool: str
    fault: str
    kind: str
    size: int
    mask: str
    complains: bool
    alarm: bool
    blamed: bool
    seconds: float

    @property
    def found(self) -> bool:
        """A tool that complains either way has told nothing."""
        return self.complains and not self.alarm


def compare(
    faults: Sequence[Fault], peers: Sequence[Peer], seed: int, sizes: Sequence[int] = SIZES
) -> Iterator[Trial]:
    """Give every fault to every tool, at every size, alone and behind a mask.

    The right rule goes to each tool first, once per call. So nothing is compiled while the wrong
    one is timed, neither by JAX nor by zenverify.
    """
    checks: dict[str, Callable[[Case], bool]] = {OURS: _complains}
    checks |= {peer.name: partial(_peer_complains, peer) for peer in peers}
    alarms: dict[tuple[str, int, str], dict[str, bool]] = {}
    for number, fault in enumerate(faults):
        mask = mask_for(fault.operation, number)
        for size in sizes:
            alone = call(fault.operation, size, seed)
            assert alone is not None
            for name, case in (("", alone), (mask.name, masked(alone, mask))):
                key = (fault.operation, size, name)
                if key not in alarms:
                    alarms[key] = {tool: check(case) for tool, check in checks.items()}
                yield from _trials(fault, case, name, size, peers, alarms[key])


def _complains(case: Case) -> bool:
    return verify_case(ZenEngine(), case).verdict.is_failure


def _peer_complains(peer: Peer, case: Case) -> bool:
    return peer.check(tape_of(case)).complains


def _trials(
    fault: Fault,
    case: Case,
    mask: str,
    size: int,
    peers: Sequence[Peer],
    alarms: Mapping[str, bool],
) -> Iterator[Trial]:
    about = (fault.name, fault.mutant.kind, size, mask)
    engine = ZenEngine()
    with fault.mutant.plant():
        start = time.process_time()
        result = verify_case(engine, case)
        seconds = time.process_time() - start
    blamed = any(
        is_blamed(finding, fault.operation, fault.mutant.argument) for finding in result.findings
    )
    yield Trial(OURS, *about, result.verdict.is_failure, alarms[OURS], blamed, seconds)
    wrong = tape_of(case).with_rule(rules_with(fault))
    for peer in peers:
        answer = peer.check(wrong)
        alarm = alarms[peer.name]
        yield Trial(peer.name, *about, answer.complains, alarm, False, answer.seconds)
