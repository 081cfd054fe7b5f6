"""The same case twice: values may differ by rounding, and by no more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.local import Suspect
from zenverify.verification.events import Finding
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Blame, Pass, Verdict


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Judge the values of the probed pass, where they are not those of the first."""
    probed = recording.probed(session)
    if not probed.same:
        yield from other_numbers(recording.graph, recording.values, probed.local.values())


def other_numbers(
    graph: Graph, others: Sequence[Array], suspects: Sequence[Suspect]
) -> Iterable[Finding]:
    """Whether wrong values of one forward pass are other numbers in another pass.

    By half of what they are off, which is more than rounding explains.
    """
    for suspect in suspects:
        other = float(others[suspect.node].ravel()[suspect.element])
        apart = abs(suspect.number - other)
        off = abs(suspect.number - float(suspect.judgement.truth))
        if apart > off / 2 or math.isfinite(other) != math.isfinite(suspect.number):
            name = graph.operator_of(suspect.node)
            message = (
                f"the value of {name} differs from one forward pass to the next by more than "
                f"rounding: {suspect.number!r} and {other!r}"
            )
            blame = Blame(suspect.node, name, None, "always")
            yield Finding(Verdict.NON_DETERMINISTIC, blame, "forward", message, during=Pass.FORWARD)
            return
