"""The error function, the gamma function's logarithm, and their kin."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.elementwise import gamma
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["digamma", "erf", "erfc", "gammaln"]


def _by_element(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A function of the standard library, on arrays."""
    applied = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(applied(x), dtype=x.dtype)


def _in_dtype(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function that computes in float64, rounded to the operand's dtype."""
    return lambda x: function(x).astype(x.dtype, copy=False)


_FARTHEST = 40.0
"""Where exp(-x**2) has long since underflowed."""


def _bell(x: Array) -> Array:
    """2 / sqrt(pi) exp(-x**2).

    Rounding the square would cost x**2 units in the last place. So the square is split: of a
    number with few digits it is exact, and the rest of it is small.
    """
    x = np.clip(x.astype(np.float64), -_FARTHEST, _FARTHEST)
    few = np.rint(x * 65536) / 65536
    return 2 / math.sqrt(math.pi) * np.exp(-few * few) * np.exp((few - x) * (few + x))


_slope_of_erf = _in_dtype(_bell)

define("erf", _by_element(math.erf), lambda g, y, x: g * _slope_of_erf(x), broadcasts=True)


def erf(x: Operand) -> Tensor:
    """Elementwise error function."""
    return record_single("erf", x)


define("erfc", _by_element(math.erfc), lambda g, y, x: -g * _slope_of_erf(x), broadcasts=True)


def erfc(x: Operand) -> Tensor:
    """Elementwise ``1 - erf(x)``, accurate far out."""
    return record_single("erfc", x)


_digamma = _in_dtype(gamma.digamma)
_trigamma = _in_dtype(gamma.trigamma)

define(
    "gammaln",
    _in_dtype(gamma.log_gamma),
    lambda g, y, x: g * _digamma(x),
    broadcasts=True,
)


def gammaln(x: Operand) -> Tensor:
    """Elementwise ``log |Gamma(x)|``: inf at 0, -1, -2, ..."""
    return record_single("gammaln", x)


define("digamma", _digamma, lambda g, y, x: g * _trigamma(x), broadcasts=True)


def digamma(x: Operand) -> Tensor:
    """Elementwise derivative of `gammaln`: infinite at 0, NaN at -1, -2, ..."""
    return record_single("digamma", x)
