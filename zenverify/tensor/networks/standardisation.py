"""The elements of a row over their deviation, or over their root mean square, and the slopes.

With s the inverse of either and h the cotangents of z = s * (x - m), the slopes are
s * (h - mean(h) - z * mean(h * z)), and the same without mean(h) where no mean m was subtracted.

Where one element is much larger than the others, all its digits cancel. So the row is split into
that element and the others. With d its distance from the mean of those, e the same of its
cotangent, and r, g what the others have beside their own means, over the reals

    v = d * d * (n - 1) / n + sum(r * r) + n * eps        is n times the deviation squared
    w = (e * (sum(r * r) + n * eps) - d * sum(g * r)) / v
    q = (e * d * (n - 1) / n + sum(g * r)) / v

its slope is s * w * (n - 1) / n, and the others' are s * (g - r * q - w / n).
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.axes import Shape, reduced_size
from zenverify.tensor.operation import Array
from zenverify.tensor.reductions.reductions import add_up, as_lines, from_lines
from zenverify.tensor.reductions.scaling import exponent_of

__all__ = ["Scale", "by_rms", "pull_by_rms", "pull_standardised", "standardised"]

Exponent: TypeAlias = NDArray[np.integer[Any]]
Mask: TypeAlias = NDArray[np.bool_]


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


def _added(x: Array, exponent: Exponent, eps: float) -> Array:
    """The term eps beside squares of x * 2 ** -exponent."""
    added: Array = np.ldexp(x.dtype.type(eps), -2 * exponent)
    # Where that underflows it must still keep a row of equal elements from 0 / 0.
    return np.maximum(added, np.finfo(x.dtype).tiny) if eps > 0 else added


def _scale(part: Array, exponent: Exponent, axes: Shape, eps: float) -> Scale:
    """The root of mean(x * x) + eps, where part is x * 2 ** -exponent."""
    added = _added(part, exponent, eps)
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
    lines, order = as_lines(x, axes)
    slopes, _ = as_lines(h, axes)
    return from_lines(_pull_lines(slopes, lines, eps), x.shape, order)


def _pull_lines(h: Array, x: Array, eps: float) -> Array:
    n = x.shape[-1]
    if n < 2:
        z, scale = standardised(x, (x.ndim - 1,), eps)
        return scale.divides(h - _sum(h) - z * _sum(h * z))
    _, scale = standardised(x, (x.ndim - 1,), eps)
    part = np.ldexp(x, -scale.exponent)
    far = _farthest(part - part[..., :1] - _sum(part - part[..., :1]) / n)
    # Less one of the others first, so that they keep their digits beside a huge one.
    second = np.where(far[..., :1], part[..., 1:2], part[..., :1])
    d, r = _apart(part - second, far)
    e, g = _apart(h, far)
    # All over the root of v, whose size is that of d or of eps.
    root = scale.root * sqrt(n)
    d, r = d / root, r / root
    common = _sum(g * r)
    small = _sum(r * r) + (_added(x, scale.exponent, eps) / root) / root * n
    w = e * small - d * common
    q = e * d * ((n - 1) / n) + common
    return scale.divides(np.where(far, w * ((n - 1) / n), g - r * q - w / n))


def _sum(x: Array) -> Array:
    return add_up(x, axis=-1, keepdims=True)


def _farthest(x: Array) -> Mask:
    """Where in each row the element is that is farthest from 0; one of them."""
    found: Mask = np.arange(x.shape[-1]) == np.argmax(np.abs(x), axis=-1, keepdims=True)
    return found


def _apart(x: Array, far: Mask) -> tuple[Array, Array]:
    """One element less the mean of the others, and the others less that mean, 0 in its place."""
    others = np.where(far, 0, x)
    mean = _sum(others) / (x.shape[-1] - 1)
    return _sum(np.where(far, x - mean, 0)), np.where(far, 0, x - mean)


def by_rms(x: Array, axes: Shape, eps: float) -> tuple[Array, Scale]:
    """The elements over their root mean square; and that."""
    exponent = _exponent(x, axes, eps)
    scale = _scale(np.ldexp(x, -exponent), exponent, axes, eps)
    return scale.divides(x), scale


def pull_by_rms(h: Array, x: Array, axes: Shape, eps: float) -> Array:
    """The cotangents of x from those of `by_rms`; the largest element is told apart here too."""
    lines, order = as_lines(x, axes)
    slopes, _ = as_lines(h, axes)
    return from_lines(_pull_lines_by_rms(slopes, lines, eps), x.shape, order)


def _pull_lines_by_rms(h: Array, x: Array, eps: float) -> Array:
    n = x.shape[-1]
    if n == 0:
        return h
    z, scale = by_rms(x, (x.ndim - 1,), eps)
    far = _farthest(x)
    own, others = _sum(np.where(far, h, 0)), np.where(far, 0, z)
    common = _sum(h * others) / n
    small = _sum(others * others) / n + (_added(x, scale.exponent, eps) / scale.root) / scale.root
    all_of_it = _sum(np.where(far, z, 0)) * own / n + common
    return scale.divides(np.where(far, own * small - z * common, h - z * all_of_it))
