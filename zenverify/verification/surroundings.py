"""How wrong an operation is near a place: one operand's element moved over its domain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.operators.balls.arithmetic import ZERO, precision
from zenverify.operators.domain import Domain, Interval
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import PRECISION, LocalEnclosure, lift, lift_all
from zenverify.verification import trace
from zenverify.verification.blame.arbitrate import difference_of
from zenverify.verification.blame.intervals import error_in_ulp
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.trace import EngineFault

_POINTS = 48
_ASKED_EACH = 3
"""The third witness is asked at every third point: it costs most."""

_REACH = 30.0
_LARGEST = 64


@dataclass(frozen=True, slots=True)
class Sample:
    """The errors at one point, in units in the last place of the truth.

    Attributes
    ----------
    at
        The element's value.
    error
        The engine's; None where there is no finite truth, or the engine does not get through.
    noise
        What a finite difference resolves; None where it was not asked, or has no answer.
    """

    at: float
    error: float | None
    noise: float | None = None


def error_around(
    engine: Engine, single: Case, argument: int, element: int, *, of_value: bool
) -> tuple[Sample, ...]:
    """The error over the domain of one element of one operand, the others as they are.

    Parameters
    ----------
    engine
        The engine under test.
    single
        One operation alone.
    argument, element
        Which number is moved. Of gradients it is that element's error that is told.
    of_value
        Whether the error is that of the value (its worst element), and not of the gradient.

    Returns
    -------
    tuple of Sample
        In the order of the points. Empty where the operand is a matrix, whose elements cannot be
        moved one by one, where it is not a leaf of its own, or where the case is large.
    """
    graph = single.graph
    leaf = graph.operands[graph.root][argument]
    limits = graph.apply(graph.root).declared.argument(argument).limits
    alone = graph.operands[graph.root].count(leaf) == 1
    small = sum(graph.sizes) <= _LARGEST
    if limits.matrix is not None or not alone or not small or leaf not in graph.leaves:
        return ()
    place = graph.leaves.index(leaf)
    here = float(single.values[place].flat[element])
    if not math.isfinite(here):
        return ()
    return tuple(
        _sample(engine, _moved(single, place, element, at), leaf, element, of_value, number)
        for number, at in enumerate(_points(limits, here, graph.dtypes[leaf]))
    )


def _points(limits: Domain, here: float, dtype: str) -> Iterator[float]:
    low, high = Interval(limits.low, limits.high).stretch(max(_REACH, 2 * abs(here)))
    spread = np.sinh(np.linspace(np.arcsinh(low), np.arcsinh(high), _POINTS))
    spread = np.rint(spread) if limits.integer else spread
    points = np.unique(np.append(spread, here).astype(dtype))
    yield from points[limits.contains(points)].tolist()


def _moved(single: Case, place: int, element: int, at: float) -> Case:
    values = list(single.values)
    values[place] = values[place].copy()
    values[place].flat[element] = at
    return replace(single, values=tuple(values))


def _sample(
    engine: Engine, case: Case, leaf: int, element: int, of_value: bool, number: int
) -> Sample:
    graph = case.graph
    place = graph.leaves.index(leaf)
    at = float(case.values[place].flat[element])
    try:
        gradients: dict[int, Array] = {}
        if of_value:
            run = trace.forward(engine, case)
        else:
            run, gradients = differentiated(engine, case)
    except EngineFault:
        return Sample(at, None)
    with np.errstate(all="ignore"), precision(PRECISION):
        local = LocalEnclosure(graph, lift_all(run.values), engine.conventions)
        if of_value:
            truth: Balls = local.forward[graph.root]
            numbers: Array = run.values[graph.root].ravel()
            errors = [
                error_in_ulp(one, ball, graph.dtypes[graph.root])
                for one, ball in zip(numbers.tolist(), truth, strict=True)
            ]
            known = [one for one in errors if one is not None]
            return Sample(at, max(known) if known else None)
        given: list[Balls] = [[ZERO] * size for size in graph.sizes]
        given[graph.root] = lift(case.cotangent)
        total = local.pull(given, {})[leaf] or [ZERO] * graph.sizes[leaf]
    ball = total[element]
    error = error_in_ulp(float(gradients[leaf].flat[element]), ball, graph.dtypes[leaf])
    noise = None
    if number % _ASKED_EACH == 0 and error is not None:
        estimate = difference_of(engine, case, run.values, leaf, element)
        if estimate is not None and math.isfinite(estimate.error):
            noise = error_in_ulp(float(ball.mid()) + estimate.error, ball, graph.dtypes[leaf])
    return Sample(at, error, noise)
