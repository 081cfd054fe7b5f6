"""The same elements in another shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.declarations.movement import movement, one_of
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape


def _reshape(builder: ProgramBuilder, x: Buffer, *, shape: Shape) -> Buffer:
    return x.reshape(shape)


def _flatten(builder: ProgramBuilder, x: Buffer) -> Buffer:
    return builder.move(lambda n: n.ravel(), x)


def _expand_dims(builder: ProgramBuilder, x: Buffer, *, axis: Shape | int) -> Buffer:
    return builder.move(lambda n: np.expand_dims(n, axis), x)


def _squeeze(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    return builder.move(lambda n: np.squeeze(n, axis), x)


def _broadcast_to(builder: ProgramBuilder, x: Buffer, *, shape: Shape) -> Buffer:
    return builder.move(lambda n: np.broadcast_to(n, shape), x)


def _reshapes(shape: Shape) -> Iterator[dict[str, Any]]:
    return ({"shape": target} for target in sampling.factorisations(shape))


def _flattens(shape: Shape) -> Iterator[dict[str, Any]]:
    yield {}


def _expansions(shape: Shape) -> Iterator[dict[str, Any]]:
    axes: list[Shape | int] = [0, -1, (0, -1)]
    if shape:
        axes += [1, (0, 2)]
    return ({"axis": axis} for axis in axes)


def _squeezes(shape: Shape) -> Iterator[dict[str, Any]]:
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    options: list[Axis] = [None, *ones, *(axis - len(shape) for axis in ones), tuple(ones)]
    return ({"axis": axis} for axis in options)


def _broadcasts(shape: Shape) -> Iterator[dict[str, Any]]:
    wider = tuple(2 if size == 1 else size for size in shape)
    targets = [(2, *shape), wider, (3, *wider), (1, *shape), shape]
    return ({"shape": target} for target in targets)


OPERATORS = (
    movement("reshape", "the same elements in another shape", _reshape, one_of(_reshapes)),
    movement("flatten", "all elements in one dimension", _flatten, one_of(_flattens)),
    movement("expand_dims", "new axes of size 1", _expand_dims, one_of(_expansions)),
    movement("squeeze", "axes of size 1 removed", _squeeze, one_of(_squeezes)),
    movement(
        "broadcast_to",
        "repeated along new or size-1 axes",
        _broadcast_to,
        one_of(_broadcasts),
        sampling.ANY_SHAPES,
    ),
)
