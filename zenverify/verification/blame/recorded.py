"""The rule that an operation of a live graph was recorded with: it need not be the engine's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.intervals import witness_of
from zenverify.verification.blame.rule import CHECK, worst_of_each
from zenverify.verification.blame.wording import gradient_message
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict

RecordedRule = Callable[[int, int, Array], Array]
"""From a node of the graph, one of its arguments and a cotangent to what the rule makes of it."""

_GROSS = 1e-6
"""Relative to the truth: what is less off is left to the engine's own operation, run alone."""


def judge_recorded(
    rule: RecordedRule,
    graph: Graph,
    position: int,
    values: Sequence[Array],
    cotangent: Array,
    arguments: Sequence[int],
) -> list[Finding]:
    """Judge the rule of one node, called with the cotangent that it had.

    Only what is wrong by far, away from kinks and singularities, is told here.

    Parameters
    ----------
    rule
        Calls it.
    graph, position
        The node.
    values
        Per node of the graph, its value.
    cotangent
        Of the node.
    arguments
        The operands whose contributions are judged.
    """
    single = extract(graph, position, values, cotangent, merged=False)
    alone, operands = single.graph, graph.apply(position).operands
    check = LocalCheck(alone, [*single.values, values[position]], {})
    if check.kinked(alone.root):
        return []
    judged = {alone.root: cotangent}
    for argument in arguments:
        try:
            part = np.asarray(rule(position, argument, cotangent.copy()))
        except Exception:  # noqa: BLE001  the user's own: the walk calls it too, and tells
            return []
        if part.shape == alone.shapes[argument]:
            judged[argument] = part.astype(alone.dtypes[argument])
    found = []
    for suspect in worst_of_each(check.gradients(judged, {alone.root: cotangent})):
        argument = suspect.node
        wrong = suspect.judgement.status is not Status.NON_FINITE
        if argument == alone.root or not wrong or suspect.judgement.relative < _GROSS:
            continue
        verdict = Verdict.ENGINE_WRONG
        witness = witness_of(suspect, alone.dtypes[argument], None, verdict)
        operator = graph.apply(position).declared
        message = gradient_message(verdict, operator, argument, witness, cotangent)
        message += ", by the rule that the node was recorded with"
        blame = Blame(position, operator.name, argument, "always")
        witness = replace(witness, node=operands[argument])
        found.append(Finding(verdict, blame, CHECK, message, (witness,)))
    return found
