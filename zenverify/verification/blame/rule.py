"""One operation's rule, judged by running the operation alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.verification import trace
from zenverify.verification.blame import arbitrate
from zenverify.verification.blame.condition import condition_of
from zenverify.verification.blame.intervals import witness_of
from zenverify.verification.blame.opinion import expression_is_wrong
from zenverify.verification.blame.wording import gradient_message
from zenverify.verification.blame.writing import writing
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import LocalCheck, Suspect
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Blame, Verdict

CHECK = "local adjoint"

PROBES = "probes"
"""The same check behind a root that gives every node a cotangent of its own."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What an operation run alone got wrong.

    Attributes
    ----------
    argument
        The operand's position.
    finding
        What is wrong.
    settled
        Whether a difference that has converged denied the engine's number.
    """

    argument: int
    finding: Finding
    settled: bool


def judge_alone(
    engine: Engine, case: Case, arguments: Collection[int], denied: Collection[int] = ()
) -> list[Wrong]:
    """Run a single operation and judge the gradient of some operands.

    Parameters
    ----------
    engine
        The engine under test.
    case
        As `zenverify.verification.blame.alone.extract` makes it.
    arguments
        The operands' positions. A leaf that is several operands goes by the first.
    denied
        Those for which a difference has denied this very rule before, at other values. Who is
        wrong is known then, and no witness is asked again.

    Raises
    ------
    EngineFault
        If the engine does not get through.
    """
    graph = case.graph
    run, gradients = differentiated(engine, case)
    if not np.array_equal(gradients[graph.root], case.cotangent, equal_nan=True):
        written = writing(engine, graph, graph.root, run.values)
        if written is not None:
            raise EngineFault(written)
        return []  # the walk already goes wrong before the operation's rule is called
    operands = graph.apply(graph.root).operands
    wanted = {operands[argument] for argument in arguments}
    check = LocalCheck(graph, run.values, engine.conventions)
    judged = {node: gradient for node, gradient in gradients.items() if node in wanted}
    judged[graph.root] = gradients[graph.root]
    opinion = cache(lambda: expression_is_wrong(engine, case))
    found = []
    for suspect in worst_of_each(check.gradients(judged, {graph.root: case.cotangent})):
        if suspect.node != graph.root:
            argument = operands.index(suspect.node)
            ask = None if argument in denied else opinion
            found.append(_explained(engine, case, run, check, suspect, argument, ask))
    return found


def worst_of_each(suspects: Sequence[Suspect]) -> list[Suspect]:
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


def _explained(
    engine: Engine,
    case: Case,
    run: trace.Trace,
    check: LocalCheck,
    suspect: Suspect,
    argument: int,
    opinion: Callable[[], bool] | None,
) -> Wrong:
    """Who is wrong about a number: first the difference is asked, then a second opinion.

    Without an opinion to ask for, it is the engine.
    """
    graph = case.graph
    operator = graph.apply(graph.root).declared
    dtype = graph.dtypes[suspect.node]
    kinked = check.kinked(graph.root) and _matters(check, case, suspect)
    difference = None
    if opinion is not None and not kinked:
        enough = arbitrate.decisive_error(suspect.judgement, suspect.number)
        difference = arbitrate.difference_of(
            engine, case, run.values, suspect.node, suspect.element, enough
        )
    if kinked and suspect.judgement.status is not Status.NON_FINITE:
        verdict = Verdict.CONVENTION
    else:
        verdict = arbitrate.settle(suspect.judgement, suspect.number, dtype, difference)
    settled = arbitrate.is_settled(suspect.judgement, suspect.number, difference)
    if opinion is not None and not settled and verdict is not Verdict.EXPRESSION_WRONG:
        verdict = Verdict.EXPRESSION_WRONG if opinion() else verdict
    if verdict is Verdict.EXPRESSION_WRONG:
        condition = "always"
    else:
        condition = "kink" if kinked else condition_of(case, suspect.node, engine)
    witness = witness_of(suspect, dtype, difference, verdict)
    blame = Blame(graph.root, operator.name, argument, condition)
    message = gradient_message(verdict, operator, argument, witness, case.cotangent)
    if verdict is Verdict.ENGINE_WRONG and _ignores_cotangent(engine, case, suspect.node):
        message += "; the rule ignores its cotangent: right for 1"
    elif verdict is Verdict.ENGINE_WRONG and _is_lost(engine, case, suspect.node):
        name = f"operand {argument}" if operator.variadic else operator.argument(argument).name
        message += f"; an edge is lost: the dependence on {name} is not recorded"
    return Wrong(argument, Finding(verdict, blame, CHECK, message, (witness,)), settled)


def _ignores_cotangent(engine: Engine, case: Case, node: int) -> bool:
    """Whether a gradient is the same for any cotangent, and right for ones."""
    ones = np.ones_like(case.cotangent)
    if (case.cotangent == 1).all():
        return False
    try:
        passes = [differentiated(engine, replace(case, cotangent=c)) for c in (ones, 2 * ones)]
        given = differentiated(engine, case)[1][node]
    except EngineFault:
        return False
    (run, once), (_, twice) = passes
    same = np.array_equal(once[node], twice[node]) and np.array_equal(once[node], given)
    if not same or not np.any(given):
        return False
    check = LocalCheck(case.graph, run.values, engine.conventions)
    judged = {node: once[node], case.graph.root: ones}
    return not check.gradients(judged, {case.graph.root: ones})


def _is_lost(engine: Engine, case: Case, node: int) -> bool:
    """Whether a gradient is zero, whatever the cotangent, and at ordinary numbers too."""
    signs = np.resize(np.array([1.0, -2.0, 3.0]), case.cotangent.shape)
    ordinary = tuple(map(_made_ordinary, case.values))
    for values, cotangent in (
        (case.values, case.cotangent),
        (case.values, np.ones_like(case.cotangent)),
        (ordinary, signs),
    ):
        other = replace(case, values=values, cotangent=np.asarray(cotangent, case.cotangent.dtype))
        try:
            if np.any(differentiated(engine, other)[1][node]):
                return False
        except EngineFault:
            return False
    return True


def _made_ordinary(value: Array) -> Array:
    """Huge and tiny numbers moved to where nothing saturates, overflows or underflows."""
    if value.dtype.kind != "f":
        return value
    moved = np.copysign(np.clip(np.abs(value), 2.0**-10, 2.0), value)
    return np.where(value == 0, value, moved).astype(value.dtype)


def _matters(check: LocalCheck, case: Case, suspect: Suspect) -> bool:
    """Whether the choice at the kink touches this element."""
    sides = check.sides(suspect.node, suspect.element, {case.graph.root: case.cotangent})
    return not all(side.overlaps(sides[0]) for side in sides)
