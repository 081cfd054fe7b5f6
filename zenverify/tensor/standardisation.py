"""The elements of a row over their deviation, or over their root mean square, and the slopes.

With s the inverse of either and h the cotangents of z = s * (x - m), the slopes are
s * (h - mean(h) - z * mean(h * z)), and the same without mean(h) where no mean m was subtracted.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.axes import Shape, reduced_size
from zenverify.tensor.operation import Array
from zenverify.tensor.reductions import add_up
from zenverify.tensor.scaling import exponent_of

__all__ = ["Scale", "by_rms", "pull_by_rms", "pull_standardised", "standardised"]

Exponent: TypeAlias = NDArray[np.integer[Any]]


class Scale(NamedTuple):
    """A deviation or root mean square, root * 2 ** exponent: its square may be out of range."""

    root: Array
    exponent: Exponent

    def divides(self, x: Array) -> Array:
        quotient: Array = np.ldexp(x / self.root, -self.exponent)
        return quotient


def _mean(x: Array, axes: Shape) -> Array:
    return add_up(x, axis=axes, keepdims=True) / reduced_size(x.shape, axes)


def _exponent(x: Array, axes: Shape, eps: float) -> Exponent:
    """The power of two that makes the largest element, and the root of eps, at most 1."""
    largest = np.maximum.reduce(np.abs(x), axis=axes, keepdims=True, initial=sqrt(eps))
    return exponent_of(largest)


def _scale(part: Array, exponent: Exponent, axes: Shape, eps: float) -> Scale:
    """The root of mean(x * x) + eps, where part is x * 2 ** -exponent."""
    added = np.ldexp(part.dtype.type(eps), -2 * exponent)
    if eps > 0:
        # Where that underflows it must still keep a row of equal elements from 0 / 0.
        added = np.maximum(added, np.finfo(part.dtype).tiny)
    return Scale(np.sqrt(_mean(part * part, axes) + added), exponent)


def standardised(x: Array, axes: Shape, eps: float) -> tuple[Array, Scale]:
    """The elements less their mean, over their deviation; and that deviation."""
    exponent = _exponent(x, axes, eps)
    part = np.ldexp(x, -exponent)
    # Less any element first, so that nothing but 0 is left where all are equal.
    part -= part[tuple(slice(0, 1) if a in axes else slice(None) for a in range(x.ndim))]
    part -= _mean(part, axes)
    scale = _scale(part, exponent, axes, eps)
    return part / scale.root, scale


def pull_standardised(h: Array, x: Array, axes: Shape, eps: float) -> Array:
    """The cotangents of x from those of `standardised`."""
    z, scale = standardised(x, axes, eps)
    return scale.divides(h - _mean(h, axes) - z * _mean(h * z, axes))


def by_rms(x: Array, axes: Shape, eps: float) -> tuple[Array, Scale]:
    """The elements over their root mean square; and that."""
    exponent = _exponent(x, axes, eps)
    scale = _scale(np.ldexp(x, -exponent), exponent, axes, eps)
    return scale.divides(x), scale


def pull_by_rms(h: Array, x: Array, axes: Shape, eps: float) -> Array:
    """The cotangents of x from those of `by_rms`."""
    z, scale = by_rms(x, axes, eps)
    return scale.divides(h - z * _mean(h * z, axes))
