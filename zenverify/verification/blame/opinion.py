"""A second opinion on who is wrong: the same call at ordinary values, in double precision.

Where a number is huge, tiny or of low precision, a finite difference cannot tell a wrong rule from
a wrong expression. At ordinary values it can: an expression that describes another function is
wrong there too.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.graph.filling import Filling, fill
from zenverify.graph.graph import Apply, Graph, Leaf
from zenverify.graph.structure import Structure, plan_for
from zenverify.verification import trace
from zenverify.verification.blame import arbitrate
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Verdict

_FILLINGS = 3

_IMPRECISE = 1e-5
"""Values that are less off, and not right, are of the same function, of which an engine computes an
approximation. Its rule may well be that of the approximation, and differences then side with it."""

_MOST_SUSPECTS = 4
"""Of a filling so many wrong elements, spread over all, are differenced: who is wrong at one of
them is wrong at most, and each takes as long as the array is large."""


def expression_is_wrong(engine: Engine, case: Case) -> bool:
    """Whether differences of the engine's forward pass side with its rule, against the expression.

    Parameters
    ----------
    engine
        The engine under test.
    case
        A single operation, as `zenverify.verification.blame.alone.extract` makes it; of its values
        nothing is used.
    """
    structure = _ordinary(case.graph)
    sides = (
        _sides_with(engine, fill(structure, Filling.ORDINARY, seed)) for seed in range(_FILLINGS)
    )
    return next((side for side in sides if side is not None), None) == "engine"


def _ordinary(graph: Graph) -> Structure:
    """The call on float64 leaves, to be filled from the middle of its domain."""
    node = graph.apply(graph.root)
    leaves = [graph.nodes[position] for position in sorted(set(node.operands))]
    nodes = [replace(leaf, dtype="float64") for leaf in leaves if isinstance(leaf, Leaf)]
    plans = tuple(
        plan_for(node.declared.argument(node.operands.index(leaf)).limits, negative=False)
        for leaf in range(len(nodes))
    )
    applied = Apply(node.declared, node.operands, node.attributes)
    return Structure(Graph((*nodes, applied)), plans)


def _sides_with(engine: Engine, case: Case) -> Literal["engine", "expression"] | None:
    """Whose derivative a difference that has converged confirms; None if there is none."""
    graph = case.graph
    try:
        run, gradients = differentiated(engine, case)
    except EngineFault:
        return None
    check = LocalCheck(graph, run.values, engine.conventions)
    if check.kinked(graph.root) or _is_imprecise(check):
        return None
    forward = arbitrate.Forward(engine, case, run.values)
    cotangents = {graph.root: case.cotangent}
    suspects = [s for s in check.gradients(gradients, cotangents) if s.node != graph.root]
    for suspect in suspects[:: math.ceil(len(suspects) / _MOST_SUSPECTS) or 1]:
        try:
            with trace.time_limit(trace.limit()):
                difference = arbitrate.element_difference(
                    forward, graph, run.values, cotangents, suspect.node, suspect.element
                )
        except (Exception, SystemExit, trace.OutOfTime):  # noqa: BLE001  the engine's own, nearby
            return None
        if arbitrate.is_settled(suspect.judgement, suspect.number, difference):
            return "expression"
        verdict = arbitrate.settle(suspect.judgement, suspect.number, "float64", difference)
        if verdict is Verdict.EXPRESSION_WRONG:
            return "engine"
    return None


def _is_imprecise(check: LocalCheck) -> bool:
    wrong = check.values()
    return bool(wrong) and all(suspect.judgement.relative < _IMPRECISE for suspect in wrong)
