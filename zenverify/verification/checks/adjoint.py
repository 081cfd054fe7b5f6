"""Check 3: each gradient against the adjoint identity at the engine's own numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from zenverify.verification.blame.gradients import blame_gradients
from zenverify.verification.blame.rule import CHECK
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.repeated import other_gradients
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say which gradients are wrong, and which operation's rule or what else made them so."""
    graph, check, seeds = recording.graph, recording.local, recording.case.seeds
    undefined = set(check.undefined)
    suspects = recording.accounted(check.gradients(recording.gradients, seeds))
    if not all(np.isfinite(cotangent).all() for cotangent in seeds.values()):
        check.undefined = undefined  # of the cotangent's doing: the probes have their own
    if not suspects:
        return
    seen = recording.values, recording.gradients
    again = recording.gradients_again(session)
    at_random = other_gradients(recording, session, suspects, seen, again)
    if at_random is not None:
        yield at_random
        return
    yield from blame_gradients(
        session.engine,
        graph,
        recording.values,
        recording.gradients,
        suspects,
        CHECK,
        recorded=recording.recorded_rule,
    )
