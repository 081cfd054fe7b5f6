"""The skeleton of a layered layout: which slots there are, in which layer, linked to which.

An edge that spans several layers is bent once in each between, and a bend takes a slot like a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_BEND_WIDTH = 10.0


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` uses `source` as its operand number `argument`."""

    source: int
    target: int
    argument: int


@dataclass(frozen=True, slots=True)
class Link:
    """A piece of an edge between neighbouring layers.

    `port` is where it meets the lower box, from -1/2 at the left to 1/2 at the right.
    """

    upper: int
    lower: int
    port: float


@dataclass(slots=True)
class Skeleton:
    """A graph's slots: the nodes come first, then the bends.

    Attributes
    ----------
    widths, layers
        Of each slot; layers are counted from the top.
    links
        What connects slots of neighbouring layers.
    chains
        Per edge, its bends from top to bottom.
    ports
        Per edge, where it meets its target; see `Link`.
    """

    widths: list[float]
    layers: list[int]
    ports: list[float]
    links: list[Link] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many layers there are."""
        return max(self.layers) + 1

    def rows(self) -> list[list[int]]:
        """The slots of each layer, in the order of their numbers."""
        rows: list[list[int]] = [[] for _ in range(self.height)]
        for slot, layer in enumerate(self.layers):
            rows[layer].append(slot)
        return rows


def _ports(edges: Sequence[Edge]) -> list[float]:
    """Per edge, where it meets its target: arguments stand in order from left to right."""
    drawn: dict[int, list[int]] = {}
    for edge in edges:
        drawn.setdefault(edge.target, []).append(edge.argument)
    return [
        (sorted(drawn[edge.target]).index(edge.argument) + 1) / (len(drawn[edge.target]) + 1) - 0.5
        for edge in edges
    ]


def _layers(count: int, edges: Sequence[Edge]) -> list[int]:
    """Longest path from a leaf; a leaf then sinks to just above its first consumer."""
    layers = [0] * count
    for edge in sorted(edges, key=lambda edge: edge.target):
        layers[edge.target] = max(layers[edge.target], layers[edge.source] + 1)
    inner = {edge.target for edge in edges}
    for node in range(count):
        below = [layers[edge.target] for edge in edges if edge.source == node]
        if node not in inner and below:
            layers[node] = min(below) - 1
    return layers


def skeleton_of(count: int, edges: Sequence[Edge], box_width: float) -> Skeleton:
    """Give every node and every bend a slot in a layer."""
    skeleton = Skeleton([box_width] * count, _layers(count, edges), _ports(edges))
    for edge, port in zip(edges, skeleton.ports, strict=True):
        chain: list[int] = []
        upper = edge.source
        for layer in range(skeleton.layers[edge.source] + 1, skeleton.layers[edge.target]):
            bend = len(skeleton.widths)
            skeleton.widths.append(_BEND_WIDTH)
            skeleton.layers.append(layer)
            skeleton.links.append(Link(upper, bend, 0.0))
            chain.append(bend)
            upper = bend
        skeleton.links.append(Link(upper, edge.target, port))
        skeleton.chains.append(chain)
    return skeleton
