"""Normalisation: elements made comparable by the statistics of those around them."""

from __future__ import annotations

import math

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import sqrt
from zenverify.operators.declarations.parameters import finite
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

Axes = tuple[int, ...]


def _count(x: Buffer, axes: Axes) -> int:
    return math.prod(x.shape[axis] for axis in axes)


def _mean(builder: ProgramBuilder, x: Buffer, axes: Axes) -> Buffer:
    count = _count(x, axes)
    return x.sum(axes, keepdims=True) / count


def _over_root(builder: ProgramBuilder, x: Buffer, axes: Axes, eps: float) -> Buffer:
    """The elements over the root of their mean square plus eps."""
    z = x / sqrt(_mean(builder, x * x, axes) + finite("eps", eps, 0.0))
    if eps == 0:
        return z
    # None is larger than the root of the sum of all squares.
    largest = math.sqrt(_count(x, axes))
    return builder.within(z, -largest, largest)


def _standardised(builder: ProgramBuilder, x: Buffer, axes: Axes, eps: float) -> Buffer:
    centred = x - _mean(builder, x, axes)
    return _over_root(builder, centred, axes, eps)


def _affine(builder: ProgramBuilder, z: Buffer, weight: Buffer, bias: Buffer) -> Buffer:
    return z * weight + bias


def _batch_norm(
    builder: ProgramBuilder, x: Buffer, weight: Buffer, bias: Buffer, *, eps: float
) -> Buffer:
    if x.ndim < 2 or not weight.shape == bias.shape == x.shape[1:2]:
        raise GraphError(f"expected (N, C, ...) and twice (C,), got {x.shape} and {weight.shape}")
    z = _standardised(builder, x, (0, *range(2, x.ndim)), eps)
    column = (-1, *(1,) * (x.ndim - 2))
    wide = weight.reshape(column)
    return _affine(builder, z, wide, bias.reshape(column))


def _last(x: Buffer, weight: Buffer) -> Axes:
    count = weight.ndim
    if not count or weight.shape != x.shape[-count:]:
        raise GraphError(f"a weight of shape {weight.shape} is not along the last of {x.shape}")
    return tuple(range(x.ndim - count, x.ndim))


def _layer_norm(
    builder: ProgramBuilder, x: Buffer, weight: Buffer, bias: Buffer, *, eps: float
) -> Buffer:
    axes = _last(x, weight)
    if bias.shape != weight.shape:
        raise GraphError(f"a weight of shape {weight.shape}, a bias of {bias.shape}")
    return _affine(builder, _standardised(builder, x, axes, eps), weight, bias)


def _rms_norm(builder: ProgramBuilder, x: Buffer, weight: Buffer, *, eps: float) -> Buffer:
    z = _over_root(builder, x, _last(x, weight), eps)
    return z * weight


_EPS = (1e-5, 0.5, 1e-3, 0.0)


def _sample_eps(choose: Choose, count: int) -> float:
    """Without eps, a single number has no standard deviation to be divided by."""
    return sampling.pick(choose, _EPS if count > 1 else _EPS[:-1])


def _sample_batch(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) < 2 or 0 in shape:
        return None
    channels = shape[1:2]
    eps = _sample_eps(choose, math.prod(shape) // channels[0])
    return Instance((shape, channels, channels), {"eps": eps})


def _sample_last(choose: Choose, shape: Shape) -> tuple[Shape, float] | None:
    """The weight's shape, and an eps."""
    if not shape or 0 in shape:
        return None
    last = shape[choose(len(shape)) :]
    return last, _sample_eps(choose, math.prod(last))


def _sample_layer(choose: Choose, shape: Shape) -> Instance | None:
    drawn = _sample_last(choose, shape)
    return drawn and Instance((shape, drawn[0], drawn[0]), {"eps": drawn[1]})


def _sample_rms(choose: Choose, shape: Shape) -> Instance | None:
    drawn = _sample_last(choose, shape)
    return drawn and Instance((shape, drawn[0]), {"eps": drawn[1]})


OPERATORS = (
    Operator(
        name="batch_norm",
        family="network",
        summary="each channel less its mean, over its deviation, times weight, plus bias",
        arguments=(Argument("x"), Argument("weight"), Argument("bias")),
        build=_batch_norm,
        sample=_sample_batch,
        first_shapes=(
            (3, 2),
            (2, 2),
            (2, 1, 2),
            (2, 2, 3),
            (1, 3),
            (4, 1),
            (2, 2, 1, 2),
            (1, 2, 3),
            (3, 1, 1, 2),
        ),
    ),
    Operator(
        name="layer_norm",
        family="network",
        summary="elements less their mean over the last axes, over their deviation, times weight, "
        "plus bias",
        arguments=(Argument("x"), Argument("weight"), Argument("bias")),
        build=_layer_norm,
        sample=_sample_layer,
        first_shapes=sampling.AXIS_SHAPES,
    ),
    Operator(
        name="rms_norm",
        family="network",
        summary="elements over the root of their mean square over the last axes, times weight",
        arguments=(Argument("x"), Argument("weight")),
        build=_rms_norm,
        sample=_sample_rms,
        first_shapes=sampling.AXIS_SHAPES,
    ),
)
