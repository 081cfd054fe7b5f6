"""The part of a large graph that is worth a picture."""

from __future__ import annotations

from collections import deque

from zenverify.graph.graph import Apply, Graph

DRAWN_NODES = 60
"""A graph with more nodes is drawn in part."""


def neighbourhood(graph: Graph, culprit: int, limit: int = DRAWN_NODES) -> tuple[int, ...]:
    """The `limit` nodes that are fewest edges away from the culprit, in order; itself included."""
    if len(graph.nodes) <= limit:
        return tuple(range(len(graph.nodes)))
    seen = {culprit}
    waiting = deque([culprit])
    while waiting:
        position = waiting.popleft()
        for neighbour in _neighbours(graph, position):
            if len(seen) == limit:
                return tuple(sorted(seen))
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return tuple(sorted(seen))


def _neighbours(graph: Graph, position: int) -> list[int]:
    node = graph.nodes[position]
    used = node.uses if isinstance(node, Apply) else ()
    return [*used, *graph.users[position]]
