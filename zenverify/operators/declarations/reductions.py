"""Reductions over one axis, several, or all."""

from __future__ import annotations

import math
from collections.abc import Callable

from zenverify.operators import sampling
from zenverify.operators.builder import Axis, Buffer, ProgramBuilder, Shape, normalise_axis
from zenverify.operators.declarations import kernels
from zenverify.operators.operator import Argument, Choose, Instance, Operator, Sampler


def _count(x: Buffer, axis: Axis) -> int:
    return math.prod(x.shape[a] for a in normalise_axis(axis, x.ndim))


def _sum(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return builder.sum(x, axis, keepdims=keepdims)


def _mean(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    total = builder.sum(x, axis, keepdims=keepdims)
    return builder.map(kernels.divide, total, builder.fill(_count(x, axis)))


def _prod(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return builder.fold(kernels.multiply, 1.0, x, axis, keepdims=keepdims)


def _max(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return builder.extremum(x, axis, keepdims=keepdims, largest=True)


def _min(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return builder.extremum(x, axis, keepdims=keepdims, largest=False)


def _var(builder: ProgramBuilder, x: Buffer, *, axis: Axis, ddof: int, keepdims: bool) -> Buffer:
    deviation = builder.map(kernels.subtract, x, _mean(builder, x, axis=axis, keepdims=True))
    squares = builder.map(kernels.multiply, deviation, deviation)
    total = builder.sum(squares, axis, keepdims=keepdims)
    return builder.map(kernels.divide, total, builder.fill(max(_count(x, axis) - ddof, 0)))


def _logsumexp(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    top = builder.detach(builder.extremum(x, axis, keepdims=True, largest=True))
    powers = builder.map(kernels.exp, builder.map(kernels.subtract, x, top))
    total = builder.map(kernels.log, builder.sum(powers, axis, keepdims=True))
    result = builder.map(kernels.add, total, top)
    return result if keepdims else builder.sum(result, axis)


def _sample_var(choose: Choose, shape: Shape) -> Instance | None:
    if 0 in shape:
        return None
    counts = {
        axis: math.prod([shape[a] for a in normalise_axis(axis, len(shape))])
        for axis in sampling.axes(len(shape))
    }
    fits = [axis for axis, count in counts.items() if count > 1]
    if not fits:
        return None
    axis = sampling.pick(choose, fits)
    ddof = choose(min(counts[axis], 3))
    return Instance((shape,), {"axis": axis, "keepdims": bool(choose(2)), "ddof": ddof})


def _reduction(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    *,
    sample: Sampler | None = None,
    kinks: tuple[str, ...] = (),
    empty: bool = False,
) -> Operator:
    return Operator(
        name=name,
        family="reductions",
        summary=summary,
        arguments=(Argument("x"),),
        build=build,
        sample=sample or sampling.reduction(empty=empty),
        first_shapes=sampling.ANY_SHAPES if empty else sampling.AXIS_SHAPES,
        kinks=kinks,
    )


OPERATORS = (
    _reduction("sum", "sum over the axes", _sum, empty=True),
    _reduction("mean", "arithmetic mean over the axes", _mean),
    _reduction("prod", "product over the axes", _prod, empty=True),
    _reduction("max", "largest element over the axes", _max, kinks=("two elements tie",)),
    _reduction("min", "smallest element over the axes", _min, kinks=("two elements tie",)),
    _reduction("var", "variance over the axes, divided by n - ddof", _var, sample=_sample_var),
    _reduction("logsumexp", "log of the sum of exponentials, without overflow", _logsumexp),
)
