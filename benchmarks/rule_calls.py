"""The calls of an operation's rules in given graphs, and in which of them a fault shows.

The right rules are run over all graphs once per operation. Whether a fault makes a difference in a
graph is then told by calling the wrong rule with the same arguments, without the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS, Operation, walk
from zenverify.verification.recording import record_case
from zenverify.verification.session import EngineSession

Array = NDArray[Any]

Numbered = tuple[int, Case]
"""A case, and its number in the campaign."""


@dataclass(frozen=True, slots=True)
class RuleCall:
    """One call of a pullback.

    Attributes
    ----------
    position
        For which operand.
    arguments
        The cotangent, the result and the operands.
    attributes
        The node's.
    """

    position: int
    arguments: tuple[Array, ...]
    attributes: Mapping[str, Any]


class RuleCalls:
    """The calls of an operation's right rules, case by case, recorded when they are asked for.

    Parameters
    ----------
    engine
        The engine, without a fault.
    operation
        Whose rules.
    cases
        The cases.
    """

    def __init__(self, engine: ZenEngine, operation: str, cases: Sequence[Numbered]) -> None:
        self._engine = engine
        self._operation = operation
        self._right = OPERATIONS[operation]
        self._cases = cases
        self._made: dict[int, list[RuleCall]] = {}

    def are_of(self, operation: str, cases: Sequence[Numbered]) -> bool:
        """Whether these are the calls of an operation in these very cases."""
        return operation == self._operation and cases is self._cases

    def differing(self) -> Iterator[int]:
        """The places of the cases in which the present rules differ from the right ones.

        To be used while a fault is planted.
        """
        for place in range(len(self._cases)):
            made = self._calls(place)
            if any(_differs(self._right, OPERATIONS[self._operation], call) for call in made):
                yield place

    def _calls(self, place: int) -> list[RuleCall]:
        """Those for the cotangent of a case's root, and those for the probes."""
        if place not in self._made:
            (_, case), engine = self._cases[place], self._engine
            with _recorded(self._operation, self._right) as made:
                session = EngineSession(engine)
                record_case(case, session).probed(session)
            self._made[place] = made
        return self._made[place]


def _differs(right: Operation, wrong: Operation, call: RuleCall) -> bool:
    given = tuple(np.array(one) for one in call.arguments)
    with np.errstate(all="ignore"):
        expected = np.asarray(walk.contribution(right, call.position, given, call.attributes))
        try:
            found = np.asarray(walk.contribution(wrong, call.position, given, call.attributes))
        except Exception:  # noqa: BLE001  whatever the wrong rule raises
            return True
    same = expected.dtype == found.dtype and np.array_equal(expected, found, equal_nan=True)
    return not same or not all(
        np.array_equal(before, after, equal_nan=True)
        for before, after in zip(call.arguments, given, strict=True)
    )


@contextmanager
def _recorded(operation: str, right: Operation) -> Iterator[list[RuleCall]]:
    made: list[RuleCall] = []

    def recording(place: int) -> Any:
        def rule(*arguments: Any, **attributes: Any) -> Any:
            kept = dict(attributes)
            position = kept.pop("position", place) if right.variadic else place
            made.append(RuleCall(position, tuple(map(np.array, arguments)), kept))
            return right.pullbacks[place](*arguments, **attributes)

        return rule

    before = OPERATIONS[operation]
    pullbacks = tuple(recording(place) for place in range(len(right.pullbacks)))
    OPERATIONS[operation] = replace(right, pullbacks=pullbacks)
    try:
        yield made
    finally:
        OPERATIONS[operation] = before
