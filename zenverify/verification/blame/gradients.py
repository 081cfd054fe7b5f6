"""From a gradient that is wrong to the operation, the argument and the condition.

A rule that is wrong is wrong alone: the suspect operations are run by themselves, at the same
values and with the same cotangent. Where none of them fails, the walk over the graph is at fault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, GraphBuilder, Leaf
from zenverify.operators.attributes import Attributes
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.intervals import witness_of
from zenverify.verification.blame.recorded import RecordedRule, judge_recorded
from zenverify.verification.blame.rule import CHECK, PROBES, judge_alone, worst_of_each
from zenverify.verification.blame.setting import setting
from zenverify.verification.blame.wording import walk_message
from zenverify.verification.blame.writing import writing
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import LocalCheck, Suspect
from zenverify.verification.checks.probes import make_probes
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict

Blamed = tuple[int, str, int | None]
"""A node, its operation and an argument: what a finding blames, whatever the verdict."""


def blame_gradients(
    engine: Engine,
    graph: Graph,
    values: Sequence[Array],
    cotangents: Mapping[int, Array],
    suspects: Sequence[Suspect],
    check_name: str,
    known: Iterable[Finding] = (),
    recorded: RecordedRule | None = None,
) -> list[Finding]:
    """Find who is to blame for wrong gradients of nodes.

    Parameters
    ----------
    engine, graph
        The engine under test, and the graph.
    values, cotangents
        The engine's, per node.
    suspects
        Elements that failed the adjoint identity.
    check_name
        Which check they failed.
    known
        What was found in this graph before. Whom it blames is not run again, nor told again.
    recorded
        The rules of this very graph, where they need not be those that the engine applies.
    """
    if not suspects:
        return []
    probes = make_probes(graph) if check_name == PROBES else {}
    known_places = {_place(one.blame) for one in known}
    blaming = _Blaming(engine, graph, values, cotangents, probes, recorded, known_places)
    findings: dict[tuple[Blamed, Verdict], Finding] = {}
    for suspect in worst_of_each(suspects):
        for finding in blaming.of(suspect):
            if _place(finding.blame) not in blaming.known:
                key = (_place(finding.blame), finding.verdict)
                findings.setdefault(key, replace(finding, check=check_name))
    return list(findings.values())


def _place(blame: Blame) -> Blamed:
    return blame.node, blame.operation, blame.argument


@dataclass(frozen=True, slots=True)
class _Blaming:
    """The operations of one graph, each to be run alone."""

    engine: Engine
    graph: Graph
    values: Sequence[Array]
    cotangents: Mapping[int, Array]
    probes: Mapping[int, Array]
    recorded: RecordedRule | None
    known: Collection[Blamed]
    denied: set[tuple[str, Attributes, int]] = field(default_factory=set)
    """Operations, as they are called, and arguments whose rule a difference has denied."""

    def of(self, suspect: Suspect) -> list[Finding]:
        """Who is to blame for one gradient; nobody new if it is somebody known."""
        graph, node = self.graph, suspect.node
        uses: dict[int, list[int]] = {}
        for consumer, argument in self._uses(node):
            uses.setdefault(consumer, []).append(argument)
        blamed: list[Finding] = []
        is_known = False
        for consumer, arguments in uses.items():
            operation = graph.operator_of(consumer)
            unknown = [one for one in arguments if (consumer, operation, one) not in self.known]
            is_known |= len(unknown) < len(arguments)
            recorded = self._recorded(consumer, unknown)
            blamed += recorded
            if unknown and not recorded:
                blamed += self._alone(consumer, unknown, merged=False)
            if not blamed and not is_known and self._fails_merged(consumer):
                blamed += self._alone(consumer, unknown, merged=True)
        if blamed or is_known:
            return blamed
        if node in graph.operations:
            written = writing(self.engine, graph, node, self.values)
            if written is not None:
                return [written]
        for consumer, arguments in uses.items():
            set_ = setting(self.engine, graph, consumer, arguments[0], self.values)
            if set_ is not None:
                return [set_]
        return [_of_walk(graph, suspect, self.probes.get(node))]

    def _uses(self, node: int) -> list[tuple[int, int]]:
        """The consumers that got a cotangent, and which of their arguments the node is."""
        return sorted(
            (consumer, argument)
            for consumer in {k for k, _ in self.graph.consumers[node] if k in self.cotangents}
            for argument, operand in enumerate(self.graph.apply(consumer).operands)
            if operand == node
        )

    def _recorded(self, consumer: int, arguments: Sequence[int]) -> list[Finding]:
        """Findings about the rule that a consumer was recorded with, where that is known."""
        if self.recorded is None or not arguments:
            return []
        arriving = self.cotangents[consumer]
        return judge_recorded(self.recorded, self.graph, consumer, self.values, arriving, arguments)

    def _fails_merged(self, consumer: int) -> bool:
        """Whether an operation may be blamed that fails with a repeated operand only."""
        operands = self.graph.apply(consumer).operands
        return len(set(operands)) < len(operands) and not _loses_a_consumer(self.engine)

    def _alone(self, consumer: int, arguments: Sequence[int], *, merged: bool) -> list[Finding]:
        """Findings about one consumer run by itself, in terms of the graph that it came from."""
        graph, node = self.graph, self.graph.apply(consumer)
        cotangent = self.cotangents[consumer]
        single = extract(graph, consumer, self.values, cotangent, merged=merged)
        call = (node.operator, node.attributes)
        denied = [one for one in arguments if (*call, one) in self.denied]
        try:
            wrongs = judge_alone(self.engine, single, arguments, denied)
        except EngineFault as fault:
            return [relocated(fault.finding, consumer, graph)]
        self.denied.update((*call, wrong.argument) for wrong in wrongs if wrong.settled)
        return [
            relocated(wrong.finding, consumer, graph, node.operands[wrong.argument])
            for wrong in wrongs
        ]


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
        run, gradients = differentiated(engine, case)
    except EngineFault:
        return False
    check = LocalCheck(case.graph, run.values, engine.conventions)
    return bool(check.gradients(gradients, {case.graph.root: case.cotangent}))


def relocated(finding: Finding, node: int, graph: Graph, operand: int | None = None) -> Finding:
    """A finding about an operation alone, as one about its node in the graph."""
    blame = Blame(node, graph.apply(node).operator, finding.blame.argument, finding.blame.condition)
    witnesses = finding.witnesses
    if operand is not None:
        witnesses = tuple(replace(witness, node=operand) for witness in witnesses)
    return replace(finding, blame=blame, witnesses=witnesses)


def _of_walk(graph: Graph, suspect: Suspect, probe: Array | None) -> Finding:
    node = suspect.node
    uses = len(graph.consumers[node])
    condition = "shared node" if uses > 1 else "always"
    non_finite = suspect.judgement.status is Status.NON_FINITE
    verdict = Verdict.NON_FINITE if non_finite else Verdict.ENGINE_WRONG
    witness = witness_of(suspect, graph.dtypes[node], None, verdict)
    message = walk_message(
        node,
        graph.operator_of(node),
        uses,
        witness,
        is_leaf=isinstance(graph.nodes[node], Leaf),
        probe=None if probe is None else float(probe.flat[suspect.element]),
    )
    blame = Blame(node, ACCUMULATION, None, condition)
    return Finding(verdict, blame, CHECK, message, (witness,))
