"""A discrepancy's graph as boxes and curves, ready to be written as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from zenverify.graph.graph import Apply, Graph
from zenverify.output.html.pictures.layout import BOX_HEIGHT, Point, layered_layout
from zenverify.output.html.pictures.neighbourhood import neighbourhood
from zenverify.output.html.pictures.skeleton import Edge
from zenverify.output.model.listing import node_name
from zenverify.output.model.run import Discrepancy

Role = Literal["plain", "constant", "polluted", "culprit"]

_CHARACTER = 8.2
"""Width of a character of a label, in pixels, at the label's font size."""
_ARROW = 8.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node; `x` and `y` are its upper left corner."""

    x: float
    y: float
    title: str
    subtitle: str
    role: Role


@dataclass(frozen=True, slots=True)
class Curve:
    """An operand on its way to its consumer; `label` is its argument position, if it matters."""

    path: str
    arrow: str
    label: str
    label_at: Point
    is_culprit: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a graph, in pixels."""

    width: float
    height: float
    box_width: float
    box_height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    drawn: int
    nodes: int


def picture_of(discrepancy: Discrepancy) -> Picture:
    """Draw the graph of a discrepancy, or the culprit's neighbourhood in a large one."""
    graph, blame = discrepancy.case.graph, discrepancy.finding.blame
    drawn = neighbourhood(graph, blame.node)
    place = {node: i for i, node in enumerate(drawn)}
    edges = _edges(graph, place)
    labels = _labels(discrepancy, drawn)
    box_width = max(96.0, max(len(text) for pair in labels for text in pair) * _CHARACTER + 20)
    layout = layered_layout(len(drawn), edges, box_width)
    roles = _roles(discrepancy)
    boxes = tuple(
        Box(round(x - box_width / 2, 1), round(y - BOX_HEIGHT / 2, 1), *texts, roles[node])
        for node, texts, (x, y) in zip(drawn, labels, layout.centres, strict=True)
    )
    culprit = (place[blame.node], blame.argument)
    curves = tuple(
        _curve(
            points,
            _argument_label(graph, drawn[edge.target], edge.argument),
            is_culprit=(edge.target, edge.argument) == culprit,
        )
        for edge, points in zip(edges, layout.paths, strict=True)
    )
    return Picture(
        width=round(layout.width, 1),
        height=layout.height,
        box_width=round(box_width, 1),
        box_height=BOX_HEIGHT,
        boxes=boxes,
        curves=curves,
        drawn=len(drawn),
        nodes=len(graph.nodes),
    )


def _edges(graph: Graph, place: dict[int, int]) -> list[Edge]:
    return [
        Edge(place[operand], place[node], argument)
        for node in place
        if isinstance(apply := graph.nodes[node], Apply)
        for argument, operand in enumerate(apply.operands)
        if operand in place
    ]


def _roles(discrepancy: Discrepancy) -> list[Role]:
    graph = discrepancy.case.graph
    roles: list[Role] = ["plain" if trainable else "constant" for trainable in graph.trainable]
    for witness in discrepancy.witnesses:
        if witness.verdict.is_failure:
            roles[witness.node] = "polluted"
    roles[discrepancy.finding.blame.node] = "culprit"
    return roles


def _labels(discrepancy: Discrepancy, drawn: Sequence[int]) -> list[tuple[str, str]]:
    graph = discrepancy.case.graph
    values = _single_numbers(discrepancy)
    return [
        (
            f"{node_name(node)} · {graph.operator_of(node)}",
            values.get(node) or _shape_text(graph.shapes[node]),
        )
        for node in drawn
    ]


def _single_numbers(discrepancy: Discrepancy) -> dict[int, str]:
    """Give the values of nodes of one number, as far as they are known."""
    case = discrepancy.case
    leaves = zip(case.graph.leaves, case.values, strict=True)
    values = {node: f"{value.item():.4g}" for node, value in leaves if value.shape == ()}
    for witness in discrepancy.witnesses:
        if witness.quantity == "value" and case.graph.shapes[witness.node] == ():
            values[witness.node] = f"{witness.engine:.4g}"
    return values


def _shape_text(shape: tuple[int, ...]) -> str:
    if not shape:
        return "scalar"
    return f"({shape[0]},)" if len(shape) == 1 else " \u00d7 ".join(map(str, shape))


def _argument_label(graph: Graph, target: int, argument: int) -> str:
    return str(argument) if len(graph.apply(target).operands) > 1 else ""


def _curve(points: Sequence[Point], label: str, is_culprit: bool) -> Curve:
    """Draw smoothly through the points, vertical at each, with an arrowhead at the end."""
    *before, (x, y) = points
    stops = [*before, (x, y - _ARROW)]
    path = f"M{_at(stops[0])}"
    for (x0, y0), (x1, y1) in pairwise(stops):
        middle = (y0 + y1) / 2
        path += f"C{_at((x0, middle))} {_at((x1, middle))} {_at((x1, y1))}"
    half = _ARROW * 0.55
    arrow = f"M{_at((x - half, y - _ARROW))}H{x + half:.1f}L{_at((x, y))}Z"
    return Curve(path, arrow, label, (round(x - 9, 1), round(y - 4, 1)), is_culprit)


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
