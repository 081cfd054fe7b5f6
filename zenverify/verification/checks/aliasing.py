"""Check 1 as well: no gradient shares memory with another array. It writes, and undoes it."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said
from zenverify.verification.checks.structure import aliasing
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Fill each gradient with a number of its own, and see that nothing else changes."""
    del session
    gradients = recording.gradients
    before = {node: gradient.copy() for node, gradient in gradients.items()}
    yield from aliasing(recording.graph, recording.run, gradients, recording.seeds)
    for node, gradient in gradients.items():
        if gradient.flags.writeable:
            gradient[...] = before[node]
    recording.put_back()
