"""Diagonals and triangles of matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators.declarations.movement import movement, one_of
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

_MATRICES: tuple[Shape, ...] = (
    (2, 3),
    (2, 2),
    (3, 2),
    (1, 3),
    (3, 1),
    (2, 1, 2),
    (2, 2, 3),
    (2, 2, 2),
    (0, 2),
)


# Element numbers are counted from one while NumPy puts in its zeros, which then become -1.


def _diag(builder: ProgramBuilder, x: Buffer, *, k: int) -> Buffer:
    if x.ndim == 1:
        affordable((x.size + abs(k)) ** 2)
    return builder.move(lambda n: np.diag(n + 1, k) - 1, x)


def _tril(builder: ProgramBuilder, x: Buffer, *, k: int) -> Buffer:
    return _triangle(builder, np.tril, x, k)


def _triu(builder: ProgramBuilder, x: Buffer, *, k: int) -> Buffer:
    return _triangle(builder, np.triu, x, k)


def _triangle(builder: ProgramBuilder, keep: Callable[..., Any], x: Buffer, k: int) -> Buffer:
    if x.ndim < 2:
        raise GraphError(f"expected at least two dimensions, got {x.shape}")
    return builder.move(lambda n: keep(n + 1, k) - 1, x)


def _diagonal(builder: ProgramBuilder, x: Buffer, *, axis1: int, axis2: int, offset: int) -> Buffer:
    return builder.move(lambda n: np.diagonal(n, offset, axis1, axis2), x)


def _trace(builder: ProgramBuilder, x: Buffer, *, axis1: int, axis2: int, offset: int) -> Buffer:
    return _diagonal(builder, x, axis1=axis1, axis2=axis2, offset=offset).sum(-1)


def _diags(shape: Shape) -> Iterator[dict[str, Any]]:
    if len(shape) in (1, 2):
        yield from ({"k": k} for k in (0, 1, -1, 2, -2))


def _triangles(shape: Shape) -> Iterator[dict[str, Any]]:
    if len(shape) > 1:
        yield from ({"k": k} for k in (0, 1, -1, -2, 2, 4))


def _diagonals(shape: Shape) -> Iterator[dict[str, Any]]:
    ways: list[tuple[int, int, int]] = []
    if len(shape) == 2:
        ways = [(0, 0, 1), (1, 0, 1), (-1, 0, 1), (3, 0, 1), (1, -1, 0)]
    if len(shape) > 2:
        ways = [(0, 0, 1), (-1, 0, 1), (1, -1, 0), (0, 0, 2), (1, 0, 2), (0, -2, -1), (-1, 2, 1)]
    for offset, axis1, axis2 in ways:
        yield {"offset": offset, "axis1": axis1, "axis2": axis2}


OPERATORS = (
    movement(
        "diag",
        "the matrix with a vector on a diagonal, or a matrix's diagonal",
        _diag,
        one_of(_diags),
        ((2,), (1,), (3,), (0,), *_MATRICES[:5]),
    ),
    movement(
        "diagonal",
        "diagonals of the matrices in two axes, along a new last axis",
        _diagonal,
        one_of(_diagonals),
        _MATRICES,
    ),
    movement(
        "trace",
        "sums of the diagonals of the matrices in two axes",
        _trace,
        one_of(_diagonals),
        _MATRICES,
    ),
    movement("tril", "zeros above a diagonal", _tril, one_of(_triangles), _MATRICES),
    movement("triu", "zeros below a diagonal", _triu, one_of(_triangles), _MATRICES),
)
