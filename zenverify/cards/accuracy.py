"""The largest errors of an operation, in units in the last place, and where they occur."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from zenverify.cards.card import Accuracy, Dot
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.operators.balls import Ball, precision
from zenverify.operators.operator import Operator
from zenverify.operators.steps.step import Balls
from zenverify.oracles.enclosure import SMALLEST, LocalEnclosure, lift_all
from zenverify.verification import trace
from zenverify.verification.structure import read_gradients
from zenverify.verification.trace import EngineFault

_BITS = (128, 512, 2_200)
"""Precisions to try, in turn, until an enclosure is narrow; the last reaches the tiniest floats."""

_NARROW = 60
"""Bits that an enclosure of the truth must be exact to."""

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
    graph = case.graph
    try:
        run = trace.forward(engine, case)
        trace.backward(engine, graph, run.handles[-1], case.cotangent.copy())
        gradients = read_gradients(engine, graph, run)
    except EngineFault:
        return  # the campaign reports it
    truths = _Truth(engine, case, run.values[graph.root])
    dtype = graph.dtypes[graph.root]
    yield "value", None, dtype, _differences(run.values[graph.root], truths.value, dtype)
    if truths.kinked:
        return
    operands = graph.apply(graph.root).operands
    for argument, leaf in enumerate(operands):
        balls = truths.gradients[leaf]
        if leaf in gradients and balls is not None and operands.count(leaf) == 1:
            dtype = graph.dtypes[leaf]
            place = 0 if operator.variadic else argument
            yield "gradient", place, dtype, _differences(gradients[leaf], balls, dtype)


class _Truth:
    """The value and the gradients of a case of one operation, each element as exact as it needs."""

    def __init__(self, engine: Engine, case: Case, value: Array) -> None:
        graph = case.graph
        values: Sequence[Balls] = lift_all([*case.values, value])
        seed = lift_all([case.cotangent])[0]
        cotangents: list[Balls] = [[] for _ in graph.nodes]
        cotangents[graph.root] = seed
        self.value: Balls = ()
        self.gradients: list[Balls | None] = [None] * len(graph.nodes)
        program = graph.programs[graph.root]
        operands = graph.apply(graph.root).operands
        self.kinked = program.kinked([values[o] for o in operands]) and len(seed) < _DOTS
        for bits in _BITS:
            with precision(bits):
                local = LocalEnclosure(graph, values, engine.conventions)
                pulled = local.pull(cotangents, {}, dead_is_zero=True)
                self.value = _narrower(self.value, local.forward[graph.root])
                self.gradients = [
                    _narrower(before, now) if now is not None else None
                    for before, now in zip(self.gradients, pulled, strict=True)
                ]
            known = [self.value, *(g for g in self.gradients if g is not None)]
            if all(_is_narrow(ball) for balls in known for ball in balls):
                break


def _narrower(before: Balls | None, now: Balls) -> Balls:
    if not before:
        return now
    pairs = zip(before, now, strict=True)
    return [old if _is_narrow(old) else new for old, new in pairs]


def _is_narrow(ball: Ball) -> bool:
    return not ball.is_finite() or ball.is_zero() or ball.rel_accuracy_bits() >= _NARROW


def _differences(numbers: Array, truths: Balls, dtype: str) -> dict[int, float]:
    smallest, largest = SMALLEST[dtype], float(np.finfo(dtype).max)
    found = {}
    for element, (number, truth) in enumerate(zip(numbers.ravel().tolist(), truths, strict=True)):
        if not (math.isfinite(number) and truth.is_finite() and _is_narrow(truth)):
            continue
        size = abs(float(truth.mid()))
        if smallest <= size < largest:
            spacing = float(np.spacing(np.array(size, dtype)))
            found[element] = float(abs(truth - number).mid()) / spacing
    return found
