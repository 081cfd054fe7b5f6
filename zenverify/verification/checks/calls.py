"""Check 7: a reverse pass calls each edge's rule once."""

from __future__ import annotations

from collections.abc import Iterable

from zenverify.verification.checks.check import Said
from zenverify.verification.events import Finding
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """A variable's rule that is called again shows a walk by paths."""
    for node, count in (recording.probed(session).calls or {}).items():
        if count > 1:
            message = (
                f"one reverse pass called the rule behind node {node} {count} times: it walks "
                "every path instead of every edge, which doubles with each diamond"
            )
            guilty = Blame(node, ACCUMULATION, None, "shared node")
            yield Finding(Verdict.STRUCTURE, guilty, "cost", message)
            return
