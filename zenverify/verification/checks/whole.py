"""Checks 5 and 6: the whole graph, composed from the leaves and differenced."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import mul

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import ZERO, precision
from zenverify.operators.kinks import ANY
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.difference import Estimate, differentiate_sampled, uneven
from zenverify.oracles.enclosure import (
    PRECISION,
    UNIT_ROUNDOFF,
    Conventions,
    WholeEnclosure,
    lift,
    lift_all,
)
from zenverify.verification.blame.arbitrate import Forward
from zenverify.verification.blame.intervals import error_in_ulp, interval_of
from zenverify.verification.blame.wording import composed_message
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.events import Finding
from zenverify.verification.trace import a_few_at_a_time, flat
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict, Witnesses

_STEPS = {
    "float64": uneven(2.0**-7, 2.0**-10, 2.0**-14),
    "float32": uneven(2.0**-4, 2.0**-6, 2.0**-8),
}
_ENOUGH = {"float64": 1e-7, "float32": 1e-2}


def outside_enclosure(
    case: Case,
    gradients: Mapping[int, Array],
    conventions: Conventions,
    kinked: Sequence[str],
    near: Sequence[Array] | None = None,
) -> list[tuple[int, int]]:
    """Check 5: the ``(node, element)`` pairs whose gradient no correct engine could give.

    The engine's values, if they are given as `near`, decide signs that are free.
    """
    taken = {**conventions, **{name: ANY for name in kinked if name not in conventions}}
    whole = WholeEnclosure(case, taken, rounded=True, near=near)
    if not (found := _outside(whole, gradients)):
        return []
    # What underflows inside an operation, and is multiplied there, costs too much to follow always.
    whole = WholeEnclosure(case, taken, rounded=True, near=near, underflowing=True)
    still = set(_outside(whole, gradients))
    return [place for place in found if place in still]


def _outside(whole: WholeEnclosure, gradients: Mapping[int, Array]) -> list[tuple[int, int]]:
    found = []
    for (node, gradient), numbers in zip(
        gradients.items(), lift_all(list(gradients.values())), strict=True
    ):
        balls = whole.gradients[node]
        if balls is None:
            balls = [ZERO] * gradient.size
        if not all(number in ball for ball, number in zip(balls, numbers, strict=True)):
            found += [
                (node, element)
                for element, (ball, number) in enumerate(zip(balls, numbers, strict=True))
                if ball.is_finite() and number.is_finite() and not ball.contains(number)
            ]
    return found


def disputed(
    case: Case,
    gradients: Mapping[int, Array],
    conventions: Conventions,
    place: tuple[int, int],
    near: Sequence[Array] | None = None,
) -> Finding:
    """The finding about an element that is outside the composed enclosure."""
    graph, (node, element) = case.graph, place
    number = float(gradients[node].ravel()[element])
    exact = WholeEnclosure(case, conventions, rounded=False, near=near).gradients[node]
    truth = ZERO if exact is None else exact[element]
    witness = Witnesses(
        node,
        element,
        "gradient",
        number,
        interval_of(truth),
        None,
        error_in_ulp(number, truth, graph.dtypes[node]),
        Verdict.DISPUTED,
    )
    return Finding(
        Verdict.DISPUTED,
        _only_suspect(graph, node),
        "whole graph, symbolic",
        composed_message(node, graph.operator_of(node), witness),
        (witness,),
    )


def _only_suspect(graph: Graph, node: int) -> Blame:
    """The operation that a node's gradient comes from, if there is but one; else the walk."""
    after = {node}
    for position in graph.operations:
        if not after.isdisjoint(graph.operands[position]):
            after.add(position)
    if len(after) != 2:
        return Blame(node, ACCUMULATION, None, "always")
    (position,) = after - {node}
    places = [i for i, operand in enumerate(graph.operands[position]) if operand == node]
    argument = places[0] if len(places) == 1 else None
    return Blame(position, graph.operator_of(position), argument, "always")


@dataclass(frozen=True, slots=True)
class DirectionCheck:
    """Check 6: the derivative of the probed root when every node moves at once.

    Attributes
    ----------
    expected
        What the gradients say.
    estimate
        The finite difference.
    """

    expected: float
    estimate: Estimate

    @property
    def agrees(self) -> bool:
        """Whether the intervals meet.

        An estimate that is wider than what it is to check says nothing; see `informative`.
        """
        return self.estimate.low <= self.expected <= self.estimate.high

    @property
    def informative(self) -> bool:
        return math.isfinite(self.expected) and self.estimate.error < 0.1 * abs(self.scale)

    @property
    def scale(self) -> float:
        return max(abs(self.expected), 1.0)


def all_at_once(
    engine: Engine,
    case: Case,
    check: LocalCheck,
    values: Sequence[Array],
    gradients: Mapping[int, Array],
    probes: Mapping[int, Array],
    *,
    kinked: bool,
) -> DirectionCheck:
    """Move every node at once, each element so far that all contribute alike.

    The root is the probed one, so no gradient is masked. At a kink the one-sided difference is held
    against the exact one-sided derivative instead of the gradients, which say nothing about it.

    Raises
    ------
    Exception
        Whatever the engine raises at a neighbouring point.
    """
    graph = case.graph
    dtype = "float32" if "float32" in graph.dtypes else "float64"
    moves = {node: _move(values[node], gradients[node]) for node in gradients}
    forward = Forward(engine, case, values)
    nodes = list(probes)
    groups = [
        (nodes[few], flat([probes[node] for node in nodes[few]]))
        for few in a_few_at_a_time([probes[node] for node in nodes])
    ]

    def sample(points: Sequence[float]) -> Iterator[tuple[float, float]]:
        moved_by = ({node: t * move for node, move in moves.items()} for t in points)
        for moved in forward.runs(moved_by):
            value = magnitude = 0.0
            for few, weights in groups:
                terms = weights * flat([moved[node] for node in few])
                value += float(np.add.reduce(terms))
                magnitude += float(np.add.reduce(np.abs(terms)))
            del moved  # or it would stand beside the next one
            yield value, magnitude

    with np.errstate(all="ignore"):
        if kinked:
            expected = _exact_slope(graph, check.balls, moves, probes)
        else:
            expected = float(
                sum(
                    np.add.reduce(gradients[n].ravel().astype(np.float64) * m.ravel())
                    for n, m in moves.items()
                )
            )
        estimate = differentiate_sampled(
            sample,
            unit=UNIT_ROUNDOFF[dtype],
            side="right" if kinked else "both",
            steps=_STEPS[dtype],
            enough=_ENOUGH[dtype] * max(1.0, abs(expected)),
        )
    # Every moved array is rounded, and so is what comes of it.
    with np.errstate(all="ignore"):
        total = sum(float(np.abs(gradients[n] * values[n]).sum()) for n in moves)
    rounding = 8 * UNIT_ROUNDOFF[dtype] * total / _STEPS[dtype][-1]
    error = estimate.error + (rounding if math.isfinite(rounding) else math.inf)
    return DirectionCheck(expected, Estimate(estimate.value, error, estimate.reason))


def _move(value: Array, gradient: Array) -> Array:
    """How far to move each element: relative to itself, less where the gradient is large."""
    with np.errstate(all="ignore"):
        size = np.where(np.isfinite(value) & (value != 0), np.abs(value), 2.0**-10)
        weight = np.maximum(1.0, np.abs(gradient * size))
        signs = np.where((np.arange(value.size) * 7 + value.ndim) % 5 < 2, -1.0, 1.0)
        move = signs.reshape(value.shape) * size / weight
    return np.where(np.isfinite(move), move, 0.0).astype(value.dtype)


def _exact_slope(
    graph: Graph,
    values: Sequence[Balls],
    moves: Mapping[int, Array],
    probes: Mapping[int, Array],
) -> float:
    tangents: list[Balls] = []
    with precision(PRECISION):
        for position, program in enumerate(graph.programs):
            own = lift(moves[position]) if position in moves else [ZERO] * graph.sizes[position]
            if program is not None:
                operands = graph.apply(position).operands
                carried = program.push(
                    [values[operand] for operand in operands],
                    [tangents[operand] for operand in operands],
                    values[position],
                )
                own = [a + b for a, b in zip(own, carried, strict=True)]
            tangents.append(own)
        parts = (sum(map(mul, tangents[n], lift(p)), ZERO) for n, p in probes.items())
        return float(sum(parts, ZERO))
