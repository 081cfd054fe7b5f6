"""Cross-correlation, which deep learning calls convolution."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Shape, integers
from zenverify.tensor.networks.windows import Numbers, meetings, per_axis, position_count
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["conv1d", "conv2d", "convolved", "group_count", "spread"]

_LAYOUTS = {
    1: ("signals (N, C, L)", "kernels (O, C / groups, k)"),
    2: ("images (N, C, H, W)", "kernels (O, C / groups, kh, kw)"),
}


def _rows(
    x: Array, w: Array, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> tuple[Array, Shape]:
    """What each position of the kernel meets, (groups, N * positions, C / groups * kernel).

    The second result is the number of positions along each axis.
    """
    kernel = w.shape[2:]
    count = len(kernel)
    if any(padding):
        x = np.pad(x, ((0, 0), (0, 0), *((added, added) for added in padding)))
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    windows = sliding_window_view(x, reach, axis=tuple(range(2, x.ndim)))
    steps = (slice(None, None, step) for step in (*stride, *dilation))
    windows = windows[(slice(None), slice(None), *steps)]
    batch, channels, *sizes = windows.shape
    positions = tuple(sizes[:count])
    width = channels // groups
    split = windows.reshape(batch, groups, width, *sizes)
    spatial = range(3, 3 + count)
    ordered = split.transpose(1, 0, *spatial, 2, *range(3 + count, 3 + 2 * count))
    return ordered.reshape(groups, batch * prod(positions), width * prod(kernel)), positions


def _correlate(
    x: Array, w: Array, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    # A matrix product, and not tensordot: that skips NaN times 0 where a matrix has one element.
    rows, positions = _rows(x, w, stride, padding, dilation, groups)
    width = len(w) // groups
    products = rows @ w.reshape(groups, width, rows.shape[2]).swapaxes(1, 2)
    split = products.reshape(groups, len(x), *positions, width)
    ordered = np.moveaxis(np.moveaxis(split, -1, 1), 2, 0)
    return ordered.reshape(len(x), len(w), *positions)


def spread(
    g: Array,
    w: Array,
    sizes: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    """The adjoint of a convolution in its images: each position adds its multiple of the kernel.

    Parameters
    ----------
    g : (N, O, *positions)
        The multiples.
    w : (O, C / groups, *kernel)
        The kernels.
    sizes : tuple of int
        The images' spatial sizes.

    Returns
    -------
    array, (N, C, *sizes)
    """
    batch, outputs, *positions = g.shape
    rows = g.reshape(batch, groups, outputs // groups, prod(positions))
    kernels = w.reshape(groups, outputs // groups, *w.shape[1:]).swapaxes(1, 2)
    images = np.zeros((batch, groups * w.shape[1], *sizes), np.result_type(g, w))
    # Kernel element by kernel element, added to the strided slice of the images that it meets.
    for offset, places, elements in meetings(
        sizes, tuple(positions), w.shape[2:], stride, padding, dilation
    ):
        part = kernels[offset] @ rows
        images[elements] += part.reshape(*images.shape[:2], *positions)[places]
    return images


def _pull_images(
    g: Array,
    y: Array,
    x: Array,
    w: Array,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    return spread(g, w, x.shape[2:], stride, padding, dilation, groups)


def _pull_kernels(
    g: Array,
    y: Array,
    x: Array,
    w: Array,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    rows, _ = _rows(x, w, stride, padding, dilation, groups)
    outputs = np.moveaxis(g, 1, 0).reshape(groups, len(w) // groups, rows.shape[1])
    return (outputs @ rows).reshape(w.shape)


define("conv1d", _correlate, _pull_images, _pull_kernels)
define("conv2d", _correlate, _pull_images, _pull_kernels)


def conv1d(
    x: Operand,
    w: Operand,
    stride: Numbers = 1,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    groups: SupportsIndex = 1,
) -> Tensor:
    """One-dimensional cross-correlation, as deep learning means by convolution.

    Parameters
    ----------
    x : (N, C, L)
        Signals.
    w : (O, C / groups, k)
        Kernels.
    stride, padding, dilation, groups
        As `conv2d` has them, for the one axis.

    Returns
    -------
    Tensor, (N, O, (L + 2 * padding - dilation * (k - 1) - 1) // stride + 1)

    Raises
    ------
    ValueError
        As `conv2d` does.
    """
    return _convolution("conv1d", x, w, 1, stride, padding, dilation, groups)


def conv2d(
    x: Operand,
    w: Operand,
    stride: Numbers = 1,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    groups: SupportsIndex = 1,
) -> Tensor:
    """Two-dimensional cross-correlation, as deep learning means by convolution.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    w : (O, C / groups, kh, kw)
        Kernels.
    stride, padding, dilation : int or pair of int
        Step between positions of the kernel, zeros added on each side, and step between elements
        under the kernel; rows, then columns.
    groups : int
        Into so many parts channels and kernels are divided, each part convolved by itself.

    Returns
    -------
    Tensor, (N, O, (H + 2 * padding - dilation * (kh - 1) - 1) // stride + 1, the same for W)

    Raises
    ------
    ValueError
        If the shapes do not fit, a kernel is larger than the padded images, the groups do not
        divide channels or kernels, a stride or dilation is below 1 or a padding below 0.
    """
    return _convolution("conv2d", x, w, 2, stride, padding, dilation, groups)


def _convolution(
    name: str,
    x: Operand,
    w: Operand,
    count: int,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
    groups: SupportsIndex,
) -> Tensor:
    call, images, kernels, attributes = convolved(
        name, (x, w), _LAYOUTS[count], stride=stride, padding=padding, dilation=dilation
    )
    parts = group_count(call, groups, {"channels": images.shape[1], "kernels": kernels.shape[0]})
    if images.shape[1] != parts * kernels.shape[1]:
        each = f" in each of {parts} groups" if parts > 1 else ""
        thing = _LAYOUTS[count][0].split()[0]
        raise ValueError(
            f"{call}: {thing} have {images.shape[1] // parts} channels{each}, "
            f"kernels {kernels.shape[1]}"
        )
    for size, kernel, step, added, apart in zip(
        images.shape[2:], kernels.shape[2:], *attributes.values(), strict=True
    ):
        if kernel < 1 or position_count(size, kernel, step, added, apart) < 1:
            wide = f"a kernel of {kernel}" + (f" dilated by {apart}" if apart > 1 else "")
            raise ValueError(f"{call}: {wide} does not fit {size} padded by {added}")
    return record(name, (images, kernels), {**attributes, "groups": parts})


def convolved(
    name: str,
    operands: tuple[Operand, Operand],
    layouts: tuple[str, str],
    **numbers: Numbers,
) -> tuple[str, Tensor, Tensor, dict[str, Shape]]:
    """The call in words, what is convolved, the kernels, and the numbers along each axis.

    Parameters
    ----------
    name, operands
        The call's.
    layouts
        What shapes the operands must have, in words.
    **numbers
        By name, one for all axes or one for each.

    Raises
    ------
    ValueError
        If operands have other numbers of dimensions, or a number is too small.
    """
    images, kernels = as_operands(name, operands)
    dimensions = layouts[0].count(",") + 1
    count = dimensions - 2
    attributes = {
        what: per_axis(name, what, number, count, 0 if "padding" in what else 1)
        for what, number in numbers.items()
    }
    call = f"{name} of {describe((images.array, kernels.array))}"
    if len(images.shape) != dimensions or len(kernels.shape) != dimensions:
        raise ValueError(f"{call}: expected {' and '.join(layouts)}")
    return call, images, kernels, attributes


def group_count(call: str, groups: SupportsIndex, divided: dict[str, int]) -> int:
    """Return the number of groups, once it has been checked that it divides what is grouped."""
    (count,) = integers(groups)
    for what, size in divided.items():
        if count < 1 or size % count:
            raise ValueError(f"{call}: groups {count} must be from 1 up and divide {size} {what}")
    return count
