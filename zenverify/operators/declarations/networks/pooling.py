"""Pooling: the largest or the mean element of each window."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.networks.rows import assembled, by_length
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

Windows = list[range]
Reduce = Callable[[ProgramBuilder, Buffer, int], Buffer]
"""Reduces the last axis of a buffer; the number is that of a full window's elements."""


def largest(builder: ProgramBuilder, rows: Buffer, full: int) -> Buffer:
    """The largest element of each row."""
    return rows.max(-1)


def _mean(builder: ProgramBuilder, rows: Buffer, full: int) -> Buffer:
    return rows.sum(-1) / full


def mean_of_all(builder: ProgramBuilder, rows: Buffer, full: int) -> Buffer:
    """The mean of each row, whatever a full window's elements are."""
    return _mean(builder, rows, rows.shape[-1])


def pooled(
    builder: ProgramBuilder, x: Buffer, axes: list[Windows], full: int, reduce: Reduce
) -> Buffer:
    """Reduce each window; along each axis, those of `axes`."""
    sizes = x.shape[2:]
    affordable(math.prod(map(len, axes)))
    affordable(math.prod(x.shape[:2]) * math.prod(sum(map(len, windows)) for windows in axes))
    numbers = np.arange(math.prod(sizes)).reshape(sizes)
    windows = [numbers[np.ix_(*place)].ravel().tolist() for place in product(*axes)]
    parts, order = [], []
    for places, rows in by_length(windows):
        chosen = np.array(rows)
        flat = (*x.shape[:2], math.prod(sizes))
        gathered = builder.move(lambda n, f=flat, c=chosen: n.reshape(f)[..., c], x)
        parts.append(reduce(builder, gathered, full))
        order += places
    return assembled(builder, parts, order, (*x.shape[:2], *map(len, axes)))


def _check(x: Buffer, count: int) -> None:
    if x.ndim != count + 2 or 0 in x.shape[2:]:
        raise GraphError(f"expected a batch, channels and {count} axes of elements, got {x.shape}")


def _moving(count: int, reduce: Reduce) -> Callable[..., Buffer]:
    def build(
        builder: ProgramBuilder, x: Buffer, *, kernel: Shape, stride: Shape, padding: Shape
    ) -> Buffer:
        _check(x, count)
        axes = [_moved(*axis) for axis in zip(x.shape[2:], kernel, stride, padding, strict=True)]
        return pooled(builder, x, axes, math.prod(kernel), reduce)

    return build


def _moved(size: int, kernel: int, stride: int, padding: int) -> Windows:
    """A window's positions along an axis, without what lies beyond its ends."""
    if 2 * padding > kernel:
        raise GraphError(f"padding {padding} is more than half a window of {kernel}")
    if kernel < 1 or stride < 1 or padding < 0:
        raise GraphError(f"a window of {kernel}, stride {stride} and padding {padding}")
    starts = range(-padding, size + padding - kernel + 1, stride)
    if not starts:
        raise GraphError(f"a window of {kernel} does not fit {size} padded by {padding}")
    affordable(len(starts))
    return [range(max(start, 0), min(start + kernel, size)) for start in starts]


def _adaptive(reduce: Reduce) -> Callable[..., Buffer]:
    def build(builder: ProgramBuilder, x: Buffer, *, size: Shape) -> Buffer:
        _check(x, 2)
        axes = [cut(*axis) for axis in zip(x.shape[2:], size, strict=True)]
        return pooled(builder, x, axes, 0, reduce)

    return build


def cut(size: int, count: int) -> Windows:
    """An axis cut into windows of nearly equal size, which overlap where it does not divide."""
    if count < 1:
        raise GraphError(f"cannot be cut into {count} windows")
    affordable(count)
    return [range(i * size // count, ((i + 1) * size + count - 1) // count) for i in range(count)]


_PLANS_1D = (
    ((1,), (1,), (0,)),
    ((2,), (2,), (0,)),
    ((2,), (1,), (0,)),
    ((2,), (1,), (1,)),
    ((2,), (3,), (1,)),
    ((3,), (1,), (0,)),
    ((3,), (1,), (1,)),
    ((3,), (2,), (1,)),
    ((1,), (2,), (0,)),
    ((4,), (1,), (2,)),
)

_PLANS_2D = (
    ((1, 1), (1, 1), (0, 0)),
    ((2, 2), (2, 2), (0, 0)),
    ((1, 2), (1, 1), (0, 0)),
    ((2, 1), (1, 1), (1, 0)),
    ((2, 2), (1, 1), (0, 0)),
    ((2, 2), (2, 2), (1, 1)),
    ((2, 2), (1, 2), (0, 1)),
    ((3, 3), (1, 1), (1, 1)),
    ((3, 2), (2, 1), (1, 1)),
    ((1, 3), (1, 1), (0, 1)),
    ((1, 1), (2, 1), (0, 0)),
    ((2, 4), (3, 1), (1, 2)),
)

_MOST = 12


def _sampler(plans: tuple[tuple[Any, ...], ...]) -> Callable[[Choose, Shape], Instance | None]:
    count = len(plans[0][0])

    def sample(choose: Choose, shape: Shape) -> Instance | None:
        if len(shape) != count + 2 or 0 in shape[2:]:
            return None
        fitting = [plan for plan in plans if _fits(shape, *plan)]
        if not fitting:
            return None
        kernel, stride, padding = sampling.pick(choose, fitting)
        return Instance((shape,), {"kernel": kernel, "stride": stride, "padding": padding})

    return sample


def _fits(shape: Shape, kernel: Shape, stride: Shape, padding: Shape) -> bool:
    axes = zip(shape[2:], kernel, stride, padding, strict=True)
    positions = [(n + 2 * p - k) // s + 1 for n, k, s, p in axes]
    return min(positions) > 0 and math.prod((*shape[:2], *positions)) <= _MOST


def _sample_adaptive(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) != 4 or 0 in shape[2:]:
        return None
    sizes = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (1, 4), (5, 1)]
    fitting = [size for size in sizes if math.prod((*shape[:2], *size)) <= _MOST]
    if not fitting:
        return None
    return Instance((shape,), {"size": sampling.pick(choose, fitting)})


_SHAPES_1D = (
    (1, 1, 4),
    (1, 2, 3),
    (2, 1, 3),
    (1, 1, 5),
    (2, 2, 2),
    (1, 1, 1),
    (0, 1, 3),
)
_SHAPES_2D = (
    (1, 1, 2, 3),
    (1, 1, 3, 3),
    (1, 2, 2, 2),
    (2, 1, 1, 3),
    (1, 1, 4, 2),
    (2, 1, 2, 2),
    (1, 1, 1, 1),
    (1, 0, 2, 2),
)
_TIES = ("two elements of a window tie for the largest",)


def _pooling(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    sample: Callable[[Choose, Shape], Instance | None],
    first_shapes: tuple[Shape, ...],
    kinks: tuple[str, ...] = (),
) -> Operator:
    return Operator(
        name=name,
        family="network",
        summary=summary,
        arguments=(Argument("x"),),
        build=build,
        sample=sample,
        first_shapes=first_shapes,
        kinks=kinks,
    )


OPERATORS = (
    _pooling(
        "max_pool1d",
        "largest element of x (batch, channel, place) under a window; padding is never it",
        _moving(1, largest),
        _sampler(_PLANS_1D),
        _SHAPES_1D,
        _TIES,
    ),
    _pooling(
        "max_pool2d",
        "largest element of x (batch, channel, row, column) under a window",
        _moving(2, largest),
        _sampler(_PLANS_2D),
        _SHAPES_2D,
        _TIES,
    ),
    _pooling(
        "avg_pool1d",
        "mean of x (batch, channel, place) under a window; padding counts as zeros",
        _moving(1, _mean),
        _sampler(_PLANS_1D),
        _SHAPES_1D,
    ),
    _pooling(
        "avg_pool2d",
        "mean of x (batch, channel, row, column) under a window; padding counts as zeros",
        _moving(2, _mean),
        _sampler(_PLANS_2D),
        _SHAPES_2D,
    ),
    _pooling(
        "adaptive_avg_pool2d",
        "mean of each of as many windows as the result has elements",
        _adaptive(mean_of_all),
        _sample_adaptive,
        _SHAPES_2D,
    ),
    _pooling(
        "adaptive_max_pool2d",
        "largest element of each of as many windows as the result has elements",
        _adaptive(largest),
        _sample_adaptive,
        _SHAPES_2D,
        _TIES,
    ),
)
