"""Sums of products over pairs of axes."""

from __future__ import annotations

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape

Axes = int | tuple[Axis, Axis]


def _contract(
    builder: ProgramBuilder, x: Buffer, y: Buffer, of_x: list[int], of_y: list[int]
) -> Buffer:
    """Products over pairs of axes, none of them negative; then the pairs are summed."""
    pairs = [(x.shape[i], y.shape[j]) for i, j in zip(of_x, of_y, strict=True)]
    if any(a != b for a, b in pairs):
        raise GraphError(f"{x.shape} and {y.shape} do not fit along axes {of_x} and {of_y}")
    rows = [axis for axis in range(x.ndim) if axis not in of_x]
    columns = [axis for axis in range(y.ndim) if axis not in of_y]
    full = (
        *(x.shape[axis] for axis in rows),
        *(y.shape[axis] for axis in columns),
        *(size for size, _ in pairs),
    )
    gap = tuple(range(len(rows), len(rows) + len(columns)))
    left = builder.move(
        lambda n: np.broadcast_to(np.expand_dims(n.transpose(*rows, *of_x), gap), full), x
    )
    right = builder.move(lambda n: np.broadcast_to(n.transpose(*columns, *of_y), full), y)
    summed = tuple(range(len(rows) + len(columns), len(full)))
    return (left * right).sum(summed)


def _dot(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    if not x.ndim or not y.ndim:
        return x * y
    return _contract(builder, x, y, [x.ndim - 1], [y.ndim - 2 if y.ndim > 1 else 0])


def _sample_dot(choose: Choose, shape: Shape) -> Instance:
    if not shape:
        return Instance((shape, sampling.pick(choose, [(), (3,), (2, 2), (1,), (2, 1, 3), (0,)])))
    k = shape[-1]
    options: list[Shape] = [(k,), (k, 2), (k, 1), (k, k), (2, k, 2), (1, k, 3), (2, 1, k, 1), ()]
    if k == 1:
        options.append((3, 1, 2))
    return Instance((shape, sampling.pick(choose, options)))


def _inner(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    if not x.ndim or not y.ndim:
        return x * y
    return _contract(builder, x, y, [x.ndim - 1], [y.ndim - 1])


def _sample_inner(choose: Choose, shape: Shape) -> Instance:
    if not shape:
        return Instance((shape, sampling.pick(choose, [(), (3,), (2, 2), (1,), (2, 1, 3), (0,)])))
    k = shape[-1]
    options: list[Shape] = [(k,), (2, k), (1, k), (k, k), (2, 2, k), (3, 1, k), (0, k), ()]
    return Instance((shape, sampling.pick(choose, options)))


def _tensordot(builder: ProgramBuilder, x: Buffer, y: Buffer, *, axes: Axes) -> Buffer:
    if isinstance(axes, int):
        if not 0 <= axes <= min(x.ndim, y.ndim):
            raise GraphError(f"{axes} axes of {x.shape} and {y.shape}")
        return _contract(builder, x, y, list(range(x.ndim - axes, x.ndim)), list(range(axes)))
    of_x, of_y = (_positions(part, b) for part, b in zip(axes, (x, y), strict=True))
    return _contract(builder, x, y, of_x, of_y)


def _positions(axes: Axis, buffer: Buffer) -> list[int]:
    """One side's axes in the order given, none of them negative."""
    wanted = (axes,) if isinstance(axes, int) else axes
    if wanted is None or not all(-buffer.ndim <= axis < buffer.ndim for axis in wanted):
        raise GraphError(f"axes {axes} are out of range for shape {buffer.shape}")
    positions = [axis % buffer.ndim for axis in wanted]
    if len(set(positions)) < len(positions):
        raise GraphError(f"axes {axes} of shape {buffer.shape} name one twice")
    return positions


def _sample_tensordot(choose: Choose, shape: Shape) -> Instance:
    options: list[tuple[Shape, Axes]] = [((2,), 0), ((), 0), ((1, 2), ((), ()))]
    if shape:
        first, last = shape[0], shape[-1]
        options += [
            ((last, 2), 1),
            ((last,), 1),
            ((2, first), (0, 1)),
            ((first, 2), (0, 0)),
            ((2, 1, last), (-1, -1)),
            ((last, 1), ((-1,), (0,))),
        ]
    if len(shape) > 1:
        a, b = shape[-2:]
        options += [
            ((a, b), 2),
            ((a, b, 2), 2),
            ((b, a), ((-2, -1), (1, 0))),
            ((2, a, b), ((-1, -2), (2, 1))),
            ((b, 2, a), ((-1, -2), (0, 2))),
        ]
    if len(shape) == 3:
        a, b, c = shape
        options += [
            (shape, 3),
            ((c, a), ((0, 2), (1, 0))),
            ((a, c, b), ((2, 0, 1), (1, 0, 2))),
            ((b, c), 2),
        ]
    other, axes = sampling.pick(choose, options)
    return Instance((shape, other), {"axes": axes})


_SHAPES: tuple[Shape, ...] = ((2, 3), (2, 2), (3,), (1, 2), (2, 1, 2), (2, 1), (1,), (), (2, 0))

OPERATORS = (
    Operator(
        name="dot",
        family="linear",
        summary="sum of products over the last axis of x and the last but one of y",
        arguments=(Argument("x"), Argument("y")),
        build=_dot,
        sample=_sample_dot,
        first_shapes=_SHAPES,
        wide=(Instance(((150,), (150,))), Instance(((1, 150), (150,)))),
    ),
    Operator(
        name="inner",
        family="linear",
        summary="sum of products over the last axes of both",
        arguments=(Argument("x"), Argument("y")),
        build=_inner,
        sample=_sample_inner,
        first_shapes=_SHAPES,
        wide=(Instance(((150,), (150,))), Instance(((1, 100), (2, 100)))),
    ),
    Operator(
        name="tensordot",
        family="linear",
        summary="sum of products over n axes that meet, or over pairs of axes",
        arguments=(Argument("x"), Argument("y")),
        build=_tensordot,
        sample=_sample_tensordot,
        first_shapes=((2, 3), (2, 2), (3,), (2, 1, 2), (1, 2, 3), (), (0, 2)),
    ),
)
