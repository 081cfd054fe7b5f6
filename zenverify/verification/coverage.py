"""What a case exercised: operations by condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, LeafKind
from zenverify.operators import catalogue

CONDITIONS = (
    "seen",
    "float32",
    "broadcast",
    "repeated operand",
    "shared node",
    "constant operand",
    "scalar",
    "size-1 axis",
    "zero-size",
    "kink",
    "domain edge",
    "zeros",
    "extreme values",
)
"""The conditions in the order of the coverage table."""

Coverage = tuple[tuple[str, str, int], ...]
"""``(operator, condition, times)``."""

_LARGE, _SMALL = 30.0, 1e-6


def coverage_of(case: Case, kinked: Sequence[int]) -> Coverage:
    """Count what a case exercised.

    Parameters
    ----------
    case
        The case.
    kinked
        The operations that lay at a kink.
    """
    graph = case.graph
    counts: Counter[tuple[str, str]] = Counter()
    for position, conditions in _structural(graph):
        operator = graph.apply(position).operator
        counts.update((operator, condition) for condition in conditions)
    for position in kinked:
        counts[graph.apply(position).operator, "kink"] += 1
    values = dict(zip(graph.leaves, case.values, strict=True))
    for leaf, value in values.items():
        for condition in _of_values(value):
            for consumer, _ in graph.consumers[leaf]:
                counts[graph.apply(consumer).operator, condition] += 1
        for consumer, argument in graph.consumers[leaf]:
            operator = graph.apply(consumer).operator
            edges = catalogue.get(operator).argument(argument).limits.edges
            if any((value == edge).any() for edge in edges):
                counts[operator, "domain edge"] += 1
    return tuple((operator, condition, n) for (operator, condition), n in sorted(counts.items()))


def _of_values(value: Array) -> list[str]:
    if not value.size:
        return []
    sizes = np.abs(value)
    conditions = []
    if not sizes.all():
        conditions.append("zeros")
    if sizes.max() > _LARGE or (sizes[sizes > 0].min(initial=1.0) < _SMALL):
        conditions.append("extreme values")
    return conditions


def _structural(graph: Graph) -> Sequence[tuple[int, list[str]]]:
    cached: Sequence[tuple[int, list[str]]] | None = graph.__dict__.get("_conditions")
    if cached is None:
        cached = [(p, _conditions(graph, p)) for p in graph.operations]
        graph.__dict__["_conditions"] = cached
    return cached


def _conditions(graph: Graph, position: int) -> list[str]:
    node = graph.apply(position)
    shapes = [graph.shapes[operand] for operand in node.operands]
    shape = graph.shapes[position]
    found = ["seen"]
    if graph.dtypes[position] == "float32":
        found.append("float32")
    if catalogue.get(node.operator).kernel is not None and any(s != shape for s in shapes):
        found.append("broadcast")
    if len(set(node.operands)) < len(node.operands):
        found.append("repeated operand")
    if any(len(graph.consumers[operand]) > 1 for operand in node.operands):
        found.append("shared node")
    if any(_is_constant(graph, operand) for operand in node.operands):
        found.append("constant operand")
    if any(s == () for s in shapes):
        found.append("scalar")
    if any(1 in s for s in shapes):
        found.append("size-1 axis")
    if any(0 in s for s in shapes):
        found.append("zero-size")
    return found


def _is_constant(graph: Graph, position: int) -> bool:
    node = graph.nodes[position]
    return not graph.trainable[position] and getattr(node, "kind", None) is not LeafKind.VARIABLE
