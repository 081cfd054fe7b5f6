"""Points outside a declared domain: what nothing is known of, so that it accuses nobody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zenverify.graph.case import Array
from zenverify.graph.graph import Graph

Mask = NDArray[np.bool_]


class Outside:
    """The elements of a graph's values and gradients that lie outside a declared domain.

    Only of operations whose declaration says nothing there (`Operator.decided_outside`), and which
    are elementwise.

    Parameters
    ----------
    graph
        The graph.
    values
        Per node, the engine's value.

    Attributes
    ----------
    results
        Per operation, which elements of its result have an operand outside; only where there are
        any.
    """

    def __init__(self, graph: Graph, values: Sequence[Array]) -> None:
        self._graph = graph
        self.results: dict[int, Mask] = {}
        for node in graph.operations:
            mask = _outside(graph, values, node)
            if mask is not None and mask.any():
                self.results[node] = mask

    def __bool__(self) -> bool:
        return bool(self.results)

    @property
    def note(self) -> str:
        """What is to be said of them: how many, and of which operations."""
        count = sum(int(mask.sum()) for mask in self.results.values())
        names = sorted({self._graph.apply(node).operator for node in self.results})
        return (
            f"not decided: {count} element{'s' * (count != 1)} outside the declared domain of "
            f"{', '.join(names)}"
        )

    def value(self, node: int) -> Mask:
        """Which elements of a node's value are not decided, flat."""
        if node in self.results:
            return self.results[node].ravel()
        return np.zeros(self._graph.sizes[node], bool)

    def gradient(self, node: int) -> Mask:
        """Which elements of a node's gradient a result outside the domain contributes to, flat."""
        graph = self._graph
        reached = np.zeros(graph.sizes[node], bool)
        for consumer in {k for k, _ in graph.consumers[node]} & set(self.results):
            mask = self.results[consumer]
            places = np.arange(graph.sizes[node]).reshape(graph.shapes[node])
            reached[np.broadcast_to(places, mask.shape)[mask]] = True
        return reached


def _outside(graph: Graph, values: Sequence[Array], node: int) -> Mask | None:
    apply = graph.apply(node)
    declared = apply.declared
    if declared.decided_outside or not declared.is_elementwise:
        return None
    mask = np.zeros(graph.shapes[node], bool)
    for position, operand in enumerate(apply.operands):
        # In float64, to which every float converts exactly: an end such as 0.1 is not rounded.
        points = np.asarray(values[operand], np.float64)
        mask |= declared.argument(position).limits.leaves_out(points)
    return mask
