"""At a kink: gradients against the one-sided slopes of the whole function."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said, Sampled
from zenverify.verification.checks.composed import why_not
from zenverify.verification.checks.slopes import judge_kinks
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say which gradients before a kink are outside the slopes, or compose to that."""
    if not recording.kinked or why_not(recording) is not None:
        return
    slopes = judge_kinks(
        recording.case,
        recording.local,
        recording.gradients,
        recording.kinked,
        session.conventions,
    )
    yield from slopes.findings
    yield from slopes.notes
    if slopes.looked < slopes.places:
        yield Sampled(
            f"one-sided slopes at {slopes.looked} of {slopes.places} elements before a kink"
        )
