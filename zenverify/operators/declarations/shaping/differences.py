"""Differences between neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.movement import movement, one_of
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _lines(builder: ProgramBuilder, x: Buffer, axis: int) -> Buffer:
    """The operand with an axis laid first."""
    return builder.move(lambda n: np.moveaxis(n, axis, 0), x)


def _back(builder: ProgramBuilder, lines: Buffer, axis: int) -> Buffer:
    return builder.move(lambda n: np.moveaxis(n, 0, axis), lines)


def _joined(*numbers: Any) -> Any:
    return np.concatenate(numbers)


def _diff(builder: ProgramBuilder, x: Buffer, *, axis: int, n: int) -> Buffer:
    if n < 0:
        raise GraphError(f"the difference of order {n}")
    lines = _lines(builder, x, axis)
    for _ in range(min(n, lines.shape[0])):
        before = lines[:-1]
        lines = lines[1:] - before
    return _back(builder, lines, axis)


def _gradient(
    builder: ProgramBuilder, x: Buffer, *, axis: int, edge_order: int, spacing: float
) -> Buffer:
    lines = _lines(builder, x, axis)
    size = lines.shape[0]
    if edge_order not in (1, 2) or size <= edge_order:
        raise GraphError(f"edge order {edge_order} with {size} values")
    step = builder.fill(spacing)

    def row(place: int) -> Buffer:
        return lines[place : place + 1]

    def end(places: tuple[int, ...], weights: tuple[float, ...]) -> Buffer:
        terms = [weight * row(place) for place, weight in zip(places, weights, strict=False)]
        total = builder.move(_joined, *terms).sum(0, keepdims=True)
        return total / step

    # At an end, the slope of the line through two values or of the parabola through three.
    weights = (-1.0, 1.0) if edge_order == 1 else (-1.5, 2.0, -0.5)
    opposite = tuple(-weight for weight in weights)
    first = end((0, 1, 2), weights)
    last = end((size - 1, size - 2, size - 3), opposite)
    upper = lines[2:]
    lower = lines[: size - 2]
    rise = upper - lower
    middle = rise / (step + step)
    return _back(builder, builder.move(_joined, first, middle, last), axis)


def _diffs(shape: Shape) -> Iterator[dict[str, Any]]:
    ways = [(1, -1), (1, 0), (2, -1)] if shape else []
    ways += [(2, -len(shape)), (3, 1)] if len(shape) > 1 else [(0, 0), (3, 0)][: len(shape) * 2]
    return ({"n": n, "axis": axis} for n, axis in ways)


def _gradients(shape: Shape) -> Iterator[dict[str, Any]]:
    for axis in (*range(len(shape)), -1) if shape else ():
        for spacing, edge_order in ((1.0, 1), (3.0, 2)) if axis < 0 else ((0.25, 1), (-2.0, 2)):
            if shape[axis] > edge_order:
                yield {"spacing": spacing, "axis": axis, "edge_order": edge_order}


OPERATORS = (
    movement(
        "diff",
        "each element less the one before it, n times",
        _diff,
        one_of(_diffs),
        (*sampling.AXIS_SHAPES, (4,), (0, 2)),
    ),
    movement(
        "gradient",
        "slopes by differences at equal distances, one-sided at the ends",
        _gradient,
        one_of(_gradients),
        ((3,), (4,), (2, 3), (5,), (3, 2), (1, 3), (2, 2, 2), (2,), (3, 0)),
    ),
)
