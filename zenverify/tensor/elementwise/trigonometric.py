"""Trigonometric functions and their inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["arccos", "arcsin", "arctan", "arctan2", "cos", "sin", "sinc", "tan"]


define("sin", np.sin, lambda g, y, x: g * np.cos(x), broadcasts=True)


def sin(x: Operand) -> Tensor:
    """Elementwise sine."""
    return record_single("sin", x)


define("cos", np.cos, lambda g, y, x: -g * np.sin(x), broadcasts=True)


def cos(x: Operand) -> Tensor:
    """Elementwise cosine."""
    return record_single("cos", x)


define("tan", np.tan, lambda g, y, x: g * (1 + y * y), broadcasts=True)


def tan(x: Operand) -> Tensor:
    """Elementwise tangent."""
    return record_single("tan", x)


def _distance_to_circle(x: Array) -> Array:
    """sqrt(1 - x**2), whose digits 1 - x * x would lose next to 1."""
    return np.sqrt((1 - x) * (1 + x))


define("arcsin", np.arcsin, lambda g, y, x: g / _distance_to_circle(x), broadcasts=True)


def arcsin(x: Operand) -> Tensor:
    """Elementwise inverse sine: its slope at -1 and 1 is inf, NaN outside."""
    return record_single("arcsin", x)


define("arccos", np.arccos, lambda g, y, x: -g / _distance_to_circle(x), broadcasts=True)


def arccos(x: Operand) -> Tensor:
    """Elementwise inverse cosine: its slope at -1 and 1 is -inf, NaN outside."""
    return record_single("arccos", x)


define("arctan", np.arctan, lambda g, y, x: g / (1 + x * x), broadcasts=True)


def arctan(x: Operand) -> Tensor:
    """Elementwise inverse tangent."""
    return record_single("arctan", x)


def _over_square_of_distance(a: Array, b: Array, c: Array) -> Array:
    """The quotient a / (b**2 + c**2), without overflow on the way."""
    distance = np.hypot(b, c)
    return a / distance / distance


define(
    "arctan2",
    np.arctan2,
    lambda g, y, a, b: g * _over_square_of_distance(b, a, b),
    lambda g, y, a, b: -g * _over_square_of_distance(a, a, b),
    broadcasts=True,
)


def arctan2(y: Operand, x: Operand) -> Tensor:
    """Elementwise angle of the point (x, y), from -pi to pi; y comes first, as in NumPy."""
    return record_pair("arctan2", y, x)


def _half_turns(x: Array) -> tuple[Array, Array]:
    """The sine and cosine of pi * x, which are exact at integers and halves of them."""
    turns = np.rint(x)
    sign = 1 - 2 * np.abs(np.fmod(turns, 2))
    rest = x - turns
    cosine = np.where(np.abs(rest) == 0.5, 0, np.cos(np.pi * rest))
    return sign * np.sin(np.pi * rest), sign * cosine


def _sinc(x: Array) -> Array:
    sine, _ = _half_turns(x)
    return np.where(x == 0, 1, sine / (np.pi * x))


_SINC_TERMS = 10
"""As many as float64 needs for |x| < 1/2."""


def _sinc_slope(x: Array) -> Array:
    # Next to 0 the two terms cancel. The series there is that of a spherical Bessel function:
    # sinc'(z) = -j1(z) = -z/3 (1 - z**2 / 10 + ...), DLMF 10.53.1.
    _, cosine = _half_turns(x)
    far = (cosine - _sinc(x)) / x
    square = np.minimum(np.square(np.pi * x), 3)
    series = np.ones_like(x)
    for k in range(_SINC_TERMS, 0, -1):
        series = 1 - series * square / (2 * k * (2 * k + 3))
    return np.where(np.abs(x) < 0.5, -(np.pi**2) / 3 * x * series, far)


define("sinc", _sinc, lambda g, y, x: g * _sinc_slope(x), broadcasts=True)


def sinc(x: Operand) -> Tensor:
    """Elementwise ``sin(pi * x) / (pi * x)``, as in NumPy: 1 at 0, where its slope is 0."""
    return record_single("sinc", x)
