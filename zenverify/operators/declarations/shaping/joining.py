"""Arrays joined, and taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.movement import movement, one_of
from zenverify.operators.operator import Choose, Instance, Operator, Sampler
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _stack(builder: ProgramBuilder, *operands: Buffer, axis: int) -> Buffer:
    return builder.move(lambda *n: np.stack(n, axis), *operands)


def _concatenate(builder: ProgramBuilder, *operands: Buffer, axis: int | None) -> Buffer:
    return builder.move(lambda *n: np.concatenate(n, axis), *operands)


def _hstack(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
    return builder.move(lambda *n: np.hstack(n), *operands)


def _vstack(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
    return builder.move(lambda *n: np.vstack(n), *operands)


def _dstack(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
    return builder.move(lambda *n: np.dstack(n), *operands)


def _split(
    builder: ProgramBuilder, x: Buffer, *, axis: int, part: int, sections: Shape | int
) -> Buffer:
    def chosen(numbers: Any) -> Any:
        parts = np.split(numbers, sections, axis)
        if not 0 <= part < len(parts):
            raise GraphError(f"there is no part {part} of {len(parts)}")
        return parts[part]

    return builder.move(chosen, x)


def _sample_stack(choose: Choose, shape: Shape) -> Instance:
    count = sampling.pick(choose, (2, 1, 3))
    axis = sampling.pick(choose, [0, -1, *range(1, len(shape))])
    return Instance((shape,) * count, {"axis": axis})


def _sample_concatenate(choose: Choose, shape: Shape) -> Instance | None:
    axis = sampling.pick(choose, [0, None, -1] if shape else [None])
    if axis is None:
        others: list[tuple[Shape, ...]] = [((2,),), ((), (1, 2)), (shape,)]
        return Instance((shape, *sampling.pick(choose, others)), {"axis": None})
    return Instance(_row_of(choose, shape, axis % len(shape)), {"axis": axis})


def _row_of(choose: Choose, shape: Shape, axis: int) -> tuple[Shape, ...]:
    """One to three operands, the second one longer along an axis, or not if it is the last."""
    count = sampling.pick(choose, (2, 1, 3))
    if count == 1 or axis >= len(shape):
        return (shape,) * count
    by = 1 if count == 3 else choose(2)
    second = (*shape[:axis], shape[axis] + by, *shape[axis + 1 :])
    return (shape, second, shape)[:count]


def _sample_joined(axis_of: Callable[[Shape], int]) -> Sampler:
    def sample(choose: Choose, shape: Shape) -> Instance:
        return Instance(_row_of(choose, shape, axis_of(shape)))

    return sample


def _splits(shape: Shape) -> Iterator[dict[str, Any]]:
    if not shape:
        return
    first, last = shape[0], shape[-1]
    ways: list[tuple[int, Shape | int, int]] = [(0, (1,), 0), (-1, (1,), 1), (-1, (1, -1), 1)]
    if first > 1:
        ways += [(0, first, first - 1), (0, (0, first - 1, 9), 2)]
    if last > 1:
        ways += [(-1, last, 0)]
    if len(shape) > 2:
        ways += [(1, (1,), 0), (-2, 1, 0)]
    for axis, sections, part in ways:
        yield {"sections": sections, "axis": axis, "part": part}


def _joined(
    name: str, summary: str, build: Callable[..., Buffer], axis_of: Callable[[Shape], int]
) -> Operator:
    shapes = (*sampling.AXIS_SHAPES, (), (0,), (2, 0))
    return movement(name, summary, build, _sample_joined(axis_of), shapes, variadic=True)


OPERATORS = (
    movement("stack", "joined along a new axis", _stack, _sample_stack, variadic=True),
    movement(
        "concatenate",
        "joined along an axis; all elements in a row for None",
        _concatenate,
        _sample_concatenate,
        (*sampling.AXIS_SHAPES, (), (0, 2)),
        variadic=True,
    ),
    _joined(
        "hstack",
        "joined along the second axis; vectors along the first",
        _hstack,
        lambda shape: min(max(len(shape) - 1, 0), 1),
    ),
    _joined(
        "vstack",
        "joined along the first axis; vectors are rows",
        _vstack,
        lambda shape: 0 if len(shape) > 1 else len(shape),
    ),
    _joined(
        "dstack",
        "joined along the third axis, that matrices get as a new one",
        _dstack,
        lambda shape: 2 if len(shape) > 2 else len(shape),
    ),
    movement("split", "one part of those that cuts along an axis make", _split, one_of(_splits)),
)
