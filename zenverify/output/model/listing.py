"""A case as lines of text, for people: ``v2 = tanh(v1)``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Leaf
from zenverify.operators.attributes import (
    FrozenArray,
    FrozenEllipsis,
    FrozenSlice,
    FrozenValue,
)

_SHOWN_ELEMENTS = 8

_MOST_LINES = 60
_LINES_AT_AN_END = 8
_LINES_AROUND = 4


def node_name(position: int) -> str:
    """What a node is called wherever a reader meets it."""
    return f"v{position}"


def index_text(index: int, shape: tuple[int, ...]) -> str:
    """An element's place: ``"[1, 2]"``, and nothing in a single number."""
    if not shape:
        return ""
    return str([int(place) for place in np.unravel_index(index, shape)])


def listing(case: Case) -> tuple[str, ...]:
    """One line per node, and one for the cotangent unless it is all ones; for each of several.

    Long arrays are abbreviated: the exact form of a case is `Case.to_json`.
    """
    graph = case.graph
    values = dict(zip(graph.leaves, case.values, strict=True))
    lines = []
    for position, node in enumerate(graph.nodes):
        if isinstance(node, Leaf):
            text = f"{node.kind}({array_text(values[position])})"
            if node.dtype != "float64":
                text += f"  # {node.dtype}"
        else:
            arguments = [node_name(operand) for operand in node.operands]
            given = {name: node_name(giver) for name, giver in node.given}
            arguments += [
                f"{name}={given.get(name) or attribute_text(value)}"
                for name, value in node.attributes
            ]
            text = f"{node.operator}({', '.join(arguments)})"
        lines.append(f"{node_name(position)} = {text}")
    for root, cotangent in case.seeds.items():
        if graph.further_roots or not np.all(cotangent == 1):
            lines.append(f"cotangent of {node_name(root)} = {array_text(cotangent)}")
    return tuple(lines)


def marked_listing(case: Case, node: int) -> Iterator[tuple[str, bool]]:
    """The lines of `listing`, and whether each is that of one node.

    Of a long graph: its ends, and what surrounds the node.
    """
    lines = listing(case)
    ends = {*range(_LINES_AT_AN_END), *range(len(lines) - _LINES_AT_AN_END, len(lines))}
    around = range(node - _LINES_AROUND, node + _LINES_AROUND + 1)
    shown = [len(lines) <= _MOST_LINES or i in ends or i in around for i in range(len(lines))]
    for kept, run in groupby(range(len(lines)), shown.__getitem__):
        positions = list(run)
        if kept:
            yield from ((lines[position], position == node) for position in positions)
        else:
            yield f"... {len(positions):,} more ...", False


def array_text(array: Array) -> str:
    """The numbers of a small array, and of a large one the first few and its shape."""
    if array.size == 0:
        return f"empty of shape {array.shape}"
    if array.size > _SHOWN_ELEMENTS:
        first = ", ".join(repr(item) for item in array.ravel()[:4].tolist())
        return f"{first}, ... of shape {array.shape}"
    return repr(array.tolist())


def attribute_text(value: FrozenValue) -> str:
    """An attribute as Python and NumPy write it."""
    match value:
        case FrozenArray(kind, shape, items):
            return f"array({list(items)!r}, {kind}, shape {shape})"
        case FrozenSlice(start, stop, step):
            parts = ["" if part is None else str(part) for part in (start, stop)]
            return ":".join(parts if step is None else [*parts, str(step)])
        case FrozenEllipsis():
            return "..."
        case tuple():
            inner = ", ".join(attribute_text(item) for item in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
