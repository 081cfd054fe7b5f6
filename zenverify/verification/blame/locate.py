"""Which operation spoils a pass: the one that spoils it when it is run by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, GraphBuilder, LeafKind
from zenverify.oracles.enclosure import WholeEnclosure
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.checks.structure import read_gradients, unchanged
from zenverify.verification.events import Finding
from zenverify.verification.trace import BACKWARD, EngineFault
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict


def located(engine: Engine, case: Case, finding: Finding, timeout: float) -> Finding:
    """The finding with the guilty operation in place of `BACKWARD`.

    Where no operation fails by itself, the walk over the graph is to blame.
    """
    if finding.blame.operation != BACKWARD:
        return finding
    graph = case.graph
    values = values_of(engine, case, timeout)
    near = [consumer for consumer, _ in graph.consumers[finding.blame.node]]
    for position in dict.fromkeys([*near, *reversed(graph.operations)]):
        if not graph.trainable[position]:
            continue
        found = _spoilt_alone(engine, graph, position, values, timeout)
        if found is None:
            continue
        if _spoils_others(engine, found, graph.dtypes[position], timeout):
            break
        alike = found.verdict is finding.verdict
        return replace(found, message=finding.message if alike else found.message)
    unknown = Blame(finding.blame.node, ACCUMULATION, None, "always")
    return replace(finding, blame=unknown)


def _spoils_others(engine: Engine, found: Finding, dtype: str, timeout: float) -> bool:
    """Whether another operation by itself is spoilt in the same way: then it is the walk."""
    other = next(name for name in ("negative", "exp") if name != found.blame.operation)
    if other not in engine.operators:
        return False
    build = GraphBuilder()
    build.apply(other, build.leaf(LeafKind.VARIABLE, (), dtype))
    again = _spoilt_alone(engine, build.graph(), 1, [np.array(0.5, dtype)] * 2, timeout)
    return again is not None and again.verdict is found.verdict


def values_of(engine: Engine, case: Case, timeout: float | None = None) -> Sequence[Array]:
    """The engine's values; the expressions' where its forward pass is what fails."""
    try:
        return trace.forward(engine, case, timeout).values
    except EngineFault:
        graph = case.graph
        whole = WholeEnclosure(case, engine.conventions, rounded=False)
        # Where nothing was decided, conditions stand for False.
        decided: dict[int, Array] = {p: np.zeros(graph.shapes[p], bool) for p in graph.decisions}
        return [
            decided[position]
            if position in decided
            else np.array([float(ball) for ball in balls])
            .reshape(graph.shapes[position])
            .astype(graph.dtypes[position])
            for position, balls in enumerate(whole.values)
        ]


def _spoilt_alone(
    engine: Engine, graph: Graph, position: int, values: Sequence[Array], timeout: float
) -> Finding | None:
    """What is wrong with the passes over an operation by itself, if anything is."""
    node = graph.apply(position)
    cotangent = np.ones(graph.shapes[position], graph.dtypes[position])
    single = extract(graph, position, values, cotangent, merged=False)
    seeds = trace.copied(single.seeds)
    found: Finding | None
    try:
        run = trace.forward(engine, single, timeout)
        trace.backward_from(engine, single.graph, run.handles, seeds, timeout)
        read_gradients(engine, single.graph, run, timeout)
        found = next(iter(unchanged(single, run, seeds)), None)
    except EngineFault as fault:
        found = fault.finding
    if found is None:
        return None
    argument = found.blame.node if found.verdict is Verdict.STRUCTURE else None
    if argument == single.graph.root:
        argument = None
    guilty = Blame(position, node.operator, argument, "always")
    return replace(found, blame=guilty)
