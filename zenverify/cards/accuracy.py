"""The largest errors of an operation, in units in the last place, and where they occur."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from zenverify.accuracy.errors import measure
from zenverify.accuracy.exact import Call
from zenverify.cards.card import Accuracy, Dot
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.operators.operator import Operator
from zenverify.verification.trace import EngineFault

_DOTS = 400
"""Points of a plot, at most: the largest errors, and a sample of the rest."""


def accuracy_of(engine: Engine, operator: Operator, cases: Iterable[Case]) -> tuple[Accuracy, ...]:
    """The largest error of the value and of each gradient, per dtype.

    Numbers of which the truth is infinite, undefined or not a normal number of the dtype are left
    out, and so are gradients at kinks.

    Parameters
    ----------
    engine, operator
        What to measure.
    cases
        Cases of this single operation, each operand of which is a leaf of its own.
    """
    tables: dict[tuple[str, int | None, str], _Table] = {}
    for case in cases:
        for quantity, argument, dtype, errors in _errors(engine, operator, case):
            table = tables.setdefault((quantity, argument, dtype), _Table())
            table.add(operator, case, argument, errors)
    return tuple(
        Accuracy(quantity, argument, dtype, table.count, table.worst, table.where, table.dots())
        for (quantity, argument, dtype), table in sorted(tables.items(), key=_order)
        if table.count
    )


def _order(item: tuple[tuple[str, int | None, str], _Table]) -> tuple[bool, int, bool]:
    quantity, argument, dtype = item[0]
    return quantity == "gradient", argument or 0, dtype == "float32"


class _Table:
    """The errors of one quantity."""

    def __init__(self) -> None:
        self.count = 0
        self.worst = -1.0
        self.where = ""
        self._dots: list[Dot] = []

    def add(
        self,
        operator: Operator,
        case: Case,
        argument: int | None,
        errors: Mapping[int, float],
    ) -> None:
        for element, error in errors.items():
            self.count += 1
            if operator.is_elementwise and case.values[0].size == case.cotangent.size:
                self._dots.append(Dot(float(case.values[0].flat[element]), error))
            if error > self.worst:
                self.worst = error
                self.where = _words(operator, case, argument, element) if error else ""

    def dots(self) -> tuple[Dot, ...]:
        """The largest errors of each stretch of the domain, and a sample of all."""
        ordered = sorted(self._dots, key=lambda dot: dot.at)
        if len(ordered) <= _DOTS:
            return tuple(ordered)
        width = math.ceil(2 * len(ordered) / _DOTS)
        stretches = [ordered[i : i + width] for i in range(0, len(ordered), width)]
        chosen = [
            dot for part in stretches for dot in {max(part, key=lambda dot: dot.ulp), part[0]}
        ]
        return tuple(sorted(chosen, key=lambda dot: (dot.at, dot.ulp)))


def _words(operator: Operator, case: Case, argument: int | None, element: int) -> str:
    if operator.is_elementwise and all(v.size == case.cotangent.size for v in case.values):
        names = [operator.argument(place).name for place in range(len(case.values))]
        numbers = [value.flat[element] for value in case.values]
        return ", ".join(f"{n} = {float(v)!r}" for n, v in zip(names, numbers, strict=True))
    shapes = ", ".join(str(value.shape) for value in case.values)
    of = "the result" if argument is None else operator.argument(argument).name
    return f"element {element} of {of}, for operands of shapes {shapes}"


def _errors(
    engine: Engine, operator: Operator, case: Case
) -> Iterator[tuple[str, int | None, str, dict[int, float]]]:
    """Per quantity, the error of each element whose truth is known."""
    try:
        measured = measure(engine, Call.of(case), case)
    except EngineFault:
        return  # the campaign reports it
    for errors in measured.errors:
        finite = np.flatnonzero(np.isfinite(errors.ulps)).tolist()
        found = {element: float(errors.ulps[element]) for element in finite}
        argument = 0 if operator.variadic and errors.argument is not None else errors.argument
        yield "value" if argument is None else "gradient", argument, errors.dtype, found
