"""From a number that is wrong to the operation, the argument and the condition.

A rule that is wrong is wrong alone: the suspect operations are run by themselves, at the same
values and with the same cotangent. Where none of them fails, the walk over the graph is at fault.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from flint import arb

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, GraphBuilder
from zenverify.operators import catalogue
from zenverify.operators.balls import Ball
from zenverify.oracles.difference import Estimate
from zenverify.oracles.enclosure import UNIT_ROUNDOFF, lift
from zenverify.verification import arbitrate, trace
from zenverify.verification.alone import extract
from zenverify.verification.events import Finding
from zenverify.verification.judge import Status
from zenverify.verification.local import LocalCheck, Suspect
from zenverify.verification.opinion import expression_is_wrong
from zenverify.verification.structure import read_gradients
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import ACCUMULATION, Blame, Interval, Verdict, Witnesses
from zenverify.verification.writing import writing

CHECK_VALUE = "forward"
CHECK_GRADIENT = "local adjoint"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What an operation run alone got wrong."""

    argument: int
    suspect: Suspect
    finding: Finding


def judge_alone(engine: Engine, case: Case) -> list[Wrong]:
    """Run a single operation and judge the gradient of each operand.

    Parameters
    ----------
    case
        As `zenverify.verification.alone.extract` makes it.

    Raises
    ------
    EngineFault
        If the engine does not get through.
    """
    graph = case.graph
    run = trace.forward(engine, case)
    trace.backward(engine, graph, run.handles[-1], case.cotangent.copy())
    gradients = read_gradients(engine, graph, run)
    if not np.array_equal(gradients[graph.root], case.cotangent, equal_nan=True):
        written = writing(engine, graph, graph.root, run.values)
        if written is not None:
            raise EngineFault(written)
        return []  # the walk already goes wrong before the operation's rule is called
    check = LocalCheck(graph, run.values, engine.conventions)
    found = []
    for suspect in _worst(check.gradients(gradients, {graph.root: case.cotangent})):
        if suspect.node == graph.root:
            continue
        argument = graph.apply(graph.root).operands.index(suspect.node)
        found.append(
            Wrong(argument, suspect, _explain(engine, case, run, check, suspect, argument))
        )
    return found


def _worst(suspects: Sequence[Suspect]) -> list[Suspect]:
    """Per node, the suspect that says most."""
    best: dict[int, Suspect] = {}
    for suspect in suspects:
        held = best.get(suspect.node)
        if held is None or _weight(suspect) > _weight(held):
            best[suspect.node] = suspect
    return [best[node] for node in sorted(best)]


def _weight(suspect: Suspect) -> float:
    units = suspect.judgement.units
    return math.inf if math.isnan(units) else units


def _explain(
    engine: Engine,
    case: Case,
    run: trace.Trace,
    check: LocalCheck,
    suspect: Suspect,
    argument: int,
) -> Finding:
    graph = case.graph
    operator = graph.apply(graph.root).operator
    dtype = graph.dtypes[suspect.node]
    kinked = check.kinked(graph.root) and _matters(check, case, suspect)
    difference = None
    if not kinked:
        difference = difference_of(engine, case, run.values, suspect.node, suspect.element)
    if kinked and suspect.judgement.status is not Status.NON_FINITE:
        verdict = Verdict.CONVENTION
    else:
        verdict = arbitrate.settle(suspect.judgement, suspect.number, dtype, difference)
    if verdict is not Verdict.EXPRESSION_WRONG and expression_is_wrong(engine, case):
        verdict = Verdict.EXPRESSION_WRONG
    if verdict is Verdict.EXPRESSION_WRONG:
        condition = "always"
    else:
        condition = "kink" if kinked else condition_of(case, suspect.node)
    witness = witness_of(suspect, dtype, difference, verdict)
    blame = Blame(graph.root, operator, argument, condition)
    message = _message(verdict, operator, argument, witness)
    return Finding(verdict, blame, CHECK_GRADIENT, message, (witness,))


def _matters(check: LocalCheck, case: Case, suspect: Suspect) -> bool:
    """Whether the choice at the kink touches this element."""
    sides = check.sides(suspect.node, suspect.element, {case.graph.root: case.cotangent})
    return not all(side.overlaps(sides[0]) for side in sides)


def difference_of(
    engine: Engine, case: Case, values: Sequence[Array], node: int, element: int
) -> Estimate | None:
    """The difference of <cotangent, root>; None near a kink or jump, or if the engine raises."""
    if _bends_near(case, node, element):
        return None
    forward = arbitrate.Forward(engine, case, values)
    cotangents = {case.graph.root: case.cotangent}
    try:
        with trace.time_limit(trace.TIMEOUT):
            return arbitrate.element_difference(
                forward, case.graph, values, cotangents, node, element
            )
    except (Exception, SystemExit, trace.OutOfTime):  # noqa: BLE001  the engine's own, nearby
        return None


def _bends_near(case: Case, node: int, element: int) -> bool:
    """Whether a difference of one element would step over a kink or a jump of the operation."""
    graph = case.graph
    program = graph.programs[graph.root]
    values = dict(zip(graph.leaves, map(lift, case.values), strict=True))
    moved = values[node]
    reach = 4 * arbitrate.STEPS[graph.dtypes[node]][0]
    moved[element] *= arb(1, reach)
    if moved[element].is_zero():
        moved[element] = arb(0, reach)
    operands = [values[operand] for operand in graph.apply(graph.root).operands]
    return bool(program.kinked(operands) or program.jumps(operands))


def witness_of(
    suspect: Suspect, dtype: str, difference: Estimate | None, verdict: Verdict
) -> Witnesses:
    """The three answers about a suspect."""
    return Witnesses(
        suspect.node,
        suspect.element,
        suspect.quantity,
        suspect.number,
        interval_of(suspect.judgement.truth),
        None if difference is None else interval_of_estimate(difference),
        error_in_ulp(suspect.number, suspect.judgement.truth, dtype),
        verdict,
    )


def interval_of(ball: Ball) -> Interval:
    """A ball as an interval of floats, rounded outward, with its midpoint in decimals."""
    if not ball.is_finite():
        return Interval(math.nan, math.nan, reason="undefined over the reals")
    low = np.nextafter(float(ball.lower()), -math.inf)
    high = np.nextafter(float(ball.upper()), math.inf)
    if ball.is_exact() and float(ball) == ball:
        low = high = float(ball)
    return Interval(float(low), float(high), ball.str(30, radius=False))


def interval_of_estimate(estimate: Estimate) -> Interval:
    """A finite difference with its error as an interval."""
    if not math.isfinite(estimate.value):
        return Interval(math.nan, math.nan, reason=estimate.reason)
    return Interval(estimate.low, estimate.high, f"{estimate.value:.17g}", estimate.reason)


def error_in_ulp(number: float, truth: Ball, dtype: str) -> float | None:
    """Distance from the truth in units in the last place of the truth; None if not finite."""
    if not truth.is_finite() or not math.isfinite(number):
        return None
    with np.errstate(over="ignore"):
        nearest = np.dtype(dtype).type(float(truth.mid()))
    spacing = float(np.spacing(np.abs(nearest)))
    distance = float(abs(truth - number).mid())
    return distance / spacing if math.isfinite(spacing) else None


def condition_of(case: Case, leaf: int) -> str:
    """What is special about a single operation's operands; ``"always"`` if nothing is."""
    graph = case.graph
    node = graph.apply(graph.root)
    operator = catalogue.get(node.operator)
    values = dict(zip(graph.leaves, case.values, strict=True))
    if len(set(node.operands)) < len(node.operands):
        return "repeated operand"
    for position, operand in enumerate(node.operands):
        edges = operator.argument(position).limits.edges
        if any((values[operand] == edge).any() for edge in edges):
            return "domain edge"
    if operator.is_elementwise and graph.shapes[leaf] != graph.shapes[graph.root]:
        return "broadcast"
    sizes = np.abs(np.concatenate([values[i].ravel() for i in graph.leaves]).astype(float))
    if ((sizes > 30) | ((sizes < 1e-6) & (sizes > 0))).any():
        return "extreme values"
    if graph.dtypes[leaf] == "float32":
        return "float32"
    if (sizes == 0).any():
        return "zeros"
    return "always"


def _message(verdict: Verdict, operator: str, argument: int, witness: Witnesses) -> str:
    name = catalogue.get(operator).argument(argument).name
    if catalogue.get(operator).variadic:
        name = f"operand {argument}"
    where = f"the derivative of {operator} with respect to {name} (argument {argument})"
    truth = witness.symbolic.decimal if witness.symbolic and witness.symbolic.decimal else "nothing"
    numbers = f"the engine gives {witness.engine!r}, the truth is {truth}"
    ulp = "" if witness.error is None else f", {witness.error:.3g} units in the last place apart"
    match verdict:
        case Verdict.INACCURATE:
            bits = math.log2(max(witness.error or 1.0, 1.0))
            return f"{where} is right to first order, but loses {bits:.0f} bits: {numbers}{ulp}"
        case Verdict.NON_FINITE:
            return f"{where} should be finite exactly where the truth is: {numbers}"
        case Verdict.CONVENTION:
            return f"{where} is not what the engine declares at a kink: {numbers}"
        case Verdict.EXPRESSION_WRONG:
            return (
                f"the SymPy expression of {operator} is at fault: its {where[4:]} disagrees with "
                "the engine, and finite differences side with the engine, which gives "
                f"{witness.engine!r}; the expression's is {truth}{ulp}"
            )
        case Verdict.DISPUTED:
            return f"all three witnesses disagree on {where}: {numbers}{ulp}"
    return f"{where} is wrong: {numbers}{ulp}"


def blame_gradients(
    engine: Engine,
    case: Case,
    values: Sequence[Array],
    cotangents: dict[int, Array],
    suspects: Sequence[Suspect],
    check_name: str,
) -> list[Finding]:
    """Find who is to blame for wrong gradients of nodes.

    Parameters
    ----------
    values, cotangents
        The engine's, per node.
    suspects
        Elements that failed the adjoint identity.
    check_name
        Which check they failed.
    """
    graph = case.graph
    findings: dict[tuple[int, int | None, Verdict], Finding] = {}
    for suspect in _worst(suspects):
        blamed = _blame_consumers(engine, graph, values, cotangents, suspect.node)
        if not blamed and suspect.node in graph.operations:
            written = writing(engine, graph, suspect.node, values)
            blamed = [] if written is None else [written]
        if not blamed:
            blamed = [_blame_walk(graph, suspect)]
        for finding in blamed:
            key = (finding.blame.node, finding.blame.argument, finding.verdict)
            findings.setdefault(key, replace(finding, check=check_name))
    return list(findings.values())


def _blame_consumers(
    engine: Engine,
    graph: Graph,
    values: Sequence[Array],
    cotangents: dict[int, Array],
    node: int,
) -> list[Finding]:
    found = []
    consumers = sorted({k for k, _ in graph.consumers[node] if k in cotangents})
    for consumer in consumers:
        operands = graph.apply(consumer).operands
        found += _run_alone(engine, graph, values, cotangents, consumer, node, merged=False)
        repeats = len(set(operands)) < len(operands)
        if not found and repeats and not _loses_a_consumer(engine):
            found += _run_alone(engine, graph, values, cotangents, consumer, node, merged=True)
    return found


def _loses_a_consumer(engine: Engine) -> bool:
    """Whether a node with two consumers gets a wrong sum, where no operand is repeated.

    Then an operation that fails with a repeated operand only is not to blame: the walk is.
    """
    if not {"negative", "add"} <= engine.operators:
        return False
    build = GraphBuilder()
    shared = build.variable()
    build.apply("add", build.apply("negative", shared), build.apply("negative", shared))
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    try:
        run = trace.forward(engine, case)
        trace.backward(engine, case.graph, run.handles[-1], case.cotangent.copy())
        gradients = read_gradients(engine, case.graph, run)
    except EngineFault:
        return False
    check = LocalCheck(case.graph, run.values, engine.conventions)
    return bool(check.gradients(gradients, {case.graph.root: case.cotangent}))


def _run_alone(
    engine: Engine,
    graph: Graph,
    values: Sequence[Array],
    cotangents: dict[int, Array],
    consumer: int,
    node: int,
    *,
    merged: bool,
) -> list[Finding]:
    """Findings about one consumer run by itself, in terms of the graph that it came from."""
    operands = graph.apply(consumer).operands
    single = extract(graph, consumer, values, cotangents[consumer], merged=merged)
    try:
        wrongs = judge_alone(engine, single)
    except EngineFault as fault:
        return [relocated(fault.finding, consumer, graph)]
    return [
        relocated(wrong.finding, consumer, graph, operands[wrong.argument])
        for wrong in wrongs
        if operands[wrong.argument] == node
    ]


def relocated(finding: Finding, node: int, graph: Graph, operand: int | None = None) -> Finding:
    """A finding about an operation alone, as one about its node in the graph."""
    blame = Blame(node, graph.apply(node).operator, finding.blame.argument, finding.blame.condition)
    witnesses = finding.witnesses
    if operand is not None:
        witnesses = tuple(replace(witness, node=operand) for witness in witnesses)
    return replace(finding, blame=blame, witnesses=witnesses)


def _blame_walk(graph: Graph, suspect: Suspect) -> Finding:
    node = suspect.node
    uses = len(graph.consumers[node])
    condition = "shared node" if uses > 1 else "always"
    operation = graph.operator_of(node)
    verdict = (
        Verdict.NON_FINITE
        if suspect.judgement.status is Status.NON_FINITE
        else Verdict.ENGINE_WRONG
    )
    witness = witness_of(suspect, graph.dtypes[node], None, verdict)
    truth = witness.symbolic.decimal if witness.symbolic and witness.symbolic.decimal else "nothing"
    message = (
        f"the gradient of node {node} ({operation}), which has {uses} consumers, is not the sum of "
        f"their contributions, although each rule is right alone: the engine gives "
        f"{witness.engine!r}, the truth is {truth}"
    )
    blame = Blame(node, ACCUMULATION, None, condition)
    return Finding(verdict, blame, CHECK_GRADIENT, message, (witness,))


def denied_by_difference(engine: Engine, case: Case) -> Finding | None:
    """Whether a single operation's difference denies a gradient that the two others agree on.

    Only a difference that has converged counts: its error must be a tenth of the disagreement.
    """
    graph = case.graph
    run = trace.forward(engine, case)
    trace.backward(engine, graph, run.handles[-1], case.cotangent.copy())
    gradients = read_gradients(engine, graph, run)
    check = LocalCheck(graph, run.values, engine.conventions)
    if check.kinked(graph.root):
        return None
    operator = graph.apply(graph.root).operator
    for argument, node in enumerate(graph.apply(graph.root).operands):
        if node not in gradients:
            continue
        for element, number in enumerate(gradients[node].ravel().tolist()):
            estimate = difference_of(engine, case, run.values, node, element)
            if estimate is None or not estimate.error < 0.1 * abs(number - estimate.value):
                continue
            witness = Witnesses(
                node,
                element,
                "gradient",
                number,
                Interval(number, number, f"{number:.17g}"),
                interval_of_estimate(estimate),
                None,
                Verdict.DISPUTED,
            )
            message = (
                f"the engine and the expression agree on the derivative of {operator} with respect "
                f"to argument {argument}, {number!r}, and differences of the engine's forward pass "
                f"converge to {estimate.value!r}"
            )
            blame = Blame(graph.root, operator, argument, condition_of(case, node))
            return Finding(Verdict.DISPUTED, blame, "whole graph, difference", message, (witness,))
    return None


def blame_values(
    engine: Engine, case: Case, values: Sequence[Array], suspects: Sequence[Suspect]
) -> list[Finding]:
    """Say who is wrong about values: the engine's forward rule or the expression.

    The difference of the engine's forward pass decides: where it agrees with the engine's gradient
    and not with the symbolic one, the expression describes another function.
    """
    graph = case.graph
    findings = []
    for suspect in _worst(suspects):
        operator = graph.apply(suspect.node).operator
        verdict = _verdict_on_value(engine, graph, values, suspect)
        witness = witness_of(suspect, graph.dtypes[suspect.node], None, verdict)
        condition = "always"
        if verdict is not Verdict.EXPRESSION_WRONG:
            condition = _value_condition(graph, values, suspect.node)
        blame = Blame(suspect.node, operator, None, condition)
        truth = (
            witness.symbolic.decimal if witness.symbolic and witness.symbolic.decimal else "nothing"
        )
        ulp = (
            "" if witness.error is None else f", {witness.error:.3g} units in the last place apart"
        )
        message = _value_message(verdict, operator, suspect.number, truth, ulp)
        findings.append(Finding(verdict, blame, CHECK_VALUE, message, (witness,)))
    return findings


def _value_message(verdict: Verdict, operator: str, number: float, truth: str, ulp: str) -> str:
    numbers = f"the engine gives {number!r}, the expression {truth}{ulp}"
    match verdict:
        case Verdict.EXPRESSION_WRONG:
            return (
                f"the SymPy expression of {operator} is at fault: the engine's derivative is that "
                f"of the engine's value, and not that of the expression: {numbers}"
            )
        case Verdict.INACCURATE:
            return f"the value of {operator} is right to first order, but loses digits: {numbers}"
    return f"the value of {operator} is wrong: {numbers}"


def _value_condition(graph: Graph, values: Sequence[Array], node: int) -> str:
    single = extract(
        graph, node, values, np.ones(graph.shapes[node], graph.dtypes[node]), merged=True
    )
    return condition_of(single, single.graph.apply(single.graph.root).operands[0])


def _verdict_on_value(
    engine: Engine, graph: Graph, values: Sequence[Array], suspect: Suspect
) -> Verdict:
    node = suspect.node
    if graph.trainable[node]:
        cotangent = np.ones(graph.shapes[node], graph.dtypes[node])
        single = extract(graph, node, values, cotangent, merged=False)
        if expression_is_wrong(engine, single):
            return Verdict.EXPRESSION_WRONG
    if suspect.judgement.status is Status.NON_FINITE:
        return Verdict.NON_FINITE
    small = suspect.judgement.relative < UNIT_ROUNDOFF[graph.dtypes[node]] ** 0.4
    return Verdict.INACCURATE if small else Verdict.ENGINE_WRONG
