from dataclasses import replace

import numpy as np

from tests.output.runs import CASE, FINDING, WITNESSES, blamed, discrepancy, witness
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.output.html.pictures.graph import Picture, picture_of
from zenverify.output.html.pictures.neighbourhood import neighbourhood
from zenverify.verification.evidence import Evidence
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


def lines(drawing: Picture) -> list[tuple[str, ...]]:
    return [tuple(line.text for line in box.lines) for box in drawing.boxes]


def test_boxes_show_values_or_shapes() -> None:
    assert lines(picture_of(discrepancy(CASE, FINDING))) == [
        ("0.75",),
        ("2",),
        ("scalar",),
        ("scalar",),
        ("scalar",),
    ]
    assert lines(picture_of(discrepancy(chain(1), blamed(1, "tanh", 0))))[1] == ("2 \u00d7 3",)


def test_boxes_show_the_pass_and_what_is_wrong_in_it() -> None:
    wrong = replace(witness(0), verdict=Verdict.ENGINE_WRONG, engine=0.5)
    evidence = Evidence(
        values=tuple(map(np.array, (0.75, 2.0, 0.5625, 1.125, 0.8093))),
        gradients={0: np.array(0.5), 2: np.array(0.6), 3: np.array(0.3), 4: np.array(1.0)},
        nodes=(wrong,),
        spare=frozenset({1}),
    )
    drawing = picture_of(discrepancy(CASE, FINDING, WITNESSES), evidence)
    assert lines(drawing) == [
        ("0.75", "gradient 0.5", "should be 0.25"),
        ("2",),
        ("0.5625", "gradient 0.6"),
        ("1.125", "gradient 0.3"),
        ("0.8093", "gradient 1"),
    ]
    assert [line.is_wrong for line in drawing.boxes[0].lines] == [False, True, False]
    assert drawing.boxes[1].role == "spare"


def test_a_small_graph_is_drawn_whole() -> None:
    drawing = picture_of(discrepancy(chain(9), blamed(3, "tanh", 0)))
    assert drawing.drawn == drawing.nodes == 10


def test_of_a_tall_graph_the_culprits_neighbourhood_is_drawn() -> None:
    drawing = picture_of(discrepancy(chain(200), blamed(100, "tanh", 0)))
    assert (drawing.drawn, drawing.nodes) == (12, 201)
    assert "v100 · tanh" in [box.title for box in drawing.boxes]


def test_the_neighbourhood_is_what_is_nearest() -> None:
    assert neighbourhood(chain(20).graph, 10, limit=5) == (8, 9, 10, 11, 12)
    assert neighbourhood(chain(20).graph, 0, limit=3) == (0, 1, 2)
