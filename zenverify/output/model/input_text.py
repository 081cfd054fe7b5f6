"""The input of one operation, as numbers that can be pasted into Python."""

from __future__ import annotations

import numpy as np

from zenverify.graph.case import Case
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
    for place, value in enumerate(case.values):
        name = operator.argument(place).name + (f"{place}" if operator.variadic else "")
        parts.append(f"{name} = {value.item() if alone and value.size == 1 else value.tolist()!r}")
    parts += [f"{name} = {attribute_text(value)}" for name, value in node.attributes]
    if not np.all(case.cotangent == 1):
        parts.append(f"cotangent = {case.cotangent.tolist()!r}")
    return ", ".join(parts)
