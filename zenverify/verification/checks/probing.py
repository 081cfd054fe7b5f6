"""Check 4: the adjoint identity once more, where every node sees a cotangent of order one."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.blame.gradients import blame_gradients
from zenverify.verification.blame.rule import PROBES
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.repeated import other_gradients
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Verdict


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say which gradients of the probed pass are wrong, but for what is known to be."""
    probed = recording.probed(session)
    suspects = recording.accounted(probed.local.gradients(probed.gradients, probed.probes))
    if not suspects:
        return
    if any(finding.verdict is Verdict.NON_DETERMINISTIC for finding in session.findings):
        return  # one finding in place of many
    seen = probed.run.values, probed.gradients
    again = recording.probed_again(session)
    at_random = other_gradients(recording, session, suspects, seen, again)
    if at_random is not None:
        yield at_random
        return
    yield from blame_gradients(
        session.engine,
        recording.graph,
        probed.run.values,
        probed.gradients,
        suspects,
        PROBES,
        session.findings,
        recording.recorded_rule,
    )
