"""Transposed convolution: the adjoint of a convolution, used as a layer that enlarges."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import Shape
from zenverify.tensor.networks.convolution import convolved, group_count, spread
from zenverify.tensor.networks.windows import Numbers, meetings
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["conv_transpose1d", "conv_transpose2d"]

_LAYOUTS = {
    1: ("signals (N, C, L)", "kernels (C, O / groups, k)"),
    2: ("images (N, C, H, W)", "kernels (C, O / groups, kh, kw)"),
}


def _enlarge(
    x: Array,
    w: Array,
    stride: Shape,
    padding: Shape,
    output_padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    sizes = tuple(
        _enlarged(*axis)
        for axis in zip(
            x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation, strict=True
        )
    )
    return spread(x, w, sizes, stride, padding, dilation, groups)


def _enlarged(
    size: int, kernel: int, stride: int, padding: int, output_padding: int, dilation: int
) -> int:
    return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1


def _pull_images(
    g: Array,
    y: Array,
    x: Array,
    w: Array,
    stride: Shape,
    padding: Shape,
    output_padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    """Gather what each element was multiplied into, kernel element by kernel element."""
    positions = x.shape[2:]
    cotangents = g.reshape(len(x), groups, w.shape[1], *g.shape[2:])
    kernels = w.reshape(groups, x.shape[1] // groups, *w.shape[1:])
    contribution = np.zeros(x.shape, np.result_type(g, w))
    for offset, places, elements in meetings(
        g.shape[2:], positions, w.shape[2:], stride, padding, dilation
    ):
        met = cotangents[elements]
        part = kernels[offset] @ met.reshape(*met.shape[:3], prod(met.shape[3:]))
        contribution[places] += part.reshape(*x.shape[:2], *met.shape[3:])
    return contribution


def _pull_kernels(
    g: Array,
    y: Array,
    x: Array,
    w: Array,
    stride: Shape,
    padding: Shape,
    output_padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    cotangents = g.reshape(len(x), groups, w.shape[1], *g.shape[2:])
    images = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    shape = (groups, x.shape[1] // groups, *w.shape[1:])
    contribution = np.zeros(shape, np.result_type(g, x))
    for offset, places, elements in meetings(
        g.shape[2:], x.shape[2:], w.shape[2:], stride, padding, dilation
    ):
        met = _rows(cotangents[elements]).swapaxes(1, 2)
        contribution[offset] = _rows(images[places]) @ met
    return contribution.reshape(w.shape)


def _rows(x: Array) -> Array:
    """One row per channel, of all images: (N, groups, C, ...) as (groups, C, N * ...)."""
    ordered = np.moveaxis(x, 0, 2)
    return ordered.reshape(*ordered.shape[:2], prod(ordered.shape[2:]))


define("conv_transpose1d", _enlarge, _pull_images, _pull_kernels)
define("conv_transpose2d", _enlarge, _pull_images, _pull_kernels)


def conv_transpose1d(
    x: Operand,
    w: Operand,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    dilation: Numbers = 1,
    groups: SupportsIndex = 1,
) -> Tensor:
    """One-dimensional transposed convolution.

    Parameters
    ----------
    x : (N, C, L)
        Signals.
    w : (C, O / groups, k)
        Kernels.
    stride, padding, output_padding, dilation, groups
        As `conv_transpose2d` has them, for the one axis.

    Returns
    -------
    Tensor, (N, O, (L - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1)

    Raises
    ------
    ValueError
        As `conv_transpose2d` does.
    """
    return _transposed(
        "conv_transpose1d", x, w, 1, stride, padding, output_padding, dilation, groups
    )


def conv_transpose2d(
    x: Operand,
    w: Operand,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    dilation: Numbers = 1,
    groups: SupportsIndex = 1,
) -> Tensor:
    """Two-dimensional transposed convolution: what `conv2d` does to cotangents of its images.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    w : (C, O / groups, kh, kw)
        Kernels.
    stride, padding, dilation : int or pair of int
        Those of the convolution that this is the adjoint of: each element of x adds a multiple of
        the kernel, so many elements apart, and so many are cut off on each side.
    output_padding : int or pair of int
        How many elements the result has more at its end: several sizes lead to the same one in a
        convolution with a stride. Less than the stride or the dilation.
    groups : int
        Into so many parts channels and kernels are divided, each part convolved by itself.

    Returns
    -------
    Tensor, (N, O, (H - 1) * stride - 2 * padding + dilation * (kh - 1) + output_padding + 1, ...)

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing is left of the result, the groups do not divide the
        channels, the output padding is too large, a stride or dilation is below 1 or a padding
        below 0.
    """
    return _transposed(
        "conv_transpose2d", x, w, 2, stride, padding, output_padding, dilation, groups
    )


def _transposed(
    name: str,
    x: Operand,
    w: Operand,
    count: int,
    stride: Numbers,
    padding: Numbers,
    output_padding: Numbers,
    dilation: Numbers,
    groups: SupportsIndex,
) -> Tensor:
    call, images, kernels, attributes = convolved(
        name,
        (x, w),
        _LAYOUTS[count],
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
    )
    parts = group_count(call, groups, {"channels": images.shape[1]})
    if images.shape[1] != kernels.shape[0]:
        raise ValueError(
            f"{call}: x has {images.shape[1]} channels, expected as many kernels, "
            f"got {kernels.shape[0]}"
        )
    for size, kernel, step, cut, added, apart in zip(
        images.shape[2:], kernels.shape[2:], *attributes.values(), strict=True
    ):
        if added >= max(step, apart):
            raise ValueError(
                f"{call}: output_padding {added} must be less than the stride {step} or the "
                f"dilation {apart}"
            )
        if min(size, kernel) < 1 or _enlarged(size, kernel, step, cut, added, apart) < 1:
            raise ValueError(f"{call}: {size} by a kernel of {kernel}, {cut} cut off, leaves none")
    return record(name, (images, kernels), {**attributes, "groups": parts})
