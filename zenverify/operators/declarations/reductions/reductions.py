"""Reductions over one axis, several, or all."""

from __future__ import annotations

import math
from collections.abc import Callable

from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import exp, log
from zenverify.operators.operator import Argument, Instance, Operator, Sampler
from zenverify.operators.program import arithmetic
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, normalise_axis


def count(x: Buffer, axis: Axis) -> int:
    """How many elements are reduced to one."""
    return math.prod(x.shape[a] for a in normalise_axis(axis, x.ndim))


def _sum(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return x.sum(axis, keepdims=keepdims)


def mean(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    """The mean over the axes."""
    return x.sum(axis, keepdims=keepdims) / count(x, axis)


def _prod(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return builder.fold(arithmetic.MULTIPLY, 1.0, x, axis, keepdims=keepdims)


def _max(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return x.max(axis, keepdims=keepdims)


def _min(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return x.min(axis, keepdims=keepdims)


def _ptp(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    return x.max(axis, keepdims=keepdims) - x.min(axis, keepdims=keepdims)


def logsumexp(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    """The logarithm of the sum of exponentials, less a shift that it does not depend on.

    Its slope is exp(x - y) with y the result: rules take it from there, and y is rounded.
    """
    top = x.max(axis, keepdims=True).detach()
    value = (log(exp(x - top).sum(axis, keepdims=True)) + top).detach()
    one = exp(x - value).sum(axis, keepdims=True)
    result = value + builder.within(one - one.detach(), 0.0, 0.0)
    return result if keepdims else result.sum(axis)


def reduction(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    *,
    sample: Sampler | None = None,
    kinks: tuple[str, ...] = (),
    empty: bool = False,
    wide: tuple[Instance, ...] = (),
) -> Operator:
    """Declare a reduction of one operand; `empty` says whether there may be nothing to reduce."""
    return Operator(
        name=name,
        family="reductions",
        summary=summary,
        arguments=(Argument("x"),),
        build=build,
        sample=sample or sampling.reduction(empty=empty),
        first_shapes=sampling.ANY_SHAPES if empty else sampling.AXIS_SHAPES,
        kinks=kinks,
        wide=wide,
    )


OPERATORS = (
    reduction(
        "sum",
        "sum over the axes",
        _sum,
        empty=True,
        wide=(
            Instance(((150,),), sampling.WHOLE),
            Instance(((2, 64),), {"axis": 1, "keepdims": True}),
        ),
    ),
    reduction(
        "mean",
        "arithmetic mean over the axes",
        mean,
        wide=(
            Instance(((150,),), sampling.WHOLE),
            Instance(((2, 64),), {"axis": -1, "keepdims": False}),
        ),
    ),
    reduction("prod", "product over the axes", _prod, empty=True),
    reduction("max", "largest element over the axes", _max, kinks=("two elements tie",)),
    reduction("min", "smallest element over the axes", _min, kinks=("two elements tie",)),
    reduction(
        "ptp", "largest less smallest element over the axes", _ptp, kinks=("two elements tie",)
    ),
    reduction("logsumexp", "log of the sum of exponentials, without overflow", logsumexp),
)
