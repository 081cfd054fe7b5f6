"""Differences that deny what an engine and an expression agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.oracles.enclosure import SMALLEST, THRESHOLD
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.arbitrate import difference_of
from zenverify.verification.blame.condition import condition_of
from zenverify.verification.blame.gradients import relocated
from zenverify.verification.blame.intervals import interval_of_estimate
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Interval, Verdict, Witnesses


def denying_operation(
    engine: Engine, graph: Graph, values: Sequence[Array], cotangents: Mapping[int, Array]
) -> Finding | None:
    """The operation whose own difference denies what engine and expression agree on."""
    for position in reversed(graph.operations):
        if position not in cotangents:
            continue
        single = extract(graph, position, values, cotangents[position], merged=False)
        found = denied_by_difference(engine, single)
        if found is not None:
            return relocated(found, position, graph)
    return None


def denied_by_difference(engine: Engine, case: Case) -> Finding | None:
    """Whether a single operation's difference denies a gradient that the two others agree on.

    Only a difference that has converged counts: its error must be a tenth of the disagreement. And
    what underflows, as the two agree that it may, is not denied by a difference in more precision.
    """
    graph = case.graph
    run, gradients = differentiated(engine, case)
    check = LocalCheck(graph, run.values, engine.conventions)
    if check.kinked(graph.root):
        return None
    operator = graph.apply(graph.root).operator
    allowed = THRESHOLD + graph.programs[graph.root].terms
    for argument, node in enumerate(graph.apply(graph.root).operands):
        if node not in gradients:
            continue
        for element, number in enumerate(gradients[node].ravel().tolist()):
            estimate = difference_of(engine, case, run.values, node, element)
            if estimate is None:
                continue
            apart = abs(number - estimate.value)
            if not estimate.error < 0.1 * apart or apart <= allowed * SMALLEST[graph.dtypes[node]]:
                continue
            witness = Witnesses(
                node,
                element,
                "gradient",
                number,
                Interval(number, number, f"{number:.17g}"),
                interval_of_estimate(estimate),
                None,
                Verdict.DISPUTED,
            )
            message = (
                f"the engine and the expression agree on the derivative of {operator} with respect "
                f"to argument {argument}, {number!r}, and differences of the engine's forward pass "
                f"converge to {estimate.value!r}"
            )
            blame = Blame(graph.root, operator, argument, condition_of(case, node, engine))
            return Finding(Verdict.DISPUTED, blame, "whole graph, difference", message, (witness,))
    return None
