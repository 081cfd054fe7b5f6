"""A part of a graph, in which inner nodes have become inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind


def pruned(
    graph: Graph, values: Sequence[Array], replaced: dict[int, int | None], root: int
) -> Case:
    """The graph of a root, with some nodes replaced.

    Parameters
    ----------
    graph, values
        The whole graph, and the value of each of its nodes.
    replaced
        Per node that goes, the node that takes its place; None for a variable of its value.
    root
        The node that becomes the root. Its cotangent is one.
    """
    needed: set[int] = set()
    waiting = [root]
    while waiting:
        position = waiting.pop()
        position = _target(replaced, position)
        if position in needed:
            continue
        needed.add(position)
        node = graph.nodes[position]
        if isinstance(node, Apply) and position not in replaced:
            waiting += node.operands
    nodes: list[Leaf | Apply] = []
    kept_values: list[Array] = []
    places: dict[int, int] = {}
    for position in sorted(needed):
        node = graph.nodes[position]
        if isinstance(node, Apply) and position not in replaced:
            operands = tuple(places[_target(replaced, operand)] for operand in node.operands)
            nodes.append(Apply(node.declared, operands, node.attributes))
        else:
            kind = LeafKind.VARIABLE if isinstance(node, Apply) else node.kind
            nodes.append(Leaf(kind, graph.shapes[position], graph.dtypes[position]))
            kept_values.append(values[position])
        places[position] = len(nodes) - 1
    made = Graph(tuple(nodes))
    return Case(made, tuple(kept_values), np.ones(made.shapes[-1], made.dtypes[-1]))


def _target(replaced: dict[int, int | None], position: int) -> int:
    while (other := replaced.get(position)) is not None:
        position = other
    return position
