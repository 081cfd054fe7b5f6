"""What an engine computes in the pass that a finding is about, to be redone by hand.

Nothing is judged here: the finding stands. The engine is asked once more, on the smallest case.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType

import numpy as np

from zenverify.engines.protocol import Engine, Handle, Ruled
from zenverify.graph.case import Array, Case
from zenverify.operators.balls.arithmetic import ZERO, precision
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import PRECISION, LocalEnclosure, lift, lift_all
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.arbitrate import Forward, difference_of, element_difference
from zenverify.verification.blame.intervals import (
    error_in_ulp,
    interval_of,
    interval_of_estimate,
)
from zenverify.verification.blame.rule import PROBES
from zenverify.verification.checks.local import LocalCheck, Suspect
from zenverify.verification.checks.probes import make_probes
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.session import EngineSession
from zenverify.verification.surroundings import Sample, error_around
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import (
    ACCUMULATION,
    Frame,
    Interval,
    Pass,
    Verdict,
    Witnesses,
)
from zenverify.verification.verify import verify_case

_DEEPEST = 6
"""Functions that wrap each other."""

_WRAPPING = frozenset({"zenverify.tensor.custom"})
"""Modules whose pullbacks call a user's."""

MOST_ELEMENTS = 256
"""Of larger cases the numbers of the finding alone are given."""


@dataclass(frozen=True, slots=True)
class ConsumerShare:
    """What one consumer, or the probe, adds to a node's gradient; `node` is None for the probe."""

    node: int | None
    amount: Interval


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """The numbers that a finding is about, and all that they follow from.

    Attributes
    ----------
    values
        Per node, the engine's value; empty where it does not get through its forward pass.
    gradients
        By node, the engine's gradients in the pass that the finding is about.
    probes
        By node, what entered there besides; empty in a plain pass.
    numbers
        What the finding is about, element by element, with the truth at the engine's own operands
        and cotangent. The finding's own witnesses are among them.
    contributions
        Where the walk is blamed: what the node's consumers add to its gradient.
    nodes
        Every value and gradient of the pass, with the truth given what came in there; those that
        fail the local identity have a verdict that is a failure.
    spare
        The leaves whose value does not matter.
    around
        The error over the domain of the operand's element in question; none where it cannot be
        moved.
    again
        Whether the engine gave the finding's numbers once more, bit by bit.
    source
        The engine's own line that raised, or that the pullback to blame begins at; None where
        neither is known.
    """

    values: tuple[Array, ...] = ()
    gradients: Mapping[int, Array] | None = None
    probes: Mapping[int, Array] | None = None
    numbers: tuple[Witnesses, ...] = ()
    contributions: tuple[ConsumerShare, ...] = ()
    nodes: tuple[Witnesses, ...] = ()
    spare: frozenset[int] = frozenset()
    around: tuple[Sample, ...] = ()
    again: bool = True
    source: Frame | None = None

    @property
    def is_probed(self) -> bool:
        """Whether a cotangent entered at every node, and not only at the root."""
        return bool(self.probes)


def evidence_of(
    engine: Engine, case: Case, finding: Finding, timeout: float = trace.TIMEOUT
) -> Evidence:
    """Ask the engine for the numbers of a finding, and for what they follow from.

    Parameters
    ----------
    engine
        The engine under test.
    case, finding
        The smallest case, and what is wrong in it.
    timeout
        Seconds that one pass may take.

    Returns
    -------
    Evidence
        With what the engine gives; where it raises or hangs, with what it gave before that.
    """
    own = tuple(_told(one, finding) for one in finding.witnesses)
    found = Evidence(numbers=own, source=finding.raised_at)
    if finding.verdict is Verdict.TIMEOUT:
        return found  # every pass would take the whole limit again
    session = EngineSession(engine, timeout)
    graph = case.graph
    with session.at_work():
        try:
            run = session.forward(case)
            case = run.bound(case)
            graph = case.graph
            found = replace(found, values=tuple(run.values))
            gradients: dict[int, Array] = {}
            probes: dict[int, Array] = {}
            if finding.during is not Pass.FORWARD:
                if finding.check == PROBES and session.can_probe:
                    probes = make_probes(graph)
                    gradients = session.probe(graph, run, probes)
                else:
                    trace.backward_from(engine, graph, run.handles, trace.copied(case.seeds))
                    gradients = session.gradients(graph, run)
            gradients = {node: np.array(gradient) for node, gradient in gradients.items()}
            found = replace(found, gradients=gradients, probes=probes)
            if found.source is None:
                found = replace(found, source=_pullback(engine, case, finding, run.handles))
            if sum(graph.sizes) > MOST_ELEMENTS:
                return found
            seeds = probes or case.seeds
            nodes = tuple(_of_nodes(engine, case, run.values, gradients, seeds))
            numbers, again = _numbers(engine, case, finding, found, own)
            added = tuple(_contributions(engine, case, finding, found))
            found = replace(found, nodes=nodes, numbers=numbers, contributions=added, again=again)
            found = replace(found, spare=spare_leaves(engine, case, finding, timeout))
            return replace(found, around=_around(engine, case, finding, found))
        except EngineFault:
            return found


def _pullback(
    engine: Engine, case: Case, finding: Finding, handles: Sequence[Handle]
) -> Frame | None:
    """Where the pullback to blame begins, of an engine whose rules are operations of Zen's kind."""
    blame = finding.blame
    if blame.argument is None or blame.node not in case.graph.operations:
        return None
    operation = getattr(handles[blame.node], "custom", None)
    if operation is None and isinstance(engine, Ruled):
        operation = engine.rules_of(blame.operation)
    rules = getattr(operation, "pullbacks", ())
    if blame.argument >= len(rules):
        return None
    return next(_beginnings(rules[blame.argument]), None)


def _beginnings(function: object, depth: int = 0) -> Iterator[Frame]:
    """Where a function begins; of what wraps a user's own, where that begins."""
    if not isinstance(function, FunctionType) or depth > _DEEPEST:
        return
    if function.__module__ in _WRAPPING:
        for value in inspect.getclosurevars(function).nonlocals.values():
            yield from _beginnings(value, depth + 1)
        return
    code = function.__code__
    if not code.co_filename.startswith("<"):
        yield Frame(code.co_filename, code.co_firstlineno, function.__qualname__, "")


def _told(witness: Witnesses, finding: Finding) -> Witnesses:
    """A witness of a finding: whatever it was called on the way, this is what is wrong."""
    return witness if witness.verdict.is_failure else replace(witness, verdict=finding.verdict)


def _of_nodes(
    engine: Engine,
    case: Case,
    values: Sequence[Array],
    gradients: Mapping[int, Array],
    seeds: Mapping[int, Array],
) -> Iterator[Witnesses]:
    graph = case.graph
    check = LocalCheck(graph, values, engine.conventions)
    suspects: list[Suspect] = check.values()
    suspects += check.gradients(gradients, seeds) if gradients else []
    wrong = _failed(suspects)
    with precision(PRECISION):
        local = LocalEnclosure(graph, lift_all(list(values)), engine.conventions)
        totals = local.pull(
            [lift(gradients[n]) if n in gradients else [ZERO] * s for n, s in _sizes(case)],
            {node: lift(seed) for node, seed in seeds.items()},
        )
    for node in range(len(graph.nodes)):
        truth = local.forward.get(node)
        yield from _answers(case, node, "value", values[node], truth, wrong)
        if node in gradients:
            total = totals[node] or [ZERO] * graph.sizes[node]
            yield from _answers(case, node, "gradient", gradients[node], total, wrong)


def _failed(suspects: Iterable[Suspect]) -> dict[tuple[int, str], set[int]]:
    wrong: dict[tuple[int, str], set[int]] = {}
    for suspect in suspects:
        wrong.setdefault((suspect.node, suspect.quantity), set()).add(suspect.element)
    return wrong


def _sizes(case: Case) -> Iterator[tuple[int, int]]:
    return enumerate(case.graph.sizes)


def _answers(
    case: Case,
    node: int,
    quantity: str,
    numbers: Array,
    truth: Balls | None,
    wrong: Mapping[tuple[int, str], set[int]],
) -> Iterator[Witnesses]:
    failed = wrong.get((node, quantity), set())
    if case.graph.is_discrete(node):
        return
    for element, number in enumerate(numbers.ravel().tolist()):
        ball = None if truth is None else truth[element]
        yield Witnesses(
            node,
            element,
            quantity,
            number,
            None if ball is None else interval_of(ball),
            None,
            None if ball is None else error_in_ulp(number, ball, case.graph.dtypes[node]),
            Verdict.ENGINE_WRONG if element in failed else Verdict.AGREE,
        )


def _numbers(
    engine: Engine, case: Case, finding: Finding, found: Evidence, own: tuple[Witnesses, ...]
) -> tuple[tuple[Witnesses, ...], bool]:
    """The elements of what is blamed, the finding's own among them; whether those came up again."""
    graph, blame = case.graph, finding.blame
    if finding.during is Pass.FORWARD and blame.node in graph.operations:
        rest = _of_value(engine, case, blame.node, found)
    elif blame.argument is not None and blame.node in (found.gradients or {}):
        rest = _of_rule(engine, case, blame.node, blame.argument, found)
    else:
        rest = []
    merged, again = _merged(own, rest)
    return tuple(_with_difference(engine, case, finding, found, one) for one in merged), again


def _of_value(engine: Engine, case: Case, node: int, found: Evidence) -> list[Witnesses]:
    with precision(PRECISION):
        local = LocalEnclosure(case.graph, lift_all(list(found.values)), engine.conventions, [node])
    wrong = _failed(LocalCheck(case.graph, found.values, engine.conventions).values())
    return list(_answers(case, node, "value", found.values[node], local.forward[node], wrong))


def _of_rule(
    engine: Engine, case: Case, node: int, argument: int, found: Evidence
) -> list[Witnesses]:
    """The gradient of one operand of an operation that is run by itself, as the blame ran it."""
    graph = case.graph
    assert found.gradients is not None
    single = extract(graph, node, found.values, found.gradients[node], merged=False)
    try:
        run, gradients = differentiated(engine, single)
    except EngineFault:
        return []
    leaf = single.graph.apply(single.graph.root).operands[argument]
    if leaf not in gradients:
        return []
    root = single.graph.root
    with precision(PRECISION):
        local = LocalEnclosure(single.graph, lift_all(run.values), engine.conventions)
        given: list[Balls] = [[ZERO] * size for size in single.graph.sizes]
        given[root] = lift(single.cotangent)
        total = local.pull(given, {root: given[root]})[leaf]
    truth = total or [ZERO] * single.graph.sizes[leaf]
    operand = graph.operands[node][argument]
    check = LocalCheck(single.graph, run.values, engine.conventions)
    wrong = _failed(check.gradients(gradients, {root: single.cotangent}))
    rows = _answers(single, leaf, "gradient", gradients[leaf], truth, wrong)
    return [replace(one, node=operand) for one in rows]


def _merged(
    own: tuple[Witnesses, ...], rest: Sequence[Witnesses]
) -> tuple[tuple[Witnesses, ...], bool]:
    """The finding's own numbers in place of what the engine gave for them now."""
    places = {(one.node, one.index, one.quantity): one for one in own}
    merged, again = [], True
    for one in rest:
        told = places.pop((one.node, one.index, one.quantity), None)
        if told is not None:
            again &= _alike(told.engine, one.engine)
        merged.append(one if told is None else told)
    return (*places.values(), *merged), again


def _alike(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def _with_difference(
    engine: Engine, case: Case, finding: Finding, found: Evidence, one: Witnesses
) -> Witnesses:
    """A number in dispute with the third witness, where it was not asked and can be."""
    blame, gradients = finding.blame, found.gradients or {}
    is_asked = one.difference is not None or not one.verdict.is_failure
    if is_asked or one.quantity != "gradient" or finding.verdict is Verdict.CONVENTION:
        return one
    estimate = None
    if finding.check.startswith("whole graph"):
        forward = Forward(engine, case, found.values)
        estimate = element_difference(
            forward, case.graph, found.values, case.seeds, one.node, one.index
        )
    elif blame.argument is not None and blame.node in gradients:
        arriving = gradients[blame.node]
        single = extract(case.graph, blame.node, found.values, arriving, merged=False)
        leaf = single.graph.operands[single.graph.root][blame.argument]
        values = trace.forward(engine, single).values
        estimate = difference_of(engine, single, values, leaf, one.index)
    return one if estimate is None else replace(one, difference=interval_of_estimate(estimate))


def _contributions(
    engine: Engine, case: Case, finding: Finding, found: Evidence
) -> Iterator[ConsumerShare]:
    """What adds up to the number of a finding that blames the walk."""
    graph = case.graph
    wrong = [one for one in finding.witnesses if one.quantity == "gradient"]
    if finding.blame.operation != ACCUMULATION or not wrong or not found.gradients:
        return
    node, element = wrong[0].node, wrong[0].index
    with precision(PRECISION):
        local = LocalEnclosure(graph, lift_all(list(found.values)), engine.conventions)
        for consumer in dict.fromkeys(k for k, _ in graph.consumers[node]):
            if consumer not in local.linear or consumer not in found.gradients:
                continue
            parts = local.linear[consumer].pull(lift(found.gradients[consumer]))
            for operand, part in zip(graph.operands[consumer], parts, strict=True):
                if operand == node and part is not None:
                    yield ConsumerShare(consumer, interval_of(part[element]))
    entering = found.probes or case.seeds
    if node in entering:
        amount = float(entering[node].flat[element])
        yield ConsumerShare(None, Interval(amount, amount, repr(amount)))


def _around(engine: Engine, case: Case, finding: Finding, found: Evidence) -> tuple[Sample, ...]:
    graph, blame = case.graph, finding.blame
    if blame.node not in graph.operations or not finding.witnesses:
        return ()
    worst = finding.witnesses[0]
    of_value = finding.during is Pass.FORWARD
    if of_value:
        cotangent = np.ones(graph.shapes[blame.node], graph.numpy_dtypes[blame.node])
        argument = 0
        same = graph.shapes[graph.operands[blame.node][0]] == graph.shapes[blame.node]
        element = worst.index if same else 0
        if not graph.sizes[graph.operands[blame.node][0]] or not graph.trainable[blame.node]:
            return ()
    elif blame.argument is not None and blame.node in (found.gradients or {}):
        assert found.gradients is not None
        cotangent, argument, element = found.gradients[blame.node], blame.argument, worst.index
    else:
        return ()
    single = extract(graph, blame.node, found.values, cotangent, merged=False)
    return error_around(engine, single, argument, element, of_value=of_value)


def spare_leaves(
    engine: Engine, case: Case, finding: Finding, timeout: float = trace.TIMEOUT
) -> frozenset[int]:
    """The leaves whose value does not matter: the finding shows with any other that was tried.

    Two other values are tried for each, ordinary ones of the domains of all its consumers.
    """
    if finding.verdict is Verdict.TIMEOUT:
        return frozenset()
    found = set()
    for place, leaf in enumerate(case.graph.leaves):
        if case.graph.is_discrete(leaf):
            continue
        others = list(_others(case, leaf))
        if others and all(
            _shows(engine, _with_value(case, place, other), finding, timeout) for other in others
        ):
            found.add(leaf)
    return frozenset(found)


def _others(case: Case, leaf: int) -> Iterator[Array]:
    graph = case.graph
    size, dtype = graph.sizes[leaf], graph.dtypes[leaf]
    limits = [
        graph.apply(consumer).declared.argument(argument).limits
        for consumer, argument in graph.consumers[leaf]
    ]
    discrete = graph.is_discrete(leaf)
    if not size or discrete or any(one.matrix is not None for one in limits):
        return
    random = np.random.default_rng(leaf)
    for negative in (False, True):
        ends = [one.moderate(negative=negative) for one in limits] or [(-2.0, 2.0)]
        low, high = max(a for a, _ in ends), min(b for _, b in ends)
        if low < high:
            # Few digits, so that it is exact in float32 too.
            drawn = np.round(random.uniform(low, high, size) * 64) / 64
            yield drawn.reshape(graph.shapes[leaf]).astype(dtype)


def _with_value(case: Case, place: int, value: Array) -> Case:
    values = (*case.values[:place], value, *case.values[place + 1 :])
    return replace(case, values=values)


def _shows(engine: Engine, case: Case, finding: Finding, timeout: float) -> bool:
    result = verify_case(engine, case, difference=False, timeout=timeout)
    blame = finding.blame
    return any(
        (one.verdict, one.blame.operation, one.blame.argument, one.during)
        == (finding.verdict, blame.operation, blame.argument, finding.during)
        for one in result.findings
    )
