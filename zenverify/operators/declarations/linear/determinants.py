"""Determinants, by minors: sums of products, without a division."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators.declarations.kernels import absolute, log, sign
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, Numbers, ProgramBuilder, Shape
from zenverify.operators.program.kernel import kernel

LARGEST_MATRIX = 12
"""Rows of a matrix; with its border there are 2 ** 13 minors of 12 rows."""

_LOG_OF_SIZE = kernel("log_of_size", 1, lambda sp, x: sp.log(x**2) / 2)


def _expanded(builder: ProgramBuilder, x: Buffer) -> Buffer:
    """The determinants of square matrices: all the terms of Leibniz's formula, added up.

    Of the first k rows there is a minor for every set of k columns: the sum of the products of
    row k with the minors of the rows above.
    """
    size = x.shape[-1]
    one, minus = builder.fill(1.0), builder.fill(-1.0)
    minors = one.broadcast((*x.shape[:-2], 1))
    numbers: dict[tuple[int, ...], int] = {(): 0}
    for count in range(1, size + 1):
        sets = list(combinations(range(size), count))
        columns = np.array(sets)
        above = np.array([[numbers[s[:k] + s[k + 1 :]] for k in range(count)] for s in sets])
        negative = (np.arange(count) + count) % 2 == 0
        signs = builder.move(lambda a, b, n=negative: np.where(n, b, a), one, minus)
        row = x[..., count - 1, columns]
        rest = minors[..., above]
        minors = (row * signs * rest).sum(-1)
        numbers = {s: number for number, s in enumerate(sets)}
    return minors[..., 0]


def _largest(builder: ProgramBuilder, x: Buffer) -> Buffer:
    """The size of each matrix's largest element, as a constant."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise GraphError(f"{x.shape} holds no square matrices")
    if x.shape[-1] > LARGEST_MATRIX:
        raise GraphError(f"{x.shape[-1]} rows; determinants are verified up to {LARGEST_MATRIX}")
    if not x.size:
        return builder.broadcast(builder.fill(1.0), (*x.shape[:-2], 1, 1))
    return absolute(x).max((-2, -1), keepdims=True).detach()


def _bordered(builder: ProgramBuilder, x: Buffer, m: Buffer) -> Buffer:
    """The determinants of the matrices 1, m / 1, x + m, which are those of x, whatever m is.

    With the largest element for m, every element is rounded as the largest is. So are they in the
    elimination and the decompositions by which determinants are computed: their errors are small
    for the largest elements, not for each.
    """
    one = builder.fill(1.0)
    size = x.shape[-1]
    first = (*x.shape[:-2], 1, size + 1)

    def assemble(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
        top = np.concatenate([np.broadcast_to(c, (*first[:-1], 1)), b], axis=-1)
        left = np.broadcast_to(c, (*first[:-2], size, 1))
        return np.concatenate([top, np.concatenate([left, a], axis=-1)], axis=-2)

    wide = m.broadcast(x.shape)
    # A sum, not a map: its rounding is accounted for where it is zero, too.
    raised = builder.move(lambda a, b: np.stack([a, b]), x, wide).sum(0)
    tops = m.broadcast((*first[:-1], size))
    return _expanded(builder, builder.move(assemble, raised, tops, one))


def _det(builder: ProgramBuilder, x: Buffer) -> Buffer:
    x = builder.eliminated(x)
    # The border is no part of the formula: a NaN reaches by itself what depends on it.
    return _bordered(builder, x, builder.finite(_largest(builder, x)))


def _slogdet(builder: ProgramBuilder, x: Buffer) -> Buffer:
    """The elements are divided by the largest, whose logarithm is added again for every row.

    Any rule that does not overflow adds up logarithms that may be larger than the result.
    """
    x = builder.eliminated(x)
    m = _largest(builder, x)
    signs = sign(_bordered(builder, x, m))
    one = builder.broadcast(builder.fill(1.0), m.shape)
    scaled = _bordered(builder, x / m, one)
    rows = builder.fill(x.shape[-1])
    logs = log(m.sum((-2, -1))) * rows
    size = _LOG_OF_SIZE(scaled) + logs
    return builder.move(lambda a, b: np.stack([a, b]), signs, size)


def _sample(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) < 2 or shape[-1] != shape[-2]:
        return None
    return Instance((shape,))


_SHAPES: tuple[Shape, ...] = (
    (2, 2),
    (3, 3),
    (1, 1),
    (2, 2, 2),
    (2, 3, 3),
    (1, 2, 2),
    (2, 1, 1),
    (2, 1, 2, 2),
    (4, 4),
    (0, 0),
    (2, 0, 0),
    (0, 2, 2),
)

OPERATORS = (
    Operator(
        name="det",
        family="linear",
        summary="determinants of the matrices in the last two axes",
        arguments=(Argument("x"),),
        build=_det,
        sample=_sample,
        first_shapes=(*_SHAPES, (5, 5)),
    ),
    Operator(
        name="slogdet",
        family="linear",
        summary="signs of the determinants, and the logarithms of their sizes",
        arguments=(Argument("x"),),
        build=_slogdet,
        sample=_sample,
        first_shapes=_SHAPES,
    ),
)
