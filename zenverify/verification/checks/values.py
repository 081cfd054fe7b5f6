"""Check 2: each value, node by node, against the expression at the engine's own inputs."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.blame.values import blame_values
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.repeated import other_numbers
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say which values are wrong, and by whose fault; or that another pass gives others."""
    check = recording.local
    if check.outside:
        yield check.outside.note
    wrong = check.values()
    if not wrong:
        return
    differing = []
    if not recording.undeclared:
        differing = list(other_numbers(recording.graph, recording.again(session), wrong))
    yield from differing or blame_values(session.engine, recording.graph, recording.values, wrong)
