"""What a case exercised: operations by condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Call, Graph
from zenverify.operators.operator import Operator

CONDITIONS = (
    "seen",
    "float32",
    "broadcast",
    "repeated operand",
    "shared node",
    "constant left",
    "constant right",
    "number",
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


def impossible(operator: Operator) -> frozenset[str]:
    """The conditions that no case can meet with an operator, by its declaration."""
    found = set()
    several = operator.variadic or len(operator.arguments) > 1
    if not several:
        found |= {"repeated operand", "constant right", "number", "broadcast"}
    if not operator.is_elementwise:
        found.add("broadcast")
    if not operator.kinks:
        found.add("kink")
    if not any(argument.limits.edges for argument in operator.arguments):
        found.add("domain edge")
    return frozenset(found)


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
    structural, edged = _of_graph(graph)
    counts = structural.copy()
    for position in kinked:
        counts[graph.apply(position).operator, "kink"] += 1
    values = dict(zip(graph.leaves, case.values, strict=True))
    for leaf, condition in _of_values(values):
        for consumer, _ in graph.consumers[leaf]:
            counts[graph.apply(consumer).operator, condition] += 1
    for leaf, operator, edges in edged:
        if any((values[leaf] == edge).any() for edge in edges):
            counts[operator, "domain edge"] += 1
    return tuple((operator, condition, n) for (operator, condition), n in sorted(counts.items()))


def elements_of(case: Case, kinked: Sequence[int]) -> Coverage:
    """How many elements a case exercised: ``(operator, condition, elements)``.

    Of results where the condition is one of shapes, dtypes and structure, or a kink; of operands
    where it is one of values.

    Parameters
    ----------
    case, kinked
        As for `coverage_of`.
    """
    graph = case.graph
    counts: Counts = Counter()
    for call in graph.calls:
        for condition in _conditions(graph, call):
            counts[call.operator, condition] += graph.sizes[call.position]
    for position in kinked:
        counts[graph.apply(position).operator, "kink"] += graph.sizes[position]
    values = dict(zip(graph.leaves, case.values, strict=True))
    for leaf, value in values.items():
        sizes = np.abs(value)
        zeros = int(np.count_nonzero(sizes == 0))
        extreme = int(np.count_nonzero((sizes > _LARGE) | ((sizes > 0) & (sizes < _SMALL))))
        for consumer, _ in graph.consumers[leaf]:
            counts[graph.apply(consumer).operator, "zeros"] += zeros
            counts[graph.apply(consumer).operator, "extreme values"] += extreme
    for leaf, operator, edges in _of_graph(graph)[1]:
        counts[operator, "domain edge"] += sum(
            int(np.count_nonzero(values[leaf] == edge)) for edge in edges
        )
    return tuple((operator, condition, n) for (operator, condition), n in counts.items() if n)


def _of_values(values: Mapping[int, Array]) -> Iterator[tuple[int, str]]:
    """The leaves that have a special element: ``(leaf, condition)``."""
    sizes = np.abs(np.concatenate(list(values.values()), axis=None))
    special = {
        "zeros": sizes == 0,
        "extreme values": (sizes > _LARGE) | ((sizes > 0) & (sizes < _SMALL)),
    }
    leaves = list(values)
    for condition, where in special.items():
        if where.any():
            owners = np.repeat(leaves, [value.size for value in values.values()])
            yield from ((leaf, condition) for leaf in np.unique(owners[where]).tolist())


Counts = Counter[tuple[str, str]]
Edged = list[tuple[int, str, tuple[float, ...]]]


@lru_cache(maxsize=64)
def _of_graph(graph: Graph) -> tuple[Counts, Edged]:
    """What every case of the graph exercises, and the leaves that may be on a domain's edge."""
    counts = Counter((call.operator, c) for call in graph.calls for c in _conditions(graph, call))
    return counts, list(_edged(graph))


def _edged(graph: Graph) -> Iterator[tuple[int, str, tuple[float, ...]]]:
    """Each use of a leaf as an argument whose domain has edges: ``(leaf, operator, edges)``."""
    for leaf in graph.leaves:
        for consumer, argument in graph.consumers[leaf]:
            node = graph.apply(consumer)
            edges = node.declared.argument(argument).limits.edges
            if edges:
                yield leaf, node.operator, edges


def _conditions(graph: Graph, node: Call) -> list[str]:
    shapes = [graph.shapes[operand] for operand in node.operands]
    shape = graph.shapes[node.position]
    found = ["seen"]
    if graph.dtypes[node.position] == "float32":
        found.append("float32")
    if graph.apply(node.position).declared.is_elementwise and any(s != shape for s in shapes):
        found.append("broadcast")
    if len(set(node.operands)) < len(node.operands):
        found.append("repeated operand")
    if any(len(graph.consumers[operand]) > 1 for operand in node.operands):
        found.append("shared node")
    if not graph.trainable[node.operands[0]]:
        found.append("constant left")
    if not all(graph.trainable[operand] for operand in node.operands[1:]):
        found.append("constant right")
    if any(graph.is_number(operand) for operand in node.operands):
        found.append("number")
    if any(s == () for s in shapes):
        found.append("scalar")
    if any(1 in s for s in shapes):
        found.append("size-1 axis")
    if any(0 in s for s in shapes):
        found.append("zero-size")
    return found
