"""How equations written with a builder become a step that solves them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators.balls.blurring import spans
from zenverify.operators.program.steps.implicit import Bound, Branch, Implicit, Start

if TYPE_CHECKING:
    from zenverify.operators.program.builder import Buffer, Numbers, ProgramBuilder, Shape

MakeEquations = Callable[..., "Buffer | tuple[Buffer, ...] | list[Buffer]"]


def common_rows(operands: Sequence[Buffer]) -> int:
    """The number of rows that the operands of equations have.

    Raises
    ------
    GraphError
        If they have different numbers, or none.
    """
    counts = {buffer.shape[0] if buffer.shape else None for buffer in operands}
    if len(counts) != 1 or None in counts:
        listed = ", ".join(str(buffer.shape) for buffer in operands) or "no operands"
        raise GraphError(f"the operands of equations need one axis of rows; got {listed}")
    return operands[0].shape[0]


def split_rows(
    builder: ProgramBuilder, wide: Buffer, shapes: Sequence[Shape]
) -> tuple[Buffer, ...]:
    """Several arrays out of one whose rows hold them end to end."""
    rows = wide.shape[0]

    def part(numbers: Numbers, low: int, high: int, shape: Shape) -> Numbers:
        return numbers[:, low:high].reshape(rows, *shape)

    return tuple(
        builder.move(lambda n, low=low, high=high, shape=shape: part(n, low, high, shape), wide)
        for (low, high), shape in zip(
            spans([math.prod(shape) for shape in shapes]), shapes, strict=True
        )
    )


def implicit_step(
    inner: ProgramBuilder,
    equations: MakeEquations,
    unknowns: Sequence[Shape],
    operands: Sequence[Buffer],
    start: Start,
    branch: Branch | None,
    bound: Bound | None,
    remainder: bool,
) -> Implicit:
    """The step that `ProgramBuilder.implicit` describes.

    Parameters
    ----------
    inner
        A builder for the equations: of an array of the unknowns, row by row, and the operands.
    """
    solution, *given = inner.operands
    rows, count = solution.shape
    made = equations(inner, *split_rows(inner, solution, unknowns), *given)
    parts: list[Buffer] = list(made) if isinstance(made, list | tuple) else [made]
    kinds = tuple(math.prod(part.shape[1:]) for part in parts)
    if sum(kinds) != count or any(part.shape[:1] != (rows,) for part in parts):
        listed = ", ".join(str(part.shape) for part in parts)
        raise GraphError(f"{count} unknowns in {rows} rows need as many equations; got {listed}")

    def join(*numbers: Numbers) -> Numbers:
        flat = [n.reshape(rows, size) for n, size in zip(numbers, kinds, strict=True)]
        return np.concatenate(flat, axis=1)

    program = inner.program(inner.move(join, *parts))
    if program.can_kink:
        raise GraphError("the equations have kinks, expected smooth ones")
    return Implicit(
        tuple(buffer.number for buffer in operands),
        rows,
        program,
        tuple(buffer.shape for buffer in operands),
        tuple(unknowns),
        kinds,
        start,
        branch,
        bound,
        remainder,
    )
