"""Check 6: the whole graph against differences of the engine's forward pass."""

from __future__ import annotations

import math
from collections.abc import Iterable

from zenverify.verification import trace
from zenverify.verification.checks import whole
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.denial import denying_operation
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession

_UNRELIABLE = "difference unreliable: "

_ASKED_ELEMENTS = 20_000
"""In larger graphs no operation is asked by itself: each element takes dozens of passes."""


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Move every node at once; where the difference denies the gradients, find the operation."""
    probed = recording.probed(session)
    graph, check = recording.graph, probed.local
    if check.outside:
        yield _UNRELIABLE + "a node is outside its declared domain"
        return
    if check.undefined:
        yield _UNRELIABLE + "a node is undefined"
        return
    try:
        with session.differences():
            seen = whole.all_at_once(
                session.engine,
                recording.case,
                check,
                recording.values,
                probed.gradients,
                probed.probes,
                kinked=bool(recording.kinked),
            )
    except (Exception, SystemExit, trace.OutOfTime) as error:  # noqa: BLE001  the engine's own
        yield _UNRELIABLE + f"the engine raised {type(error).__name__}"
        return
    if not math.isfinite(seen.estimate.error) or not math.isfinite(seen.expected):
        yield _UNRELIABLE + "not finite nearby"
    elif not seen.informative:
        yield _UNRELIABLE + seen.estimate.reason
    elif seen.agrees:
        recording.direction = seen
    elif sum(graph.sizes) > _ASKED_ELEMENTS:
        yield _UNRELIABLE + "it disagrees, and the graph is too large to ask each operation"
    else:
        guilty = denying_operation(session.engine, graph, recording.values, probed.gradients)
        yield guilty or _UNRELIABLE + "no operation differs by itself"
