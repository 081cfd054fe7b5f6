"""Slopes of elementwise operations all over a region, enclosed in balls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.kinks import MEAN
from zenverify.operators.operator import Operator

_BITS = 128
_SIGNIFICAND = 53
_SMALLEST, _LARGEST = -1075, 1024
"""Powers of two between which the sizes of all floats lie, but for zero's."""
_BETWEEN = (1 + 2.0**-52, 1 + 2.0**-40, 1 + 2.0**-15, 2 - 2.0**-15, 2 - 2.0**-40, 2 - 2.0**-52)
"""From the first float above 1 to the last below 2. A ball's radius has 30 bits and is rounded up:
the closer an interval comes to 1 or 2, the smaller it must be so as not to hold them."""


def octaves(low: float, high: float) -> Iterator[Ball]:
    """Balls that together hold every float but zero of an open interval.

    Each reaches from a power of two, times the finite end of the interval, to the next.

    Parameters
    ----------
    low, high
        The ends: one of them is infinite; the other is infinite, zero, or of its sign.
    """
    if low == -math.inf:
        yield from (-ball for ball in _upwards(max(0.0, -high) if high < math.inf else 0.0))
    if high == math.inf:
        yield from _upwards(max(0.0, low))


def _upwards(low: float) -> Iterator[Ball]:
    scale = Ball(low or 1.0)
    for power in range(0 if low else _SMALLEST, _LARGEST):
        yield scale * Ball(1.5, 0.5) * Ball(2) ** power


def powers_of_two() -> list[float]:
    """All that are floats, and those below."""
    return [math.ldexp(1.0, power) for power in range(_SMALLEST, _LARGEST)]


def between_powers_of_two() -> Iterator[Ball]:
    """Balls that together hold every float but zero and the powers of two, and none of these.

    At a precision of at least 64 bits.
    """
    for power in range(_SMALLEST, _LARGEST):
        for low, high in pairwise(_BETWEEN):
            middle = (Ball(low) + high) / 2
            ball = (middle + Ball(0, (high - low) / 2)) * Ball(2) ** power
            yield from (ball, -ball)


def slope_is_settled(operator: Operator, attributes: Mapping[str, Any]) -> bool:
    """Whether the slope at the result is that at the operand, which is one number on each piece.

    Parameters
    ----------
    operator
        An elementwise operation of one operand. Between two powers of two it must not bend.
    attributes
        Those of its calls.
    """
    with precision(_BITS):
        program = operator.program([()], freeze_attributes(dict(attributes)))
        return all(
            _known_alike(
                _slope(operator, 0, [piece], attributes),
                _slope(operator, 0, [program.value([[piece]])[0]], attributes),
            )
            for piece in between_powers_of_two()
        )


def _known_alike(one: Ball, other: Ball) -> bool:
    return bool(one.is_exact() and other.is_exact() and one == other)


def slope_on(
    operator: Operator, position: int, pieces: Sequence[Ball], attributes: Mapping[str, Any]
) -> Ball:
    """The slope in one operand of an elementwise operation, on a piece of each operand."""
    with precision(_BITS):
        return _slope(operator, position, pieces, attributes)


def error_unit_at(operator: Operator, point: Ball, attributes: Mapping[str, Any]) -> float:
    """What rounding may cost the slope of an operation of one operand: u * S, for float64.

    S is the running error of the slope's formula, as the local check measures it.
    """
    unit = 2.0**-_SIGNIFICAND
    with precision(_SIGNIFICAND, rounding=True):
        slope = _slope(operator, 0, [point], attributes)
        return float((abs(slope.mid()) * unit + slope.rad()).lower())


def _slope(
    operator: Operator, position: int, pieces: Sequence[Ball], attributes: Mapping[str, Any]
) -> Ball:
    program = operator.program([()] * len(pieces), freeze_attributes(dict(attributes)))
    linear = program.linearise([[piece] for piece in pieces], MEAN)
    slope = linear.pull([Ball(1)])[position]
    return Ball(0) if slope is None else slope[0]
