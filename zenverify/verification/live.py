"""Any live graph: verify what the user's own code has computed, in place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zenverify.engines.protocol import Engine, Handle, Pulling, Recorded
from zenverify.engines.registry import engine_of
from zenverify.errors import GraphError, UsageError
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.verification import trace
from zenverify.verification.checks.local import Suspect
from zenverify.verification.events import Finding
from zenverify.verification.examination import Report, examine, gravity, verdict_of
from zenverify.verification.recording import GraphRecording, Probed
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import EngineFault, Trace
from zenverify.verification.verdict import Verdict

_TABLE_ROWS = 12

_NO_LIMIT = 0.0
"""A live graph may be of any size, and its user can interrupt."""


@dataclass(frozen=True)
class OperationSummary:
    """What was found about all nodes of one operation.

    ``worst_units`` is the largest residual, in units of u * S, among the numbers that were not so
    close to the truth that they passed without S; zero if there were none.
    """

    operation: str
    nodes: int
    elements: int
    worst_units: float
    verdict: Verdict

    @property
    def worst(self) -> str:
        return f"{self.worst_units:>7.2f}" if self.worst_units else f"{'-':>7}"


@dataclass(frozen=True)
class LiveResult:
    """What `verify` says about a live graph. True exactly if everything agrees.

    Attributes
    ----------
    verdict
        That of the gravest finding; ``UNSUPPORTED`` where something could not be checked;
        otherwise ``AGREE``.
    findings
        Every discrepancy, the gravest first; ``findings[0].blame.operation`` is the culprit.
    operations
        A summary per operation.
    nodes, elements
        How many were checked, each for value and gradient.
    sampled
        Which checks looked at a sample, decided nothing, or were left out.
    unsupported
        Operations that the catalogue does not declare: their nodes were not checked.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    operations: tuple[OperationSummary, ...]
    nodes: int
    elements: int
    sampled: str
    unsupported: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.verdict is Verdict.AGREE

    def __str__(self) -> str:
        width = max([len("operation"), *(len(o.operation) for o in self.operations)])
        lines = [f"{'operation':<{width}}  {'nodes':>7}  {'elements':>10}  {'worst':>7}  verdict"]
        lines += [
            f"{one.operation:<{width}}  {one.nodes:>7,}  {one.elements:>10,}  "
            f"{one.worst}  {one.verdict}"
            for one in self.operations
        ]
        lines.append("")
        lines += [f"{f.verdict}  {f.blame}: {f.message}" for f in self.findings[:_TABLE_ROWS]]
        if self.verdict is Verdict.AGREE:
            lines.append(
                f"{self.verdict}: {self.nodes:,} nodes, {self.elements:,} elements, every value "
                "and gradient inside its enclosure"
            )
        if self.sampled:
            lines.append(self.sampled)
        if self.unsupported:
            names = ", ".join(self.unsupported)
            lines.append(
                f"{Verdict.UNSUPPORTED}: {names}: no declaration, hence not checked: what a live "
                "graph holds of it is one value; gradcheck(function, inputs) takes differences"
            )
        return "\n".join(lines)


def verify(result: object, *, engine: Engine | None = None) -> LiveResult:
    """Verify every node of the graph that a result, or several of them, were computed by.

    Each value is held against the operation's expression at its operands' values, each gradient
    against the adjoint identity, once as a user would ask for it and once with probes that let
    nothing be masked; every element is checked. The user's gradients are put back afterwards.

    Parameters
    ----------
    result
        A `zenverify.Tensor`, of any shape, or a list or tuple of them. The gradient is that of the
        sum of all their elements; one that is there twice counts once.
    engine
        The engine that they belong to; found out by default.

    Returns
    -------
    LiveResult
        Prints as a table; is true exactly if everything agrees.

    Raises
    ------
    UsageError
        If a result belongs to no engine, needs no gradient, there is none, or a leaf has changed
        meanwhile.

    Examples
    --------
    >>> from zenverify import Tensor, verify
    >>> x = Tensor([0.5, -1.5])
    >>> bool(verify((x.tanh() * x).sum()))
    True
    """
    results = result if isinstance(result, list | tuple) else [result]
    if not results:
        raise UsageError("there is nothing to verify: the list of results is empty")
    engine = engine_of(results[0]) if engine is None else engine
    if not isinstance(engine, Recorded):
        name = getattr(engine, "name", type(engine).__name__)
        raise UsageError(f"engine {name!r} keeps no graph that can be read back")
    for one in results:
        if not engine.recognises(one):
            raise UsageError(f"a {type(one).__name__} is no result of engine {engine.name!r}")
        if not engine.is_trainable(one):
            raise UsageError("the result needs no gradient: nothing it depends on is trainable")
        if len(results) > 1 and not engine.operands_of(one):
            raise UsageError("one of the results is a leaf: no operation has computed it")
    handles, operands = _handles(engine, results)
    saved = engine.saved_gradients(handles)
    try:
        return _verified(_Live(engine, handles, operands, results), engine)
    finally:
        engine.restore_gradients(handles, saved)


def _verified(live: _Live, engine: Engine) -> LiveResult:
    session = EngineSession(engine, _NO_LIMIT)
    report = Report(session.findings)
    recording: LiveRecording | None = None
    case = live.case()
    with session.at_work():
        try:
            recording = live.record(case, session)
            examine(recording, session, report)
        except EngineFault as fault:
            report.findings.append(session.finding_of(case, fault))
    return _result(live, recording, report)


def _handles(
    engine: Recorded, results: Sequence[Handle]
) -> tuple[list[Handle], list[tuple[int, ...]]]:
    """All nodes, operands first, and the positions of each one's operands; a result is the last."""
    places: dict[int, int] = {}
    handles: list[Handle] = []
    operands: list[tuple[int, ...]] = []
    stack: list[tuple[Handle, bool]] = [(result, False) for result in reversed(results)]
    while stack:
        handle, ready = stack.pop()
        if id(handle) in places:
            continue
        below = engine.operands_of(handle)
        if ready:
            places[id(handle)] = len(handles)
            handles.append(handle)
            operands.append(tuple(places[id(operand)] for operand in below))
        else:
            stack.append((handle, True))
            stack += [(operand, False) for operand in below if id(operand) not in places]
    return handles, operands


class _Live:
    """A live graph, as a neutral one."""

    def __init__(
        self,
        engine: Engine,
        handles: Sequence[Handle],
        operands: Sequence[tuple[int, ...]],
        results: Sequence[Handle],
    ) -> None:
        assert isinstance(engine, Recorded)
        self._engine: Engine = engine
        self._recorded: Recorded = engine
        self._handles = handles
        self._operands = operands
        self.values = self._recorded_values()
        self.unsupported: dict[int, str] = {}
        nodes = tuple(self._node(position) for position in range(len(handles)))
        last, wanted = len(handles) - 1, set(map(id, results))
        self.graph = Graph(nodes, tuple(n for n in range(last) if id(handles[n]) in wanted))

    def _recorded_values(self) -> list[Array]:
        """Every node's value; of a leaf, the one that it had when it was computed with.

        Raises
        ------
        UsageError
            If a leaf was given another value while the graph was being computed.
        """
        values = [np.array(self._engine.value(handle)) for handle in self._handles]
        known: set[int] = set()
        for position, operands in enumerate(self._operands):
            recorded = self._recorded.recorded_operands(self._handles[position])
            for operand, array in zip(operands, recorded, strict=True):
                if self._operands[operand]:
                    continue
                if operand in known and not np.array_equal(values[operand], array, equal_nan=True):
                    raise UsageError(
                        "a leaf was given another value between two operations that use it"
                    )
                values[operand] = np.array(array)
                known.add(operand)
        return values

    def _node(self, position: int) -> Leaf | Apply:
        """A node of the neutral graph; a leaf where the operation is not declared."""
        engine, handle, value = self._recorded, self._handles[position], self.values[position]
        found = engine.operation_of(handle)
        if found is not None:
            name, attributes = found
            operands = self._operands[position]
            shapes = [self.values[operand].shape for operand in operands]
            try:
                frozen = freeze_attributes(dict(attributes))
                declared = catalogue.get(name)
                declared.program(shapes, frozen)
            except GraphError:
                self.unsupported[position] = name
            else:
                return Apply(declared, operands, frozen)
        kind = LeafKind.VARIABLE if engine.is_trainable(handle) else LeafKind.CONSTANT
        return Leaf(kind, value.shape, str(value.dtype))

    def case(self) -> Case:
        """The graph, its leaves as they were computed with, and cotangents of ones."""
        graph = self.graph
        values = tuple(self.values[leaf] for leaf in graph.leaves)
        *further, last = (np.ones(graph.shapes[root], graph.dtypes[root]) for root in graph.roots)
        return Case(graph, values, last, tuple(further))

    def record(self, case: Case, session: EngineSession) -> LiveRecording:
        """Differentiate the graph, as a user would.

        Raises
        ------
        EngineFault
            If the engine does not get through, or a gradient is missing, out of place, or not of
            its value's shape and dtype.
        """
        arrays = [np.asarray(session.engine.value(handle)) for handle in self._handles]
        run = Trace(list(self._handles), self.values, arrays, [v.copy() for v in case.values])
        # Only a leaf may hold other numbers by now than it was computed with.
        before = [
            value if operands else array.copy()
            for value, array, operands in zip(self.values, arrays, self._operands, strict=True)
        ]
        seeds = trace.copied(case.seeds)
        session.backward_from(case.graph, run, seeds)
        behind = {operand for node in self.unsupported for operand in self._operands[node]}
        if behind:
            asked = [n for n, wanted in enumerate(self.graph.differentiated) if wanted]
            gradients = session.copied_gradients(case.graph, run, asked)
        else:
            gradients = session.gradients(case.graph, run)
        return LiveRecording(case, run, seeds, gradients, session, self, before, behind)


class LiveRecording(GraphRecording):
    """A graph that a user's own code has computed.

    Its values stay; gradients are cleared where a pass must begin without any.

    Parameters
    ----------
    case, run, seeds, gradients
        See `GraphRecording`.
    session
        The session that made it.
    live
        What it was made from.
    before
        Copies of the engine's arrays, before the reverse pass.
    behind
        Nodes that an operation without a declaration hands something to.
    """

    def __init__(
        self,
        case: Case,
        run: Trace,
        seeds: Mapping[int, Array],
        gradients: Mapping[int, Array],
        session: EngineSession,
        live: _Live,
        before: Sequence[Array],
        behind: Collection[int],
    ) -> None:
        super().__init__(case, run, seeds, gradients, session.conventions, live.unsupported)
        self._before = before
        self._behind = behind
        engine, handles = session.engine, run.handles
        if isinstance(engine, Pulling):
            self.recorded_rule = lambda node, argument, cotangent: engine.pull_recorded(
                handles[node], argument, cotangent
            )

    @property
    def counts_calls(self) -> bool:
        return False

    @property
    def owned(self) -> Sequence[Array]:
        return self._before

    def accounted(self, suspects: Iterable[Suspect]) -> list[Suspect]:
        return [suspect for suspect in suspects if suspect.node not in self._behind]

    def put_back(self) -> None:
        for array, before in zip(self.run.arrays, self._before, strict=True):
            if array.tobytes() != before.tobytes():
                array[...] = before

    def gradients_again(self, session: EngineSession) -> None:
        """None: the user's own code has computed the graph, once."""

    def probed_again(self, session: EngineSession) -> None:
        """None, likewise."""

    def _probe(self, session: EngineSession) -> Probed:
        # A reverse pass adds to what is there.
        engine = session.engine
        assert isinstance(engine, Recorded)
        engine.saved_gradients(self.run.handles)
        return self._probe_over(self.run, session, None)


def _result(live: _Live, recording: LiveRecording | None, report: Report) -> LiveResult:
    graph, findings = live.graph, report.findings
    worst = {} if recording is None else recording.local.worst_by_operation
    guilty: dict[str, Verdict] = {}
    for finding in sorted(findings, key=gravity):
        guilty.setdefault(finding.blame.operation, finding.verdict)
    rows = []
    for name in dict.fromkeys(graph.apply(p).operator for p in graph.operations):
        nodes = [p for p in graph.operations if graph.apply(p).operator == name]
        rows.append(
            OperationSummary(
                name,
                len(nodes),
                sum(graph.sizes[p] for p in nodes),
                worst.get(name, 0.0),
                guilty.get(name, Verdict.AGREE),
            )
        )
    said = [*report.notes, *report.sampled]
    if recording is not None and recording.local.undecided:
        said.append(
            f"undecided: {recording.local.undecided:,} numbers whose truth could not be computed"
        )
    if recording is not None and recording.direction is not None:
        sides = "one side of a kink in one direction" if recording.kinked else "one direction"
        said.append(f"differences: sampled {sides}, all {sum(graph.sizes):,} elements moving")
    return LiveResult(
        verdict=verdict_of(findings, Verdict.UNSUPPORTED if live.unsupported else Verdict.AGREE),
        findings=tuple(sorted(findings, key=gravity)),
        operations=tuple(rows),
        nodes=len(graph.nodes),
        elements=sum(graph.sizes),
        sampled="; ".join(said),
        unsupported=tuple(sorted(set(live.unsupported.values()))),
    )
