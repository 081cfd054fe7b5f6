"""Sums, means, products and extrema along axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from zenverify.tensor.axes import (
    Axis,
    AxisArgument,
    Shape,
    axes_of,
    checked_axis,
    keep_axes,
    reduced_size,
)
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["amax", "amin", "logsumexp", "max", "mean", "min", "prod", "ptp", "sum"]


# Called directly, a ufunc's reduction takes half as long as numpy.sum does.
add_up: Callable[..., Array] = np.add.reduce


def reduce(name: str, x: Operand, axis: AxisArgument, keepdims: bool, **more: Any) -> Tensor:
    """Record a reduction, once its axes are checked."""
    operand = as_tensor(name, x)
    chosen = checked_axis(name, operand, axis)
    return record_single(name, operand, {"axis": chosen, "keepdims": bool(keepdims), **more})


def spread(g: Array, x: Array, axis: Axis) -> Array:
    """Repeat a reduction's cotangent along the reduced axes (faster than broadcast_to)."""
    repeated = np.empty_like(x)
    repeated[...] = keep_axes(g, x.shape, axis)
    return repeated


define("sum", add_up, lambda g, y, x, axis, keepdims: spread(g, x, axis))


def sum(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Sum along the axes, or of all elements."""
    return reduce("sum", x, axis, keepdims)


def mean_of(x: Array, axis: Axis, keepdims: bool) -> Array:
    """Arithmetic mean along the axes; NaN where there are no elements."""
    return add_up(x, axis=axis, keepdims=keepdims) / reduced_size(x.shape, axis)


define(
    "mean",
    mean_of,
    lambda g, y, x, axis, keepdims: spread(g / reduced_size(x.shape, axis), x, axis),
)


def mean(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Arithmetic mean along the axes, or of all elements; NaN if there are none."""
    return reduce("mean", x, axis, keepdims)


def _products_before(lines: Array) -> Array:
    """For each element of a line, the product of those before it."""
    products = np.ones_like(lines)
    np.multiply.accumulate(lines[..., :-1], axis=-1, out=products[..., 1:])
    return products


def as_lines(x: Array, axis: Axis) -> tuple[Array, tuple[int, ...]]:
    """Return the array with the reduced axes merged into one, the last, and the order of axes.

    `from_lines` goes back.
    """
    reduced = axes_of(axis, x.ndim)
    order = tuple(number for number in range(x.ndim) if number not in reduced) + reduced
    moved = x.transpose(order)
    kept = moved.shape[: x.ndim - len(reduced)]
    return moved.reshape(*kept, reduced_size(x.shape, axis)), order


def from_lines(lines: Array, shape: Shape, order: tuple[int, ...]) -> Array:
    """Return lines as an array of the shape that `as_lines` was given."""
    moved = lines.reshape([shape[number] for number in order])
    return moved.transpose(np.argsort(order))


def _pull_prod(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    # The product of the others, without y / x, which fails if an element is zero.
    lines, order = as_lines(x, axis)
    others = _products_before(lines) * _products_before(lines[..., ::-1])[..., ::-1]
    return keep_axes(g, x.shape, axis) * from_lines(others, x.shape, order)


define("prod", np.multiply.reduce, _pull_prod)


def prod(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Product along the axes, or of all elements."""
    return reduce("prod", x, axis, keepdims)


def pull_extremum(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """Share the cotangent equally among the elements that tie."""
    extremum = keep_axes(y, x.shape, axis)
    ties = x == extremum
    number = add_up(ties, axis=axis, keepdims=True, dtype=x.dtype)
    share = keep_axes(g, x.shape, axis) / number
    return np.where(np.isnan(extremum), extremum, np.where(ties, share, 0))


define("max", np.maximum.reduce, pull_extremum)


def max(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Largest element along the axes; n elements that tie have slope 1/n each."""
    return reduce("max", x, axis, keepdims)


define("min", np.minimum.reduce, pull_extremum)


def min(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Smallest element along the axes; n elements that tie have slope 1/n each."""
    return reduce("min", x, axis, keepdims)


amax, amin = max, min


define(
    "ptp",
    lambda x, axis, keepdims: (
        np.maximum.reduce(x, axis=axis, keepdims=keepdims)
        - np.minimum.reduce(x, axis=axis, keepdims=keepdims)
    ),
    lambda g, y, x, axis, keepdims: (
        pull_extremum(g, np.maximum.reduce(x, axis=axis), x, axis, keepdims)
        - pull_extremum(g, np.minimum.reduce(x, axis=axis), x, axis, keepdims)
    ),
)


def ptp(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Largest less smallest element along the axes; the slopes of ties are those of both."""
    return reduce("ptp", x, axis, keepdims)


def exponentials(x: Array, axis: Axis) -> tuple[Array, Array]:
    """Return a shift along the axes and exp(x - shift), which cannot overflow.

    The shift is the maximum, or 0 where that is infinite.
    """
    highest = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(highest), highest, 0)
    return shift, np.exp(x - shift)


def proportions(x: Array, axis: Axis) -> Array:
    """Return the exponentials divided by their sum along the axes."""
    _, terms = exponentials(x, axis)
    return terms / add_up(terms, axis=axis, keepdims=True)


def log_total(x: Array, axis: Axis) -> tuple[Array, Array]:
    """Return a shift along the axes, and the logarithm of the sum of exp(x - shift).

    The largest terms are 1, and one of them is kept out of the sum, so that small ones beside it
    are not lost.
    """
    shift, terms = exponentials(x, axis)
    largest = terms == 1
    others = add_up(largest, axis=axis, keepdims=True, dtype=x.dtype) - 1
    return shift, np.log1p(others + add_up(np.where(largest, 0, terms), axis=axis, keepdims=True))


def less_largest(x: Array, sizes: Array, axis: Axis) -> Array:
    """Return x less its element of the largest size along the axes, or less the mean of several.

    In an average of that, weighted by the sizes, no large terms cancel. Nothing is subtracted where
    it is not finite.
    """
    largest = sizes == np.maximum.reduce(sizes, axis=axis, keepdims=True, initial=-np.inf)
    number = add_up(largest, axis=axis, keepdims=True, dtype=x.dtype)
    found = add_up(np.where(largest, x / number, 0), axis=axis, keepdims=True)
    return x - np.where(np.isfinite(found), found, 0)


def total_logarithm(x: Array, axis: Axis, keepdims: bool) -> Array:
    """Return the logarithm of the sum of exponentials along the axes."""
    shift, logarithm = log_total(x, axis)
    total = logarithm + shift
    return total if keepdims else total.squeeze(axes_of(axis, x.ndim))


def pull_logsumexp(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """Pull a cotangent of `total_logarithm` back to its operand."""
    # Not exp(x - y), which suffers from the rounding of y where that is large.
    return keep_axes(g, x.shape, axis) * proportions(x, axis)


define("logsumexp", total_logarithm, pull_logsumexp)


def logsumexp(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Logarithm of the sum of exponentials; -inf if there is nothing but -inf."""
    return reduce("logsumexp", x, axis, keepdims)
