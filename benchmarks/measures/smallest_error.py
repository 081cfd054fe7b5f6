"""The smallest relative error in one rule that a tool finds, in graphs of about 20 operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.faults.fault import scaled
from benchmarks.measures.side_by_side import OURS
from benchmarks.peers.peer import Peer
from benchmarks.peers.tape import Tape, tape_of
from benchmarks.sensitivity import draw_cases
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS
from zenverify.verification.verify import verify_case

ERRORS = {
    "float64": tuple(10.0**-k for k in range(1, 14)),
    "float32": (1e-1, 1e-2, 5e-3, 1e-3, 5e-4, 1e-4, 5e-5, 1e-5),
}
"""From large to small, per dtype."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How small an error a tool finds in one graph.

    Attributes
    ----------
    tool, dtype, graph
        Who was asked about which graph.
    alarm
        Whether it complains of the right rules. Then it finds nothing.
    smallest
        The smallest error that it finds, as are all larger ones; None if it misses the largest.
    """

    tool: str
    dtype: str
    graph: int
    alarm: bool
    smallest: float | None


def limits(peers: Sequence[Peer], dtype: str, graphs: int, seed: int) -> Iterator[Limit]:
    """Scale one rule near the middle of each graph by 1 + error, and ask every tool.

    The graphs are those of `benchmarks.sensitivity`. The peers are asked for the derivative of the
    same root with respect to the same leaves, at their defaults for that dtype.
    """
    for number, (case, position, argument) in enumerate(draw_cases(dtype, graphs, seed)):
        operation = case.graph.apply(position).operator
        right = tape_of(case)

        def ours(
            error: float, case: Case = case, place: tuple[str, int] = (operation, argument)
        ) -> bool:
            return _verified_wrong(case, *place, error)

        yield _limit(OURS, dtype, number, ours)
        for peer in peers:

            def theirs(
                error: float,
                peer: Peer = peer,
                right: Tape = right,
                place: tuple[str, int] = (operation, argument),
            ) -> bool:
                return peer.check(_with_error(right, *place, error)).complains

            yield _limit(peer.name, dtype, number, theirs)


def _limit(tool: str, dtype: str, number: int, complains: Callable[[float], bool]) -> Limit:
    if complains(0.0):
        return Limit(tool, dtype, number, True, None)
    smallest = None
    for error in ERRORS[dtype]:
        if not complains(error):
            break
        smallest = error
    return Limit(tool, dtype, number, False, smallest)


def _verified_wrong(case: Case, operation: str, argument: int, error: float) -> bool:
    with scaled("", operation, "", 1 + error, argument).plant():
        return verify_case(ZenEngine(), case).verdict.is_failure


def _with_error(tape: Tape, operation: str, argument: int, error: float) -> Tape:
    with scaled("", operation, "", 1 + error, argument).plant():
        return tape.with_rule(OPERATIONS[operation])
