"""A masked NaN: each rule is right by itself, the whole function has a slope, the gradient is NaN.

In ``where(c, sqrt(x), 0)`` at x = 0, where c does not hold, the cotangent of the root is zero, and
its derivative is infinite: their product is NaN. The function is constant there. At a kink, where
the slopes of both sides differ, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from flint import arb

from zenverify.engines.protocol import declares_masked_nan
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import ZERO, Ball, precision
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import lift
from zenverify.verification.checks.check import Said
from zenverify.verification.events import Finding
from zenverify.verification.recording import GraphRecording
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Blame, Verdict

CHECK = "masked"
MASKED = "masked"
"""The condition of a masked NaN."""

_STEPS = (1200, 2400)
"""How far to move, as negative powers of two: no float comes as near to anything but zero."""

_BITS = 8192
_MOST = 4
"""Elements of a node that are looked at."""


def examine(recording: GraphRecording, session: EngineSession) -> Iterable[Said]:
    """Say where a derivative that is not finite leaves a NaN, though the function has a slope."""
    graph, gradients = recording.graph, recording.gradients
    if all(np.isfinite(gradient).all() for gradient in gradients.values()):
        return
    seeds = recording.case.seeds
    if not all(np.isfinite(recording.values[n]).all() for n in seeds):
        return
    if not all(np.isfinite(cotangent).all() for cotangent in seeds.values()):
        return
    told: set[tuple[str, int]] = set()
    for node in sorted(gradients, reverse=True):
        undefined = np.flatnonzero(~np.isfinite(gradients[node])).tolist()
        if not undefined or not _starts_here(recording, node):
            continue
        for element in undefined[:_MOST]:
            consumer = recording.local.masking(node, element, gradients, seeds)
            place = None if consumer is None else _with_slope(recording, node, element)
            if consumer is None or place is None:
                continue
            argument = graph.operands[consumer].index(node)
            name = graph.operator_of(consumer)
            if (name, argument) in told:
                continue
            told.add((name, argument))
            if declares_masked_nan(session.engine):
                yield f"masked NaN, as the engine declares: the derivative of {name} is not finite"
                continue
            leaf, asked = place
            number = float(gradients[leaf].flat[asked])
            message = (
                f"the gradient of node {leaf} ({graph.operator_of(leaf)}), element {asked}, is "
                f"{number!r}, and the whole function has a slope there: each rule is right, and "
                f"the derivative of {name} is not finite, which a factor of zero turns into NaN "
                "(masked)"
            )
            blame = Blame(consumer, name, argument, MASKED)
            yield Finding(Verdict.NON_FINITE, blame, CHECK, message)


def _starts_here(recording: GraphRecording, node: int) -> bool:
    """Whether what is not finite does not arrive from the operations behind."""
    behind = {k for k, _ in recording.graph.consumers[node]}
    arriving = [recording.gradients[k] for k in behind if k in recording.gradients]
    return all(np.isfinite(gradient).all() for gradient in arriving)


def _with_slope(recording: GraphRecording, node: int, element: int) -> tuple[int, int] | None:
    """A variable's element that a node's NaN reaches, along which the function has a slope."""
    graph, gradients = recording.graph, recording.gradients
    if node not in graph.operations:
        return (node, element) if _has_slope(recording, node, element) else None
    for leaf in graph.leaves:
        if leaf in gradients and node in _behind(graph, leaf):
            for place in np.flatnonzero(~np.isfinite(gradients[leaf])).tolist()[:_MOST]:
                if _has_slope(recording, leaf, place):
                    return leaf, place
    return None


def _has_slope(recording: GraphRecording, node: int, element: int) -> bool:
    """Whether the function has one finite slope along an element, on every side that it has.

    Its quotients, computed in balls at two steps, are the same: x ** p has a slope at 0 only if
    they do not grow when the step shrinks. No partial enters, so zero times infinity does not.
    """
    graph = recording.graph
    behind = _behind(graph, node)
    if any(graph.programs[position].solves for position in behind):
        return False
    with precision(_BITS):
        here = _value(recording, behind, {})
        at = lift(recording.values[node])
        size = abs(at[element])
        slopes: list[Ball] = []
        for sign in (1, -1):
            quotients = []
            for step in _STEPS:
                move = sign * arb(2) ** -step * (arb(1) if size.is_zero() else size)
                moved = list(at)
                moved[element] = at[element] + move
                quotients.append((_value(recording, behind, {node: moved}) - here) / move)
            if not all(map(arb.is_finite, quotients)):
                continue
            if not _close(*quotients):
                return False
            slopes.append(quotients[1])
        return bool(slopes) and _close(slopes[0], slopes[-1])


def _close(one: Ball, other: Ball) -> bool:
    return bool(abs(one - other) <= abs(one) * arb(2) ** -20 + arb(2) ** -100)


def _behind(graph: Graph, node: int) -> list[int]:
    """The operations that depend on a node."""
    found: list[int] = []
    reached = {node}
    for position in graph.operations:
        if not reached.isdisjoint(graph.operands[position]) and position != node:
            reached.add(position)
            found.append(position)
    return found


def _value(recording: GraphRecording, behind: Sequence[int], moved: Mapping[int, Balls]) -> Ball:
    """<cotangent, root>, over all roots, when some nodes are at other values."""
    graph = recording.graph
    values: dict[int, Balls] = dict(moved)
    for position in behind:
        operands = graph.operands[position]
        given = [values[i] if i in values else lift(recording.values[i]) for i in operands]
        near = lift(recording.values[position])
        values[position] = graph.programs[position].value(given, near)
    total = ZERO
    for root, cotangent in recording.case.seeds.items():
        items = values[root] if root in values else lift(recording.values[root])
        for weight, item in zip(lift(cotangent), items, strict=True):
            if not weight.is_zero():
                total += weight * item
    return total
