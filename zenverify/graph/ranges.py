"""Where a node's values can lie: a program run on one ball per buffer."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.program.program import Program

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
        buffers.append(step.bound(sources))
    result = buffers[-1]
    if not result.is_finite():
        return None
    return float(result.lower()), float(result.upper())
