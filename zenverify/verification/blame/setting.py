"""Operations whose rule sets the adjoint of an operand in place of adding to it.

Such a rule is right alone. Where another consumer has contributed, that is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zenverify.engines.protocol import Engine, can_probe
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, GraphBuilder, LeafKind
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.probes import make_probes, probed_root
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault

_OTHERS = {"negative": 1, "exp": 1, "add": 2, "multiply": 2}
"""Operations to compare with, and how many operands they have."""


def setting(
    engine: Engine, graph: Graph, position: int, argument: int, values: Sequence[Array]
) -> Finding | None:
    """What is wrong with an operation whose rule sets an operand's adjoint.

    None if it does not, or if another operation does too: then it is the walk.

    Parameters
    ----------
    engine
        The engine under test.
    graph, position, argument
        The operation, and which of its operands.
    values
        Per node of the graph, its value.
    """
    operator = graph.apply(position).operator
    others = [name for name in _OTHERS if name != operator and name in engine.operators]
    if not others or not can_probe(engine):
        return None
    cotangent = np.ones(graph.shapes[position], graph.numpy_dtypes[position])
    if not _sets(engine, extract(graph, position, values, cotangent, merged=False), argument):
        return None
    dtype = graph.dtypes[position]
    build = GraphBuilder()
    count = _OTHERS[others[0]]
    build.apply(others[0], *(build.leaf(LeafKind.VARIABLE, (), dtype) for _ in range(count)))
    half = np.array(0.5, dtype)
    if _sets(engine, Case(build.graph(), (half,) * count, np.ones((), dtype)), 0):
        return None
    message = (
        f"the rule of {operator} sets the adjoint of its operand (argument {argument}) in place of "
        "adding to it: what another consumer contributed is lost"
    )
    return trace.structural(position, operator, message)


def _sets(engine: Engine, case: Case, leaf: int) -> bool:
    """Whether a leaf's gradient is what the operation contributes, without the leaf's own probe."""
    graph = case.graph
    probes = make_probes(graph)
    if leaf not in probes or not probes[leaf].size:
        return False
    try:
        run = trace.forward(engine, case)
        root = probed_root(engine, [run.handles[n] for n in probes], list(probes.values()))
        trace.backward(engine, graph, root, np.ones((), graph.numpy_dtypes[graph.root]))
        found = trace.gradients_of(engine, graph, run.handles, probes)
    except EngineFault:
        return False
    if not np.isfinite(found[leaf]).all():
        return False  # NaN is the same with and without
    check = LocalCheck(graph, run.values, engine.conventions)
    judged = {leaf: found[leaf], graph.root: found[graph.root]}
    without = {node: probe for node, probe in probes.items() if node != leaf}

    def is_right(seeds: dict[int, Array]) -> bool:
        return all(suspect.node != leaf for suspect in check.gradients(judged, seeds))

    return is_right(without) and not is_right(probes)
