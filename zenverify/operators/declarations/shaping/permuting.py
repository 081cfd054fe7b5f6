"""Axes, or the elements along them, in another order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.declarations.movement import movement, one_of
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape

_SHAPES = (*sampling.AXIS_SHAPES, (0, 2))


def _transpose(builder: ProgramBuilder, x: Buffer, *, axes: Shape | None) -> Buffer:
    return builder.move(lambda n: np.transpose(n, axes), x)


def _swapaxes(builder: ProgramBuilder, x: Buffer, *, axis1: int, axis2: int) -> Buffer:
    return builder.move(lambda n: np.swapaxes(n, axis1, axis2), x)


def _moveaxis(
    builder: ProgramBuilder, x: Buffer, *, destination: Shape | int, source: Shape | int
) -> Buffer:
    return builder.move(lambda n: np.moveaxis(n, source, destination), x)


def _rollaxis(builder: ProgramBuilder, x: Buffer, *, axis: int, start: int) -> Buffer:
    return builder.move(lambda n: np.rollaxis(n, axis, start), x)


def _roll(builder: ProgramBuilder, x: Buffer, *, axis: Axis, shift: Shape | int) -> Buffer:
    return builder.move(lambda n: np.roll(n, shift, axis), x)


def _flip(builder: ProgramBuilder, x: Buffer, *, axis: Axis) -> Buffer:
    return builder.move(lambda n: np.flip(n, axis), x)


def _transposes(shape: Shape) -> Iterator[dict[str, Any]]:
    ndim = len(shape)
    orders: list[Shape | None] = [None]
    if ndim == 2:
        orders += [(1, 0), (0, 1), (-1, 0)]
    if ndim > 2:
        turn = (*range(1, ndim), 0)
        orders += [turn, (ndim - 1, *range(ndim - 1)), (0, 2, 1, *range(3, ndim))]
        orders += [(-1, *range(-ndim, -1)), (-2, *range(ndim - 2), -1)]
    return ({"axes": order} for order in orders)


def _pairs(names: tuple[str, str], pairs: Iterable[tuple[Any, Any]]) -> Iterator[dict[str, Any]]:
    return (dict(zip(names, pair, strict=True)) for pair in pairs)


def _swaps(shape: Shape) -> Iterator[dict[str, Any]]:
    pairs = [(0, 0), (-1, 0)] if shape else []
    if len(shape) > 1:
        pairs += [(0, 1), (1, -2)]
    if len(shape) > 2:
        pairs += [(0, 2), (-1, -2), (1, 0)]
    return _pairs(("axis1", "axis2"), pairs)


def _moves(shape: Shape) -> Iterator[dict[str, Any]]:
    pairs: list[tuple[Axis, Axis]] = [(0, -1), (-1, 0)] if shape else [((), ())]
    if len(shape) > 1:
        pairs += [((0, 1), (1, 0)), ((-1,), (0,))]
    if len(shape) > 2:
        pairs += [(0, 1), ((0, 1), (2, 0)), ((1, 0), (-1, -2)), ((2, 0, 1), (0, 1, 2))]
    return _pairs(("source", "destination"), pairs)


def _rolled_axes(shape: Shape) -> Iterator[dict[str, Any]]:
    pairs = [(0, 0), (-1, 0), (0, len(shape))] if shape else []
    if len(shape) > 1:
        pairs += [(1, 0), (0, -1)]
    if len(shape) > 2:
        pairs += [(0, 2), (2, 1), (-2, 3), (2, -2)]
    return _pairs(("axis", "start"), pairs)


def _rolls(shape: Shape) -> Iterator[dict[str, Any]]:
    pairs: list[tuple[Shape | int, Axis]] = [(1, None), (-4, -1)] if shape else [(1, None)]
    if len(shape) == 1:
        pairs += [((2, 2), None), (2, 0)]
    if len(shape) > 1:
        pairs += [((1, 2), (0, 1)), ((-1, 1), (-1, 0)), (1, (0, 1)), ((1, 1), (1, 1))]
    return _pairs(("shift", "axis"), pairs)


def _flips(shape: Shape) -> Iterator[dict[str, Any]]:
    axes: list[Axis] = [None, -1, (0,)] if shape else [None, ()]
    if len(shape) > 1:
        axes += [0, (-1, 0)]
    if len(shape) > 2:
        axes += [1, (0, 2), (-1, -2), ()]
    return ({"axis": axis} for axis in axes)


OPERATORS = (
    movement(
        "transpose", "axes in another order; reversed for None", _transpose, one_of(_transposes)
    ),
    movement("swapaxes", "two axes interchanged", _swapaxes, one_of(_swaps), _SHAPES),
    movement("moveaxis", "axes moved to other places", _moveaxis, one_of(_moves), _SHAPES),
    movement("rollaxis", "an axis put before another", _rollaxis, one_of(_rolled_axes), _SHAPES),
    movement(
        "roll",
        "elements shifted along the axes, round the end; all in a row for None",
        _roll,
        one_of(_rolls),
        (*_SHAPES, ()),
    ),
    movement("flip", "elements reversed along the axes", _flip, one_of(_flips), (*_SHAPES, ())),
)
