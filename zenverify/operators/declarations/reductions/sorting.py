"""Sorting, and the middle of what is sorted."""

from __future__ import annotations

import math

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.declarations.reductions.reductions import reduction
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape, reduced_shape


def _sort(builder: ProgramBuilder, x: Buffer, *, axis: int | None) -> Buffer:
    ordered = builder.sort(x, axis)
    if axis is None:
        return ordered
    return builder.move(lambda n: np.moveaxis(n, -1, axis), ordered)


def _sample_sort(choose: Choose, shape: Shape) -> Instance:
    axes = [None, *range(len(shape)), *range(-len(shape), 0)]
    return Instance((shape,), {"axis": sampling.pick(choose, axes)})


def _median(builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool) -> Buffer:
    ordered = builder.sort(x, axis)
    count = ordered.shape[-1]
    shape = reduced_shape(x.shape, axis, keepdims=keepdims)
    if count == 0:
        return builder.broadcast(builder.fill(math.nan), shape)
    low, high = (
        builder.move(lambda n, place=place: n[..., place].reshape(shape), ordered)
        for place in ((count - 1) // 2, count // 2)
    )
    if count % 2:
        return low
    return (low + high) / 2.0


_TIES = ("two elements tie",)

OPERATORS = (
    reduction(
        "median",
        "middle element over the axes, or the mean of the two in the middle",
        _median,
        kinks=_TIES,
        wide=(Instance(((120,),), sampling.WHOLE),),
    ),
    Operator(
        name="sort",
        family="shaping",
        summary="sorted along an axis, or all elements, smallest first",
        arguments=(Argument("x"),),
        build=_sort,
        sample=_sample_sort,
        first_shapes=sampling.ANY_SHAPES,
        kinks=_TIES,
    ),
)
