"""What no formula could avoid: how far the truth moves when the inputs do by a rounding error.

Every input is moved by up to u of itself, up and down, and the exact result is taken there. No
second derivative is needed, and no ball is wide, so that none is widened by dependencies. See
`docs/how-a-verdict-is-reached.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from operator import sub

import numpy as np

from zenverify.accuracy.errors import Measured, Numbers
from zenverify.accuracy.exact import Exact, Signature, exact
from zenverify.operators.balls.arithmetic import ZERO, Ball, precision
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import PRECISION, SMALLEST, UNIT_ROUNDOFF, lift, lift_all

_SHARES = (1.0, -0.9306, 0.7321, -0.5774)
"""How far an input moves, in rounding errors. More than up and down, and no multiples of each
other: a sine of a huge number may be the same at two of them."""

_Move = tuple[Sequence[Balls], Balls]
"""Operands and cotangent, some of them moved."""


def unavoidable(measured: Measured) -> tuple[Numbers, ...]:
    """Per number, u * |truth| and how far the truth moves when each input does by u of itself.

    Infinite where an input cannot be moved either way without leaving the domain. What may be
    flushed to zero on the way, below the smallest normal number, is added.
    """
    case, call = measured.case, measured.call
    dtype = case.graph.dtypes[case.graph.root]
    unit = UNIT_ROUNDOFF[dtype]
    largest = max(1.0, float(np.max(np.abs(case.cotangent), initial=0.0)))
    flushed = call.program.terms * SMALLEST[dtype] * largest
    totals = [unit * errors.sizes + flushed for errors in measured.errors]
    for moves in _moves(measured, unit):
        spreads = [np.full(errors.sizes.size, math.nan) for errors in measured.errors]
        for moved in moves:
            for spread, there in zip(spreads, _distances(measured, *moved), strict=True):
                np.fmax(spread, there, out=spread)
        for total, spread in zip(totals, spreads, strict=True):
            total += np.where(np.isnan(spread), math.inf, spread)
    return tuple(totals)


def _moves(measured: Measured, unit: float) -> Iterator[Iterator[_Move]]:
    """Each input moved up and down: where points are independent, an operand's all at once."""
    case, call = measured.case, measured.call
    inputs = [*lift_all([measured.values[one] for one in measured.operands]), lift(case.cotangent)]
    for which, balls in enumerate(inputs):
        with precision(PRECISION):
            steps = _steps(call, balls, unit)
        every = range(len(balls))
        for places in [every] if call.pointwise else [range(i, i + 1) for i in every]:
            if not all(steps[place].is_zero() for place in places):
                yield _moved(inputs, which, places, steps)


def _moved(inputs: Sequence[Balls], which: int, places: range, steps: Balls) -> Iterator[_Move]:
    """Some elements of one input moved by their steps, and by a part of them."""
    for share in _SHARES:
        there = list(inputs[which])
        with precision(PRECISION):
            for place in places:
                there[place] += share * steps[place]
        changed: list[Balls] = [*inputs[:which], there, *inputs[which + 1 :]]
        yield changed[:-1], changed[-1]


def _steps(call: Signature, balls: Balls, unit: float) -> list[Ball]:
    """How far each element moves: by `unit` of itself.

    A solver that is backward stable may change each element of a matrix by `unit` of the largest.
    """
    if call.program.solves:
        largest = max((abs(ball) for ball in balls), default=ZERO)
        return [largest * unit] * len(balls)
    return [abs(ball) * unit for ball in balls]


def _distances(measured: Measured, operands: Sequence[Balls], cotangent: Balls) -> list[Numbers]:
    """How far each number's truth is from the truth at other inputs; NaN where there is none."""
    near = measured.truth.value if measured.call.program.free_signs else None
    moved = exact(measured.call, operands, cotangent, near=near)
    found = []
    for errors in measured.errors:
        here, there = _chosen(measured.truth, errors.argument), _chosen(moved, errors.argument)
        with precision(PRECISION):
            apart = map(sub, here, there)
            distances = [float(abs(one)) if one.is_finite() else math.nan for one in apart]
        found.append(np.array(distances))
    return found


def _chosen(one: Exact, argument: int | None) -> Balls:
    balls = one.value if argument is None else one.gradients[argument]
    assert balls is not None
    return balls
