"""Operations that only move elements: the gather they perform is all there is to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.builder import Axis, Buffer, ProgramBuilder, Shape
from zenverify.operators.operator import Argument, Choose, Instance, Operator, Sampler


def _reshape(builder: ProgramBuilder, x: Buffer, *, shape: Shape) -> Buffer:
    return builder.move(lambda n: n.reshape(shape), x)


def _flatten(builder: ProgramBuilder, x: Buffer) -> Buffer:
    return builder.move(lambda n: n.ravel(), x)


def _transpose(builder: ProgramBuilder, x: Buffer, *, axes: Shape | None) -> Buffer:
    return builder.move(lambda n: np.transpose(n, axes), x)


def _expand_dims(builder: ProgramBuilder, x: Buffer, *, axis: Shape | int) -> Buffer:
    return builder.move(lambda n: np.expand_dims(n, axis), x)


def _squeeze(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    return builder.move(lambda n: np.squeeze(n, axis), x)


def _broadcast_to(builder: ProgramBuilder, x: Buffer, *, shape: Shape) -> Buffer:
    return builder.move(lambda n: np.broadcast_to(n, shape), x)


def _index(builder: ProgramBuilder, x: Buffer, *, key: Any) -> Buffer:
    return builder.move(lambda n: n[key], x)


def _stack(builder: ProgramBuilder, *operands: Buffer, axis: int) -> Buffer:
    return builder.move(lambda *n: np.stack(n, axis), *operands)


def _concatenate(builder: ProgramBuilder, *operands: Buffer, axis: int) -> Buffer:
    return builder.move(lambda *n: np.concatenate(n, axis), *operands)


def _sample_reshape(choose: Choose, shape: Shape) -> Instance:
    return Instance((shape,), {"shape": sampling.pick(choose, sampling.factorisations(shape))})


def _sample_flatten(choose: Choose, shape: Shape) -> Instance:
    return Instance((shape,))


def _sample_transpose(choose: Choose, shape: Shape) -> Instance:
    ndim = len(shape)
    orders: list[Shape | None] = [None]
    if ndim == 2:
        orders += [(1, 0), (0, 1), (-1, 0)]
    if ndim > 2:
        turn = (*range(1, ndim), 0)
        orders += [turn, (ndim - 1, *range(ndim - 1)), (0, 2, 1, *range(3, ndim))]
    return Instance((shape,), {"axes": sampling.pick(choose, orders)})


def _sample_expand_dims(choose: Choose, shape: Shape) -> Instance:
    axes: list[Shape | int] = [0, -1, (0, -1)]
    if shape:
        axes += [1, (0, 2)]
    return Instance((shape,), {"axis": sampling.pick(choose, axes)})


def _sample_squeeze(choose: Choose, shape: Shape) -> Instance:
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    options: list[Axis] = [None]
    options += [*ones, *(axis - len(shape) for axis in ones), tuple(ones)]
    return Instance((shape,), {"axis": sampling.pick(choose, options)})


def _sample_broadcast_to(choose: Choose, shape: Shape) -> Instance:
    wider = tuple(2 if size == 1 else size for size in shape)
    targets = [(2, *shape), wider, (3, *wider), (1, *shape), shape]
    return Instance((shape,), {"shape": sampling.pick(choose, targets)})


def _sample_index(choose: Choose, shape: Shape) -> Instance | None:
    if not shape or 0 in shape:
        return None
    last = shape[0] - 1
    keys: list[tuple[Any, ...]] = [
        (0,),
        (-1,),
        (slice(None, None, -1),),
        (slice(0, last),),
        (np.array([0, last, 0]),),
        (np.array([[-1], [0]]),),
        (Ellipsis, 0),
        (None, slice(None)),
        (Ellipsis, np.array([0, 0, -1])),
        (slice(None, None, 2), Ellipsis),
        (np.arange(shape[0]) % 2 == 0,),
        (Ellipsis, None),
    ]
    if len(shape) > 1:
        keys += [
            (slice(None), 0),
            (np.array([0, 0]), np.array([0, -1])),
            (0, Ellipsis, slice(None, None, -1)),
            (np.array([last, 0, 0]), slice(None)),
        ]
    if len(shape) > 2:
        keys.append((np.array([0, last]), slice(None), np.array([0, -1])))
    return Instance((shape,), {"key": sampling.pick(choose, keys)})


def _sample_stack(choose: Choose, shape: Shape) -> Instance:
    count = 1 + choose(4)
    axis = sampling.pick(choose, [0, -1, *range(1, len(shape) + 1)])
    return Instance((shape,) * count, {"axis": axis})


def _sample_concatenate(choose: Choose, shape: Shape) -> Instance | None:
    if not shape:
        return None
    count = 1 + choose(3)
    axis = sampling.pick(choose, [0, -1, len(shape) - 1, -len(shape)])
    at = axis % len(shape)
    longer = (*shape[:at], shape[at] + choose(2), *shape[at + 1 :])
    return Instance((shape, *(longer,) * (count - 1)), {"axis": axis})


def _movement(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    sample: Sampler,
    first_shapes: tuple[Shape, ...] = sampling.AXIS_SHAPES,
    *,
    variadic: bool = False,
) -> Operator:
    return Operator(
        name=name,
        family="shaping",
        summary=summary,
        arguments=(Argument("x"),),
        build=build,
        sample=sample,
        first_shapes=first_shapes,
        variadic=variadic,
    )


OPERATORS = (
    _movement("reshape", "the same elements in another shape", _reshape, _sample_reshape),
    _movement("flatten", "all elements in one dimension", _flatten, _sample_flatten),
    _movement(
        "transpose", "axes in another order; reversed for None", _transpose, _sample_transpose
    ),
    _movement("expand_dims", "new axes of size 1", _expand_dims, _sample_expand_dims),
    _movement("squeeze", "axes of size 1 removed", _squeeze, _sample_squeeze),
    _movement(
        "broadcast_to",
        "repeated along new or size-1 axes",
        _broadcast_to,
        _sample_broadcast_to,
        sampling.ANY_SHAPES,
    ),
    _movement("index", "x[key]: integers, slices, integer arrays", _index, _sample_index),
    _movement("stack", "joined along a new axis", _stack, _sample_stack, variadic=True),
    _movement(
        "concatenate", "joined along an axis", _concatenate, _sample_concatenate, variadic=True
    ),
)
