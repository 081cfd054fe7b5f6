"""Cross-correlation, which deep learning calls convolution: windows of x times w, summed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

MOST = 12
"""Elements that the result of an instance has at most."""


def convolution(count: int) -> Callable[..., Buffer]:
    """The declaration over so many spatial axes."""

    def build(
        builder: ProgramBuilder,
        x: Buffer,
        w: Buffer,
        *,
        stride: Shape,
        padding: Shape,
        dilation: Shape,
        groups: int,
    ) -> Buffer:
        check_dimensions(x, w, count)
        outputs, channels, *kernel = w.shape
        if x.shape[1] != groups * channels:
            raise GraphError(f"{x.shape[1]} channels of x, {groups} times {channels} of w")
        if groups < 1 or outputs % groups:
            raise GraphError(f"{groups} groups of {outputs} kernels")
        width = channels * math.prod(kernel)
        _affordable(x, kernel, stride, padding, dilation)

        def patches(numbers: Any) -> Any:
            rim = [(0, 0), (0, 0), *((added, added) for added in padding)]
            padded = np.pad(numbers, rim, constant_values=-1)
            reach = [apart * (size - 1) + 1 for size, apart in zip(kernel, dilation, strict=True)]
            windows = sliding_window_view(padded, reach, axis=tuple(range(2, 2 + count)))
            steps = [slice(None, None, step) for step in (*stride, *dilation)]
            grouped = windows[(slice(None), slice(None), *steps)]
            batch, _, *sizes = grouped.shape
            split = grouped.reshape(batch, groups, 1, channels, *sizes)
            moved = np.moveaxis(split, 3, 3 + count)
            return moved.reshape(*moved.shape[: 3 + count], width)

        def filters(numbers: Any) -> Any:
            return numbers.reshape(1, groups, outputs // groups, *(1,) * count, width)

        products = builder.move(patches, x) * builder.move(filters, w)
        total = products.sum(-1)
        shape = (total.shape[0], outputs, *total.shape[3:])
        return total.reshape(shape)

    return build


def _affordable(
    x: Buffer, kernel: Sequence[int], stride: Shape, padding: Shape, dilation: Shape
) -> None:
    elements = math.prod(x.shape[:2])
    axes = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    for size, width, step, added, apart in axes:
        if step < 1 or added < 0 or apart < 1:
            raise GraphError(f"stride {step}, padding {added} and dilation {apart} do not fit")
        places = (size + 2 * added - apart * (width - 1) - 1) // step + 1
        if places < 1:
            raise GraphError(f"a window of {width} does not fit {size} padded by {added}")
        affordable(size + 2 * added)
        elements *= max(places * width, size + 2 * added)
    affordable(elements)


def check_dimensions(x: Buffer, w: Buffer, count: int) -> None:
    """Refuse operands without a batch, channels and `count` spatial axes."""
    if x.ndim != count + 2 or w.ndim != count + 2:
        raise GraphError(f"expected {count + 2} dimensions each, got {x.shape} and {w.shape}")


_PLANS_1D = (
    # kernel, stride, padding, dilation, groups, outputs per group
    ((1,), (1,), (0,), (1,), 1, 1),
    ((2,), (1,), (0,), (1,), 1, 2),
    ((2,), (2,), (1,), (1,), 1, 1),
    ((3,), (1,), (1,), (1,), 1, 1),
    ((2,), (1,), (0,), (2,), 1, 1),
    ((2,), (1,), (1,), (2,), 1, 1),
    ((3,), (3,), (2,), (2,), 1, 1),
    ((1,), (2,), (0,), (1,), 1, 2),
    ((2,), (1,), (0,), (1,), 2, 1),
    ((2,), (2,), (1,), (1,), 2, 1),
    ((1,), (1,), (0,), (1,), 2, 2),
    ((2,), (1,), (2,), (2,), 2, 1),
)

_PLANS_2D = (
    ((1, 1), (1, 1), (0, 0), (1, 1), 1, 1),
    ((1, 2), (1, 1), (0, 0), (1, 1), 1, 2),
    ((2, 2), (1, 1), (0, 0), (1, 1), 1, 1),
    ((2, 2), (2, 1), (0, 1), (1, 1), 1, 1),
    ((1, 2), (1, 2), (1, 0), (1, 1), 1, 2),
    ((2, 2), (2, 2), (1, 1), (1, 1), 1, 2),
    ((1, 1), (3, 1), (2, 0), (1, 1), 1, 1),
    ((3, 3), (1, 1), (0, 0), (1, 1), 1, 1),
    ((2, 2), (1, 1), (1, 1), (2, 2), 1, 1),
    ((2, 1), (1, 2), (1, 0), (2, 1), 1, 1),
    ((1, 2), (1, 1), (0, 1), (1, 3), 1, 2),
    ((2, 1), (1, 1), (0, 0), (1, 1), 2, 1),
    ((1, 2), (2, 1), (1, 1), (1, 2), 2, 1),
    ((2, 2), (1, 1), (0, 0), (1, 1), 2, 2),
    ((2, 1), (1, 1), (0, 0), (1, 1), 2, 2),
    ((1, 1), (2, 2), (0, 0), (1, 1), 2, 2),
)


def sampler(
    plans: tuple[tuple[Any, ...], ...], instance: Callable[..., Instance | None]
) -> Callable[[Choose, Shape], Instance | None]:
    """Draws one of the plans that fit: ``instance(shape, *plan)`` is None for one that does not."""
    dimensions = len(plans[0][0]) + 2

    def sample(choose: Choose, shape: Shape) -> Instance | None:
        if len(shape) != dimensions or 0 in shape[1:]:
            return None
        fitting = [found for plan in plans if (found := instance(shape, *plan)) is not None]
        return sampling.pick(choose, fitting) if fitting else None

    return sample


def _instance(
    shape: Shape,
    kernel: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
    outputs: int,
) -> Instance | None:
    batch, channels, *sizes = shape
    axes = zip(sizes, kernel, stride, padding, dilation, strict=True)
    positions = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in axes]
    size = batch * groups * outputs * math.prod(positions)
    if channels % groups or min(positions) < 1 or size > MOST:
        return None
    filters = (groups * outputs, channels // groups, *kernel)
    attributes = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return Instance((shape, filters), attributes)


OPERATORS = (
    Operator(
        name="conv1d",
        family="network",
        summary="cross-correlation of x (batch, channel, place) with w (output, channel, place)",
        arguments=(Argument("x"), Argument("w")),
        build=convolution(1),
        sample=sampler(_PLANS_1D, _instance),
        first_shapes=((1, 1, 3), (1, 2, 2), (2, 1, 3), (1, 4, 2), (2, 2, 2), (1, 1, 5), (0, 2, 2)),
    ),
    Operator(
        name="conv2d",
        family="network",
        summary="cross-correlation of x (batch, channel, row, column) with w (output, channel, .)",
        arguments=(Argument("x"), Argument("w")),
        build=convolution(2),
        sample=sampler(_PLANS_2D, _instance),
        first_shapes=(
            (1, 1, 2, 3),
            (1, 2, 2, 2),
            (2, 1, 2, 2),
            (1, 1, 1, 3),
            (1, 1, 3, 3),
            (1, 4, 2, 1),
            (0, 1, 2, 2),
        ),
    ),
)
