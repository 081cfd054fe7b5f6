"""How a campaign calls operations by themselves: every kind of constant, sums over many."""

import random
from collections import Counter

import pytest

from zenverify.graph.constants import CONSTANT_KINDS, Constant
from zenverify.graph.graph import Leaf, LeafKind
from zenverify.graph.structure import Dtypes
from zenverify.graph.sweep import draw_way, ways_of
from zenverify.operators import catalogue

BINARY = [
    operator.name
    for operator in catalogue.all_operators()
    if operator.kernel is not None and len(operator.arguments) == 2
]
SEQUENCES = ["matmul", "conv2d", "stack", "concatenate"]


def leaf_kinds(name: str) -> Counter[tuple[int, LeafKind]]:
    """How often the leaves of each kind are an operand, in all graphs drawn."""
    operator, draw = catalogue.get(name), random.Random(0).randrange
    found: Counter[tuple[int, LeafKind]] = Counter()
    for way in ways_of(operator):
        graph = draw_way(draw, operator, way).graph
        operands = graph.apply(graph.root).operands
        assert any(graph.trainable[operand] for operand in operands)
        for argument, operand in enumerate(operands):
            leaf = graph.nodes[operand]
            assert isinstance(leaf, Leaf)
            found[argument, leaf.kind] += 1
    return found


@pytest.mark.parametrize("name", [*BINARY, "where"])
def test_every_kind_of_constant_is_on_either_side(name: str) -> None:
    found = leaf_kinds(name)
    for kind in CONSTANT_KINDS:
        assert found[0, kind] >= 4
        assert found[1, kind] >= 4


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_takes_no_scalars_gets_tensors_and_arrays(name: str) -> None:
    found = leaf_kinds(name)
    for kind in (LeafKind.CONSTANT, LeafKind.ARRAY):
        assert found[0, kind] >= 4
        assert found[1, kind] >= 2
    assert not any(kind is LeafKind.NUMBER for _, kind in found)


@pytest.mark.parametrize("name", BINARY)
def test_numbers_meet_several_shapes_on_either_side(name: str) -> None:
    ways = ways_of(catalogue.get(name))
    for side in (0, 1):
        number = Constant(side, LeafKind.NUMBER)
        shapes = {way.instance.shapes[1 - side] for way in ways if way.constant == number}
        assert len(shapes) >= 4


@pytest.mark.parametrize("name", ["sum", "mean", "matmul"])
@pytest.mark.parametrize("dtypes", [Dtypes.FLOAT64, Dtypes.FLOAT32])
def test_many_elements_are_summed_in_both_precisions(name: str, dtypes: Dtypes) -> None:
    operator, draw = catalogue.get(name), random.Random(0).randrange
    wide = [
        draw_way(draw, operator, way).graph for way in ways_of(operator) if way.dtypes is dtypes
    ]
    assert len(wide) == 2
    for graph in wide:
        assert 100 <= max(graph.sizes) <= 200
        assert graph.dtypes[graph.root] == dtypes


def test_the_ways_are_always_the_same() -> None:
    operator = catalogue.get("divide")
    assert ways_of(operator) == ways_of.__wrapped__(operator)


def test_no_operator_crowds_out_the_others() -> None:
    assert max(len(ways_of(operator)) for operator in catalogue.all_operators()) < 300
