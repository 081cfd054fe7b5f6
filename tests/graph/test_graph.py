"""Graphs: typechecked on every build, and what is read off them."""

from dataclasses import replace

import pytest

from zenverify.errors import GraphError
from zenverify.graph.graph import Apply, Graph, GraphBuilder, Leaf, LeafKind
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes

X = Leaf(LeafKind.VARIABLE, (2,))


def where_given(node: int) -> Apply:
    """Of nodes 0 and 1, by a condition that another node gives."""
    return Apply("where", (0, 1), (), (("condition", node),))


@pytest.mark.parametrize(
    "nodes, message",
    [
        ((), "a graph needs at least one node"),
        ((X, Apply("tanh", (1,))), r"node 1 \(tanh\): operand 1 does not come before it"),
        ((X, Apply("tanh", (-1,))), r"node 1 \(tanh\): operand -1 does not come before it"),
        ((X, Apply("add", (0,))), "node 1: add: expected 2 operands, got 1"),
        (
            (X, Leaf(LeafKind.ARRAY, (3,)), Apply("add", (0, 1))),
            r"node 2: add of shapes \(2,\), \(3,\): shape mismatch",
        ),
        ((X, Apply("sum", (0,))), "node 1: sum: attributes are axis, keepdims"),
        (
            (Leaf(LeafKind.VARIABLE, (), "float16"),),
            "node 0: dtype 'float16' is none of float64, float32, int64, bool",
        ),
        (
            (Leaf(LeafKind.VARIABLE, (), "int64"),),
            "node 0: a variable of int64 has no gradient",
        ),
        (
            (Leaf(LeafKind.NUMBER, (), "bool"),),
            "node 0: a number is of float64, float32 or int64, not of bool",
        ),
        (
            (X, Leaf(LeafKind.ARRAY, (2,), "bool"), Apply("add", (0, 1))),
            r"node 2 \(add\): operand 1 is of bool; expected numbers",
        ),
        (
            (X, Leaf(LeafKind.ARRAY, (2,), "int64"), Apply("power", (0, 1))),
            r"node 2 \(power\): operand 1 is of int64; expected floats, or a single number",
        ),
        (
            (X, X, Leaf(LeafKind.ARRAY, (2,), "int64"), where_given(2)),
            r"node 3 \(where\): condition is given by node 2, of int64; expected bool",
        ),
        (
            (X, X, Leaf(LeafKind.ARRAY, (3,), "bool"), where_given(2)),
            r"node 3: where of shapes \(2,\), \(2,\): shape mismatch",
        ),
        ((X, X, where_given(3)), r"node 2 \(where\): operand 3 does not come before it"),
        (
            (X, Leaf(LeafKind.ARRAY, (), "int64"), Apply("sum", (0,), (), (("axis", 1),))),
            r"node 2 \(sum\): axis is nothing that a node can give",
        ),
        (
            (X, Leaf(LeafKind.ARRAY, (2,), "int64"), Apply("repeat", (0,), (), (("repeats", 1),))),
            r"node 2 \(repeat\): repeats is nothing that a node can give",
        ),
        ((Leaf(LeafKind.VARIABLE, (2, -1)),), r"node 0: negative size in shape \(2, -1\)"),
        ((Leaf(LeafKind.NUMBER, (1,)),), r"node 0: a number has the shape \(\), not \(1,\)"),
    ],
)
def test_a_graph_that_does_not_typecheck_is_told_why(
    nodes: tuple[Leaf | Apply, ...], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        Graph(nodes)


def test_an_operator_that_the_catalogue_does_not_hold_is_told_at_once() -> None:
    with pytest.raises(GraphError, match="no operator 'softmx'; did you mean 'softmax'"):
        Apply("softmx", (0,))


def test_a_node_holds_its_operator_and_no_name_to_be_looked_up() -> None:
    tanh = catalogue.get("tanh")
    assert Apply("tanh", (0,)) == Apply(tanh, (0,))
    own = replace(tanh, name="exp")  # the catalogue's of that name is another
    graph = Graph((X, Apply(own, (0,))))
    assert graph.apply(1).declared is own
    assert graph.operator_of(1) == "exp"
    assert graph.programs[1] is own.program([(2,)], ())
    assert graph.apply(1) != Apply("exp", (0,))


def diamond() -> Graph:
    """``sum(x * c + x)`` beside an operation that the root does not need."""
    build = GraphBuilder()
    x = build.variable((2, 1))
    c = build.leaf(LeafKind.CONSTANT, (3,))
    product = build.apply("multiply", x, c)
    build.apply("exp", c)
    total = build.apply("add", product, x)
    build.apply("sum", total, axis=1, keepdims=False)
    return build.graph()


def test_shapes_follow_from_the_operators() -> None:
    graph = diamond()
    assert graph.shapes == ((2, 1), (3,), (2, 3), (3,), (2, 3), (2,))
    assert graph.sizes == (2, 3, 6, 3, 6, 2)
    assert graph.root == 5
    assert graph.leaves == (0, 1)
    assert graph.operations == (2, 3, 4, 5)


def test_who_uses_whom() -> None:
    graph = diamond()
    assert graph.consumers == (((2, 0), (4, 1)), ((2, 1), (3, 0)), ((4, 0),), (), ((5, 0),), ())
    assert graph.reaches_root == (True, True, True, False, True, True)
    assert graph.trainable == (True, False, True, False, True, True)
    assert graph.operators == {"multiply", "exp", "add", "sum"}
    assert [call.operator for call in graph.calls] == ["multiply", "exp", "add", "sum"]
    assert [call.trainable for call in graph.calls] == [True, False, True, True]


def test_what_can_kink_is_known() -> None:
    build = GraphBuilder()
    x = build.apply("exp", build.apply("relu", build.variable()))
    build.apply("maximum", x, x)
    assert build.graph().kinking == (1, 3)


@pytest.mark.parametrize(
    "kinds, dtypes, expected",
    [
        (("variable", "variable"), ("float32", "float32"), "float32"),
        (("variable", "variable"), ("float32", "float64"), "float64"),
        (("variable", "number"), ("float32", "float64"), "float32"),
        (("array", "variable"), ("float64", "float32"), "float64"),
    ],
)
def test_dtypes_are_promoted_as_in_numpy_2(
    kinds: tuple[str, str], dtypes: tuple[str, str], expected: str
) -> None:
    build = GraphBuilder()
    left, right = (
        build.leaf(LeafKind(kind), (), dtype) for kind, dtype in zip(kinds, dtypes, strict=True)
    )
    build.apply("add", left, right)
    assert build.graph().dtypes[-1] == expected
    assert build.graph().numpy_dtypes[-1].name == expected


def test_attributes_are_thawed_anew_for_each_call() -> None:
    build = GraphBuilder()
    x = build.variable((2,))
    build.apply("index", x, key=([1, 0],))
    build.apply("sum", x, axis=None, keepdims=True)
    graph = build.graph()
    for position in graph.operations:
        first = graph.attributes(position)
        first.clear()
        assert graph.attributes(position)


def test_a_leaf_is_no_operation() -> None:
    graph = diamond()
    assert graph.apply(5) == Apply("sum", (4,), freeze_attributes({"axis": 1, "keepdims": False}))
    with pytest.raises(TypeError, match="node 0 is a leaf"):
        graph.apply(0)
    assert graph.operator_of(0) == "variable"
    assert graph.operator_of(5) == "sum"


def two_roots() -> Graph:
    """``sum(x)`` and ``tanh(exp(x))``, and the negative of a constant beside them."""
    build = GraphBuilder()
    x = build.variable((2,))
    build.apply("negative", build.leaf(LeafKind.CONSTANT))
    total = build.apply("sum", x, axis=None, keepdims=False)
    build.apply("tanh", build.apply("exp", x))
    return build.graph(total)


def test_every_root_is_reached() -> None:
    graph = two_roots()
    assert graph.roots == (3, 5)
    assert graph.reaches_root == (True, False, False, True, True, True)


@pytest.mark.parametrize(
    "roots, message",
    [
        ((0,), "root 0: expected an operation before the last node"),
        ((5,), "root 5: expected an operation before the last node"),
        ((-1,), "root -1: expected an operation before the last node"),
        ((4, 3), r"roots \(4, 3\) are not in order, or one is there twice"),
        ((3, 3), r"roots \(3, 3\) are not in order, or one is there twice"),
    ],
)
def test_roots_that_are_none(roots: tuple[int, ...], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        Graph(two_roots().nodes, roots)


def test_what_a_node_gives_stands_among_the_attributes_once_it_is_known() -> None:
    graph = Graph((X, X, Leaf(LeafKind.ARRAY, (2,), "bool"), where_given(2)))
    assert graph.attributes(3)["condition"].tolist() == [False, False]
    bound = graph.bound({2: [True, False]})
    assert bound.attributes(3)["condition"].tolist() == [True, False]
    assert bound.apply(3).given == graph.apply(3).given
    assert graph.bound({}) == graph
    assert diamond().bound({2: [True]}) == diamond()
    assert bound.consumers[2] == ()
    assert bound.apply(3).uses == (0, 1, 2)
