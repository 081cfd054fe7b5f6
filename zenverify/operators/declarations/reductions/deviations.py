"""Deviations from the mean, and means with weights."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import sqrt
from zenverify.operators.declarations.reductions.reductions import count, mean, reduction
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape, normalise_axis


def _var(builder: ProgramBuilder, x: Buffer, *, axis: Axis, ddof: int, keepdims: bool) -> Buffer:
    deviation = x - mean(builder, x, axis=axis, keepdims=True)
    return (deviation * deviation).sum(axis, keepdims=keepdims) / max(count(x, axis) - ddof, 0)


def _root_of_var(builder: ProgramBuilder, rows: Buffer, *, ddof: int) -> Buffer:
    variance = _var(builder, rows, axis=1, ddof=ddof, keepdims=False)
    return sqrt(variance)


def _std(builder: ProgramBuilder, x: Buffer, *, axis: Axis, ddof: int, keepdims: bool) -> Buffer:
    # Less their mean, elements that are all equal are zero, where homogeneous functions bend. That
    # mean is detached, since shifting all elements alike changes nothing.
    middle = mean(builder, x, axis=axis, keepdims=True).detach()
    return builder.homogeneous(
        partial(_root_of_var, ddof=ddof),
        x - middle,
        axis,
        keepdims=keepdims,
        symmetric=True,
        convex=True,
    )


def _sample(choose: Choose, shape: Shape) -> Instance | None:
    if 0 in shape:
        return None
    counts = {
        axis: math.prod([shape[a] for a in normalise_axis(axis, len(shape))])
        for axis in sampling.axes(len(shape))
    }
    fits = [axis for axis, number in counts.items() if number > 1]
    if not fits:
        return None
    axis = sampling.pick(choose, fits)
    ddof = choose(min(counts[axis], 3))
    return Instance((shape,), {"axis": axis, "keepdims": bool(choose(2)), "ddof": ddof})


def _sample_std(choose: Choose, shape: Shape) -> Instance | None:
    # A single element has the deviation 0 and the slope 0, where the quotient is 0 / 0.
    if shape and set(shape) == {1}:
        return Instance((shape,), {"axis": -1, "keepdims": bool(choose(2)), "ddof": 0})
    return _sample(choose, shape)


def _average(
    builder: ProgramBuilder, x: Buffer, weights: Buffer, *, axis: Axis, keepdims: bool
) -> Buffer:
    wide = _aligned(builder, x, weights, axis).broadcast(x.shape)
    products = x * wide
    return products.sum(axis, keepdims=keepdims) / wide.sum(axis, keepdims=keepdims)


def _aligned(builder: ProgramBuilder, x: Buffer, weights: Buffer, axis: Axis) -> Buffer:
    """Weights along the axes alone, in the order in which these are named, in x's dimensions."""
    if weights.shape == x.shape:
        return weights
    named = (axis,) if isinstance(axis, int) else axis or ()
    places = [number % x.ndim for number in named]
    if axis is None or weights.shape != tuple(x.shape[place] for place in places):
        raise GraphError(f"weights of shape {weights.shape} for {x.shape}, axis {axis}")
    normalise_axis(axis, x.ndim)
    missing = tuple(number for number in range(x.ndim) if number not in places)
    return builder.move(lambda n: np.expand_dims(n.transpose(np.argsort(places)), missing), weights)


def _sample_average(choose: Choose, shape: Shape) -> Instance | None:
    if 0 in shape:
        return None
    axis = sampling.pick(choose, sampling.axes(len(shape)))
    weights = shape
    if axis is not None and choose(2):
        named = (axis,) if isinstance(axis, int) else axis
        weights = tuple(shape[number] for number in named)
    return Instance((shape, weights), {"axis": axis, "keepdims": bool(choose(2))})


OPERATORS = (
    reduction("var", "variance over the axes, divided by n - ddof", _var, sample=_sample),
    reduction(
        "std",
        "standard deviation over the axes, divided by n - ddof",
        _std,
        sample=_sample_std,
        kinks=("all elements are equal",),
        wide=(Instance(((150,),), {**sampling.WHOLE, "ddof": 1}),),
    ),
    Operator(
        name="average",
        family="reductions",
        summary="mean over the axes with weights, of the shape of x or for the axes alone",
        arguments=(Argument("x"), Argument("weights", Domain(low=0.0, closed=True))),
        build=_average,
        sample=_sample_average,
        first_shapes=sampling.AXIS_SHAPES,
        wide=(Instance(((150,), (150,)), sampling.WHOLE),),
    ),
)
