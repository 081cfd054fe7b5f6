"""All checks on one case, and what they say together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine, limits_of
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.verification import trace
from zenverify.verification.blame.gradients import blame_gradients
from zenverify.verification.blame.locate import located
from zenverify.verification.blame.rule import CHECK
from zenverify.verification.blame.values import blame_values
from zenverify.verification.campaign.coverage import Coverage, coverage_of
from zenverify.verification.checks import whole
from zenverify.verification.checks.denial import denying_operation
from zenverify.verification.checks.local import LocalCheck, Suspect
from zenverify.verification.checks.probes import can_probe, make_probes, run_probed
from zenverify.verification.checks.slopes import judge_kinks
from zenverify.verification.checks.structure import aliasing, read_gradients, unchanged
from zenverify.verification.events import Finding
from zenverify.verification.trace import TIMEOUT, EngineFault, Trace, flat, structural
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict

_WORST_FIRST = (
    Verdict.TIMEOUT,
    Verdict.CRASH,
    Verdict.NON_DETERMINISTIC,
    Verdict.STRUCTURE,
    Verdict.ENGINE_WRONG,
    Verdict.EXPRESSION_WRONG,
    Verdict.NON_FINITE,
    Verdict.DISPUTED,
    Verdict.CONVENTION,
    Verdict.INACCURATE,
    Verdict.UNSUPPORTED,
)


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


@dataclass(slots=True)
class _Report:
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sampled: str = ""
    worst_units: float = 0.0
    kinked: tuple[int, ...] = ()


def verify_case(
    engine: Engine, case: Case, *, difference: bool = True, timeout: float = TIMEOUT
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
    timeout
        Seconds that one pass of the engine may take.
    """
    graph = case.graph
    engine = completed(engine)
    report = _Report()
    lacking = sorted(graph.operators - engine.operators)
    excess = limits_of(engine).excess(graph)
    try:
        if lacking:
            first = next(p for p in graph.operations if graph.apply(p).operator == lacking[0])
            report.findings.append(_unsupported(graph, first, ", ".join(lacking)))
        elif excess is not None:
            report.findings.append(_unsupported(graph, graph.root, excess))
        else:
            _examine(engine, case, report, difference=difference, timeout=timeout)
    except EngineFault as fault:
        report.findings.append(located(engine, case, fault.finding, timeout))
    verdicts = {finding.verdict for finding in report.findings}
    return CaseResult(
        verdict=next((v for v in _WORST_FIRST if v in verdicts), Verdict.AGREE),
        findings=tuple(report.findings),
        notes=tuple(report.notes),
        operations=len(graph.operations),
        nodes=len(graph.nodes),
        elements=sum(graph.sizes),
        sampled=report.sampled,
        coverage=coverage_of(case, report.kinked),
        worst_units=report.worst_units,
    )


def _unsupported(graph: Graph, node: int, lacking: str) -> Finding:
    blame = Blame(node, graph.operator_of(node), None, "always")
    message = f"the engine does not offer {lacking}"
    return Finding(Verdict.UNSUPPORTED, blame, "structure", message)


def _examine(
    engine: Engine, case: Case, report: _Report, *, difference: bool, timeout: float
) -> None:
    """The checks in order; where one fails, those that build on it are left out."""
    graph = case.graph
    run = trace.forward(engine, case, timeout)
    seed = case.cotangent.copy()
    trace.backward(engine, graph, run.handles[-1], seed, timeout)
    gradients = read_gradients(engine, graph, run, timeout)
    for finding in unchanged(case, run, seed):
        report.findings.append(located(engine, case, finding, timeout))
    if report.findings:
        return
    check = LocalCheck(graph, run.values, engine.conventions)
    if check.outside:
        report.notes.append(check.outside.note)
    report.kinked = tuple(p for p in graph.kinking if check.kinked(p))
    wrong_values = check.values()
    if wrong_values:
        again = trace.forward(engine, case, timeout)
        report.findings += _other_numbers(graph, again.values, wrong_values)
    if report.findings:
        return
    if wrong_values:
        report.findings += blame_values(engine, graph, run.values, wrong_values)
        return
    undefined = set(check.undefined)
    plain = check.gradients(gradients, {graph.root: case.cotangent})
    if not np.isfinite(case.cotangent).all():
        check.undefined = undefined  # of the cotangent's doing: the probes have their own
    report.findings += blame_gradients(engine, graph, run.values, gradients, plain, CHECK)
    if can_probe(engine):
        _check_probed(engine, case, check, run, gradients, report, difference, timeout)
    else:
        report.notes.append("not probed: the engine offers neither probe nor multiply, sum and add")
    report.worst_units = check.worst_units
    if report.findings:
        return
    _check_whole(case, check, engine, gradients, report)
    report.findings += aliasing(graph, run, gradients, seed)


def _check_probed(
    engine: Engine,
    case: Case,
    check: LocalCheck,
    run: Trace,
    gradients: Mapping[int, Array],
    report: _Report,
    difference: bool,
    timeout: float,
) -> None:
    """What takes a second run: the probes, the number of calls, a second call, differences."""
    graph = case.graph
    first = flat(list(gradients.values()))
    probes = make_probes(graph)
    calls: Counter[int] | None = Counter() if _has_diamond(graph) else None
    probed_run, probed = run_probed(engine, case, probes, timeout, calls)
    same = trace.first_difference(graph, run.values, probed_run.values) is None
    if not same:
        check = LocalCheck(graph, probed_run.values, engine.conventions)
        report.findings += _other_numbers(graph, run.values, check.values())
        if report.findings:
            return
    report.findings += _repeated_calls(calls or {})
    behind = check.gradients(probed, probes)
    report.findings += blame_gradients(
        engine, graph, probed_run.values, probed, behind, "probes", report.findings
    )
    if report.findings:
        return
    if not same:
        report.notes.append("not checked: a second reverse pass, values differ by rounding")
    elif limits_of(engine).repeated:
        report.findings += _second_call(
            engine, case, check, probed_run, probed, probes, gradients, first, timeout
        )
    else:
        report.notes.append("not checked: a second reverse pass, the engine allows one")
    if difference and not report.findings:
        _check_difference(engine, case, check, run.values, probed, probes, report, timeout)


def _other_numbers(
    graph: Graph, others: Sequence[Array], suspects: Sequence[Suspect]
) -> Iterable[Finding]:
    """Whether wrong values of one forward pass are other numbers in another pass.

    By half of what they are off, which is more than rounding explains.
    """
    for suspect in suspects:
        other = float(others[suspect.node].ravel()[suspect.element])
        apart = abs(suspect.number - other)
        off = abs(suspect.number - float(suspect.judgement.truth))
        if apart > off / 2 or math.isfinite(other) != math.isfinite(suspect.number):
            name = graph.operator_of(suspect.node)
            message = (
                f"the value of {name} differs from one forward pass to the next by more than "
                f"rounding: {suspect.number!r} and {other!r}"
            )
            blame = Blame(suspect.node, name, None, "always")
            yield Finding(Verdict.NON_DETERMINISTIC, blame, "forward", message)
            return


def _has_diamond(graph: Graph) -> bool:
    """Whether there can be more paths to a leaf than edges."""
    return any(len(pairs) > 1 for pairs in graph.consumers)


def _repeated_calls(calls: Mapping[int, int]) -> Iterable[Finding]:
    """Check 7: each edge once. A variable's rule that is called again shows a walk by paths."""
    for node, count in calls.items():
        if count > 1:
            message = (
                f"one reverse pass called the rule behind node {node} {count} times: it walks "
                "every path instead of every edge, which doubles with each diamond"
            )
            guilty = Blame(node, ACCUMULATION, None, "shared node")
            yield Finding(Verdict.STRUCTURE, guilty, "cost", message)
            return


def _second_call(
    engine: Engine,
    case: Case,
    check: LocalCheck,
    run: Trace,
    probed: Mapping[int, Array],
    probes: Mapping[int, Array],
    gradients: Mapping[int, Array],
    first: Array,
    timeout: float,
) -> Iterable[Finding]:
    """A second call on a graph that has gradients, on another graph than the first run's.

    It may add to what is there in another order than one sum, and go through its own sums in
    another order than the first run did. So where the bits differ, the running errors of both
    passes decide, in both of which each side may be off.
    """
    graph = case.graph
    nodes = list(gradients)
    before = flat([probed[node] for node in nodes])
    trace.backward(engine, graph, run.handles[-1], case.cotangent.copy(), timeout)
    now = flat(list(trace.gradients_of(engine, graph, run.handles, nodes, timeout).values()))
    with np.errstate(all="ignore"):
        expected = before + first if engine.accumulates else first
        if "float32" in graph.dtypes:
            narrow = np.repeat(
                [graph.dtypes[node] == "float32" for node in nodes],
                [graph.sizes[node] for node in nodes],
            )
            expected = np.where(narrow, expected.astype(np.float32), expected)
    if trace.owner_of_difference(now, expected, nodes, graph.sizes) is None:
        return
    seeds: list[Mapping[int, Array]] = [{graph.root: case.cotangent}]
    if engine.accumulates:
        seeds.append(probes)
    allowed = np.zeros(now.size)
    for entering in seeds:
        errors = check.running_errors(entering)
        allowed += 2 * np.concatenate(
            [np.resize(errors[node] or [0.0], graph.sizes[node]) for node in nodes]
        )
    with np.errstate(all="ignore"):
        close = np.abs(now - expected) <= allowed
    node = trace.owner_of_difference(np.where(close, expected, now), expected, nodes, graph.sizes)
    if node is None:
        return
    manner = "add to" if engine.accumulates else "replace"
    yield structural(
        node,
        ACCUMULATION,
        f"a second call of the reverse pass should {manner} the gradient of node {node} "
        f"({graph.operator_of(node)}) with what the first run gave, but for rounding",
    )


def _check_whole(
    case: Case,
    check: LocalCheck,
    engine: Engine,
    gradients: Mapping[int, Array],
    report: _Report,
) -> None:
    graph = case.graph
    if check.outside:
        report.notes.append("whole graph not composed: a node is outside its declared domain")
        return
    if not (np.isfinite(flat(check.engine_values)).all()):
        report.notes.append("whole graph not composed: the forward pass is not finite")
        return
    if not np.isfinite(case.cotangent).all():
        return  # a NaN on purpose; node by node it is checked
    if any(map(check.order_decides, graph.operations)):
        report.notes.append("whole graph not composed: a partial product may leave the floats")
        return
    names = sorted({graph.apply(p).operator for p in graph.kinking})
    outside = whole.outside_enclosure(
        case, gradients, engine.conventions, names, check.engine_values
    )
    report.findings += [whole.disputed(graph, gradients, place) for place in outside[:1]]
    if report.kinked and not report.findings:
        slopes = judge_kinks(case, check, gradients, report.kinked, engine.conventions)
        report.findings += slopes.findings
        report.notes += slopes.notes
        if slopes.looked < slopes.places:
            report.sampled = (
                f"one-sided slopes at {slopes.looked} of {slopes.places} elements before a kink"
            )


def _check_difference(
    engine: Engine,
    case: Case,
    check: LocalCheck,
    values: Sequence[Array],
    probed: Mapping[int, Array],
    probes: Mapping[int, Array],
    report: _Report,
    timeout: float,
) -> None:
    graph = case.graph
    if check.outside:
        report.notes.append("difference unreliable: a node is outside its declared domain")
        return
    if check.undefined:
        report.notes.append("difference unreliable: a node is undefined")
        return
    try:
        with trace.time_limit(timeout * 20):
            seen = whole.all_at_once(
                engine, case, check, values, probed, probes, kinked=bool(report.kinked)
            )
    except (Exception, SystemExit, trace.OutOfTime) as error:  # noqa: BLE001  the engine's own
        report.notes.append(f"difference unreliable: the engine raised {type(error).__name__}")
        return
    if not math.isfinite(seen.estimate.error) or not math.isfinite(seen.expected):
        report.notes.append("difference unreliable: not finite nearby")
        return
    if not seen.informative:
        report.notes.append(f"difference unreliable: {seen.estimate.reason}")
        return
    if seen.agrees:
        return
    guilty = denying_operation(engine, graph, values, probed)
    if guilty is None:
        report.notes.append("difference unreliable: no operation differs by itself")
    else:
        report.findings.append(guilty)
