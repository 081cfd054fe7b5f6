"""How widely elements are spread about their mean, and means with weights."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.arrays import describe
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
from zenverify.tensor.recording import Operand, as_operands, record
from zenverify.tensor.reductions.reductions import add_up, less_largest, mean, mean_of, reduce
from zenverify.tensor.reductions.scaling import Exponent, scaled

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["average", "std", "var"]


def _freedom(x: Array, axis: Axis, ddof: int) -> int:
    """Degrees of freedom; none is left when there are too few elements, and the result NaN."""
    freedom = reduced_size(x.shape, axis) - ddof
    return freedom if freedom > 0 else 0


def _var(x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    deviation = x - mean_of(x, axis, True)
    total = add_up(deviation * deviation, axis=axis, keepdims=keepdims)
    return total / _freedom(x, axis, ddof)


def _pull_var(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    scale = (g + g) / _freedom(x, axis, ddof)
    return (x - mean_of(x, axis, True)) * keep_axes(scale, x.shape, axis)


define("var", _var, _pull_var)


def var(
    x: Operand, axis: AxisArgument = None, keepdims: bool = False, ddof: SupportsIndex = 0
) -> Tensor:
    """Variance along the axes, the sum of squares divided by n - ddof."""
    return reduce("var", x, axis, keepdims, ddof=index(ddof))


def _deviation(x: Array, axis: Axis) -> Array:
    """Return elements less their mean, exactly zero where all are equal.

    The mean itself may be off by its rounding, so it is taken of what is left of a first element.
    """
    reduced = axes_of(axis, x.ndim)
    first = tuple(slice(0, 1) if number in reduced else slice(None) for number in range(x.ndim))
    shifted = x - x[first]
    deviation: Array = shifted - mean_of(shifted, axis, True)
    return deviation


def _scaled_deviation(x: Array, axis: Axis, ddof: int) -> tuple[Array, Array, Exponent]:
    """Return the deviations, scaled so that squares are harmless, their size, and the exponent."""
    # Half as large as need be, since a difference is up to twice as large.
    halves, exponent = scaled(x, axis, -1)
    deviation = _deviation(halves, axis)
    squares = add_up(deviation * deviation, axis=axis, keepdims=True)
    return deviation, np.sqrt(squares / _freedom(x, axis, ddof)), exponent


def _std(x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    _, size, exponent = _scaled_deviation(x, axis, ddof)
    result: Array = np.ldexp(size, exponent)
    return result if keepdims else result.squeeze(axes_of(axis, x.ndim))


def _pull_std(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool, ddof: int) -> Array:
    deviation, size, _ = _scaled_deviation(x, axis, ddof)
    slope = deviation / (size * _freedom(x, axis, ddof))
    # Where all elements are equal, the mean of both sides.
    return keep_axes(g, x.shape, axis) * np.where(size == 0, 0, slope)


define("std", _std, _pull_std)


def std(
    x: Operand, axis: AxisArgument = None, keepdims: bool = False, ddof: SupportsIndex = 0
) -> Tensor:
    """Standard deviation along the axes; its slope is 0 where all elements are equal."""
    return reduce("std", x, axis, keepdims, ddof=index(ddof))


def _aligned(weights: Array, shape: Shape, axis: Axis) -> Array:
    """Return weights that broadcast against an array, of its shape or one for the axes alone."""
    if weights.shape == shape:
        return weights
    order = axes_of(axis, len(shape))
    moved = weights.transpose(np.argsort(order))
    return moved.reshape([s if number in order else 1 for number, s in enumerate(shape)])


def _total_weight(x: Array, aligned: Array, axis: Axis, keepdims: bool) -> Array:
    # In the precision of the result, which is higher if float32 weights meet a float64 array.
    dtype = np.result_type(x, aligned)
    return add_up(aligned, axis=axis, keepdims=keepdims, dtype=dtype)


def _average(x: Array, weights: Array, axis: Axis, keepdims: bool) -> Array:
    aligned = _aligned(weights, x.shape, axis)
    total = add_up(x * aligned, axis=axis, keepdims=keepdims)
    return total / _total_weight(x, aligned, axis, keepdims)


def _pull_averaged(
    g: Array, y: Array, x: Array, weights: Array, axis: Axis, keepdims: bool
) -> Array:
    aligned = _aligned(weights, x.shape, axis)
    return keep_axes(g, x.shape, axis) * (aligned / _total_weight(x, aligned, axis, True))


def _pull_weights(
    g: Array, y: Array, x: Array, weights: Array, axis: Axis, keepdims: bool
) -> Array:
    aligned = _aligned(weights, x.shape, axis)
    total = _total_weight(x, aligned, axis, True)
    # Not x - y, which are nearly equal where one weight is much larger than the others.
    wide = np.broadcast_to(aligned, x.shape)
    dtype = np.result_type(x, weights)
    relative = less_largest(x.astype(dtype, copy=False), np.abs(wide), axis)
    centred = relative - add_up(relative * wide, axis=axis, keepdims=True) / total
    pulled = keep_axes(g, x.shape, axis) / total * centred
    if weights.shape == x.shape:
        return pulled
    order = axes_of(axis, x.ndim)
    others = tuple(number for number in range(x.ndim) if number not in order)
    return add_up(pulled, axis=others).transpose(np.argsort(np.argsort(order)))


define("average", _average, _pull_averaged, _pull_weights)


def average(
    x: Operand, axis: AxisArgument = None, weights: Operand | None = None, keepdims: bool = False
) -> Tensor:
    """Mean along the axes, each element as often as its weight says.

    Parameters
    ----------
    x : array
        What to average.
    axis : int, tuple of int, or None
        Over which axes; all by default.
    weights : array, optional
        One for each element of x, or one for each position along the axes, as in NumPy: of shape
        ``(x.shape[axis],)``, or ``(x.shape[i], x.shape[j])`` for axes ``(i, j)``. Without weights
        it is the `mean`.
    keepdims : bool
        Whether to keep the axes, with size one.

    Raises
    ------
    ValueError
        If the weights have another shape.
    """
    if weights is None:
        return mean(x, axis, keepdims)
    operands = as_operands("average", (x, weights))
    chosen = checked_axis("average", operands[0], axis)
    shape = operands[0].shape
    along = tuple(shape[number] for number in axes_of(chosen, len(shape)))
    fitting = [shape] if axis is None else [shape, along]
    if operands[1].shape not in fitting:
        raise ValueError(
            f"average of {describe(operand.array for operand in operands)}: for axis {axis} the "
            f"weights must have shape {' or '.join(map(str, dict.fromkeys(fitting)))}"
        )
    return record("average", operands, {"axis": chosen, "keepdims": bool(keepdims)})
