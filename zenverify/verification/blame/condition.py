"""What is special about the operands with which an operation fails: its bucket's condition."""

from __future__ import annotations

import numpy as np

from zenverify.engines.protocol import Engine, limits_of
from zenverify.graph.case import Case


def condition_of(case: Case, leaf: int, engine: Engine) -> str:
    """What is special about a single operation's operands; ``"always"`` if nothing is.

    What an engine has nothing beside, such as float32 alone, is nothing special.
    """
    graph = case.graph
    node = graph.apply(graph.root)
    operator = node.declared
    values = dict(zip(graph.leaves, case.values, strict=True))
    if len(set(node.operands)) < len(node.operands):
        return "repeated operand"
    for position, operand in enumerate(node.operands):
        edges = operator.argument(position).limits.edges
        if any((values[operand] == edge).any() for edge in edges):
            return "domain edge"
    if operator.is_elementwise and graph.shapes[leaf] != graph.shapes[graph.root]:
        return "broadcast"
    sizes = np.abs(np.concatenate([values[i].ravel() for i in node.operands]).astype(float))
    if ((sizes > 30) | ((sizes < 1e-6) & (sizes > 0))).any():
        return "extreme values"
    if graph.dtypes[leaf] == "float32" and "float64" in limits_of(engine).dtypes:
        return "float32"
    if (sizes == 0).any():
        return "zeros"
    return "always"
