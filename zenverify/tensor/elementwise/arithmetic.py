"""Sums, differences, products, quotients and powers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["add", "divide", "multiply", "negative", "power", "subtract"]


define("add", np.add, lambda g, y, a, b: g, lambda g, y, a, b: g, broadcasts=True)


def add(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x + y``."""
    return record_pair("add", x, y)


define("subtract", np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g, broadcasts=True)


def subtract(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x - y``."""
    return record_pair("subtract", x, y)


define("multiply", np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, broadcasts=True)


def multiply(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x * y``."""
    return record_pair("multiply", x, y)


# Through y, since a / b**2 would overflow where the quotient does not; and y / b first, which is
# the derivative, since g * y may overflow where it is small.
define(
    "divide",
    np.divide,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -(g * (y / b)),
    broadcasts=True,
)


def divide(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x / y``."""
    return record_pair("divide", x, y)


define("negative", np.negative, lambda g, y, x: -g, broadcasts=True)


def negative(x: Operand) -> Tensor:
    """Elementwise ``-x``."""
    return record_single("negative", x)


def _divided(b: Array, y: Array, a: Array) -> Array:
    """Return b * y / a, in an order in which nothing leaves the range of the floats."""
    quotient = y / a
    return np.where(np.isinf(quotient), b * y / a, b * quotient)


def _pull_base(g: Array, y: Array, a: Array, b: Array) -> Array:
    # Where b == 0 the exponent is left at 0, so that the slope is 0 * a**0 = 0 for any a.
    b = b.astype(y.dtype, copy=False)
    lowered = b - (b != 0)
    # Beyond 2**53 the exponent less one is the exponent, whose parity is wrong; and of a small
    # exponent it has lost digits, which a large logarithm multiplies.
    rounded = (lowered == b) | (np.abs(b) < 0.5)
    slope = np.where(rounded & (a != 0) & (b != 0), _divided(b, y, a), b * a**lowered)
    # A tiny exponent less one is -1, and a power of -1 is defined where y is not.
    return g * np.where(np.isnan(y), y, slope)


def _pull_exponent(g: Array, y: Array, a: Array, b: Array) -> Array:
    # 0**b is flat for b > 0. Otherwise there is no derivative unless a > 0.
    logarithm = np.where(a > 0, np.log(a, dtype=y.dtype), np.nan)
    slope: Array = np.where((a == 0) & (b > 0), 0, y * logarithm)
    return g * slope


define("power", np.power, _pull_base, _pull_exponent, broadcasts=True)


def power(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x ** y``, NaN where x is negative and y not an integer."""
    return record_pair("power", x, y)
