"""Drawn graphs: valid, shrinkable, and of every kind that engines get wrong."""

import random
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from zenverify import strategies
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError
from zenverify.graph.case import Case
from zenverify.graph.constants import Constant
from zenverify.graph.drawing import (
    MAX_ELEMENTS,
    draw_chain,
    draw_structure,
    instances_of,
    single_structure,
)
from zenverify.graph.filling import FILLINGS, Filling, fill
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.structure import DTYPE_ODDS, Dtypes, Structure, plan_for
from zenverify.operators import catalogue
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Instance, Operator
from zenverify.verification import trace

relaxed = settings(
    max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@relaxed
@given(strategies.structures(max_operations=15))
def test_the_roots_depend_on_everything(structure: Structure) -> None:
    graph = structure.graph
    used = {node for one in graph.nodes if isinstance(one, Apply) for node in one.uses}
    assert used | set(graph.roots) == set(range(len(graph.nodes)))
    assert all(graph.trainable[root] for root in graph.roots)
    assert len(structure.plans) == len(graph.leaves)
    assert Graph(graph.nodes, graph.further_roots) == graph


@relaxed
@given(strategies.structures(max_operations=10), st.integers(0, 9))
def test_ordinary_values_lie_inside_every_domain(structure: Structure, seed: int) -> None:
    case = fill(structure, Filling.ORDINARY, seed)
    for value in trace.forward(ZenEngine(), case).values:
        assert np.isfinite(value).all()


@pytest.mark.parametrize("operator", catalogue.all_operators(), ids=lambda one: str(one.name))
def test_every_call_has_a_value_where_its_operands_are_ordinary(operator: Operator) -> None:
    draw = random.Random(1)
    for instance in instances_of(operator):
        structure = single_structure(draw.randrange, operator, instance, Dtypes.FLOAT64)
        case = fill(structure, Filling.ORDINARY, draw.getrandbits(32))
        for value in trace.forward(ZenEngine(), case).values:
            assert np.isfinite(value).all()


def test_a_failing_graph_shrinks() -> None:
    # Where a search sets out depends on the modules at hand, whose numbers Hypothesis tries.
    cases = [
        find(
            strategies.cases(max_operations=6),
            lambda case: "tanh" in case.graph.operators,
            settings=settings(relaxed, max_examples=2000),
            random=random.Random(seed),
        )
        for seed in range(3)
    ]
    case = min(cases, key=lambda case: len(case.graph.nodes))
    assert len(case.graph.operations) == 1
    assert case.graph.sizes == (1, 1)


@relaxed
@given(strategies.structures(operators=["add", "exp", "sum"], max_operations=4))
def test_only_the_operators_asked_for_are_drawn(structure: Structure) -> None:
    assert structure.graph.operators <= {"add", "exp", "sum"}


def test_an_operator_that_does_not_exist_is_named() -> None:
    with pytest.raises(GraphError, match="no operator 'expp'; did you mean 'exp'"):
        find(strategies.structures(operators=["expp"]), lambda _: True)


@relaxed
@given(strategies.cases(fillings=[Filling.INTEGERS], max_operations=3))
def test_only_the_fillings_asked_for_are_drawn(case: Case) -> None:
    assert (case.cotangent == 1).all()


def many_structures(count: int = 2000) -> list[Structure]:
    draw = random.Random(5)
    operators = [*catalogue.all_operators(), *catalogue.decisions()]
    return [
        draw_structure(draw.randrange, operators, 1 + n % 10, DTYPE_ODDS[n % 4])
        for n in range(count)
    ]


STRUCTURES = many_structures()


def test_several_roots_are_drawn_over_shared_nodes_and_one_behind_another() -> None:
    graphs = [s.graph for s in STRUCTURES if s.graph.further_roots]
    assert len(graphs) > 100
    assert any(len(graph.roots) == 3 for graph in graphs)
    used = [any(graph.consumers[root] for root in graph.further_roots) for graph in graphs]
    assert sum(used) > 20
    shared = [set.intersection(*(before(graph, root) for root in graph.roots)) for graph in graphs]
    assert sum(map(bool, shared)) > 20


def before(graph: Graph, root: int) -> set[int]:
    """The nodes that a root depends on."""
    reached = Graph(graph.nodes[: root + 1]).reaches_root
    return {node for node, reaches in enumerate(reached) if reaches}


Holds = Callable[[Graph, Apply], bool]


def operands_of(graph: Graph, node: Apply) -> list[Leaf | Apply]:
    return [graph.nodes[operand] for operand in node.operands]


def has_constant(kind: LeafKind, place: int) -> Holds:
    def holds(graph: Graph, node: Apply) -> bool:
        operand = operands_of(graph, node)[-1 if place else 0]
        two = len(node.operands) == 2
        return two and isinstance(operand, Leaf) and operand.kind is kind

    return holds


def broadcasts(graph: Graph, node: Apply) -> bool:
    shapes = {graph.shapes[operand] for operand in node.operands}
    return catalogue.get(node.operator).kernel is not None and len(shapes) > 1


def both_sides_broadcast(graph: Graph, node: Apply) -> bool:
    shape = (
        np.broadcast_shapes(*(graph.shapes[o] for o in node.operands))
        if broadcasts(graph, node)
        else None
    )
    return shape is not None and all(graph.shapes[o] != shape for o in node.operands)


WANTED: dict[str, tuple[int, Holds]] = {
    "shared node": (200, lambda g, n: any(len(g.consumers[o]) > 1 for o in n.operands)),
    "the same operand twice": (30, lambda g, n: len(set(n.operands)) < len(n.operands)),
    "number on the left": (10, has_constant(LeafKind.NUMBER, 0)),
    "number on the right": (10, has_constant(LeafKind.NUMBER, 1)),
    "array on the left": (10, has_constant(LeafKind.ARRAY, 0)),
    "array on the right": (10, has_constant(LeafKind.ARRAY, 1)),
    "constant on the left": (10, has_constant(LeafKind.CONSTANT, 0)),
    "constant on the right": (10, has_constant(LeafKind.CONSTANT, 1)),
    "broadcast": (100, broadcasts),
    "both sides broadcast": (5, both_sides_broadcast),
    "float32": (100, lambda g, n: g.numpy_dtypes[g.nodes.index(n)] == np.float32),
    "zero-size": (15, lambda g, n: any(g.sizes[o] == 0 for o in n.operands)),
    "one element": (100, lambda g, n: any(g.sizes[o] == 1 for o in n.operands)),
    "size-1 axis": (200, lambda g, n: any(1 in g.shapes[o] for o in n.operands)),
    "scalar": (50, lambda g, n: any(g.shapes[o] == () for o in n.operands)),
    "square matrix": (30, lambda g, n: any(g.shapes[o] == (2, 2) for o in n.operands)),
    "three dimensions": (30, lambda g, n: any(len(g.shapes[o]) > 2 for o in n.operands)),
    "of a result": (200, lambda g, n: any(isinstance(o, Apply) for o in operands_of(g, n))),
}


@pytest.mark.parametrize("name", WANTED)
def test_what_engines_get_wrong_is_drawn_often(name: str) -> None:
    least, holds = WANTED[name]
    found = sum(holds(s.graph, s.graph.apply(p)) for s in STRUCTURES for p in s.graph.operations)
    assert found >= least


def test_every_operator_is_drawn() -> None:
    counts = Counter(s.graph.apply(p).operator for s in STRUCTURES for p in s.graph.operations)
    assert set(counts) == set(catalogue.names())
    assert min(counts.values()) >= 10


def test_nodes_stay_small() -> None:
    sizes = [size for s in STRUCTURES for size in s.graph.sizes]
    assert max(sizes) <= MAX_ELEMENTS**2  # a vector as long as that, by a square matrix
    assert sum(sizes) / len(sizes) < MAX_ELEMENTS / 2


def test_the_dtypes_asked_for_are_drawn() -> None:
    for number, structure in enumerate(STRUCTURES):
        dtypes = {
            leaf.dtype
            for leaf in map(structure.graph.nodes.__getitem__, structure.graph.leaves)
            if isinstance(leaf, Leaf) and leaf.kind is not LeafKind.NUMBER
        } - {"int64", "bool"}
        if number % 4 < 2:
            assert dtypes == {"float64"}
        elif number % 4 == 2:
            assert dtypes == {"float32"}


UNARY = [catalogue.get(name) for name in ("tanh", "exp", "log", "negative", "add", "sum")]


def test_a_chain_is_as_deep_as_asked_for() -> None:
    for seed in range(20):
        structure = draw_chain(random.Random(seed).randrange, UNARY, 30, Dtypes.MIXED)
        assert structure is not None
        graph = structure.graph
        assert len(graph.operations) == 30
        assert len(graph.leaves) == 1
        assert graph.operators <= {"tanh", "exp", "log", "negative"}
        values = trace.forward(ZenEngine(), fill(structure, Filling.ORDINARY, seed)).values
        assert all(np.isfinite(value).all() for value in values)


def test_a_chain_ends_where_no_operator_takes_what_it_has_come_to() -> None:
    structure = draw_chain(lambda count: 0, [catalogue.get("exp")], 30, Dtypes.FLOAT64)
    assert structure is not None
    assert len(structure.graph.operations) == 1


def test_there_is_no_chain_of_binary_operators() -> None:
    assert draw_chain(lambda count: 0, [catalogue.get("add")], 30, Dtypes.FLOAT64) is None


def test_one_operation_can_be_drawn_by_itself() -> None:
    operator = catalogue.get("matmul")
    instance = instances_of(operator)[0]
    structure = single_structure(random.Random(0).randrange, operator, instance, Dtypes.FLOAT64)
    assert len(structure.graph.operations) == 1
    assert instances_of(operator) == instances_of(operator)


@pytest.mark.parametrize(
    "domain, negative, low, high",
    [
        (Domain(), False, -2.0, 2.0),
        (Domain(low=0.0), False, 0.3, 2.0),
        (Domain(low=-1.0), False, -0.7, 2.0),
        (Domain(nonzero=True), False, 0.4, 2.0),
        (Domain(nonzero=True), True, -2.0, -0.4),
        (Domain(low=-1.0, high=1.0), False, -0.7, 0.7),
    ],
)
def test_ordinary_values_keep_away_from_edges(
    domain: Domain, negative: bool, low: float, high: float
) -> None:
    plan = plan_for(domain, negative=negative)
    assert (plan.low, plan.high) == pytest.approx((low, high))


def test_the_same_seed_gives_the_same_values() -> None:
    structure = STRUCTURES[9]
    for filling in FILLINGS:
        first, second = (fill(structure, filling, 3).to_json() for _ in range(2))
        assert first == second
        assert fill(structure, filling, 4).to_json() != first


def leaf_values(filling: Filling) -> np.ndarray:
    parts = [v.ravel() for s in STRUCTURES[:200] for v in fill(s, filling, 1).values]
    return np.concatenate(parts).astype(np.float64)


def test_each_filling_gives_what_it_is_for() -> None:
    edges = leaf_values(Filling.EDGES)
    assert (edges == 0).mean() > 0.1
    assert (np.signbit(edges) & (edges == 0)).any()
    integers = leaf_values(Filling.INTEGERS)
    assert (integers == np.round(integers * 2) / 2).mean() > 0.8
    assert (integers == 0).mean() > 0.1
    extreme = np.abs(leaf_values(Filling.EXTREME))
    assert (extreme > 1e6).mean() > 0.05
    assert ((extreme < 1e-6) & (extreme > 0)).mean() > 0.05
    assert ((extreme > 300) & (extreme < 900)).any()


def test_plain_numbers_are_of_every_sort() -> None:
    operator = catalogue.get("power")
    base = Constant(0, LeafKind.NUMBER)
    numbers = set()
    for seed in range(60):
        draw = random.Random(seed).randrange
        structure = single_structure(draw, operator, Instance(((), (2,))), Dtypes.FLOAT64, base)
        for filling in FILLINGS:
            numbers.add(float(fill(structure, filling, seed).values[0]))
    assert {0.0, 1.0, 2.0, -1.0, -2.0, 0.5} <= numbers


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("name, low", [("sqrt", 0.0), ("log1p", -1.0), ("log", 0.0)])
def test_no_filling_leaves_the_domain(filling: Filling, name: str, low: float) -> None:
    operator = catalogue.get(name)
    for instance in instances_of(operator):
        structure = single_structure(lambda count: 0, operator, instance, Dtypes.FLOAT64)
        for seed in range(5):
            assert (fill(structure, filling, seed).values[0] >= low).all()
