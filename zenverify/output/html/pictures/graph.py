"""A discrepancy's graph as boxes and curves, ready to be written as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from zenverify.graph.case import Array
from zenverify.graph.graph import Apply, Graph
from zenverify.output.html.pictures.layout import Point, layered_layout
from zenverify.output.html.pictures.neighbourhood import neighbourhood
from zenverify.output.html.pictures.skeleton import Edge, skeleton_of
from zenverify.output.model.listing import node_name
from zenverify.output.model.numbers import significant
from zenverify.output.model.run import Discrepancy
from zenverify.output.model.sentence import middle
from zenverify.verification.evidence import Evidence

Role = Literal["plain", "constant", "spare", "polluted", "culprit"]

_TITLE_CHARACTER, _LINE_CHARACTER = 8.2, 7.3
"""Widths of a character of a label, in pixels, at the title's font size and at the lines'."""
_FIRST_LINE, _LINE_STEP = 35.0, 16.0
_ARROW = 8.0
_TALL = 10
"""Layers above which a graph is drawn in part: what follows would be a tower."""
_PART = 12
_SHOWN_ELEMENTS = 4


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A line in a box, under its title; `is_wrong` where the number is."""

    text: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A node; `x` and `y` are its upper left corner."""

    x: float
    y: float
    title: str
    lines: tuple[BoxLine, ...]
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

    @property
    def roles(self) -> frozenset[Role]:
        """Those that occur: what the caption explains."""
        return frozenset(box.role for box in self.boxes)


def picture_of(discrepancy: Discrepancy, evidence: Evidence | None = None) -> Picture:
    """Draw the graph of a discrepancy, or the culprit's neighbourhood in a large or tall one."""
    graph, blame = discrepancy.case.graph, discrepancy.finding.blame
    drawn = neighbourhood(graph, blame.node)
    edges = _edges(graph, {node: i for i, node in enumerate(drawn)})
    if len(drawn) > _PART and skeleton_of(len(drawn), edges, 1.0).height > _TALL:
        drawn = neighbourhood(graph, blame.node, _PART)
        edges = _edges(graph, {node: i for i, node in enumerate(drawn)})
    place = {node: i for i, node in enumerate(drawn)}
    titles = [f"{node_name(node)} · {graph.operator_of(node)}" for node in drawn]
    lines = _lines(discrepancy, drawn, evidence)
    widths = [len(title) * _TITLE_CHARACTER for title in titles]
    widths += [len(line.text) * _LINE_CHARACTER for texts in lines for line in texts]
    box_width = max(96.0, max(widths) + 20)
    box_height = _FIRST_LINE + _LINE_STEP * (max(map(len, lines)) - 1) + 9
    layout = layered_layout(len(drawn), edges, box_width, box_height)
    roles = _roles(discrepancy, evidence)
    boxes = tuple(
        Box(
            round(x - box_width / 2, 1),
            round(y - box_height / 2, 1),
            title,
            texts,
            roles[node],
        )
        for node, title, texts, (x, y) in zip(drawn, titles, lines, layout.centres, strict=True)
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
        box_height=box_height,
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
        for argument, operand in enumerate(apply.uses)
        if operand in place
    ]


def _roles(discrepancy: Discrepancy, evidence: Evidence | None) -> list[Role]:
    graph = discrepancy.case.graph
    roles: list[Role] = ["plain" if trainable else "constant" for trainable in graph.trainable]
    for leaf in evidence.spare if evidence else ():
        roles[leaf] = "spare"
    probed = evidence is not None and evidence.is_probed
    told = evidence.nodes if evidence is not None and probed else discrepancy.witnesses
    for witness in told:
        if witness.verdict.is_failure and roles[witness.node] != "spare":
            roles[witness.node] = "polluted"
    roles[discrepancy.finding.blame.node] = "culprit"
    return roles


def _lines(
    discrepancy: Discrepancy, drawn: Sequence[int], evidence: Evidence | None
) -> list[tuple[BoxLine, ...]]:
    """Per node, its value and, if there is one, its gradient; wrong ones beside the truth."""
    case, graph = discrepancy.case, discrepancy.case.graph
    values: dict[int, Array] = dict(zip(graph.leaves, case.values, strict=True))
    gradients: Mapping[int, Array] = {}
    if evidence is not None:
        values |= dict(enumerate(evidence.values))
        gradients = evidence.gradients or {}
    wrong = _wrong_numbers(discrepancy, evidence)
    found = []
    for node in drawn:
        shape = graph.shapes[node]
        lines = _line("", values.get(node), shape, wrong, node, "value")
        if node in gradients:
            lines += _line("gradient ", gradients[node], shape, wrong, node, "gradient")
        found.append(lines)
    return found


def _line(
    label: str,
    array: Array | None,
    shape: tuple[int, ...],
    wrong: Mapping[tuple[int, str], float | None],
    node: int,
    quantity: str,
) -> tuple[BoxLine, ...]:
    is_wrong = (node, quantity) in wrong
    truth = wrong.get((node, quantity))
    if array is None or array.size > _SHOWN_ELEMENTS or not array.size:
        text = _shape_text(shape)
    elif array.size == 1 and truth is not None:
        digits = _digits(array.item(), truth)
        should = BoxLine(f"should be {significant(truth, digits)}")
        return (BoxLine(label + _numbers_text(array, digits), is_wrong=True), should)
    else:
        text = _numbers_text(array, 3 if array.size > 1 else 4)
    return (BoxLine(label + text, is_wrong),)


def _digits(number: float, truth: float) -> int:
    """As many as tell a wrong number from the truth, and at least four."""
    apart = (n for n in range(4, 17) if significant(number, n) != significant(truth, n))
    return next(apart, 17)


def _numbers_text(array: Array, digits: int) -> str:
    """``"0.5"``, ``"[[1, 2], [3, 4]]"``."""
    if array.ndim == 0:
        return significant(array.item(), digits)
    return "[" + ", ".join(_numbers_text(one, digits) for one in array) + "]"


def _wrong_numbers(
    discrepancy: Discrepancy, evidence: Evidence | None
) -> dict[tuple[int, str], float | None]:
    """What is wrong in the pass that is drawn, and the truth where it is one number."""
    sizes = discrepancy.case.graph.sizes
    return {
        (one.node, one.quantity): middle(one) if sizes[one.node] == 1 else None
        for one in (evidence.nodes if evidence is not None else ())
        if one.verdict.is_failure
    }


def _shape_text(shape: tuple[int, ...]) -> str:
    if not shape:
        return "scalar"
    return f"({shape[0]},)" if len(shape) == 1 else " \u00d7 ".join(map(str, shape))


def _argument_label(graph: Graph, target: int, argument: int) -> str:
    apply = graph.apply(target)
    if argument >= len(apply.operands):
        return apply.given[argument - len(apply.operands)][0]
    return str(argument) if len(apply.operands) > 1 else ""


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
