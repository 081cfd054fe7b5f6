"""A part of a graph, in which inner nodes have become inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind


def pruned(
    graph: Graph,
    values: Sequence[Array],
    replaced: dict[int, int | None],
    root: int,
    cotangents: Mapping[int, Array] | None = None,
) -> Case:
    """The graph of a root, with some nodes replaced.

    Parameters
    ----------
    graph, values
        The whole graph, and the value of each of its nodes.
    replaced
        Per node that goes, the node that takes its place; None for a leaf of its value: a variable,
        or a constant where the value is of booleans.
    root
        The node that becomes the last.
    cotangents
        Those of further roots before it; roots that are replaced are left out. The last root's, if
        it is not there, is one.
    """
    seeds = {node: one for node, one in (cotangents or {}).items() if node not in replaced}
    further = [node for node in seeds if node < root]
    needed = _needed(graph, replaced, [*further, root])
    nodes: list[Leaf | Apply] = []
    kept_values: list[Array] = []
    places: dict[int, int] = {}
    for position in sorted(needed):
        node = graph.nodes[position]
        if isinstance(node, Apply) and position not in replaced:
            nodes.append(node.at({used: places[_target(replaced, used)] for used in node.uses}))
        else:
            nodes.append(_leaf(graph, position))
            kept_values.append(values[position])
        places[position] = len(nodes) - 1
    made = Graph(tuple(nodes), tuple(places[node] for node in further))
    ones = np.ones(made.shapes[-1], made.dtypes[-1])
    return Case(
        made, tuple(kept_values), seeds.get(root, ones), tuple(seeds[node] for node in further)
    )


def _needed(
    graph: Graph, replaced: Mapping[int, int | None], roots: Sequence[int]
) -> Collection[int]:
    needed: set[int] = set()
    waiting = list(roots)
    while waiting:
        position = _target(replaced, waiting.pop())
        if position in needed:
            continue
        needed.add(position)
        node = graph.nodes[position]
        if isinstance(node, Apply) and position not in replaced:
            waiting += node.uses
    return needed


def _leaf(graph: Graph, position: int) -> Leaf:
    node = graph.nodes[position]
    if isinstance(node, Leaf):
        return node
    kind = LeafKind.CONSTANT if graph.is_discrete(position) else LeafKind.VARIABLE
    return Leaf(kind, graph.shapes[position], graph.dtypes[position])


def _target(replaced: Mapping[int, int | None], position: int) -> int:
    while (other := replaced.get(position)) is not None:
        position = other
    return position
