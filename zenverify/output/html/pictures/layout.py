"""A layered layout for small directed graphs, after Sugiyama, Tagawa and Toda (1981).

Operands stand above their consumers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zenverify.output.html.pictures.arrangement import arrange
from zenverify.output.html.pictures.skeleton import Edge, Skeleton, skeleton_of

LAYER_GAP = 42.0
"""Distance from one layer's boxes to the next one's."""
BOX_HEIGHT = 44.0
_MARGIN = 12.0
_DEPARTURE_STEP = 18.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand, in pixels, the origin at the top left.

    Attributes
    ----------
    centres
        Per node, the centre of its box.
    layers
        Per node, its layer, counted from the top.
    paths
        Per edge, the points it passes: the source's lower side, its bends, the target's upper side.
    """

    width: float
    height: float
    centres: tuple[Point, ...]
    layers: tuple[int, ...]
    paths: tuple[tuple[Point, ...], ...]


def layered_layout(
    count: int, edges: Sequence[Edge], box_width: float, box_height: float = BOX_HEIGHT
) -> Layout:
    """Lay out nodes 0 to ``count - 1``; every edge's source comes before its target.

    Raises
    ------
    ValueError
        If there are no nodes, or an edge points backwards.
    """
    if count < 1:
        raise ValueError("a layout needs at least one node")
    for edge in edges:
        if not 0 <= edge.source < edge.target < count:
            raise ValueError(f"an edge from {edge.source} to {edge.target} does not point forwards")
    skeleton = skeleton_of(count, edges, box_width)
    across = arrange(skeleton)
    centres = [
        (_MARGIN + x, _MARGIN + box_height / 2 + layer * (box_height + LAYER_GAP))
        for x, layer in zip(across, skeleton.layers, strict=True)
    ]
    right = max(x + width / 2 for x, width in zip(across, skeleton.widths, strict=True))
    return Layout(
        width=right + 2 * _MARGIN,
        height=max(skeleton.layers) * (box_height + LAYER_GAP) + box_height + 2 * _MARGIN,
        centres=tuple(centres[:count]),
        layers=tuple(skeleton.layers[:count]),
        paths=_paths(edges, skeleton, centres, (box_width, box_height)),
    )


def _paths(
    edges: Sequence[Edge], skeleton: Skeleton, centres: Sequence[Point], box: tuple[float, float]
) -> tuple[tuple[Point, ...], ...]:
    box_width, box_height = box
    departures = _departures(edges, skeleton, centres, box_width)
    paths = []
    for i, edge in enumerate(edges):
        x, y = centres[edge.target]
        start = (departures[i], centres[edge.source][1] + box_height / 2)
        end = (x + skeleton.ports[i] * box_width, y - box_height / 2)
        paths.append((start, *(centres[bend] for bend in skeleton.chains[i]), end))
    return tuple(paths)


def _departures(
    edges: Sequence[Edge], skeleton: Skeleton, centres: Sequence[Point], box_width: float
) -> list[float]:
    """Per edge, where it leaves its source: side by side, in the order of where they go."""
    leaving: dict[int, list[int]] = {}
    for i, edge in enumerate(edges):
        leaving.setdefault(edge.source, []).append(i)
    departures = [0.0] * len(edges)
    for source, indices in leaving.items():
        indices.sort(key=lambda i: (centres[(*skeleton.chains[i], edges[i].target)[0]][0], i))
        step = min(_DEPARTURE_STEP, box_width / (len(indices) + 1))
        for place, i in enumerate(indices):
            departures[i] = centres[source][0] + (place - (len(indices) - 1) / 2) * step
    return departures
