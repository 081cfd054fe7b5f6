"""Check 6: the whole graph against differences of the engine's forward pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from zenverify.engines.protocol import Engine, Handle
from zenverify.engines.wrapper import Wrapper, wrapped
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import precision
from zenverify.oracles.enclosure import PRECISION, lift
from zenverify.verification import trace
from zenverify.verification.checks import whole
from zenverify.verification.checks.check import Said
from zenverify.verification.checks.denial import denying_operation
from zenverify.verification.events import Finding
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Blame, Verdict

_UNRELIABLE = "difference unreliable: "

_ASKED_ELEMENTS = 20_000
"""In larger graphs no operation is asked by itself: each element takes dozens of passes."""


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Move every node at once; where the difference denies the gradients, find the operation."""
    probed = recording.probed(session)
    graph, check = recording.graph, probed.local
    if check.outside:
        yield _UNRELIABLE + "a node is outside its declared domain"
        return
    if recording.kinked and not recording.is_small:
        yield _UNRELIABLE + "the graph lies at a kink, and is too large for its exact slope"
        return
    if check.undefined:
        yield _UNRELIABLE + "a node is undefined"
        return
    try:
        seen = _asked(session.engine, recording, session)
    except (Exception, SystemExit, trace.OutOfTime) as error:  # noqa: BLE001  the engine's own
        crash = None if isinstance(error, trace.OutOfTime) else _crash(recording, session)
        yield crash or _UNRELIABLE + f"the engine raised {type(error).__name__}"
        return
    if not math.isfinite(seen.estimate.error) or not math.isfinite(seen.expected):
        yield _UNRELIABLE + "not finite nearby"
    elif not seen.informative:
        yield _UNRELIABLE + seen.estimate.reason
    elif seen.agrees:
        recording.direction = seen
    elif sum(graph.sizes) > _ASKED_ELEMENTS:
        yield _UNRELIABLE + "it disagrees, and the graph is too large to ask each operation"
    else:
        guilty = denying_operation(session.engine, graph, recording.values, probed.gradients)
        yield guilty or _UNRELIABLE + "no operation differs by itself"


def _asked(
    engine: Engine, recording: GraphRecording, session: EngineSession
) -> whole.DirectionCheck:
    probed = recording.probed(session)
    with session.differences():
        return whole.all_at_once(
            engine,
            recording.case,
            probed.local,
            recording.values,
            probed.gradients,
            probed.probes,
            kinked=bool(recording.kinked),
        )


class _Watched(Wrapper):
    """Keeps the call that is under way."""

    operator: str = ""
    operands: Sequence[Handle] = ()
    attributes: Mapping[str, Any] | None = None

    def apply(self, operator: str, operands: Sequence[Handle], attributes: Any) -> Handle:
        self.operator, self.operands, self.attributes = operator, operands, attributes
        return self._engine.apply(operator, operands, attributes)


def _crash(recording: GraphRecording, session: EngineSession) -> Finding | None:
    """What an engine raises at a neighbouring point where the expression has a value.

    Outside the declared domain, and where the expression is not surely finite, it may raise.
    """
    engine = wrapped(_Watched, session.engine)
    try:
        _asked(cast("Engine", engine), recording, session)
    except UnsupportedError:
        return None
    except Exception as error:  # noqa: BLE001  the engine's own
        raised = error
    else:
        return None  # not again: nothing that could be shown
    try:
        values = [np.asarray(session.engine.value(handle)) for handle in engine.operands]
    except Exception:  # noqa: BLE001  the engine's own
        return None
    graph = recording.graph
    for node in graph.operations:
        apply = graph.apply(node)
        called = freeze_attributes(engine.attributes or {})
        if apply.operator != engine.operator or apply.attributes != called:
            continue
        if [v.shape for v in values] != [graph.shapes[operand] for operand in apply.operands]:
            continue
        if not _has_value(graph, node, values):
            return None
        message = (
            f"{apply.operator} raised {type(raised).__name__} at a point close by, inside its "
            f"domain: {' '.join(str(raised).split())[:200]}"
        )
        blame = Blame(node, apply.operator, None, "always")
        return Finding(Verdict.CRASH, blame, "whole graph, difference", message)
    return None


def _has_value(graph: Graph, node: int, operands: Sequence[Array]) -> bool:
    """Whether an operation's expression is surely finite at some operands, inside its domain."""
    program, declared = graph.programs[node], graph.apply(node).declared
    if program is None or program.solves:
        return False
    for position, operand in enumerate(operands):
        points = np.asarray(operand, np.float64)
        if not np.isfinite(points).all():
            return False
        if declared.argument(position).limits.leaves_out(points).any():
            return False
    largest = float(np.finfo(graph.dtypes[node]).max) / 2
    with precision(PRECISION):
        balls = program.value([lift(operand) for operand in operands])
        return all(ball.is_finite() and abs(ball) < largest for ball in balls)
