"""Operations of neural networks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.builder import Axis, Buffer, ProgramBuilder, Shape
from zenverify.operators.declarations import kernels
from zenverify.operators.operator import Argument, Choose, Instance, Operator


def _shifted(builder: ProgramBuilder, x: Buffer, axis: Axis) -> Buffer:
    """The operand less its maximum: both functions are invariant to it, any engine subtracts it."""
    top = builder.extremum(x, axis, keepdims=True, largest=True)
    return builder.map(kernels.subtract, x, builder.detach(top))


def _softmax(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    powers = builder.map(kernels.exp, _shifted(builder, x, axis))
    return builder.map(kernels.divide, powers, builder.sum(powers, axis, keepdims=True))


def _log_softmax(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    shifted = _shifted(builder, x, axis)
    total = builder.sum(builder.map(kernels.exp, shifted), axis, keepdims=True)
    return builder.map(kernels.subtract, shifted, builder.map(kernels.log, total))


def _sample_axis(choose: Choose, shape: Shape) -> Instance | None:
    if 0 in shape:
        return None
    axes = [axis for axis in sampling.axes(len(shape)) if axis != ()]
    return Instance((shape,), {"axis": sampling.pick(choose, axes)})


def _conv2d(
    builder: ProgramBuilder,
    x: Buffer,
    w: Buffer,
    *,
    padding: tuple[int, int],
    stride: tuple[int, int],
) -> Buffer:
    if x.ndim != 4 or w.ndim != 4:
        raise GraphError(f"expected 4 dimensions each, got {x.shape} and {w.shape}")
    if x.shape[1] != w.shape[1]:
        raise GraphError(f"{x.shape[1]} channels of x, {w.shape[1]} of w")
    outputs, channels, height, width = w.shape
    down, across = stride

    def patches(numbers: Any) -> Any:
        rim = ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2)
        padded = np.pad(numbers, rim, constant_values=-1)
        windows = sliding_window_view(padded, (height, width), axis=(2, 3))
        strided = windows[:, :, ::down, ::across].transpose(0, 2, 3, 1, 4, 5)
        return strided.reshape(*strided.shape[:3], channels * height * width)[:, None]

    def filters(numbers: Any) -> Any:
        return numbers.reshape(1, outputs, 1, 1, channels * height * width)

    products = builder.map(kernels.multiply, builder.move(patches, x), builder.move(filters, w))
    return builder.sum(products, -1)


def _sample_conv2d(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) != 4 or math.prod(shape) == 0:
        return None
    height, width = shape[2:]
    windows = [(1, 1), (1, 2), (2, 2), (3, 3)]
    fitting = [(h, w) for h, w in windows if h <= height and w <= width]
    size = sampling.pick(choose, fitting)
    strides_and_paddings = [
        ((1, 1), (0, 0)),
        ((2, 1), (0, 1)),
        ((1, 2), (1, 0)),
        ((2, 2), (1, 1)),
        ((3, 1), (2, 0)),
    ]
    stride, padding = sampling.pick(choose, strides_and_paddings)
    filters = (1 + choose(2), shape[1], *size)
    return Instance((shape, filters), {"stride": stride, "padding": padding})


OPERATORS = (
    Operator(
        name="softmax",
        family="network",
        summary="exponentials divided by their sum over the axes, without overflow",
        arguments=(Argument("x"),),
        build=_softmax,
        sample=_sample_axis,
        first_shapes=sampling.AXIS_SHAPES,
    ),
    Operator(
        name="log_softmax",
        family="network",
        summary="logarithm of softmax, without overflow",
        arguments=(Argument("x"),),
        build=_log_softmax,
        sample=_sample_axis,
        first_shapes=sampling.AXIS_SHAPES,
    ),
    Operator(
        name="conv2d",
        family="network",
        summary="cross-correlation of x (batch, channel, row, column) with w (output, channel, .)",
        arguments=(Argument("x"), Argument("w")),
        build=_conv2d,
        sample=_sample_conv2d,
        first_shapes=((1, 1, 2, 3), (1, 2, 2, 2), (2, 1, 2, 2), (1, 1, 1, 3), (1, 1, 3, 3)),
    ),
)
