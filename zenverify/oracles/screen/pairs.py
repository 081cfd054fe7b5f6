"""Arrays of numbers with twice the digits of a float64, each with a bound on its error.

A number is the unevaluated sum of two floats. Sums and products of floats are split exactly into a
result and its error (Dekker, "A floating-point technique for extending the available precision",
1971; Knuth, *The Art of Computer Programming*, volume 2, section 4.2.2). What the operations below
lose besides is at most 15 u² of the result, with u = 2^-53 (Joldes, Muller and Popescu, "Tight and
rigorous error bounds for basic building blocks of double-word arithmetic", 2017): `LOSS` is more.

It holds where nothing overflows or underflows; elsewhere the bound is infinite or NaN, so whoever
asks whether something surely holds is told no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import EllipsisType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = (
    NDArray[np.intp] | slice | tuple[NDArray[np.intp] | slice | EllipsisType | int, ...]
)

LOSS = 2.0**-101
"""Relative error of one operation: 32 u², twice what is lost at most."""

_UP = 1 + 2.0**-40
"""Makes up for the rounding of a bound that is itself computed in floats: a few operations."""

_TINY = 2.0**-900
"""A product below this may have lost the low part of its error."""

FLOOR = 2.0**-1000
"""Makes up for bounds that underflow."""

_SPLITTER = 2.0**27 + 1

BLOCK = 2**14
"""Elements that are computed with at a time."""

_ZERO = np.zeros(())


@dataclass(frozen=True, slots=True)
class Pair:
    """Numbers, each within `error` of the sum of its high and low part.

    Attributes
    ----------
    high, low
        Arrays of one shape; the low part is at most half a unit in the last place of the high one.
    error
        A bound on the absolute error; infinite or NaN where nothing is known.
    """

    high: Floats
    low: Floats
    error: Floats

    @classmethod
    def exact(cls, numbers: Floats) -> Pair:
        """Floats as they are."""
        nothing = np.broadcast_to(_ZERO, numbers.shape)  # takes no memory
        return cls(numbers, nothing, nothing)

    def take(self, places: Places) -> Pair:
        return Pair(self.high[places], self.low[places], self.error[places])

    def reshape(self, *shape: int) -> Pair:
        return Pair(self.high.reshape(shape), self.low.reshape(shape), self.error.reshape(shape))

    # ---- arithmetic ----

    def __neg__(self) -> Pair:
        return Pair(-self.high, -self.low, self.error)

    def __add__(self, other: Pair | float) -> Pair:
        other = as_pair(other)
        total, rest = _two_sum(self.high, other.high)
        below, last = _two_sum(self.low, other.low)
        total, rest = _fast_two_sum(total, rest + below)
        total, rest = _fast_two_sum(total, rest + last)
        return _bounded(total, rest, self.error + other.error)

    __radd__ = __add__

    def __sub__(self, other: Pair | float) -> Pair:
        return self + -as_pair(other)

    def __rsub__(self, other: Pair | float) -> Pair:
        return -self + other

    def __mul__(self, other: Pair | float) -> Pair:
        other = as_pair(other)
        product, rest = _two_product(self.high, other.high)
        rest = rest + (self.high * other.low + self.low * other.high)
        x, y = np.abs(self.high), np.abs(other.high)
        error = x * _UP * other.error + y * _UP * self.error + self.error * other.error
        lost = (np.abs(product) < _TINY) & (x != 0) & (y != 0)
        return _bounded(*_fast_two_sum(product, rest), np.where(lost, np.inf, error))

    __rmul__ = __mul__

    def __truediv__(self, other: Pair | float) -> Pair:
        other = as_pair(other)
        least = np.abs(other.high) * (1 - 2.0**-40) - other.error
        first = self.high / other.high
        rest = self - other * Pair.exact(first)
        low = rest.high / other.high
        # Relative to the quotient: that of the divisor, and what its rest was known to.
        quotient, small = _fast_two_sum(first, low)
        unknown = (
            rest.error + (np.abs(quotient) * other.error + self.error) + LOSS * np.abs(self.high)
        )
        error = np.where(least > 0, unknown / least, np.inf)
        lost = (np.abs(first) < _TINY) & (self.high != 0)
        return _bounded(quotient, small, np.where(lost, np.inf, error))

    def __rtruediv__(self, other: Pair | float) -> Pair:
        return as_pair(other) / self

    def __pow__(self, exponent: int) -> Pair:
        """A whole power; one below zero is that of the reciprocal."""
        if exponent < 0:
            return 1.0 / self**-exponent
        result = as_pair(1.0)
        factor = self
        while exponent:
            if exponent & 1:
                result = result * factor
            exponent >>= 1
            if exponent:
                factor = factor * factor
        return result

    def scaled(self, powers: Floats) -> Pair:
        """Times powers of two, which is exact as long as nothing overflows or underflows."""
        high = self.high * powers
        lost = (np.abs(high) < _TINY) & (self.high != 0)
        error = np.where(lost, np.inf, self.error * powers)
        return Pair(high, self.low * powers, error + _floor(error))

    # ---- what is surely so ----

    @property
    def positive(self) -> NDArray[np.bool_]:
        return np.asarray(self.high + self.low > self.error * _UP)

    @property
    def negative(self) -> NDArray[np.bool_]:
        return np.asarray(self.high + self.low < -self.error * _UP)

    @property
    def zero(self) -> NDArray[np.bool_]:
        return np.asarray((self.high == 0) & (self.low == 0) & (self.error == 0))

    @property
    def magnitude(self) -> Floats:
        """The size, to a few units in the last place of a float."""
        return np.abs(self.high)


def as_pair(number: Pair | float) -> Pair:
    """A number or a Pair as a Pair."""
    if isinstance(number, Pair):
        return number
    return Pair.exact(np.asarray(number, np.float64))


def choose(condition: NDArray[np.bool_], first: Pair, second: Pair) -> Pair:
    """Elements of the first where the condition holds, else of the second."""
    return Pair(
        np.where(condition, first.high, second.high),
        np.where(condition, first.low, second.low),
        np.where(condition, first.error, second.error),
    )


def sums(rows: Pair) -> tuple[Pair, Floats]:
    """The sum of each row of a matrix, and the sum of the magnitudes, to a relative 2^-30 below."""
    magnitudes = np.add.reduce(rows.magnitude, axis=-1) * (1 - 2.0**-30)
    while (width := rows.high.shape[-1]) > 1:
        half = width // 2
        halves = (..., slice(0, half)), (..., slice(half, 2 * half))
        paired = in_blocks(Pair.__add__, *(rows.take(places) for places in halves))
        rows = joined(paired, rows.take((..., slice(2 * half, None)))) if width % 2 else paired
    if rows.high.shape[-1] == 0:
        return Pair.exact(np.zeros(rows.high.shape[:-1])), magnitudes
    return rows.take((..., 0)), magnitudes


def joined(*parts: Pair) -> Pair:
    """Pairs end to end, along the last axis."""
    if len(parts) == 1:
        return parts[0]
    return Pair(
        np.concatenate([part.high for part in parts], -1),
        np.concatenate([part.low for part in parts], -1),
        np.concatenate([part.error for part in parts], -1),
    )


def in_blocks(function: Callable[..., Pair], *arguments: Pair) -> Pair:
    """A function that goes element by element, on pairs of one shape.

    Block after block along the last axis: what it computes on the way takes little memory, and
    stays near the processor.
    """
    width = arguments[0].high.shape[-1]
    if width <= BLOCK:
        return function(*arguments)
    parts = [
        function(*(argument.take((..., slice(start, start + BLOCK))) for argument in arguments))
        for start in range(0, width, BLOCK)
    ]
    return joined(*parts)


def _bounded(high: Floats, low: Floats, error: Floats) -> Pair:
    error = (error + LOSS * np.abs(high)) * _UP
    return Pair(high, low, error + _floor(error))


def _floor(error: Floats) -> Floats:
    floor: Floats = np.where(error > 0, FLOOR, 0.0)
    return floor


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    total = a + b
    second = total - a
    return total, (a - (total - second)) + (b - second)


def _fast_two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Of two numbers of which the first is the larger, or zero."""
    total = a + b
    return total, b - (total - a)


def _split(a: Floats) -> tuple[Floats, Floats]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, rest
