"""Operations that combine elements along axes."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from zenverify.tensor.axes import (
    Axis,
    AxisArgument,
    axes_of,
    checked_axis,
    keep_axes,
    reduced_size,
)
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["logsumexp", "max", "mean", "min", "prod", "sum", "var"]


# Called directly, a ufunc's reduction takes half as long as numpy.sum does.
add_up: Callable[..., Array] = np.add.reduce


def _reduce(name: str, x: Operand, axis: AxisArgument, keepdims: bool, **more: Any) -> Tensor:
    operand = as_tensor(name, x)
    chosen = checked_axis(name, operand, axis)
    return record_single(name, operand, {"axis": chosen, "keepdims": bool(keepdims), **more})


def _spread(g: Array, x: Array, axis: Axis) -> Array:
    """Repeat a reduction's cotangent along the reduced axes (faster than broadcast_to)."""
    spread = np.empty_like(x)
    spread[...] = keep_axes(g, x.shape, axis)
    return spread


define("sum", add_up, lambda g, y, x, axis, keepdims: _spread(g, x, axis))


def sum(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Sum along the axes, or of all elements."""
    return _reduce("sum", x, axis, keepdims)


def _mean(x: Array, axis: Axis, keepdims: bool) -> Array:
    return add_up(x, axis=axis, keepdims=keepdims) / reduced_size(x.shape, axis)


define(
    "mean",
    _mean,
    lambda g, y, x, axis, keepdims: _spread(g / reduced_size(x.shape, axis), x, axis),
)


def mean(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Arithmetic mean along the axes, or of all elements; NaN if there are none."""
    return _reduce("mean", x, axis, keepdims)


def _products_before(lines: Array) -> Array:
    """For each element of a line, the product of those before it."""
    products = np.ones_like(lines)
    np.multiply.accumulate(lines[..., :-1], axis=-1, out=products[..., 1:])
    return products


def _pull_prod(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    # The product of the others, without y / x, which fails if an element is zero. The reduced axes
    # are moved to the end and merged into lines.
    reduced = axes_of(axis, x.ndim)
    order = [number for number in range(x.ndim) if number not in reduced] + list(reduced)
    moved = x.transpose(order)
    lines = moved.reshape(*moved.shape[: x.ndim - len(reduced)], reduced_size(x.shape, axis))
    others = _products_before(lines) * _products_before(lines[..., ::-1])[..., ::-1]
    return keep_axes(g, x.shape, axis) * others.reshape(moved.shape).transpose(np.argsort(order))


define("prod", np.multiply.reduce, _pull_prod)


def prod(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Product along the axes, or of all elements."""
    return _reduce("prod", x, axis, keepdims)


def _pull_extremum(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """Share the cotangent equally among the elements that tie."""
    extremum = keep_axes(y, x.shape, axis)
    ties = x == extremum
    number = add_up(ties, axis=axis, keepdims=True, dtype=x.dtype)
    share = keep_axes(g, x.shape, axis) / number
    return np.where(np.isnan(extremum), extremum, np.where(ties, share, 0))


define("max", np.maximum.reduce, _pull_extremum)


def max(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Largest element along the axes; n elements that tie have slope 1/n each."""
    return _reduce("max", x, axis, keepdims)


define("min", np.minimum.reduce, _pull_extremum)


def min(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Smallest element along the axes; n elements that tie have slope 1/n each."""
    return _reduce("min", x, axis, keepdims)


def _freedom(x: Array, axis: Axis, ddof: int) -> int:
    """Degrees of freedom; none is left when there are too few elements, and the result NaN."""
    freedom = reduced_size(x.shape, axis) - ddof
    return freedom if freedom > 0 else 0


def _var(x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    deviation = x - _mean(x, axis, True)
    total = add_up(deviation * deviation, axis=axis, keepdims=keepdims)
    return total / _freedom(x, axis, ddof)


def _pull_var(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    scale = (g + g) / _freedom(x, axis, ddof)
    return (x - _mean(x, axis, True)) * keep_axes(scale, x.shape, axis)


define("var", _var, _pull_var)


def var(
    x: Operand, axis: AxisArgument = None, keepdims: bool = False, ddof: SupportsIndex = 0
) -> Tensor:
    """Variance along the axes, the sum of squares divided by n - ddof."""
    return _reduce("var", x, axis, keepdims, ddof=index(ddof))


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


def _logsumexp(x: Array, axis: Axis, keepdims: bool) -> Array:
    shift, terms = exponentials(x, axis)
    total = np.log(add_up(terms, axis=axis, keepdims=True)) + shift
    return total if keepdims else total.squeeze(axes_of(axis, x.ndim))


def _pull_logsumexp(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    # Not exp(x - y), which suffers from the rounding of y where that is large.
    return keep_axes(g, x.shape, axis) * proportions(x, axis)


define("logsumexp", _logsumexp, _pull_logsumexp)


def logsumexp(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Logarithm of the sum of exponentials; -inf if there is nothing but -inf."""
    return _reduce("logsumexp", x, axis, keepdims)
