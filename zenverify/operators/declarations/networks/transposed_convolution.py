"""Transposed convolution, by what each element of the result is: a sum over who reaches it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators.declarations.networks.convolution import MOST, check_dimensions, sampler
from zenverify.operators.declarations.networks.rows import assembled, by_length
from zenverify.operators.operator import Argument, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def transposed_convolution(count: int) -> Callable[..., Buffer]:
    """The declaration over so many spatial axes."""

    def build(
        builder: ProgramBuilder,
        x: Buffer,
        w: Buffer,
        *,
        stride: Shape,
        padding: Shape,
        output_padding: Shape,
        dilation: Shape,
        groups: int,
    ) -> Buffer:
        check_dimensions(x, w, count)
        batch, channels, *sizes = x.shape
        _, outputs, *kernel = w.shape
        if w.shape[0] != channels or groups < 1 or channels % groups:
            raise GraphError(f"{channels} channels of x in {groups} groups, {w.shape[0]} of w")
        if any(
            added >= max(step, apart)
            for added, step, apart in zip(output_padding, stride, dilation, strict=True)
        ):
            raise GraphError(f"an output padding of {output_padding} is too large")
        axes = zip(sizes, kernel, stride, padding, output_padding, dilation, strict=True)
        reached = [_reached(*axis) for axis in axes]
        affordable(math.prod(map(len, reached)))
        affordable(batch * outputs * channels * math.prod(sizes) * math.prod(kernel))
        depth = channels // groups

        def elements(numbers: Any, chosen: Any) -> Any:
            split = numbers.reshape(batch, groups, depth, 1, math.prod(sizes))
            return split[..., chosen]

        def factors(numbers: Any, chosen: Any) -> Any:
            split = numbers.reshape(1, groups, depth, outputs, math.prod(kernel))
            return split[..., chosen]

        meeting = [_pairs(place, tuple(sizes), tuple(kernel)) for place in product(*reached)]
        parts, order = [], []
        for places, pairs in by_length(meeting):
            chosen = np.array(pairs, dtype=np.int64).reshape(len(places), -1, 2)
            given = builder.move(lambda n, c=chosen: elements(n, c[..., 0]), x)
            by = builder.move(lambda n, c=chosen: factors(n, c[..., 1]), w)
            parts.append((given * by).sum((2, 5)))
            order += places
        shape = (batch, groups * outputs, *map(len, reached))
        return assembled(builder, parts, order, shape)

    return build


def _reached(
    size: int, kernel: int, stride: int, padding: int, output_padding: int, dilation: int
) -> list[list[tuple[int, int]]]:
    """Along one axis, per element of the result: which (element, kernel element) reach it."""
    count = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    if count < 1 or min(size, kernel) < 1:
        raise GraphError(f"{size} by a kernel of {kernel}, {padding} cut off, leaves nothing")
    if min(stride, dilation) < 1 or min(padding, output_padding) < 0:
        raise GraphError(f"stride {stride}, padding {padding} and dilation {dilation} do not fit")
    affordable(max(count, size * kernel))
    reached: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for i, j in product(range(size), range(kernel)):
        place = i * stride + j * dilation - padding
        if 0 <= place < count:
            reached[place].append((i, j))
    return reached


def _pairs(
    place: tuple[list[tuple[int, int]], ...], sizes: Shape, kernel: Shape
) -> list[tuple[int, int]]:
    """Over all axes: the numbers of the elements, and of the kernel's elements, that meet."""
    pairs = []
    for combined in product(*place):
        element, offset = zip(*combined, strict=True)
        pairs.append((_number(element, sizes), _number(offset, kernel)))
    return pairs


def _number(index: tuple[int, ...], shape: Shape) -> int:
    """The position of an element in C order."""
    number = 0
    for i, size in zip(index, shape, strict=True):
        number = number * size + i
    return number


_PLANS_1D = (
    # kernel, stride, padding, output padding, dilation, groups, outputs per group
    ((1,), (1,), (0,), (0,), (1,), 1, 1),
    ((2,), (1,), (0,), (0,), (1,), 1, 2),
    ((2,), (2,), (0,), (0,), (1,), 1, 1),
    ((3,), (2,), (1,), (0,), (1,), 1, 1),
    ((3,), (2,), (1,), (1,), (1,), 1, 1),
    ((1,), (3,), (0,), (2,), (1,), 1, 1),
    ((2,), (1,), (1,), (0,), (2,), 1, 1),
    ((2,), (1,), (0,), (1,), (2,), 1, 1),
    ((2,), (1,), (0,), (0,), (1,), 2, 1),
    ((2,), (2,), (1,), (1,), (1,), 2, 1),
    ((1,), (1,), (0,), (0,), (1,), 2, 2),
    ((2,), (1,), (1,), (1,), (3,), 2, 1),
)

_PLANS_2D = (
    ((1, 1), (1, 1), (0, 0), (0, 0), (1, 1), 1, 1),
    ((1, 2), (1, 1), (0, 0), (0, 0), (1, 1), 1, 2),
    ((2, 2), (1, 1), (0, 0), (0, 0), (1, 1), 1, 1),
    ((2, 2), (2, 1), (1, 0), (0, 0), (1, 1), 1, 1),
    ((1, 2), (1, 2), (0, 0), (0, 1), (1, 1), 1, 1),
    ((2, 1), (2, 1), (1, 0), (1, 0), (1, 1), 1, 2),
    ((2, 2), (2, 2), (1, 1), (1, 1), (1, 1), 1, 1),
    ((3, 3), (1, 1), (1, 1), (0, 0), (1, 1), 1, 1),
    ((2, 2), (1, 1), (1, 1), (0, 0), (2, 2), 1, 1),
    ((1, 2), (1, 1), (0, 1), (0, 1), (1, 3), 1, 1),
    ((2, 1), (1, 1), (0, 0), (0, 0), (1, 1), 2, 1),
    ((1, 2), (1, 2), (0, 1), (0, 1), (1, 2), 2, 1),
    ((1, 1), (1, 1), (0, 0), (0, 0), (1, 1), 2, 2),
)


def _instance(
    shape: Shape,
    kernel: Shape,
    stride: Shape,
    padding: Shape,
    output_padding: Shape,
    dilation: Shape,
    groups: int,
    outputs: int,
) -> Instance | None:
    batch, channels, *sizes = shape
    axes = zip(sizes, kernel, stride, padding, output_padding, dilation, strict=True)
    enlarged = [(n - 1) * s - 2 * p + d * (k - 1) + o + 1 for n, k, s, p, o, d in axes]
    size = batch * groups * outputs * math.prod(enlarged)
    if channels % groups or min(enlarged) < 1 or size > MOST:
        return None
    attributes = {
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "dilation": dilation,
        "groups": groups,
    }
    return Instance((shape, (channels, outputs, *kernel)), attributes)


OPERATORS = (
    Operator(
        name="conv_transpose1d",
        family="network",
        summary="the adjoint of conv1d in its signals, with w (channel, output, place)",
        arguments=(Argument("x"), Argument("w")),
        build=transposed_convolution(1),
        sample=sampler(_PLANS_1D, _instance),
        first_shapes=((1, 1, 2), (1, 2, 2), (2, 1, 2), (1, 1, 3), (1, 4, 1), (2, 2, 1), (0, 2, 2)),
    ),
    Operator(
        name="conv_transpose2d",
        family="network",
        summary="the adjoint of conv2d in its images, with w (channel, output, row, column)",
        arguments=(Argument("x"), Argument("w")),
        build=transposed_convolution(2),
        sample=sampler(_PLANS_2D, _instance),
        first_shapes=(
            (1, 1, 2, 2),
            (1, 1, 1, 2),
            (2, 1, 1, 1),
            (1, 2, 2, 1),
            (1, 2, 1, 2),
            (1, 4, 1, 1),
            (0, 1, 2, 2),
        ),
    ),
)
