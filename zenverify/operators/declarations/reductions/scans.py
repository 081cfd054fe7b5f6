"""Running sums and products along an axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.declarations.reductions.reductions import logsumexp
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _scan(
    builder: ProgramBuilder,
    combine: Callable[[Buffer, Buffer], Buffer],
    x: Buffer,
    axis: int | None,
    *,
    multiplies: bool = False,
) -> Buffer:
    if axis is None:
        x, axis = builder.move(lambda n: n.ravel(), x), 0
    return builder.scan(combine, x, axis, multiplies=multiplies)


def _pairs(builder: ProgramBuilder, a: Buffer, b: Buffer) -> Buffer:
    return builder.move(lambda m, n: np.stack([m, n], axis=-1), a, b)


def _cumsum(builder: ProgramBuilder, x: Buffer, *, axis: int | None) -> Buffer:
    return _scan(builder, lambda a, b: _pairs(builder, a, b).sum(-1), x, axis)


def _cumprod(builder: ProgramBuilder, x: Buffer, *, axis: int | None) -> Buffer:
    return _scan(builder, lambda a, b: a * b, x, axis, multiplies=True)


def _logcumsumexp(builder: ProgramBuilder, x: Buffer, *, axis: int | None) -> Buffer:
    def combine(a: Buffer, b: Buffer) -> Buffer:
        return logsumexp(builder, _pairs(builder, a, b), axis=-1, keepdims=False)

    return _scan(builder, combine, x, axis)


def _sample(choose: Choose, shape: Shape) -> Instance:
    axes = [None, *range(len(shape)), *range(-len(shape), 0)]
    return Instance((shape,), {"axis": sampling.pick(choose, axes)})


def _declare(name: str, summary: str, build: Callable[..., Buffer], wide: int) -> Operator:
    return Operator(
        name=name,
        family="reductions",
        summary=summary,
        arguments=(Argument("x"),),
        build=build,
        sample=_sample,
        first_shapes=sampling.ANY_SHAPES,
        wide=(Instance(((wide,),), {"axis": 0}),),
    )


OPERATORS = (
    _declare("cumsum", "running sum along an axis, or of all elements", _cumsum, 150),
    _declare("cumprod", "running product along an axis, or of all elements", _cumprod, 60),
    _declare("logcumsumexp", "log of the running sum of exponentials", _logcumsumexp, 100),
)
