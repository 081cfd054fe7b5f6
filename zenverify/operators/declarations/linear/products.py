"""Products in which every element meets every other, products of vectors, powers of matrices."""

from __future__ import annotations

import math

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator, Sampler
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape, normalise_axis


def _outer(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    return x.reshape(x.size, 1) * y.reshape(1, y.size)


def _vdot(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    if x.size != y.size:
        raise GraphError(f"{x.shape} and {y.shape}: {x.size} and {y.size} elements")
    return (x.reshape(x.size) * y.reshape(x.size)).sum()


def _sample_vdot(choose: Choose, shape: Shape) -> Instance:
    return Instance((shape, sampling.pick(choose, [shape, *sampling.factorisations(shape)])))


def _kron(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    """Element (i, j) of a result's axis of size m n, at i n + j, is that of x_i and y_j."""
    ndim = max(x.ndim, y.ndim)
    of_x, of_y = (1,) * (ndim - x.ndim) + x.shape, (1,) * (ndim - y.ndim) + y.shape
    shape = tuple(m * n for m, n in zip(of_x, of_y, strict=True))
    affordable(math.prod(shape))
    places = np.indices(shape, sparse=True)
    block = tuple(place // max(n, 1) for place, n in zip(places, of_y, strict=True))
    inside = tuple(place % max(n, 1) for place, n in zip(places, of_y, strict=True))
    left = builder.move(lambda numbers: numbers.reshape(of_x)[block], x)
    right = builder.move(lambda numbers: numbers.reshape(of_y)[inside], y)
    return left * right


def _sample_with(*others: Shape) -> Sampler:
    """Any of some shapes for the second operand, and the shape of the first."""

    def sample(choose: Choose, shape: Shape) -> Instance:
        return Instance((shape, sampling.pick(choose, [*others, shape])))

    return sample


def _cross(
    builder: ProgramBuilder, x: Buffer, y: Buffer, *, axisa: int, axisb: int, axisc: int
) -> Buffer:
    for buffer, axis in ((x, axisa), (y, axisb)):
        (along,) = normalise_axis(axis, buffer.ndim)
        if buffer.shape[along] != 3:
            raise GraphError(f"{buffer.shape[along]} elements along axis {axis}; expected 3")

    def part(buffer: Buffer, axis: int, number: int) -> Buffer:
        return builder.move(lambda n: np.take(n, number, axis), buffer)

    a = [part(x, axisa, number) for number in range(3)]
    b = [part(y, axisb, number) for number in range(3)]

    def difference(one: Buffer, other: Buffer) -> Buffer:
        # A sum of elements, not a function of single numbers: each product may overflow.
        return builder.move(lambda p, q: np.stack([p, q]), one, -other).sum(0)

    components = [difference(a[j] * b[k], a[k] * b[j]) for j, k in ((1, 2), (2, 0), (0, 1))]
    return builder.move(lambda *parts: np.stack(parts, axisc), *components)


def _sample_cross(choose: Choose, shape: Shape) -> Instance | None:
    options: list[tuple[Shape, Shape, tuple[int, int, int]]] = []
    if shape == (3,):
        options += [
            ((3,), (3,), (-1, -1, -1)),
            ((3,), (3,), (0, 0, 0)),
            ((3,), (2, 3), (-1, -1, -1)),
            ((3,), (3, 2), (0, 0, 1)),
            ((3,), (3, 1), (0, 0, 0)),
            ((3,), (1, 3), (-1, 1, 0)),
            ((3,), (2, 1, 3), (0, 2, -2)),
            ((3,), (0, 3), (-1, -1, -1)),
        ]
    if len(shape) == 2 and shape[1] == 3:
        m = shape[0]
        options += [
            (shape, shape, (-1, -1, -1)),
            (shape, (3,), (-1, -1, -1)),
            (shape, (1, 3), (1, -1, 1)),
            (shape, (3, m), (1, 0, 0)),
            (shape, (3, 1), (-1, -2, -2)),
            (shape, (2, 1, 3), (1, 2, 1)),
        ]
    if len(shape) == 2 and shape[0] == 3:
        n = shape[1]
        options += [
            (shape, shape, (0, 0, 0)),
            (shape, (n, 3), (0, 1, 1)),
            (shape, (3,), (-2, 0, -1)),
            (shape, (3, 1), (0, 0, -2)),
        ]
    if len(shape) == 3 and shape[1] == 3:
        options += [
            (shape, shape, (1, 1, 1)),
            (shape, (3, 1), (1, 0, 2)),
            (shape, (3,), (-2, -1, 0)),
        ]
    if not options:
        return None
    _, other, axes = sampling.pick(choose, options)
    attributes = dict(zip(("axisa", "axisb", "axisc"), axes, strict=True))
    return Instance((shape, other), attributes)


def _times(builder: ProgramBuilder, a: Buffer, b: Buffer) -> Buffer:
    """The products of square matrices in the last two axes."""
    left = a[..., :, None, :]
    right = builder.move(lambda n: n.swapaxes(-1, -2)[..., None, :, :], b)
    return (left * right).sum(-1)


def _matrix_power(builder: ProgramBuilder, x: Buffer, *, n: int) -> Buffer:
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise GraphError(f"{x.shape} holds no square matrices")
    if n < 0:
        raise GraphError(f"exponent {n}; expected none below 0")
    if n == 0:
        one, zero = builder.fill(1.0), builder.fill(0.0)
        eye = np.broadcast_to(np.eye(x.shape[-1], dtype=bool), x.shape)
        return builder.move(lambda a, b: np.where(eye, a, b), one, zero)
    if n > 2:
        builder.multiplies_many(n)
    result, square = None, x
    for place, digit in enumerate(f"{n:b}"[::-1]):
        square = _times(builder, square, square) if place else x
        if digit == "1":
            result = square if result is None else _times(builder, result, square)
    assert result is not None
    return result


def _sample_matrix_power(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) < 2 or shape[-1] != shape[-2]:
        return None
    return Instance((shape,), {"n": sampling.pick(choose, (2, 3, 1, 0, 5, 4))})


OPERATORS = (
    Operator(
        name="outer",
        family="linear",
        summary="each element of x, a row, times each of y, a column; both flattened",
        arguments=(Argument("x"), Argument("y")),
        build=_outer,
        sample=_sample_with((2,), (), (3,), (1,), (2, 1), (1, 2, 1), (2, 2), (0,)),
        first_shapes=((2,), (3,), (), (1,), (1, 3), (2, 1), (2, 2), (2, 0)),
    ),
    Operator(
        name="vdot",
        family="linear",
        summary="sum of the products of x and y, both flattened",
        arguments=(Argument("x"), Argument("y")),
        build=_vdot,
        sample=_sample_vdot,
        first_shapes=sampling.ANY_SHAPES,
    ),
    Operator(
        name="kron",
        family="linear",
        summary="each element of x in turn times a block of all of y",
        arguments=(Argument("x"), Argument("y")),
        build=_kron,
        sample=_sample_with((2,), (), (1, 2), (2, 1), (2, 2), (1,), (2, 1, 2), (0,)),
        first_shapes=((2,), (2, 2), (1, 2), (2, 1), (), (2, 3), (1, 2, 1), (0, 2)),
        broadcasts=True,
    ),
    Operator(
        name="cross",
        family="linear",
        summary="vector product of vectors with three elements along axisa and axisb",
        arguments=(Argument("x"), Argument("y")),
        build=_cross,
        sample=_sample_cross,
        first_shapes=((3,), (2, 3), (1, 3), (3, 2), (3, 1), (3, 3), (2, 3, 1), (1, 3, 2), (0, 3)),
        broadcasts=True,
    ),
    Operator(
        name="matrix_power",
        family="linear",
        summary="product of n factors x; the identity for n = 0",
        arguments=(Argument("x"),),
        build=_matrix_power,
        sample=_sample_matrix_power,
        first_shapes=(
            (2, 2),
            (3, 3),
            (1, 1),
            (2, 2, 2),
            (1, 2, 2),
            (3, 1, 1),
            (2, 1, 2, 2),
            (0, 0),
        ),
    ),
)
