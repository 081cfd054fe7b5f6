"""Exponentials and logarithms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "xlogy"]

_LOG_2 = math.log(2)
_LOG_10 = math.log(10)


define("exp", np.exp, lambda g, y, x: g * y, broadcasts=True)


def exp(x: Operand) -> Tensor:
    """Elementwise exponential."""
    return record_single("exp", x)


define("exp2", np.exp2, lambda g, y, x: g * y * _LOG_2, broadcasts=True)


def exp2(x: Operand) -> Tensor:
    """Elementwise ``2 ** x``."""
    return record_single("exp2", x)


# Not g * (y + 1), which is all rounding error where exp(x) is small.
define("expm1", np.expm1, lambda g, y, x: g * np.exp(x), broadcasts=True)


def expm1(x: Operand) -> Tensor:
    """Elementwise ``exp(x) - 1``, accurate near 0."""
    return record_single("expm1", x)


define("log", np.log, lambda g, y, x: g / x, broadcasts=True)


def log(x: Operand) -> Tensor:
    """Elementwise natural logarithm: -inf at 0, NaN below."""
    return record_single("log", x)


define("log2", np.log2, lambda g, y, x: g / x / _LOG_2, broadcasts=True)


def log2(x: Operand) -> Tensor:
    """Elementwise logarithm to base 2: -inf at 0, NaN below."""
    return record_single("log2", x)


define("log10", np.log10, lambda g, y, x: g / x / _LOG_10, broadcasts=True)


def log10(x: Operand) -> Tensor:
    """Elementwise logarithm to base 10: -inf at 0, NaN below."""
    return record_single("log10", x)


define("log1p", np.log1p, lambda g, y, x: g / (x + 1), broadcasts=True)


def log1p(x: Operand) -> Tensor:
    """Elementwise ``log(1 + x)``, accurate near 0."""
    return record_single("log1p", x)


def _nothing(a: Array, b: Array) -> Array:
    nothing: Array = (a == 0) & ~np.isnan(b)
    return nothing


def _xlogy(a: Array, b: Array) -> Array:
    return np.where(_nothing(a, b), 0, a * np.log(b, dtype=np.result_type(a, b)))


define(
    "xlogy",
    _xlogy,
    lambda g, y, a, b: g * np.log(b, dtype=g.dtype),
    lambda g, y, a, b: g * np.where(_nothing(a, b), 0, a / b),
    broadcasts=True,
)


def xlogy(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x * log(y)``, but 0 where x is 0, unless y is NaN."""
    return record_pair("xlogy", x, y)
