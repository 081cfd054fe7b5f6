"""What an engine cannot do, and graphs cut to it."""

import random

import pytest

from zenverify.graph.drawing import single_structure
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.graph.limits import UNLIMITED, Limits, within
from zenverify.graph.structure import Dtypes, Structure
from zenverify.operators import catalogue
from zenverify.operators.operator import Instance

MIXED = GraphBuilder()
MIXED.apply("add", MIXED.variable((2,)), MIXED.variable((2,), "float32"))


def drawn(name: str, *shapes: tuple[int, ...], **attributes: object) -> Structure:
    draw = random.Random(1).randrange
    instance = Instance(shapes, attributes)
    return single_structure(draw, catalogue.get(name), instance, Dtypes.MIXED)


@pytest.mark.parametrize(
    "limits, excess",
    [
        (UNLIMITED, None),
        (Limits(dtypes=("float32",)), "float64"),
        (Limits(mixed=False), "mixed precision"),
        (Limits(arrays=False), "arrays"),
        (Limits(seeded=False, inner=False, repeated=False), None),
    ],
)
def test_what_is_beyond_the_limits_is_named(limits: Limits, excess: str | None) -> None:
    assert limits.excess(MIXED.graph()) == excess


def test_a_number_takes_the_precision_of_what_it_meets() -> None:
    build = GraphBuilder()
    build.apply("add", build.variable((2,), "float32"), build.leaf(LeafKind.NUMBER))
    assert Limits(dtypes=("float32",)).excess(build.graph()) is None


def test_a_graph_is_cut_to_one_precision() -> None:
    structure = drawn("add", (2,), (2,))
    assert within(UNLIMITED, structure) is structure
    for limits in (Limits(mixed=False), Limits(dtypes=("float32",))):
        cut = within(limits, structure)
        assert cut is not None
        assert len(set(cut.graph.dtypes)) == 1
        assert cut.graph.dtypes[0] in limits.dtypes


def test_a_graph_is_cut_to_numbers_where_it_can_be() -> None:
    limits = Limits(arrays=False)
    cut = within(limits, drawn("add", (2,), (2,)))
    assert cut is not None
    assert set(cut.graph.shapes) == {()}
    assert within(limits, drawn("matmul", (2, 2), (2, 2))) is None
