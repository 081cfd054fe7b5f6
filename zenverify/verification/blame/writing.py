"""Rules that write to the cotangent that they are given.

The node's own gradient is wrong then, and so seems the operand's: it is the pullback of the
cotangent before it was changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array
from zenverify.graph.graph import Graph, GraphBuilder, LeafKind
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault


def writing(engine: Engine, graph: Graph, position: int, values: Sequence[Array]) -> Finding | None:
    """What is wrong with an operation whose rule writes to its cotangent.

    None if it does not, or if another operation's cotangent is changed too: then it is the walk.

    Parameters
    ----------
    engine
        The engine under test.
    graph, position
        The operation.
    values
        Per node of the graph, its value.
    """
    operator = graph.apply(position).operator
    others = [name for name in ("negative", "exp") if name != operator and name in engine.operators]
    if not others or not _is_changed(engine, graph, position, values):
        return None
    dtype = graph.dtypes[position]
    build = GraphBuilder()
    build.apply(others[0], build.leaf(LeafKind.VARIABLE, (), dtype))
    if _is_changed(engine, build.graph(), 1, [np.array(0.5, dtype)] * 2):
        return None
    message = f"the rule of {operator} changes the cotangent that it is given"
    return trace.structural(position, operator, message)


def _is_changed(engine: Engine, graph: Graph, position: int, values: Sequence[Array]) -> bool:
    """Whether an operation by itself leaves its result another gradient than it was given."""
    cotangent = np.ones(graph.shapes[position], graph.numpy_dtypes[position])
    single = extract(graph, position, values, cotangent, merged=False)
    try:
        _, gradients = differentiated(engine, single)
    except EngineFault:
        return False
    return not np.array_equal(gradients[single.graph.root], cotangent)
