"""One operation run by itself, at the values and with the cotangent it had in its graph."""

from __future__ import annotations

from collections.abc import Sequence

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind


def extract(
    graph: Graph, position: int, values: Sequence[Array], cotangent: Array, *, merged: bool
) -> Case:
    """The case of a single operation.

    Parameters
    ----------
    graph, position
        The operation.
    values
        Per node of the graph, its value.
    cotangent
        Of the operation's result.
    merged
        Whether operands that are one node in the graph stay one leaf; otherwise each operand is a
        leaf of its own.
    """
    node = graph.apply(position)
    leaves: list[Leaf] = []
    arrays: list[Array] = []
    places: dict[int, int] = {}
    operands: list[int] = []
    for operand in node.operands:
        if not merged or operand not in places:
            places[operand] = len(leaves)
            leaves.append(Leaf(_kind(graph, operand), graph.shapes[operand], graph.dtypes[operand]))
            arrays.append(values[operand])
        operands.append(places[operand])
    given: list[tuple[str, int]] = []
    for name, giver in node.given:
        given.append((name, len(leaves)))
        leaves.append(Leaf(_kind(graph, giver), graph.shapes[giver], graph.dtypes[giver]))
        arrays.append(values[giver])
    applied = Apply(node.declared, tuple(operands), node.attributes, tuple(given))
    return Case(Graph((*leaves, applied)), tuple(arrays), cotangent)


def _kind(graph: Graph, position: int) -> LeafKind:
    if graph.trainable[position]:
        return LeafKind.VARIABLE
    node = graph.nodes[position]
    return node.kind if isinstance(node, Leaf) else LeafKind.CONSTANT
