"""Slopes of elementwise operations all over a region, enclosed in balls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls import Ball, precision
from zenverify.operators.kinks import MEAN
from zenverify.operators.operator import Operator

_BITS = 128
_SIGNIFICAND = 53
_SMALLEST, _LARGEST = -1075, 1024
"""Powers of two between which the sizes of all floats lie, but for zero's."""


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
