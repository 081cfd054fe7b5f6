"""Operations of neural networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Axis, AxisArgument, checked_axis, integers
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, as_tensor, record, record_single
from zenverify.tensor.reductions import add_up, exponentials, proportions

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["conv2d", "log_softmax", "softmax"]

Pair: TypeAlias = tuple[int, int]


def _pull_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    return y * (g - add_up(g * y, axis=axis, keepdims=True))


define("softmax", proportions, _pull_softmax)


def softmax(x: Operand, axis: AxisArgument = -1) -> Tensor:
    """Exponentials divided by their sum along the axes, or of all elements if axis is None."""
    operand = as_tensor("softmax", x)
    return record_single("softmax", operand, {"axis": checked_axis("softmax", operand, axis)})


def _log_softmax(x: Array, axis: Axis) -> Array:
    shift, terms = exponentials(x, axis)
    return x - shift - np.log(add_up(terms, axis=axis, keepdims=True))


def _pull_log_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    return g - np.exp(y) * add_up(g, axis=axis, keepdims=True)


define("log_softmax", _log_softmax, _pull_log_softmax)


def log_softmax(x: Operand, axis: AxisArgument = -1) -> Tensor:
    """Logarithm of `softmax`, accurate where that underflows."""
    operand = as_tensor("log_softmax", x)
    return record_single(
        "log_softmax", operand, {"axis": checked_axis("log_softmax", operand, axis)}
    )


def _windows(x: Array, w: Array, stride: Pair, padding: Pair) -> Array:
    """Return the patch of x under each position of the kernel, (N, C, rows, columns, kh, kw)."""
    (rows, columns), (down, across) = padding, stride
    padded = np.pad(x, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    return windows[:, :, ::down, ::across]


def _conv2d(x: Array, w: Array, stride: Pair, padding: Pair) -> Array:
    # A matrix product, and not tensordot: that skips NaN times 0 where a matrix has one element.
    patches = np.moveaxis(_windows(x, w, stride, padding), 1, 3)
    rows = patches.reshape(*patches.shape[:3], w[0].size if len(w) else 0)
    return np.moveaxis(rows @ w.reshape(len(w), rows.shape[-1]).T, 3, 1)


def _pull_images(g: Array, y: Array, x: Array, w: Array, stride: Pair, padding: Pair) -> Array:
    """Add each kernel element's part to the strided slice of the images that it met."""
    (rows, columns), (down, across) = padding, stride
    height, width = x.shape[2:]
    padded = np.zeros((*x.shape[:2], height + 2 * rows, width + 2 * columns), x.dtype)
    for i, j in np.ndindex(w.shape[2:]):
        part = np.moveaxis(np.moveaxis(g, 1, 3) @ w[:, :, i, j], 3, 1)
        bottom, right = i + down * g.shape[2], j + across * g.shape[3]
        padded[:, :, i:bottom:down, j:right:across] += part
    return padded[:, :, rows : rows + height, columns : columns + width]


def _pull_kernels(g: Array, y: Array, x: Array, w: Array, stride: Pair, padding: Pair) -> Array:
    windows = np.moveaxis(_windows(x, w, stride, padding), 1, 3)
    outputs = np.moveaxis(g, 1, 0).reshape(len(w), g.shape[0] * g.shape[2] * g.shape[3])
    return (outputs @ windows.reshape(outputs.shape[1], w[0].size)).reshape(w.shape)


define("conv2d", _conv2d, _pull_images, _pull_kernels)


def conv2d(
    x: Operand,
    w: Operand,
    stride: SupportsIndex | Iterable[SupportsIndex] = 1,
    padding: SupportsIndex | Iterable[SupportsIndex] = 0,
) -> Tensor:
    """Two-dimensional cross-correlation, as deep learning means by convolution.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    w : (O, C, kh, kw)
        Kernels.
    stride, padding : int or pair of int
        Step between positions of the kernel, and zeros added on each side; rows, then columns.

    Returns
    -------
    Tensor, (N, O, (H + 2 * padding - kh) // stride + 1, the same for W)

    Raises
    ------
    ValueError
        If the shapes do not fit, a kernel is larger than the padded images, a stride is below 1
        or a padding below 0.
    """
    images, kernels = as_operands("conv2d", (x, w))
    attributes = {"stride": _pair("stride", stride, 1), "padding": _pair("padding", padding, 0)}
    _check_sizes(images, kernels, attributes["padding"])
    return record("conv2d", (images, kernels), attributes)


def _pair(what: str, numbers: SupportsIndex | Iterable[SupportsIndex], least: int) -> Pair:
    pair = integers(numbers)
    if len(pair) == 1:
        pair *= 2
    if len(pair) != 2 or min(pair) < least:
        raise ValueError(f"conv2d: {what} {numbers} must be one or two integers from {least} up")
    return pair[0], pair[1]


def _check_sizes(x: Tensor, w: Tensor, padding: Pair) -> None:
    call = f"conv2d of {describe((x.array, w.array))}"
    if len(x.shape) != 4 or len(w.shape) != 4:
        raise ValueError(f"{call}: expected images (N, C, H, W) and kernels (O, C, kh, kw)")
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"{call}: images have {x.shape[1]} channels, kernels {w.shape[1]}")
    for size, kernel, added in zip(x.shape[2:], w.shape[2:], padding, strict=True):
        if not 0 < kernel <= size + 2 * added:
            raise ValueError(f"{call}: a kernel of {kernel} does not fit {size} padded by {added}")
