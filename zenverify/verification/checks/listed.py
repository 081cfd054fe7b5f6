"""The list of checks, in their order. Another check is one file and one entry here."""

from __future__ import annotations

from zenverify.verification.checks import (
    adjoint,
    aliasing,
    calls,
    composed,
    differences,
    functions,
    kinks,
    masked,
    probing,
    repeated,
    second_pass,
    unchanged,
    values,
)
from zenverify.verification.checks.check import Check, Need
from zenverify.verification.recording import FunctionRecording, GraphRecording, Recording
from zenverify.verification.session import EngineSession, Session


def _is_graph(recording: Recording, session: Session) -> bool:
    return isinstance(recording, GraphRecording) and isinstance(session, EngineSession)


def _is_function(recording: Recording, _: Session) -> bool:
    return isinstance(recording, FunctionRecording)


def _can_probe(_: GraphRecording, session: EngineSession) -> bool:
    return session.can_probe


def _is_declared(recording: GraphRecording, _: EngineSession) -> bool:
    return not recording.undeclared


def _is_small(recording: GraphRecording, _: EngineSession) -> bool:
    return recording.is_small


GRAPH = Need(_is_graph)
FUNCTION = Need(_is_function)
PROBING = Need(_can_probe)
PROBING_SAID = Need(
    _can_probe, "not probed: the engine offers neither probe nor multiply, sum and add"
)
DECLARED = Need(_is_declared)
DECLARED_SAID = Need(
    _is_declared, "whole graph not composed: it holds operations without a declaration"
)
SMALL = Need(_is_small)
SMALL_SAID = Need(_is_small, "whole graph not composed: it is large")

_READ = ("structure", "forward")
_SEEN = (*_READ, "local adjoint", "repeated", "cost", "probes")
_ASKED = (*_SEEN, "second pass", "whole graph, difference")

CHECKS: list[Check] = [
    Check("structure", unchanged.examine, (GRAPH,)),
    Check("forward", values.examine, (GRAPH,), ("structure",)),
    Check("local adjoint", adjoint.examine, (GRAPH,), _READ),
    Check("repeated", repeated.examine, (GRAPH, PROBING_SAID), _READ),
    Check("cost", calls.examine, (GRAPH, PROBING), (*_READ, "repeated")),
    Check("probes", probing.examine, (GRAPH, PROBING), (*_READ, "repeated")),
    Check("second pass", second_pass.examine, (GRAPH, PROBING), _SEEN),
    Check(
        "whole graph, difference",
        differences.examine,
        (GRAPH, PROBING, DECLARED),
        (*_SEEN, "second pass"),
    ),
    Check("whole graph, symbolic", composed.examine, (GRAPH, DECLARED_SAID, SMALL_SAID), _ASKED),
    Check(
        "slopes at kinks",
        kinks.examine,
        (GRAPH, DECLARED, SMALL),
        (*_ASKED, "whole graph, symbolic"),
    ),
    Check("masked", masked.examine, (GRAPH, DECLARED, SMALL), (*_ASKED, "whole graph, symbolic")),
    Check("aliasing", aliasing.examine, (GRAPH,), _ASKED),
    Check("second call", functions.second_call, (FUNCTION,)),
    Check("sums", functions.sums, (FUNCTION,), ("second call",)),
    Check("as recorded", functions.as_recorded, (FUNCTION,), ("second call", "sums")),
    Check("rules", functions.rules, (FUNCTION,), ("second call", "sums", "as recorded")),
    Check(
        "masked",
        functions.masked,
        (FUNCTION,),
        ("second call", "sums", "as recorded", "rules"),
    ),
    Check(
        "whole function",
        functions.whole_function,
        (FUNCTION,),
        ("second call", "sums", "as recorded", "rules", "masked"),
    ),
]
"""All checks. Each is made where its needs are met, and what it builds on has found nothing."""
