"""Any live graph: verify what the user's own code has computed, in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zenverify.engines.protocol import Engine, Handle, Recorded
from zenverify.engines.registry import engine_of
from zenverify.errors import GraphError, UsageError
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.verification import trace
from zenverify.verification.blame.gradients import blame_gradients
from zenverify.verification.blame.locate import located
from zenverify.verification.blame.rule import CHECK
from zenverify.verification.blame.values import blame_values
from zenverify.verification.checks import whole
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.checks.probes import make_probes, probed_root
from zenverify.verification.events import Finding
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Verdict

_TABLE_ROWS = 12

_COMPOSED_ELEMENTS = 200_000
"""Graphs with more elements are not composed from their leaves."""


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
        That of the first finding; ``UNSUPPORTED`` where something could not be checked;
        otherwise ``AGREE``.
    findings
        Every discrepancy; ``findings[0].blame.operation`` is the culprit.
    operations
        A summary per operation.
    nodes, elements
        How many were checked, each for value and gradient.
    sampled
        Which checks of the whole graph looked at a sample, or were left out.
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
            lines.append(f"{Verdict.UNSUPPORTED}: {names}: no declaration, hence not checked")
        return "\n".join(lines)


def verify(result: object, *, engine: Engine | None = None) -> LiveResult:
    """Verify every node of the graph that a result was computed by.

    Each value is held against the operation's expression at its operands' values, each gradient
    against the adjoint identity, once as a user would ask for it and once with probes that let
    nothing be masked; every element is checked. The user's gradients are put back afterwards.

    Parameters
    ----------
    result
        A `zenverify.Tensor`, of any shape; for an array the gradient is that of its sum.
    engine
        The engine that the result belongs to; found out by default.

    Returns
    -------
    LiveResult
        Prints as a table; is true exactly if everything agrees.

    Raises
    ------
    UsageError
        If the result belongs to no engine, needs no gradient, or a leaf has changed meanwhile.

    Examples
    --------
    >>> from zenverify import Tensor, verify
    >>> x = Tensor([0.5, -1.5])
    >>> bool(verify((x.tanh() * x).sum()))
    True
    """
    engine = engine_of(result) if engine is None else engine
    if not isinstance(engine, Recorded):
        name = getattr(engine, "name", type(engine).__name__)
        raise UsageError(f"engine {name!r} keeps no graph that can be read back")
    if not engine.recognises(result):
        raise UsageError(f"a {type(result).__name__} is no result of engine {engine.name!r}")
    handles, operands = _handles(engine, result)
    saved = engine.saved_gradients(handles)
    try:
        return _Live(engine, handles, operands).check()
    finally:
        engine.restore_gradients(handles, saved)


def _handles(engine: Recorded, result: object) -> tuple[list[Handle], list[tuple[int, ...]]]:
    """All nodes, operands first, and the positions of each one's operands."""
    if not engine.is_trainable(result):
        raise UsageError("the result needs no gradient: nothing it depends on is trainable")
    places: dict[int, int] = {}
    handles: list[Handle] = []
    operands: list[tuple[int, ...]] = []
    stack: list[tuple[Handle, bool]] = [(result, False)]
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
    def __init__(
        self, engine: Engine, handles: Sequence[Handle], operands: Sequence[tuple[int, ...]]
    ) -> None:
        assert isinstance(engine, Recorded)
        self._engine = engine
        self._handles = handles
        self._operands = operands
        self.values = self._recorded_values()
        self.unsupported: dict[int, str] = {}
        self.graph = Graph(tuple(self._node(position) for position in range(len(handles))))

    def _recorded_values(self) -> list[Array]:
        """Every node's value; of a leaf, the one that it had when it was computed with.

        Raises
        ------
        UsageError
            If a leaf was given another value while the graph was being computed.
        """
        engine = self._engine
        assert isinstance(engine, Recorded)
        values = [np.array(engine.value(handle)) for handle in self._handles]
        known: set[int] = set()
        for position, operands in enumerate(self._operands):
            recorded = engine.recorded_operands(self._handles[position])
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
        engine, handle, value = self._engine, self._handles[position], self.values[position]
        assert isinstance(engine, Recorded)
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

    def check(self) -> LiveResult:
        check = LocalCheck(self.graph, self.values, self._engine.conventions)
        findings = blame_values(self._engine, self.graph, self.values, check.values())
        notes: list[str] = []
        if not findings:
            findings, plain = self._gradients(check, probed=False)
        if not findings:
            findings, probed = self._gradients(check, probed=True)
        if not findings:
            notes = self._whole(check, plain, probed, findings)
        return self._result(findings, check, notes)

    def _whole(
        self,
        check: LocalCheck,
        plain: Mapping[int, Array],
        probed: Mapping[int, Array],
        findings: list[Finding],
    ) -> list[str]:
        """The checks of the whole graph, as far as its size allows; says what was left out."""
        graph, case = self.graph, self._case()
        if self.unsupported:
            return ["the whole graph was not composed: it holds operations without a declaration"]
        if not all(np.isfinite(value).all() for value in self.values):
            return ["the whole graph was not composed: the forward pass is not finite"]
        notes = []
        if sum(graph.sizes) <= _COMPOSED_ELEMENTS:
            names = sorted({graph.apply(p).operator for p in graph.operations})
            conventions = self._engine.conventions
            outside = whole.outside_enclosure(case, plain, conventions, names, self.values)
            findings += [whole.disputed(graph, plain, place) for place in outside[:1]]
        else:
            notes.append("the enclosure composed from the leaves: not asked, the graph is large")
        kinked = any(graph.programs[p].can_kink and check.kinked(p) for p in graph.operations)
        sides = "one side of a kink in one direction" if kinked else "one direction"
        try:
            seen = whole.all_at_once(
                self._engine, case, check, self.values, probed, make_probes(graph), kinked=kinked
            )
        except (Exception, SystemExit) as error:  # noqa: BLE001  the engine's own, at a neighbouring point
            return [*notes, f"differences: the engine raised {type(error).__name__}"]
        if not seen.informative:
            notes.append(f"differences: unreliable, {seen.estimate.reason}")
        elif seen.agrees:
            notes.append(f"differences: sampled {sides}, all {sum(graph.sizes):,} elements moving")
        else:
            notes.append("differences: unreliable in the direction that was sampled")
        return notes

    def _case(self) -> Case:
        root = self.graph.root
        values = tuple(self.values[leaf] for leaf in self.graph.leaves)
        return Case(self.graph, values, np.ones(self.graph.shapes[root], self.graph.dtypes[root]))

    def _gradients(
        self, check: LocalCheck, *, probed: bool
    ) -> tuple[list[Finding], dict[int, Array]]:
        """One reverse pass over the live graph: what is wrong with it, and its gradients."""
        engine, graph = self._engine, self.graph
        assert isinstance(engine, Recorded)
        engine.saved_gradients(self._handles)
        case = self._case()
        seeds: Mapping[int, Array] = {graph.root: case.cotangent}
        root, cotangent = self._handles[graph.root], case.cotangent
        if probed:
            seeds = make_probes(graph)
            root = probed_root(engine, [self._handles[i] for i in seeds], list(seeds.values()))
            cotangent = np.ones((), engine.value(root).dtype)
        try:
            trace.backward(engine, graph, root, cotangent.copy(), timeout=0)
            asked = [node for node, wanted in enumerate(graph.differentiated) if wanted]
            gradients = trace.gradients_of(engine, graph, self._handles, asked, timeout=0)
        except EngineFault as fault:
            return [located(engine, case, fault.finding, trace.TIMEOUT)], {}
        gradients = {n: g for n, g in gradients.items() if n not in self._before_unsupported}
        suspects = check.gradients(gradients, seeds)
        name = "probes" if probed else CHECK
        found = blame_gradients(engine, graph, self.values, gradients, suspects, name)
        return found, gradients

    @cached_property
    def _before_unsupported(self) -> set[int]:
        """Nodes that an operation without a declaration hands something to."""
        return {operand for node in self.unsupported for operand in self._operands[node]}

    def _result(
        self, findings: Sequence[Finding], check: LocalCheck, notes: Sequence[str]
    ) -> LiveResult:
        graph = self.graph
        guilty: dict[str, Verdict] = {f.blame.operation: f.verdict for f in reversed(findings)}
        rows = []
        names = dict.fromkeys(graph.apply(p).operator for p in graph.operations)
        for name in names:
            nodes = [p for p in graph.operations if graph.apply(p).operator == name]
            rows.append(
                OperationSummary(
                    name,
                    len(nodes),
                    sum(graph.sizes[p] for p in nodes),
                    check.worst_by_operation.get(name, 0.0),
                    guilty.get(name, Verdict.AGREE),
                )
            )
        return LiveResult(
            verdict=self._verdict(findings),
            findings=tuple(findings),
            operations=tuple(rows),
            nodes=len(graph.nodes),
            elements=sum(graph.sizes),
            sampled="; ".join(notes),
            unsupported=tuple(sorted(set(self.unsupported.values()))),
        )

    def _verdict(self, findings: Sequence[Finding]) -> Verdict:
        if findings:
            return findings[0].verdict
        return Verdict.UNSUPPORTED if self.unsupported else Verdict.AGREE
