"""All checks on one case, and what they say together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zenverify.engines.protocol import Engine, limits_of
from zenverify.graph.case import Case
from zenverify.graph.graph import Graph
from zenverify.operators.attributes import Attributes
from zenverify.verification.campaign.coverage import Coverage, coverage_of
from zenverify.verification.events import Finding
from zenverify.verification.examination import Report, examine, verdict_of
from zenverify.verification.recording import GraphRecording, record_case
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import TIMEOUT, EngineFault
from zenverify.verification.verdict import Blame, Verdict

Calls = tuple[tuple[str, Attributes, int], ...]
"""Operations, the attributes that they were called with, and how often."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What the checks say about a case.

    Attributes
    ----------
    verdict
        The gravest of the findings; ``AGREE`` if there is none.
    findings
        Every discrepancy.
    notes
        What is worth saying and no failure.
    operations, nodes, elements
        How much was checked.
    sampled
        What was looked at in samples only; empty where everything was.
    coverage
        What the case exercised.
    worst_units
        The largest residual that passed, in units of u * S.
    accuracy
        Per operation, of its value and of its gradient, the largest error that passed.
    differenced
        Whether differences of the forward pass converged, and agree.
    undecided
        How many numbers have a truth that could not be computed, or is not declared.
    calls
        The operations, each with its attributes and how often it was called so.
    drawn
        The same of the graph as it was drawn, where calls were left out; otherwise empty.
    refused
        What the engine said about each call that it does not offer, and that was left out.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    operations: int
    nodes: int
    elements: int
    sampled: str
    coverage: Coverage
    worst_units: float
    accuracy: tuple[tuple[str, str, float], ...] = ()
    differenced: bool = False
    undecided: int = 0
    calls: Calls = ()
    drawn: Calls = ()
    refused: tuple[Finding, ...] = ()


def calls_of(graph: Graph) -> Calls:
    """What is called in a graph, what decides its conditions among it."""
    nodes = map(graph.apply, (*graph.operations, *graph.decisions))
    counts = Counter((node.operator, node.attributes) for node in nodes)
    return tuple((name, attributes, count) for (name, attributes), count in counts.items())


def verify_case(
    engine: Engine,
    case: Case,
    *,
    difference: bool = True,
    composed: bool = True,
    probed: bool = True,
    timeout: float = TIMEOUT,
) -> CaseResult:
    """Make every check on one case.

    Parameters
    ----------
    engine
        The engine under test.
    case
        The case.
    difference
        Whether to ask the third witness too. It costs most, and decides who is wrong.
    composed
        Whether to compose the whole graph from its leaves, which guards against a mistake in how
        single operations are judged.
    probed
        Whether to make the checks that seed cotangents at other nodes, or take another pass.
    timeout
        Seconds that one pass of the engine may take.
    """
    without = (
        *(() if difference else (_DIFFERENCE,)),
        *(() if composed else (_COMPOSED,)),
        *(() if probed else _PROBED),
    )
    graph = case.graph
    session = EngineSession(engine, timeout)
    report = Report(session.findings)
    recording: GraphRecording | None = None
    complete = False
    with session.at_work():
        try:
            lacking = _lacking(session.engine, graph)
            if lacking is not None:
                report.findings.append(lacking)
            else:
                recording = record_case(case, session)
                examine(recording, session, report, without)
                complete = True
        except EngineFault as fault:
            report.findings.append(session.finding_of(case, fault))
    read = recording is not None and "structure" in report.passed
    judged = complete and "forward" in report.passed
    return CaseResult(
        verdict=verdict_of(report.findings),
        findings=tuple(report.findings),
        notes=tuple(report.notes),
        operations=len(graph.operations),
        nodes=len(graph.nodes),
        elements=sum(graph.sizes),
        sampled="; ".join(report.sampled),
        coverage=coverage_of(case, recording.kinked if recording is not None and read else ()),
        worst_units=recording.local.worst_units if recording is not None and judged else 0.0,
        accuracy=recording.local.accuracy if recording is not None and judged else (),
        differenced=recording is not None and recording.direction is not None,
        undecided=recording.local.undecided if recording is not None and judged else 0,
        calls=calls_of(graph),
    )


_DIFFERENCE = "whole graph, difference"
_COMPOSED = "whole graph, symbolic"
_PROBED = ("repeated", "cost", "probes", "second pass")


def _lacking(engine: Engine, graph: Graph) -> Finding | None:
    """What of a graph the engine does not offer."""
    lacking = sorted(graph.operators - engine.operators)
    if lacking:
        first = next(p for p in graph.operations if graph.apply(p).operator == lacking[0])
        return _unsupported(graph, first, ", ".join(lacking))
    excess = limits_of(engine).excess(graph)
    return None if excess is None else _unsupported(graph, graph.root, excess)


def _unsupported(graph: Graph, node: int, lacking: str) -> Finding:
    blame = Blame(node, graph.operator_of(node), None, "always")
    message = f"the engine does not offer {lacking}"
    return Finding(Verdict.UNSUPPORTED, blame, "structure", message)
