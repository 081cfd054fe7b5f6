"""The same case twice: values and gradients may differ by rounding, and by no more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.verification.blame.alone import extract
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.local import Suspect
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import EngineFault, Trace, first_difference, flat
from zenverify.verification.verdict import ACCUMULATION, Blame, Pass, Verdict


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Judge the values of the probed pass, where they are not those of the first."""
    probed = recording.probed(session)
    if not probed.same:
        yield from other_numbers(recording.graph, recording.values, probed.local.values())


def other_gradients(
    recording: GraphRecording,
    session: EngineSession,
    suspects: Sequence[Suspect],
    seen: tuple[Sequence[Array], Mapping[int, Array]],
    again: tuple[Trace, Mapping[int, Array]] | None,
) -> Finding | None:
    """Whether wrong gradients of one pass are other numbers in another pass over the same values.

    Parameters
    ----------
    suspects
        The wrong gradients.
    seen
        The values and gradients that they are among.
    again
        Another pass; None where there cannot be one.
    """
    if again is None:
        return None
    graph, (values, gradients), (run, others) = recording.graph, seen, again
    if first_difference(graph, values, run.values) is not None:
        return None
    for suspect in suspects:
        other = float(others[suspect.node].ravel()[suspect.element])
        if _is_another(suspect, other):
            consumer, name = _at_random(session, graph, suspect.node, values, gradients)
            message = (
                f"the derivative of {name} differs from one pass to the next over the same values "
                f"by more than rounding: {suspect.number!r} and {other!r} in the gradient of node "
                f"{suspect.node}, element {suspect.element}"
            )
            blame = Blame(consumer, name, None, "always")
            return Finding(Verdict.NON_DETERMINISTIC, blame, "local adjoint", message)
    return None


_TIMES = 4
"""How often an operation is run alone, to see whether its rule gives other numbers."""


def _at_random(
    session: EngineSession,
    graph: Graph,
    node: int,
    values: Sequence[Array],
    gradients: Mapping[int, Array],
) -> tuple[int, str]:
    """The consumer of a node whose rule gives other numbers each time; the walk if none does."""
    consumers = sorted({k for k, _ in graph.consumers[node] if k in gradients})
    for consumer in consumers:
        single = extract(graph, consumer, values, gradients[consumer], merged=False)
        try:
            passes = [differentiated(session.engine, single)[1] for _ in range(_TIMES)]
        except EngineFault:
            continue
        first, *others = [flat(list(one.values())) for one in passes]
        if not all(np.array_equal(first, other, equal_nan=True) for other in others):
            return consumer, graph.operator_of(consumer)
    if len(consumers) == 1:
        return consumers[0], graph.operator_of(consumers[0])
    return node, ACCUMULATION


def _is_another(suspect: Suspect, other: float) -> bool:
    """Whether another pass's number is further away than half of what the wrong one is off."""
    if math.isfinite(other) != math.isfinite(suspect.number):
        return True
    if not math.isfinite(other) or not suspect.judgement.truth.is_finite():
        return False
    off = abs(suspect.number - float(suspect.judgement.truth))
    return abs(suspect.number - other) > off / 2


def other_numbers(
    graph: Graph, others: Sequence[Array], suspects: Sequence[Suspect]
) -> Iterable[Finding]:
    """Whether wrong values of one forward pass are other numbers in another pass.

    By half of what they are off, which is more than rounding explains.
    """
    for suspect in suspects:
        other = float(others[suspect.node].ravel()[suspect.element])
        if _is_another(suspect, other):
            name = graph.operator_of(suspect.node)
            message = (
                f"the value of {name} differs from one forward pass to the next by more than "
                f"rounding: {suspect.number!r} and {other!r}"
            )
            blame = Blame(suspect.node, name, None, "always")
            yield Finding(Verdict.NON_DETERMINISTIC, blame, "forward", message, during=Pass.FORWARD)
            return
