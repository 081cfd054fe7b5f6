"""What tells two failures apart that have the same verdict, operation, argument and condition.

The *way* of a failure is how the operation was called: of a crash, the line that raised it. Its
*symptom* is what the numbers have to do with the right ones. A failure that is met in another way,
and whose symptom is not known to be the same, may be another one.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.operators.attributes import FrozenValue
from zenverify.oracles.enclosure import WholeEnclosure
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.locate import values_of
from zenverify.verification.campaign.traits import is_unsummed, pattern_of
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Verdict

Way = Hashable

ANY_WAY: Way = ()
"""Of failures in which nothing is known to tell one from another."""

_MANY_AXES = 3
"""From here on axes are a batch's."""


def way_of(case: Case, finding: Finding) -> Way:
    """How the operation was called that a finding blames."""
    blame, graph = finding.blame, case.graph
    if finding.verdict is Verdict.CRASH:
        at = finding.raised_at
        # How deep a recursion gets, and where it ends, depends on who calls.
        known = at is not None and finding.exception != RecursionError.__name__
        return (at.file, at.line) if at is not None and known else ANY_WAY
    node = _node(case, finding)
    if node is None:
        return ANY_WAY
    call = graph.apply(node)
    if call.declared.is_elementwise:
        shaped = finding.verdict is Verdict.STRUCTURE or blame.condition == "broadcast"
        if not shaped or blame.argument is None:
            return ANY_WAY
        return (pattern_of(graph.shapes[call.operands[blame.argument]], graph.shapes[node]),)
    axes = tuple(min(len(graph.shapes[operand]), _MANY_AXES) for operand in call.operands)
    count: Way = axes if len(axes) <= _MANY_AXES else len(axes)
    return count, tuple((name, _kind(value)) for name, value in call.attributes)


def _node(case: Case, finding: Finding) -> int | None:
    graph, operation = case.graph, finding.blame.operation
    nodes = [n for n in graph.operations if graph.apply(n).operator == operation]
    if not nodes or finding.blame.node in nodes:
        return finding.blame.node if nodes else None
    return nodes[0]


def _kind(value: FrozenValue) -> Hashable:
    """Of a number its sign, of several how many they are."""
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            return value < 0
        case tuple():
            return len(value)
    return type(value).__name__


def symptom_of(engine: Engine, case: Case, finding: Finding) -> str:
    """What wrong gradients have to do with the right ones; empty where that cannot be told.

    Asked of the blamed operation by itself, at the values that it had and the cotangent one.
    """
    node, argument = _node(case, finding), finding.blame.argument
    if node is None or argument is None or finding.verdict is Verdict.CRASH:
        return ""
    graph = case.graph
    try:
        with trace.limited(trace.limit()):
            values = values_of(engine, case, trace.limit())
            ones = np.ones(graph.shapes[node], graph.numpy_dtypes[node])
            single = extract(graph, node, values, ones, merged=False)
            if finding.verdict is Verdict.STRUCTURE:
                return "not summed" if is_unsummed(engine, single, trace.limit()) else ""
            _, gradients = differentiated(engine, single)
    except EngineFault:
        return ""
    whole = WholeEnclosure(single, engine.conventions, rounded=False)
    truth = whole.gradients[argument]
    if truth is None or argument not in gradients:
        return ""
    return _relation(gradients[argument], np.array([float(ball) for ball in truth]))


_CLOSE = 1e-5


def _relation(wrong: Array, right: Array) -> str:
    """Whether all numbers are wrong by one and the same factor."""
    found = wrong.ravel().astype(float)
    asked = (right != 0) & np.isfinite(right) & np.isfinite(found)
    if not asked.any():
        return ""
    ratios = found[asked] / right[asked]
    factor = float(ratios[0])
    alike = np.allclose(ratios, factor, rtol=_CLOSE, atol=_CLOSE)
    if not alike or math.isclose(factor, 1.0, rel_tol=_CLOSE):
        return ""
    return f"times {factor:.4g}"
