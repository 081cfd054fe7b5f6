"""Elements repeated, and elements added around."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.attributes import Integers
from zenverify.operators.declarations.movement import fits, movement, one_of
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

_SHAPES = (*sampling.AXIS_SHAPES, (), (0,), (2, 0))


def _tile(builder: ProgramBuilder, x: Buffer, *, reps: Shape) -> Buffer:
    affordable(x.size * math.prod(reps))
    return builder.move(lambda n: np.tile(n, reps), x)


def _repeat(
    builder: ProgramBuilder, x: Buffer, *, axis: int | None, repeats: int | Shape | Integers
) -> Buffer:
    counts = [int(count) for count in np.ravel(repeats)]
    affordable(x.size * sum(counts) // max(len(counts), 1))
    return builder.move(lambda n: np.repeat(n, repeats, axis), x)


def _pad(
    builder: ProgramBuilder,
    x: Buffer,
    *,
    constant_values: float,
    mode: str,
    pad_width: tuple[Shape, ...],
) -> Buffer:
    affordable(math.prod(size + sum(w) for size, w in zip(x.shape, pad_width, strict=True)))
    if mode != "constant":
        return builder.move(lambda n: _padded(n, pad_width, mode=mode), x)
    if constant_values == 0:
        return builder.move(lambda n: _padded(n, pad_width, constant_values=-1), x)
    return builder.move(
        lambda n, c: _padded(n, pad_width, constant_values=c),
        x,
        builder.fill(constant_values),
    )


def _padded(numbers: Any, pad_width: tuple[Shape, ...], **more: Any) -> Any:
    # NumPy refuses an empty sequence of widths, which is what an array of shape () has.
    return np.pad(numbers, pad_width or 0, **more)


def _tiles(shape: Shape) -> Iterator[dict[str, Any]]:
    options: list[Shape] = [(2,), (2, 2), (1, 2)]
    options += [(2, 1), (2, 1, 1)] if len(shape) > 1 else [(), (0,), (3, 1, 2)]
    options += [(2, 1, 1, 1)] if len(shape) > 2 else []
    for reps in options:
        if fits(np.tile(np.empty(shape), reps).shape):
            yield {"reps": reps}


def _repeats(shape: Shape) -> Iterator[dict[str, Any]]:
    options: list[tuple[Any, int | None]] = [(2, None), (_uneven(math.prod(shape)), None)]
    options += [(0, None), (np.array([2]), None)] if len(shape) < 2 else []
    if shape:
        options += [(2, 0), (2, -1), (_uneven(shape[0]), -len(shape)), (_uneven(shape[-1]), -1)]
    for repeats, axis in options:
        if fits(np.repeat(np.empty(shape), repeats, axis).shape):
            yield {"repeats": repeats, "axis": axis}


def _uneven(size: int) -> Any:
    """Counts that differ, one of them zero."""
    return np.arange(size) * 2 % 3


def _pads(shape: Shape) -> Iterator[dict[str, Any]]:
    ndim = len(shape)
    both = ((1, 1), (1, 1), (0, 0))[:ndim]
    uneven = ((2, 0), (0, 1), (0, 0))[:ndim]
    first = ((1, 2), (0, 0), (0, 0))[:ndim]
    far = ((0, 0), (0, 0), (3, 1))[3 - ndim :]
    ways: list[tuple[tuple[Shape, ...], str, float]] = [
        (both, "constant", 0.0),
        (uneven, "constant", -1.5),
        (first, "edge", 0.0),
        (far, "edge", 0.0),
        (uneven, "reflect", 0.0),
        (far, "reflect", 0.0),
        (first, "symmetric", 0.0),
        (first, "wrap", 0.0),
        (far, "wrap", 0.0),
    ]
    for widths, mode, constant in ways:
        if len(widths) == ndim and (mode == "constant" or 0 not in shape):
            yield {"pad_width": widths, "mode": mode, "constant_values": constant}


OPERATORS = (
    movement("tile", "the whole array repeated", _tile, one_of(_tiles), _SHAPES),
    movement(
        "repeat",
        "each element or slice repeated, equally or not; all elements in a row for None",
        _repeat,
        one_of(_repeats),
        _SHAPES,
    ),
    movement(
        "pad",
        "elements added around: a constant, the edge, reflected, symmetric, wrapped",
        _pad,
        one_of(_pads),
        ((3,), (2, 2), (1, 3), (2, 3), (1,), (1, 2, 2), (), (0, 2)),
    ),
)
