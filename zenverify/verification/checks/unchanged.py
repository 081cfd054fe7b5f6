"""Check 1: the reverse pass changes nothing that the user owns."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said
from zenverify.verification.checks.structure import unchanged
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Hold inputs, cotangent and values against copies of them."""
    for finding in unchanged(recording.case, recording.run, recording.seeds, recording.owned):
        yield session.located(recording.case, finding)
