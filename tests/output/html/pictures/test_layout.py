from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenverify.output.html.pictures.layout import BOX_HEIGHT, LAYER_GAP, layered_layout
from zenverify.output.html.pictures.skeleton import Edge

BOX_WIDTH = 110.0


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    """Draw a graph whose inner nodes have one to three operands, also the same one twice."""
    count = draw(st.integers(1, 25))
    edges = []
    for target in range(1, count):
        operands = draw(st.lists(st.integers(0, target - 1), max_size=3))
        edges += [Edge(source, target, argument) for argument, source in enumerate(operands)]
    return count, edges


@given(graphs())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_every_layout_keeps_its_promises(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    layout = layered_layout(count, edges, BOX_WIDTH)
    for edge in edges:
        assert layout.layers[edge.source] < layout.layers[edge.target]
    for (x, y), (other_x, other_y) in combinations(layout.centres, 2):
        assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= BOX_HEIGHT + LAYER_GAP
    for x, y in layout.centres:
        assert BOX_WIDTH / 2 <= x <= layout.width - BOX_WIDTH / 2
        assert BOX_HEIGHT / 2 <= y <= layout.height - BOX_HEIGHT / 2
    for edge, path in zip(edges, layout.paths, strict=True):
        assert all(upper[1] < lower[1] for upper, lower in pairwise(path))
        assert path[0][1] == layout.centres[edge.source][1] + BOX_HEIGHT / 2
        assert path[-1][1] == layout.centres[edge.target][1] - BOX_HEIGHT / 2
        for bend_x, bend_y in path[1:-1]:
            for x, y in layout.centres:
                assert bend_y != y or abs(bend_x - x) > BOX_WIDTH / 2


def test_arguments_arrive_in_order_from_left_to_right() -> None:
    edges = [Edge(0, 2, 0), Edge(1, 2, 1), Edge(0, 2, 2)]
    ends = [path[-1][0] for path in layered_layout(3, edges, BOX_WIDTH).paths]
    assert ends == sorted(ends)
    assert len(set(ends)) == 3


def test_both_edges_of_a_repeated_operand_can_be_told_apart() -> None:
    first, second = layered_layout(2, [Edge(0, 1, 0), Edge(0, 1, 1)], BOX_WIDTH).paths
    assert first[0] != second[0]
    assert first[-1] != second[-1]


def test_a_chain_is_a_straight_line() -> None:
    layout = layered_layout(5, [Edge(i, i + 1, 0) for i in range(4)], BOX_WIDTH)
    assert len({x for x, _ in layout.centres}) == 1
    assert layout.layers == (0, 1, 2, 3, 4)


def test_a_leaf_stands_just_above_its_first_consumer() -> None:
    edges = [Edge(0, 1, 0), Edge(1, 2, 0), Edge(2, 4, 0), Edge(3, 4, 1)]
    assert layered_layout(5, edges, BOX_WIDTH).layers == (0, 1, 2, 2, 3)


def test_crossings_that_are_not_needed_are_avoided() -> None:
    edges = [Edge(0, 3, 0), Edge(1, 2, 0), Edge(2, 4, 0), Edge(3, 4, 1)]
    centres = layered_layout(5, edges, BOX_WIDTH).centres
    assert centres[2][0] < centres[3][0]
    assert centres[1][0] < centres[0][0]


def test_an_edge_must_point_forwards() -> None:
    with pytest.raises(ValueError, match="from 1 to 1 does not point forwards"):
        layered_layout(2, [Edge(1, 1, 0)], BOX_WIDTH)
    with pytest.raises(ValueError, match="from 0 to 2 does not point forwards"):
        layered_layout(2, [Edge(0, 2, 0)], BOX_WIDTH)


def test_nothing_cannot_be_laid_out() -> None:
    with pytest.raises(ValueError, match="at least one node"):
        layered_layout(0, [], BOX_WIDTH)
