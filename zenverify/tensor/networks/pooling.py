"""Pooling: the largest or the mean element under each position of a window."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Shape
from zenverify.tensor.networks.windows import Numbers, meetings, per_axis, position_count
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["avg_pool1d", "avg_pool2d", "max_pool1d", "max_pool2d"]

LAYOUTS = {1: "(N, C, L)", 2: "(N, C, H, W)"}


def _positions(x: Array, kernel: Shape, stride: Shape, padding: Shape) -> Shape:
    axes = zip(x.shape[2:], kernel, stride, padding, strict=True)
    return tuple(position_count(*axis) for axis in axes)


def _max_pool(x: Array, kernel: Shape, stride: Shape, padding: Shape) -> Array:
    positions = _positions(x, kernel, stride, padding)
    result = np.full((*x.shape[:2], *positions), -np.inf, x.dtype)
    for _, places, elements in meetings(x.shape[2:], positions, kernel, stride, padding):
        np.maximum(result[places], x[elements], out=result[places])
    return result


def _pull_max_pool(
    g: Array, y: Array, x: Array, kernel: Shape, stride: Shape, padding: Shape
) -> Array:
    """Share each cotangent equally among the elements of the window that tie."""
    met = list(meetings(x.shape[2:], y.shape[2:], kernel, stride, padding))
    number = np.zeros_like(y)
    for _, places, elements in met:
        number[places] += x[elements] == y[places]
    # In a window with a NaN there is no largest element: all of its slopes are NaN.
    share = np.where(np.isnan(y), y, g / number)
    contribution = np.zeros_like(x)
    for _, places, elements in met:
        chosen = (x[elements] == y[places]) | np.isnan(y[places])
        contribution[elements] += np.where(chosen, share[places], 0)
    return contribution


def _avg_pool(x: Array, kernel: Shape, stride: Shape, padding: Shape) -> Array:
    positions = _positions(x, kernel, stride, padding)
    result = np.zeros((*x.shape[:2], *positions), x.dtype)
    for _, places, elements in meetings(x.shape[2:], positions, kernel, stride, padding):
        result[places] += x[elements]
    result /= prod(kernel)
    return result


def _pull_avg_pool(
    g: Array, y: Array, x: Array, kernel: Shape, stride: Shape, padding: Shape
) -> Array:
    share = g / prod(kernel)
    contribution = np.zeros_like(x)
    for _, places, elements in meetings(x.shape[2:], y.shape[2:], kernel, stride, padding):
        contribution[elements] += share[places]
    return contribution


define("max_pool1d", _max_pool, _pull_max_pool)
define("max_pool2d", _max_pool, _pull_max_pool)
define("avg_pool1d", _avg_pool, _pull_avg_pool)
define("avg_pool2d", _avg_pool, _pull_avg_pool)


def max_pool1d(
    x: Operand, kernel: Numbers, stride: Numbers | None = None, padding: Numbers = 0
) -> Tensor:
    """Largest element under each position of a window along the last axis of (N, C, L).

    The arguments are those of `max_pool2d`, for the one axis.
    """
    return _pooled("max_pool1d", x, 1, kernel, stride, padding)


def max_pool2d(
    x: Operand, kernel: Numbers, stride: Numbers | None = None, padding: Numbers = 0
) -> Tensor:
    """Largest element under each position of a window; n that tie have slope 1/n each.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    kernel : int or pair of int
        Size of the window; rows, then columns.
    stride : int or pair of int, optional
        Step between positions of the window; its size by default.
    padding : int or pair of int
        How far the window reaches beyond each side, at most by half its size. What lies there is
        never the largest.

    Returns
    -------
    Tensor, (N, C, (H + 2 * padding - kernel) // stride + 1, the same for W)

    Raises
    ------
    ValueError
        If x has another number of axes, the window is larger than what it moves over, a size or
        stride is below 1, or a padding below 0 or more than half the window.
    """
    return _pooled("max_pool2d", x, 2, kernel, stride, padding)


def avg_pool1d(
    x: Operand, kernel: Numbers, stride: Numbers | None = None, padding: Numbers = 0
) -> Tensor:
    """Mean under each position of a window along the last axis of (N, C, L).

    The arguments are those of `avg_pool2d`, for the one axis.
    """
    return _pooled("avg_pool1d", x, 1, kernel, stride, padding)


def avg_pool2d(
    x: Operand, kernel: Numbers, stride: Numbers | None = None, padding: Numbers = 0
) -> Tensor:
    """Mean under each position of a window; what lies beyond the sides counts as zeros.

    The sum is always divided by the window's size. Arguments, result and errors are those of
    `max_pool2d`.
    """
    return _pooled("avg_pool2d", x, 2, kernel, stride, padding)


def _pooled(
    name: str,
    x: Operand,
    count: int,
    kernel: Numbers,
    stride: Numbers | None,
    padding: Numbers,
) -> Tensor:
    images = as_tensor(name, x)
    window = per_axis(name, "kernel", kernel, count, 1)
    attributes = {
        "kernel": window,
        "stride": window if stride is None else per_axis(name, "stride", stride, count, 1),
        "padding": per_axis(name, "padding", padding, count, 0),
    }
    call = f"{name} of {describe((images.array,))}"
    if len(images.shape) != count + 2:
        raise ValueError(f"{call}: expected {LAYOUTS[count]}")
    for size, wide, step, added in zip(images.shape[2:], *attributes.values(), strict=True):
        if 2 * added > wide:
            raise ValueError(f"{call}: padding {added} is more than half a window of {wide}")
        if size < 1 or position_count(size, wide, step, added) < 1:
            raise ValueError(f"{call}: a window of {wide} does not fit {size} padded by {added}")
    return record_single(name, images, attributes)
