"""Where a node's values can lie: a program run on one ball per buffer."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from zenverify.operators.balls import ZERO, Ball
from zenverify.operators.program import Program
from zenverify.operators.steps import Extremum, Fill, Map, Move, Sum

Range = tuple[float, float]


def ball_of(low: float, high: float) -> Ball:
    """A ball that holds an interval."""
    return arb(low).union(arb(high))


def range_of(program: Program, ranges: Sequence[Range]) -> Range | None:
    """An interval that holds every element of the result.

    Parameters
    ----------
    program
        The operation.
    ranges
        Per operand, an interval that holds its elements.

    Returns
    -------
    Range or None
        None where the operation may be undefined or unbounded.
    """
    buffers = [ball_of(low, high) for low, high in ranges]
    for step in program.steps:
        sources = [buffers[source] for source in step.sources]
        match step:
            case Map(kernel=kernel):
                buffers.append(kernel.derived.value(*sources))
            case Sum(width=width):
                buffers.append(sources[0] * width)
            case Extremum():
                buffers.append(sources[0])
            case Fill(items=items):
                buffers.append(arb(items[0]))
            case Move(sizes=sizes, indices=indices):
                buffers.append(_gathered(sources, sizes, indices))
            case _:
                raise TypeError(type(step).__name__)
    result = buffers[-1]
    if not result.is_finite():
        return None
    return float(result.lower()), float(result.upper())


def _gathered(sources: Sequence[Ball], sizes: Sequence[int], indices: Sequence[int]) -> Ball:
    parts = [source for source, size in zip(sources, sizes, strict=True) if size]
    if sum(sizes) in indices or not parts:
        parts.append(ZERO)
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.union(part)
    return joined
