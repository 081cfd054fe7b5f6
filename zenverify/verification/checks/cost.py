"""Check 7: what a reverse pass costs on ladders of diamonds and on long chains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder

LADDER_LEVELS = (2, 3, 24)
CHAIN_LENGTH = 3000
"""Three times Python's default recursion limit."""


def ladder(levels: int, dtype: str = "float64") -> Case:
    """Each level adds the one below to itself: 2 edges a level, 2 to the power of levels paths."""
    build = GraphBuilder()
    node = build.variable((), dtype)
    for _ in range(levels):
        node = build.apply("add", node, node)
    return Case(build.graph(), (np.array(0.5, dtype),), np.array(1.0, dtype))


def chain(length: int, dtype: str = "float64") -> Case:
    """One negation after the other."""
    build = GraphBuilder()
    node = build.variable((), dtype)
    for _ in range(length):
        node = build.apply("negative", node)
    return Case(build.graph(), (np.array(0.5, dtype),), np.array(1.0, dtype))


def cost_cases(operators: Sequence[str], dtype: str = "float64") -> Iterator[Case]:
    """What a campaign begins with: ladders, and a chain longer than the stack is deep.

    A walk by paths is seen by its calls on the short ladders, if the engine can count them, and
    does not return from the long one.
    """
    if "add" in operators:
        for levels in LADDER_LEVELS:
            yield ladder(levels, dtype)
    if "negative" in operators:
        yield chain(CHAIN_LENGTH, dtype)
