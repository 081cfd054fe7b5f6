"""The input of one operation, as numbers that can be pasted into Python."""

from __future__ import annotations

import numpy as np

from zenverify.accuracy.inaccuracies import Inaccuracy
from zenverify.graph.case import Case
from zenverify.graph.graph import Graph
from zenverify.output.model.listing import attribute_text


def input_text(case: Case) -> str:
    """For example ``"x = 1e-17"``, ``"x = [[1.0, 2.0]], axis = 1, cotangent = [0.5]"``.

    Floats stand as their shortest text that gives them back, an array of one element as a number,
    and a cotangent of ones is left out.

    Parameters
    ----------
    case
        Of a single operation whose operands are leaves in order.
    """
    graph = case.graph
    node = graph.apply(graph.root)
    operator = node.declared
    alone = operator.is_elementwise
    parts = []
    values = dict(zip(graph.leaves, case.values, strict=True))
    for place, operand in enumerate(node.operands):
        value = values[operand]
        name = operator.argument(place).name + (f"{place}" if operator.variadic else "")
        parts.append(f"{name} = {value.item() if alone and value.size == 1 else value.tolist()!r}")
    parts += [f"{name} = {attribute_text(value)}" for name, value in node.attributes]
    if not np.all(case.cotangent == 1):
        parts.append(f"cotangent = {case.cotangent.tolist()!r}")
    return ", ".join(parts)


def where_text(one: Inaccuracy | None) -> str:
    """At which operands an error occurs; of arrays, at which element. Empty where there is none."""
    if one is None or one.case is None:
        return ""
    graph = one.case.graph
    if graph.sizes[graph.root] == 1 and all(value.size == 1 for value in one.case.values):
        return input_text(one.case)
    shapes = ", ".join(str(value.shape) for value in one.case.values)
    node = "the result" if one.node == graph.root else _argument(graph, one.node)
    return f"element {one.element} of {node}, for operands of shapes {shapes}"


def _argument(graph: Graph, node: int) -> str:
    apply = graph.apply(graph.root)
    return apply.declared.argument(apply.operands.index(node)).name
