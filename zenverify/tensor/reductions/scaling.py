"""Scaling by powers of two, which costs no digits, so that powers neither over- nor underflow."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.axes import Axis
from zenverify.tensor.operation import Array

__all__ = ["Exponent", "exponent_of", "scaled"]

Exponent: TypeAlias = NDArray[np.integer[Any]]


def exponent_of(largest: Array) -> Exponent:
    """Return the power of two next above each magnitude; 0 for zero, infinity and NaN."""
    return np.where(np.isfinite(largest), np.frexp(largest)[1], 0)


def scaled(x: Array, axis: Axis, shift: int = 0) -> tuple[Array, Exponent]:
    """Return an array divided by powers of two, and their exponents, with the axes kept.

    Parameters
    ----------
    x : array
        What to scale.
    axis : int, tuple of int, or None
        The axes along which elements have a power in common.
    shift : int
        The largest magnitude along the axes comes to lie between ``2 ** (shift - 1)`` and
        ``2 ** shift``.
    """
    largest = np.maximum.reduce(np.abs(x), axis=axis, keepdims=True, initial=0)
    exponent = exponent_of(largest) - shift
    return np.ldexp(x, -exponent), exponent
