"""What no formula could avoid: how far the truth moves when the inputs do by a rounding error.

Every input is moved to x (1 + u) and to x (1 - u), and the exact result is taken there. No second
derivative is needed, and no ball is wide, so that none is widened by dependencies. See
`docs/how-a-verdict-is-reached.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from operator import sub

import numpy as np

from zenverify.accuracy.errors import Measured, Numbers
from zenverify.accuracy.exact import Call, Exact, exact
from zenverify.operators.balls import ZERO, Ball, precision
from zenverify.operators.steps.step import Balls
from zenverify.oracles.enclosure import PRECISION, SMALLEST, UNIT_ROUNDOFF, lift, lift_all

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
    for pair in _moves(measured, unit):
        reached = [_distances(measured, *moved) for moved in pair]
        for total, there, back in zip(totals, *reached, strict=True):
            spread = np.fmax(there, back)
            total += np.where(np.isnan(spread), math.inf, spread)
    return tuple(totals)


def _moves(measured: Measured, unit: float) -> Iterator[tuple[_Move, _Move]]:
    """Each input moved up and down: where points are independent, an operand's all at once."""
    case, call = measured.case, measured.call
    inputs = [*lift_all(case.values), lift(case.cotangent)]
    for which, balls in enumerate(inputs):
        with precision(PRECISION):
            steps = _steps(call, balls, unit)
        every = range(len(balls))
        for places in [every] if call.pointwise else [range(i, i + 1) for i in every]:
            if all(steps[place].is_zero() for place in places):
                continue
            moved: list[_Move] = []
            for sign in (1, -1):
                with precision(PRECISION):
                    there = list(balls)
                    for place in places:
                        there[place] = balls[place] + sign * steps[place]
                *operands, cotangent = [*inputs[:which], there, *inputs[which + 1 :]]
                moved.append((operands, cotangent))
            yield moved[0], moved[1]


def _steps(call: Call, balls: Balls, unit: float) -> list[Ball]:
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
