"""Check 5: the whole graph, composed from the leaves in balls."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from zenverify.verification.checks import whole
from zenverify.verification.checks.check import Said
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import flat


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say whether a gradient is one that no right engine could give."""
    reason = why_not(recording)
    if reason is not None:
        if reason:
            yield f"whole graph not composed: {reason}"
        return
    graph, gradients = recording.graph, recording.gradients
    names = sorted({graph.apply(p).operator for p in graph.kinking})
    outside = whole.outside_enclosure(
        recording.case, gradients, session.conventions, names, recording.local.engine_values
    )
    near = recording.local.engine_values
    for place in outside[:1]:
        yield whole.disputed(recording.case, gradients, session.conventions, place, near)


def why_not(recording: GraphRecording) -> str | None:
    """Why a graph is not composed from its leaves, empty if that goes without saying."""
    check = recording.local
    if check.outside:
        return "a node is outside its declared domain"
    if not np.isfinite(flat(check.engine_values)).all():
        return "the forward pass is not finite"
    if not all(np.isfinite(cotangent).all() for cotangent in recording.case.seeds.values()):
        return ""  # a NaN on purpose; node by node it is checked
    if any(map(check.order_decides, recording.graph.operations)):
        return "a partial product may leave the floats"
    return None
