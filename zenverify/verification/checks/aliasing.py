"""Check 1 as well: no gradient shares memory with another array. Last, since it writes."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said
from zenverify.verification.checks.structure import aliasing
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Fill each gradient with a number of its own, and see that nothing else changes."""
    del session
    yield from aliasing(recording.graph, recording.run, recording.gradients, recording.seed)
    recording.put_back()
