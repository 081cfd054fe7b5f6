"""Making a failing case small: on the graph, where a step is known to keep it valid.

A step is kept when the smaller case still fails with the same verdict, operation and argument, in
the same pass, and by the same exception from the same function if it was one. What failed with
probes only is first turned into a case that fails without them: by another cotangent, or by a graph
in which the probes are nodes. So the case that is shown proves what is said about it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice, product
from typing import Any

import numpy as np

from zenverify.engines.protocol import PROBED_BY, Engine
from zenverify.errors import GraphError
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import plan_for
from zenverify.operators import catalogue
from zenverify.operators.attributes import Attributes, freeze_attributes
from zenverify.operators.operator import Operator
from zenverify.operators.program.builder import Shape
from zenverify.verification import trace
from zenverify.verification.blame.alone import extract
from zenverify.verification.blame.locate import values_of
from zenverify.verification.blame.rule import PROBES
from zenverify.verification.campaign.pruning import pruned
from zenverify.verification.campaign.symptoms import Way, way_of
from zenverify.verification.checks.probes import make_probes
from zenverify.verification.checks.structure import read_gradients
from zenverify.verification.events import Finding
from zenverify.verification.session import EngineSession
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case

MAX_EVALUATIONS = 300
_SMALL_INSTANCES = 100
"""A third of all tries: a fault at special values shows in none of them, and needs the others."""

_SAMPLES = 60
_FEW_PLACES = 3
_SIMPLE = (1.0, 2.0, 0.5, -1.0, 0.0, 3.0)

_Key = tuple[tuple[Leaf | Apply, ...], tuple[int, ...], tuple[bytes, ...]]

_ALIKE = frozenset({Verdict.ENGINE_WRONG, Verdict.INACCURATE})


@dataclass(frozen=True, slots=True)
class Reduced:
    """The smallest case found, what it shows, and how many cases were tried."""

    case: Case
    finding: Finding
    evaluations: int


def reduce(
    engine: Engine,
    case: Case,
    finding: Finding,
    timeout: float = trace.TIMEOUT,
    way: Way | None = None,
) -> Reduced:
    """Make a case that shows a finding as small as possible.

    Parameters
    ----------
    engine
        The engine under test.
    case, finding
        What failed, and how.
    timeout
        Seconds that one pass of the engine may take.
    way
        How the operation is called in every smaller case, None where that may change. A crash
        keeps the line that raised it in any case.
    """
    if finding.verdict is Verdict.CRASH:
        way = way_of(case, finding)
    reducer = _Reducer(engine, case, finding, timeout, way)
    reducer.run()
    return Reduced(reducer.case, reducer.finding, reducer.evaluations)


class _Reducer:
    def __init__(
        self, engine: Engine, case: Case, finding: Finding, timeout: float, way: Way | None
    ) -> None:
        self._engine = engine
        self._way = way
        self._timeout = timeout
        self._wanted = finding
        self.case = case
        self.finding = finding
        self.evaluations = 0
        self._tried: set[_Key] = set()
        self._proving = finding.check != PROBES
        """Whether the present case fails without probes, and smaller ones must."""

    def run(self) -> None:
        if self._proving or not self._prove():
            self._take_first(self._alone())
        if self._wanted.verdict is Verdict.TIMEOUT:
            return  # every try costs the whole limit
        self._until_fixed(self._smaller_graphs)
        if len(self.case.graph.operations) == 1:
            self._take_first(islice(self._small_instances(), _SMALL_INSTANCES))
        self._until_fixed(self._smaller_shapes)
        self._until_fixed(self._simpler_values)

    def _prove(self) -> bool:
        """Take a case that fails without probes, if there is one."""
        self._proving = True
        if self._take_first(chain(self._alone(), self._with_probes_as_nodes())):
            return True
        self._proving = False
        self._tried.clear()
        return False

    def _until_fixed(self, candidates: Callable[[], Iterator[Case]]) -> None:
        while self._take_first(candidates()):
            pass

    def _take_first(self, candidates: Iterable[Case]) -> bool:
        """Take the first candidate that was not tried before and still fails."""
        for candidate in candidates:
            if self.evaluations >= MAX_EVALUATIONS:
                return False
            key = _key(candidate)
            if key in self._tried:
                continue  # two changes that undo each other would go round for ever
            self._tried.add(key)
            if self._fails(candidate):
                return True
        return False

    def _fails(self, case: Case) -> bool:
        self.evaluations += 1
        wanted = self._wanted
        result = verify_case(self._engine, case, difference=False, timeout=self._timeout)
        for finding in result.findings:
            alike = finding.verdict is wanted.verdict or {finding.verdict, wanted.verdict} <= _ALIKE
            blame, place = finding.blame, wanted.blame
            same_place = blame.operation == place.operation and (
                place.argument in (None, blame.argument)
            )
            # Of one operation it is told which; of several it is not.
            same_place |= wanted.verdict is Verdict.DISPUTED
            same_place &= finding.during is wanted.during
            same_place &= not self._proving or finding.check != PROBES
            same_place &= self._way is None or way_of(case, finding) == self._way
            raised = finding.exception, finding.function
            if alike and same_place and raised == (wanted.exception, wanted.function):
                self.case, self.finding = case, finding
                return True
        return False

    def _gradients(self) -> dict[int, Array]:
        """The engine's gradients on the present case; none where it does not get through."""
        graph = self.case.graph
        try:
            run = trace.forward(self._engine, self.case, self._timeout)
            seeds = trace.copied(self.case.seeds)
            trace.backward_from(self._engine, graph, run.handles, seeds, self._timeout)
            return read_gradients(self._engine, graph, run, self._timeout)
        except EngineFault:
            return {}

    def _alone(self) -> Iterator[Case]:
        """The blamed operation by itself."""
        graph = self.case.graph
        blame = self._wanted.blame
        if blame.operation == ACCUMULATION:
            return
        nodes = [p for p in graph.operations if graph.apply(p).operator == blame.operation]
        if blame.node in nodes:
            nodes = [blame.node]  # otherwise it is a leaf, which got the wrong gradient
        values = values_of(self._engine, self.case, self._timeout)
        gradients = self._gradients()
        probed = self._probed_gradients() if self._wanted.check == PROBES else {}
        for node in nodes:
            ones = np.ones(graph.shapes[node], graph.dtypes[node])
            twos = 2 * ones if self._wanted.check == PROBES else None
            for cotangent in (ones, twos, gradients.get(node), probed.get(node)):
                if cotangent is not None and graph.trainable[node]:
                    yield extract(graph, node, values, cotangent, merged=False)
                    yield extract(graph, node, values, cotangent, merged=True)

    def _probed_gradients(self) -> Mapping[int, Array]:
        """The engine's gradients of the probed root; none where it does not get through."""
        session = EngineSession(self._engine, self._timeout)
        graph = self.case.graph
        if not session.can_probe:
            return {}
        try:
            return session.probe(graph, session.forward(self.case), make_probes(graph))
        except EngineFault:
            return {}

    def _with_probes_as_nodes(self) -> Iterator[Case]:
        """The root with probes added to it, as the engine's own operations can."""
        graph = self.case.graph
        if not PROBED_BY.issubset(self._engine.operators):
            return
        probes = make_probes(graph)
        blamed = [node for node in (self._wanted.blame.node, graph.root) if node in probes]
        for nodes in (dict.fromkeys(blamed), probes):
            yield from _tried(partial(_probed_case, self.case, [(n, probes[n]) for n in nodes]))

    def _smaller_graphs(self) -> Iterator[Case]:
        """One root; a node replaced by a leaf of its value, or by an operand; an inner root.

        And an attribute in place of a node that gives it.
        """
        graph = self.case.graph
        values = values_of(self._engine, self.case, self._timeout)
        for root in graph.roots if graph.further_roots else ():
            yield from self._pruned(values, {}, root)
        for position in graph.decisions:
            yield from self._pruned(values, {position: None}, graph.root)
        if graph.takes_given:
            yield from _tried(partial(_with_attributes, self.case, values))
        if len(graph.operations) < 2:
            return
        for position in graph.operations[:-1]:
            if graph.trainable[position]:
                yield from self._pruned(values, {}, position)
        for position in reversed(graph.operations[:-1]):
            yield from self._pruned(values, {position: None}, graph.root)
        for position in reversed(graph.operations[:-1]):
            for operand in dict.fromkeys(graph.apply(position).operands):
                same_shape = graph.shapes[operand] == graph.shapes[position]
                if same_shape and graph.dtypes[operand] == graph.dtypes[position]:
                    # Of a plain operand alone there is no gradient.
                    yield from self._pruned(values, {position: operand}, graph.root)

    def _pruned(
        self, values: Sequence[Array], replaced: dict[int, int | None], root: int
    ) -> Iterator[Case]:
        case = self.case
        further = dict(zip(case.graph.further_roots, case.further_cotangents, strict=True))
        kept = further if root == case.graph.root and replaced else {}
        for made in _tried(partial(pruned, case.graph, values, replaced, root, kept)):
            yield replace(made, cotangent=_fitting(made.graph, case.cotangent))

    def _small_instances(self) -> Iterator[Case]:
        """The same operation on the smallest operands that it takes, with ordinary values."""
        graph = self.case.graph
        node = graph.apply(graph.root)
        operator = node.declared
        merged = len(set(node.operands)) < len(node.operands)
        present = sum(graph.sizes[leaf] for leaf in graph.leaves)
        kinds = [graph.nodes[operand] for operand in node.operands]
        for shapes, attributes in _instances(operator, len(node.operands)):
            if sum(map(math.prod, shapes)) >= present:
                return
            yield from _tried(
                partial(_instance_case, operator, shapes, attributes, kinds, merged, self.case)
            )

    def _smaller_shapes(self) -> Iterator[Case]:
        """Every axis of one size cut to a smaller one in all leaves at once, or one such axis."""
        graph = self.case.graph
        leaves = [graph.nodes[i] for i in graph.leaves]
        sizes = sorted({s for leaf in leaves for s in _shape(leaf) if s > 1}, reverse=True)
        for size, smaller in ((s, t) for s in sizes for t in _smaller(s)):
            for start in _starts(size, smaller):
                yield from _tried(partial(_cut, self.case, size, start, smaller))
                for axis in range(max(len(_shape(leaf)) for leaf in leaves)):
                    yield from _tried(partial(_cut, self.case, size, start, smaller, axis))
        for place, leaf in enumerate(leaves):
            for axis, size in enumerate(_shape(leaf)):
                for start, smaller in ((a, t) for t in _smaller(size) for a in _starts(size, t)):
                    yield from _tried(partial(_cut_one, self.case, place, axis, start, smaller))
        if any(_shape(leaf) for leaf in leaves):
            yield from _tried(partial(_scalars, self.case))

    def _simpler_values(self) -> Iterator[Case]:
        """Ones for the cotangent, trainable float64 leaves, and numbers that are easy to read."""
        case = self.case
        if not (case.cotangent == 1).all():
            for number in _simpler_than(case.cotangent):
                yield replace(case, cotangent=np.full_like(case.cotangent, number))
        for place, cotangent in enumerate(case.further_cotangents):
            if not (cotangent == 1).all():
                further = list(case.further_cotangents)
                further[place] = np.ones_like(cotangent)
                yield replace(case, further_cotangents=tuple(further))
        if "float32" in case.graph.dtypes:
            yield from _tried(partial(_widened, case))
        for place, value in enumerate(case.values):
            if not value.size or _is_simple(value):
                continue
            if value.dtype.kind != "f":
                for same in (1, 0):
                    yield from _tried(partial(_with_value, case, place, np.full_like(value, same)))
                continue
            for number in _SIMPLE:
                yield _with_value(case, place, np.full_like(value, number))
            yield _with_value(case, place, (np.arange(value.size) + 1).reshape(value.shape) / 2)
            rounded = np.round(value * 4) / 4
            if not np.array_equal(rounded, value):
                yield _with_value(case, place, rounded)


def _probed_case(case: Case, probes: Sequence[tuple[int, Array]]) -> Case:
    """A graph whose root is the sum of some nodes, each times its probe."""
    graph = case.graph
    nodes, values = list(graph.nodes), dict(zip(graph.leaves, case.values, strict=True))

    def apply(name: str, *operands: int, **attributes: Any) -> int:
        nodes.append(Apply(catalogue.get(name), operands, freeze_attributes(attributes)))
        return len(nodes) - 1

    total: int | None = None
    for node, probe in probes:
        values[len(nodes)] = probe
        nodes.append(Leaf(LeafKind.CONSTANT, graph.shapes[node], graph.dtypes[node]))
        product_ = apply("multiply", node, len(nodes) - 1)
        part = apply("sum", product_, axis=None, keepdims=False)
        total = part if total is None else apply("add", total, part)
    made = Graph(tuple(nodes))
    return Case(
        made, tuple(values[leaf] for leaf in made.leaves), np.ones((), made.dtypes[made.root])
    )


def _key(case: Case) -> _Key:
    """Alike for cases that are the same to the last bit."""
    arrays = (*case.values, *case.seeds.values())
    return case.graph.nodes, case.graph.roots, tuple(array.tobytes() for array in arrays)


def _with_attributes(case: Case, values: Sequence[Array]) -> Case:
    """The case with an attribute in place of each node that gives one."""
    graph = case.graph.bound(dict(enumerate(values)))
    nodes = tuple(
        Apply(node.declared, node.operands, node.attributes) if isinstance(node, Apply) else node
        for node in graph.nodes
    )
    further = dict(zip(graph.further_roots, case.further_cotangents, strict=True))
    made = pruned(Graph(nodes, graph.further_roots), values, {}, graph.root, further)
    return replace(made, cotangent=case.cotangent)


def _fitting(graph: Graph, cotangent: Array, root: int = -1) -> Array:
    """A simple cotangent for a smaller graph: the number that it was, or ones.

    NaN where there was one before.
    """
    number = 1.0
    if np.isnan(cotangent).any():
        number = math.nan
    elif cotangent.size and (cotangent == cotangent.flat[0]).all():
        number = float(cotangent.flat[0])
    return np.full(graph.shapes[root], number, graph.dtypes[root])


def _tried(make: Callable[[], Case]) -> Iterator[Case]:
    """A candidate, unless it is no graph: its shapes do not fit, or no operand is a tensor."""
    try:
        yield make()
    except GraphError:
        return


def _shape(node: Leaf | Apply) -> Shape:
    return node.shape if isinstance(node, Leaf) else ()


def _instances(operator: Operator, count: int) -> list[tuple[tuple[Shape, ...], Attributes]]:
    """Small ways to call an operator, the smallest first; always the same ones."""
    draw = random.Random(0)
    found: dict[tuple[tuple[Shape, ...], Attributes], None] = {}
    shapes = [s for ndim in range(5) for s in product((1, 2), repeat=ndim) if math.prod(s) <= 4]
    for shape in [*shapes, *operator.first_shapes]:
        for _ in range(_SAMPLES // 4):
            instance = operator.sample(draw.randrange, shape)
            if instance is not None and len(instance.shapes) == count:
                found[instance.shapes, freeze_attributes(instance.attributes)] = None
    return sorted(found, key=lambda made: sum(map(math.prod, made[0])))[: 4 * _SAMPLES]


def _instance_case(
    operator: Operator,
    shapes: tuple[Shape, ...],
    attributes: Attributes,
    kinds: Sequence[Leaf | Apply],
    merged: bool,
    large: Case,
) -> Case:
    if merged and len(set(shapes)) > 1:
        raise GraphError("a repeated operand has one shape")
    random_ = np.random.default_rng(0)
    leaves: list[Leaf] = []
    values: list[Array] = []
    for argument, shape in enumerate(shapes[:1] if merged else shapes):
        plan = plan_for(operator.argument(argument).limits, negative=False)
        given = kinds[argument]
        kind = given.kind if isinstance(given, Leaf) else LeafKind.VARIABLE
        if kind is LeafKind.NUMBER and shape:
            kind = LeafKind.ARRAY
        leaves.append(Leaf(kind, shape))
        values.append(np.asarray(np.round(random_.uniform(plan.low, plan.high, shape) * 8) / 8))
    operands = (0,) * len(shapes) if merged else tuple(range(len(shapes)))
    graph = Graph((*leaves, Apply(operator, operands, attributes)))
    return Case(graph, tuple(values), _fitting(graph, large.cotangent))


def _rebuilt(case: Case, values: Sequence[Array]) -> Case:
    """The same graph with leaves of other shapes. Raises `GraphError` where they do not fit."""
    arrays = iter(values)
    nodes = tuple(
        Leaf(node.kind, next(arrays).shape, node.dtype) if isinstance(node, Leaf) else node
        for node in case.graph.nodes
    )
    graph = Graph(nodes, case.graph.further_roots)
    further = tuple(
        _fitting(graph, cotangent, root)
        for root, cotangent in zip(graph.further_roots, case.further_cotangents, strict=True)
    )
    return Case(graph, tuple(values), _fitting(graph, case.cotangent), further)


def _smaller(size: int) -> Iterable[int]:
    """What to cut an axis to: a half keeps, at one end or the other, any one of its elements."""
    return sorted({smaller for smaller in (1, 2, (size + 1) // 2) if smaller < size})


def _starts(size: int, smaller: int) -> Iterable[int]:
    """Where to keep so few of an axis's elements: any place of a few, else the ends."""
    last = size - smaller
    return range(last + 1) if 0 < last <= _FEW_PLACES else (0, last) if last > 0 else ()


def _cut(case: Case, size: int, start: int, smaller: int, from_end: int | None = None) -> Case:
    """Cut the axes of a size; those only that are so far from the end, if that is given."""
    values = []
    for value in case.values:
        keep = tuple(
            slice(start, start + smaller)
            if s == size and from_end in (None, value.ndim - 1 - axis)
            else slice(s)
            for axis, s in enumerate(value.shape)
        )
        values.append(value[keep].copy())
    return _rebuilt(case, values)


def _cut_one(case: Case, place: int, axis: int, start: int, smaller: int) -> Case:
    values = list(case.values)
    values[place] = np.take(values[place], range(start, start + smaller), axis=axis)
    return _rebuilt(case, values)


def _scalars(case: Case) -> Case:
    return _rebuilt(case, [v.ravel()[0:1].reshape(()).copy() if v.size else v for v in case.values])


def _widened(case: Case) -> Case:
    nodes = tuple(
        replace(node, dtype="float64")
        if isinstance(node, Leaf) and node.dtype == "float32"
        else node
        for node in case.graph.nodes
    )
    graph = Graph(nodes, case.graph.further_roots)
    values = (v.astype(np.float64) if v.dtype == np.float32 else v for v in case.values)
    further = (cotangent.astype(np.float64) for cotangent in case.further_cotangents)
    return Case(graph, tuple(values), case.cotangent.astype(np.float64), tuple(further))


def _with_value(case: Case, place: int, value: Array) -> Case:
    values = list(case.values)
    values[place] = np.asarray(value).astype(values[place].dtype)
    return replace(case, values=tuple(values))


def _simpler_than(cotangent: Array) -> Sequence[float]:
    """The numbers, other than zero, that are easier to read than a cotangent."""
    numbers = [number for number in _SIMPLE if number]
    if cotangent.size and _is_simple(cotangent) and cotangent.flat[0]:
        return numbers[: numbers.index(float(cotangent.flat[0]))]
    return numbers


def _is_simple(value: Array) -> bool:
    first = value.ravel()[0]
    return bool((value == first).all()) and float(first) in _SIMPLE
