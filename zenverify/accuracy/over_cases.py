"""How accurate an operation is on cases in hand: the largest errors, and errors over the domain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from zenverify.accuracy.errors import Measured, measure
from zenverify.accuracy.exact import Signature
from zenverify.accuracy.inaccuracies import Inaccuracies, inaccuracies_of
from zenverify.accuracy.record import OBJECTIVES, Accuracy, Dot, Quantity, WorstFound
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.operators.operator import Operator
from zenverify.verification.trace import EngineFault

_DOTS = 400
"""Points of a plot, at most: the largest errors, and a sample of the rest."""


def accuracy_of(engine: Engine, operator: Operator, cases: Iterable[Case]) -> tuple[Accuracy, ...]:
    """The largest errors of the value and of each gradient, per dtype.

    Numbers of which the truth is infinite, undefined or not a normal number of the dtype are left
    out, and so are gradients at kinks.

    Parameters
    ----------
    engine, operator
        What to measure.
    cases
        Cases of this single operation, each operand of which is a leaf of its own.
    """
    surveys: dict[str, _Survey] = {}
    for case in cases:
        dtype = case.graph.dtypes[case.graph.root]
        surveys.setdefault(dtype, _Survey(engine, operator, dtype)).add(case)
    rows = [(quantity, row) for one in surveys.values() for quantity, row in one.rows()]
    # Stable: the dtypes stay in the order in which they came.
    rows.sort(key=lambda pair: -1 if pair[0] is None else pair[0])
    return tuple(row for _, row in rows)


class _Survey:
    """What the cases of one dtype show."""

    def __init__(self, engine: Engine, operator: Operator, dtype: str) -> None:
        self._engine = engine
        self._record = WorstFound(operator, dtype)
        self._dots: dict[Quantity, list[Dot]] = {}

    def add(self, case: Case) -> None:
        try:
            measured = measure(self._engine, Signature.of(case), case)
        except EngineFault:
            return  # the campaign reports it
        for inaccuracies in inaccuracies_of(self._engine, measured):
            self._take(inaccuracies, measured)

    def _take(self, inaccuracies: Inaccuracies, measured: Measured) -> None:
        case, record = measured.case, self._record
        argument = record.quantity(inaccuracies.argument)
        record.count(argument, int(np.count_nonzero(~np.isnan(inaccuracies.errors.ulps))))
        for element, inaccuracy in inaccuracies.items():
            pointwise = measured.call.pointwise
            if pointwise:
                at = float(case.values[0].flat[element])
                self._dots.setdefault(argument, []).append(Dot(at, inaccuracy.ulp))
            for objective in OBJECTIVES:
                if inaccuracy.amount(objective) > record.amount(argument, objective):
                    here = _alone(measured, element) if pointwise else case
                    place = 0 if pointwise else element
                    where = inaccuracy.at(here, inaccuracies.node, place)
                    record.best[argument, objective] = where
        if inaccuracies.failing:
            record.fail(argument, case)

    def rows(self) -> list[tuple[Quantity, Accuracy]]:
        """What was measured, with the plot's points."""
        return [
            (
                quantity,
                replace(
                    self._record.row(self._engine, quantity),
                    dots=_thinned(self._dots.get(quantity, [])),
                ),
            )
            for quantity, numbers in self._record.points.items()
            if numbers
        ]


def _alone(measured: Measured, element: int) -> Case:
    """One point of a call whose points are independent."""
    case = measured.case
    graph = measured.call.of_length(1).graph(case.graph.dtypes[case.graph.root])
    part = slice(element, element + 1)
    return Case(graph, tuple(value[part] for value in case.values), case.cotangent[part])


def _thinned(dots: list[Dot]) -> tuple[Dot, ...]:
    """The largest errors of each stretch of the domain, and a sample of all."""
    ordered = sorted(dots, key=lambda dot: dot.at)
    if len(ordered) <= _DOTS:
        return tuple(ordered)
    width = math.ceil(2 * len(ordered) / _DOTS)
    stretches = [ordered[i : i + width] for i in range(0, len(ordered), width)]
    chosen = [dot for part in stretches for dot in {max(part, key=lambda dot: dot.ulp), part[0]}]
    return tuple(sorted(chosen, key=lambda dot: (dot.at, dot.ulp)))
