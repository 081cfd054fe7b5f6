"""From a value that is wrong to who is wrong about it: the forward rule or the expression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.operators import catalogue
from zenverify.oracles.enclosure import UNIT_ROUNDOFF
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.condition import condition_of
from zenverify.verification.blame.intervals import witness_of
from zenverify.verification.blame.opinion import expression_is_wrong
from zenverify.verification.blame.rule import worst_of_each
from zenverify.verification.blame.wording import value_message
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import Suspect
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Pass, Verdict

_CHECK = "forward"


def blame_values(
    engine: Engine, graph: Graph, values: Sequence[Array], suspects: Sequence[Suspect]
) -> list[Finding]:
    """Say who is wrong about values: the engine's forward rule or the expression.

    Of an operation of the catalogue it is the engine. A contributor's own expression may be at
    fault: where the difference of the engine's forward pass agrees with the engine's gradient and
    not with the symbolic one, the expression describes another function.

    Parameters
    ----------
    engine, graph
        The engine under test, and the graph.
    values
        The engine's, per node.
    suspects
        Elements of values that are not the expression's.
    """
    findings = []
    for suspect in worst_of_each(suspects):
        operator = graph.apply(suspect.node).operator
        if suspect.node in graph.decisions:
            findings.append(_misjudged(graph, values, suspect))
            continue
        verdict = _verdict(engine, graph, values, suspect)
        condition = "always"
        if verdict is not Verdict.EXPRESSION_WRONG:
            condition = _condition(engine, graph, values, suspect.node)
        witness = witness_of(suspect, graph.dtypes[suspect.node], None, verdict)
        blame = Blame(suspect.node, operator, None, condition)
        message = value_message(verdict, operator, witness)
        findings.append(Finding(verdict, blame, _CHECK, message, (witness,), during=Pass.FORWARD))
    return findings


def _misjudged(graph: Graph, values: Sequence[Array], suspect: Suspect) -> Finding:
    """The finding about a comparison, or what combines some, that comes out wrong."""
    apply = graph.apply(suspect.node)
    shape = graph.shapes[suspect.node]
    operands = (np.broadcast_to(values[operand], shape) for operand in apply.operands)
    compared = " and ".join(repr(one.ravel()[suspect.element].item()) for one in operands)
    message = f"{apply.operator} of {compared} is {bool(suspect.number)}"
    blame = Blame(suspect.node, apply.operator, None, "always")
    return Finding(Verdict.ENGINE_WRONG, blame, _CHECK, message, during=Pass.FORWARD)


def _condition(engine: Engine, graph: Graph, values: Sequence[Array], node: int) -> str:
    single = extract(
        graph, node, values, np.ones(graph.shapes[node], graph.dtypes[node]), merged=True
    )
    return condition_of(single, single.graph.apply(single.graph.root).operands[0], engine)


def _verdict(engine: Engine, graph: Graph, values: Sequence[Array], suspect: Suspect) -> Verdict:
    node = suspect.node
    # Differences of a value that is refuted prove nothing: they are of the same wrong function.
    if graph.trainable[node] and not catalogue.declares(graph.apply(node).declared):
        cotangent = np.ones(graph.shapes[node], graph.dtypes[node])
        single = extract(graph, node, values, cotangent, merged=False)
        if expression_is_wrong(engine, single):
            return Verdict.EXPRESSION_WRONG
    if suspect.judgement.status is Status.NON_FINITE:
        return Verdict.NON_FINITE
    small = suspect.judgement.relative < UNIT_ROUNDOFF[graph.dtypes[node]] ** 0.4
    return Verdict.INACCURATE if small else Verdict.ENGINE_WRONG
