from dataclasses import replace

import numpy as np

from tests.output.runs import CASE, FINDING, WITNESSES, blamed, discrepancy, witness
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.output.html.pictures.graph import picture_of
from zenverify.output.html.pictures.neighbourhood import neighbourhood
from zenverify.verification.verdict import Verdict


def chain(length: int) -> Case:
    build = GraphBuilder()
    last = build.variable((2, 3))
    for _ in range(length):
        last = build.apply("tanh", last)
    return Case(build.graph(), (np.ones((2, 3)),), np.ones((2, 3)))


def test_the_culprit_its_victims_and_the_rest_are_told_apart() -> None:
    drawing = picture_of(discrepancy(CASE, FINDING, WITNESSES))
    roles = {box.title: box.role for box in drawing.boxes}
    assert roles == {
        "v0 · variable": "polluted",
        "v1 · number": "constant",
        "v2 · multiply": "polluted",
        "v3 · multiply": "polluted",
        "v4 · tanh": "culprit",
    }


def test_an_unreliable_difference_pollutes_nothing() -> None:
    drawing = picture_of(discrepancy(CASE, FINDING, [witness(0, Verdict.DIFFERENCE_UNRELIABLE)]))
    assert drawing.boxes[0].role == "plain"


def test_the_blamed_argument_is_the_only_marked_edge() -> None:
    drawing = picture_of(discrepancy(CASE, blamed(3, "multiply", 1)))
    marked = [curve for curve in drawing.curves if curve.is_culprit]
    assert [curve.label for curve in marked] == ["1"]


def test_argument_positions_are_shown_where_there_are_several() -> None:
    drawing = picture_of(discrepancy(CASE, FINDING))
    assert [curve.label for curve in drawing.curves] == ["0", "1", "0", "1", ""]


def test_boxes_show_values_or_shapes() -> None:
    value = replace(witness(4), quantity="value", engine=0.8093)
    drawing = picture_of(discrepancy(CASE, FINDING, [value]))
    assert [box.subtitle for box in drawing.boxes] == ["0.75", "2", "scalar", "scalar", "0.8093"]
    assert picture_of(discrepancy(chain(1), blamed(1, "tanh", 0))).boxes[1].subtitle == "2 \u00d7 3"


def test_a_small_graph_is_drawn_whole() -> None:
    drawing = picture_of(discrepancy(chain(59), blamed(30, "tanh", 0)))
    assert drawing.drawn == drawing.nodes == 60


def test_of_a_large_graph_the_culprits_neighbourhood_is_drawn() -> None:
    drawing = picture_of(discrepancy(chain(200), blamed(100, "tanh", 0)))
    assert (drawing.drawn, drawing.nodes) == (60, 201)
    assert "v100 · tanh" in [box.title for box in drawing.boxes]


def test_the_neighbourhood_is_what_is_nearest() -> None:
    assert neighbourhood(chain(20).graph, 10, limit=5) == (8, 9, 10, 11, 12)
    assert neighbourhood(chain(20).graph, 0, limit=3) == (0, 1, 2)
