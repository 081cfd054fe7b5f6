"""The third witness on one operation: is the engine's rule wrong, or the expression."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb

from zenverify.engines.protocol import Batching, Engine, Handle
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, LeafKind
from zenverify.operators.balls.arithmetic import Ball, FloatRange, precision
from zenverify.operators.balls.signs import turned_towards
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.difference import Estimate, Side, differentiate_sampled, uneven
from zenverify.oracles.enclosure import SIGNIFICAND, SMALLEST, THRESHOLD, UNIT_ROUNDOFF, lift
from zenverify.verification import trace
from zenverify.verification.checks.judge import Judgement, Status
from zenverify.verification.verdict import Verdict

STEPS = {
    "float64": uneven(2.0**-5, 2.0**-8, 2.0**-12),
    "float32": uneven(2.0**-3, 2.0**-5, 2.0**-7),
}


_SUBNORMAL_NEAR = {"float64": 2.0**-960, "float32": 2.0**-100}
"""Below this, the steps of a difference come near the subnormal numbers."""

_BEYOND_DOUBT = 2.0**-16
"""Of the distance between the engine's number and the truth."""


class Forward:
    """The engine's forward pass, with any node's value moved: what differences are taken of."""

    def __init__(self, engine: Engine, case: Case, values: Sequence[Array]) -> None:
        self._engine = engine
        self._batching = engine if isinstance(engine, Batching) else None
        self._graph = case.graph
        self._values = list(values)
        self._constants: dict[int, Handle] = {}

    def _unmoved(self, node: int) -> Handle:
        """A node's value as a constant of the engine's, made when it is first needed.

        Not of booleans and integers: what they give stands among the attributes of operations.
        """
        if node not in self._constants:
            graph = self._graph
            kind = LeafKind.NUMBER if graph.is_number(node) else LeafKind.CONSTANT
            unused = graph.is_discrete(node) and kind is LeafKind.CONSTANT
            value = self._values[node]
            self._constants[node] = None if unused else self._engine.leaf(kind, value)
        return self._constants[node]

    def run(self, moves: Mapping[int, Array]) -> list[Array]:
        """All values when each node's is moved by an array of its shape on top of all else."""
        (values,) = self.runs([moves])
        return values

    def runs(self, many: Iterable[Mapping[int, Array]]) -> Iterator[list[Array]]:
        """What `run` gives for each; in step if the engine is `Batching`, else one by one."""
        if self._batching is not None:
            yield from self._in_step(list(many))
        else:
            for moves in many:
                yield from self._in_step([moves])

    @cached_property
    def _order(self) -> list[tuple[int, tuple[int, ...], str, bool]]:
        """Per node, its operands, its operator's name, and whether signs are free in its value."""
        graph = self._graph
        return [
            (
                position,
                operands,
                graph.operator_of(position),
                bool(operands and graph.programs[position].free_signs),
            )
            for position, operands in enumerate(graph.operands)
        ]

    def _in_step(self, many: Sequence[Mapping[int, Array]]) -> list[list[Array]]:
        apply, leaf, attributes = self._engine.apply, self._engine.leaf, self._graph.attributes
        runs = [_Run(moves, self._values.copy(), {}) for moves in many]
        for position, operands, operator, signs_free in self._order:
            behind = [run for run in runs if not run.handles.keys().isdisjoint(operands)]
            for run in behind:
                changed = run.handles
                given = [changed[i] if i in changed else self._unmoved(i) for i in operands]
                changed[position] = apply(operator, given, attributes(position))
            if behind:
                found = self._values_of([run.handles[position] for run in behind])
                for run, value in zip(behind, found, strict=True):
                    run.values[position] = value
                    if signs_free:
                        self._keep_signs(position, run.handles, run.values)
            for run in runs:
                move = run.moves.get(position)
                if move is not None:
                    moved = np.asarray(run.values[position] + move)
                    run.values[position] = moved
                    run.handles[position] = leaf(LeafKind.CONSTANT, moved)
        return [run.values for run in runs]

    def _values_of(self, handles: Sequence[Handle]) -> Sequence[Array]:
        if self._batching is not None and len(handles) > 1:
            return self._batching.values(handles)
        return [self._engine.value(handle) for handle in handles]

    def _keep_signs(self, position: int, handles: dict[int, Handle], values: list[Array]) -> None:
        """Turn vectors whose sign is free as they were, since an engine may flip them anywhere."""
        groups = self._graph.programs[position].free_signs
        turned = turned_towards(groups, values[position], self._values[position])
        values[position] = turned
        handles[position] = self._engine.leaf(LeafKind.CONSTANT, turned)


@dataclass(slots=True)
class _Run:
    """A forward pass at moved values, as far as it has come; handles of what has changed."""

    moves: Mapping[int, Array]
    values: list[Array]
    handles: dict[int, Handle]


def element_difference(
    forward: Forward,
    graph: Graph,
    values: Sequence[Array],
    cotangents: dict[int, Array],
    node: int,
    element: int,
    side: Side = "both",
    enough: float = 0.0,
    steps: Sequence[float] | None = None,
) -> Estimate:
    """The derivative of sum <cotangent_i, v_i> when one element of one node moves.

    An error below `enough` needs no smaller step. The steps are those of the dtype by default.

    Raises
    ------
    Exception
        Whatever the engine raises.
    """
    dtype = graph.dtypes[node]
    size = abs(float(values[node].ravel()[element]))
    if 0 < size < _SUBNORMAL_NEAR[dtype]:
        return Estimate(math.nan, math.inf, "too close to underflow")
    scale = size if 0 < size < math.inf else 1.0
    weights = {i: c.astype(np.float64) for i, c in cotangents.items()}
    scales = _scales(graph, values, node, weights)
    with np.errstate(over="ignore", invalid="ignore"):
        noise = float(sum((np.abs(weights[i]) * scales[i]).sum() for i in weights))
    if math.isnan(noise):
        noise = math.inf  # which settles nothing

    def move(t: float) -> dict[int, Array]:
        moves = np.zeros(values[node].shape, dtype=dtype)
        moves.flat[element] = t * scale
        return {node: moves}

    def sample(points: Sequence[float]) -> Iterator[tuple[float, float]]:
        with np.errstate(all="ignore"):
            for moved in forward.runs(map(move, points)):
                terms = [weights[i] * moved[i] for i in weights]
                size = float(sum(np.abs(t).sum() for t in terms))
                yield float(sum(t.sum() for t in terms)), max(size, noise)

    unit = UNIT_ROUNDOFF[dtype]
    estimate = differentiate_sampled(
        sample, unit=unit, side=side, steps=steps or STEPS[dtype], enough=enough * scale
    )
    # The moved argument is rounded too: by up to a unit of itself, which is `scale`.
    rounded_move = 4 * unit * abs(estimate.value) / STEPS[dtype][-1]
    return Estimate(
        estimate.value / scale, (estimate.error + rounded_move) / scale, estimate.reason
    )


def difference_of(
    engine: Engine,
    case: Case,
    values: Sequence[Array],
    node: int,
    element: int,
    enough: float = 0.0,
) -> Estimate | None:
    """The difference of <cotangent, root>; None near a kink, jump or pole, or if the engine raises.

    An error below `enough` needs no smaller step.
    """
    every = STEPS[case.graph.dtypes[node]]
    steps = [step for step in every if _is_smooth_within(case, node, element, 4 * step)]
    if len(steps) < 2:  # of which each confirms the one before
        return None
    forward = Forward(engine, case, values)
    cotangents = {case.graph.root: case.cotangent}
    try:
        with trace.time_limit(trace.limit()):
            return element_difference(
                forward, case.graph, values, cotangents, node, element, enough=enough, steps=steps
            )
    except (Exception, SystemExit, trace.OutOfTime):  # noqa: BLE001  the engine's own, nearby
        return None


def _is_smooth_within(case: Case, node: int, element: int, reach: float) -> bool:
    """Whether a difference of one element steps over no kink, jump or pole of the operation."""
    graph = case.graph
    program = graph.programs[graph.root]
    values = dict(zip(graph.leaves, map(lift, case.values), strict=True))
    moved = values[node]
    moved[element] *= arb(1, reach)
    if moved[element].is_zero():
        moved[element] = arb(0, reach)
    operands = [values[operand] for operand in graph.apply(graph.root).operands]
    if program.kinked(operands) or program.jumps(operands):
        return False
    # What equations enclose is far too wide where their operands are.
    return program.solves or all(ball.is_finite() for ball in program.value(operands))


def _scales(
    graph: Graph, values: Sequence[Array], moved: int, wanted: Iterable[int]
) -> dict[int, Array]:
    """What scales the rounding noise of values, as the local check allows for it.

    That is a running error bound of all that is computed from the node that is moved: the noise of
    a result that cancelled, or of an ill-conditioned system's solution, is larger than its size.
    What underflows on the way is noise, too: differences of a product that is zero since it
    underflows are zero.
    """
    reached: dict[int, Balls] = {moved: lift(values[moved])}
    factor = 1.0
    bits = SIGNIFICAND[graph.dtypes[moved]]
    within = FloatRange(SMALLEST[graph.dtypes[moved]])
    with precision(bits, rounding=True, within=within):
        for position, _, operands, program, _ in graph.calls:
            if position == moved or reached.keys().isdisjoint(operands):
                continue
            given = [reached.get(operand) or lift(values[operand]) for operand in operands]
            reached[position] = program.value(given, lift(values[position]))
            factor = max(factor, (THRESHOLD + program.terms) / THRESHOLD)
        return {
            node: np.reshape(
                [_scale(ball, bits) * factor for ball in reached.get(node, ())]
                or np.abs(values[node]),
                values[node].shape,
            )
            for node in wanted
        }


def _scale(ball: Ball, bits: int) -> float:
    return float(abs(ball.mid()) + ball.rad() * 2.0**bits) if ball.is_finite() else math.inf


def is_settled(judgement: Judgement, number: float, difference: Estimate | None) -> bool:
    """Whether a difference that has converged confirms the truth and denies the engine's number.

    Then two witnesses that share nothing agree against the engine, and no further one is asked.

    Parameters
    ----------
    judgement
        On the engine's number.
    number
        The engine's.
    difference
        The third witness; None if it could not be asked.
    """
    if difference is None or not judgement.truth.is_finite():
        return False
    truth = float(judgement.truth.mid())
    is_confirmed = difference.low <= truth <= difference.high
    return is_confirmed and difference.error < _apart(judgement, number) / 4


def decisive_error(judgement: Judgement, number: float) -> float:
    """The error below which a difference tells the engine's number from the truth beyond doubt."""
    return _apart(judgement, number) * _BEYOND_DOUBT


def _apart(judgement: Judgement, number: float) -> float:
    """How far a number is from a finite truth; where it is not finite, how far the truth is from 0.

    Zero where there is no finite truth.
    """
    if not judgement.truth.is_finite():
        return 0.0
    truth = float(judgement.truth.mid())
    return abs(number - truth) if math.isfinite(number) else abs(truth)


def settle(judgement: Judgement, number: float, dtype: str, difference: Estimate | None) -> Verdict:
    """The verdict on a gradient that is outside its enclosure, with the difference as a witness.

    Parameters
    ----------
    judgement
        On the engine's number.
    number
        The engine's.
    dtype
        The dtype that the number was computed in.
    difference
        The third witness; None if it could not be asked.
    """
    if judgement.status is Status.NON_FINITE or not math.isfinite(number):
        return Verdict.NON_FINITE
    truth = float(judgement.truth.mid())
    small = judgement.relative < UNIT_ROUNDOFF[dtype] ** 0.4
    if difference is None or not difference.error < abs(number - truth) / 4:
        return Verdict.INACCURATE if small else Verdict.ENGINE_WRONG
    with_truth = difference.low <= truth <= difference.high
    with_engine = difference.low <= number <= difference.high
    if with_truth and not with_engine:
        return Verdict.INACCURATE if small else Verdict.ENGINE_WRONG
    return Verdict.EXPRESSION_WRONG if with_engine else Verdict.DISPUTED
