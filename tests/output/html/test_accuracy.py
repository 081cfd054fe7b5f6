"""A run's accuracy as a picture: the largest errors first, and who is wrong besides."""

from dataclasses import replace

from tests.output.html.test_render import Outline
from tests.output.runs import AGREED, FINISHED, STARTED, WHOLE_RUN, model_of
from zenverify.oracles.enclosure import THRESHOLD
from zenverify.output.html.accuracy import WIDTH, Bar, accuracy_picture
from zenverify.output.html.render import render


def test_the_largest_errors_come_first_and_point_to_the_cause() -> None:
    picture = accuracy_picture(model_of(*WHOLE_RUN))
    assert picture is not None
    multiply, tanh = picture.shown
    assert (multiply.operator, multiply.value, multiply.cause) == ("multiply", None, None)
    assert multiply.gradient == Bar(WIDTH, "12")
    assert tanh.cause == 1
    assert tanh.value == Bar(round(WIDTH * 0.5 / 12, 1), "0.5")
    assert picture.limit == round(WIDTH * THRESHOLD / 12, 1)


def test_small_errors_are_drawn_against_what_is_allowed() -> None:
    small = replace(AGREED, accuracy=(("tanh", "value", 0.5),))
    picture = accuracy_picture(model_of(STARTED, small, FINISHED))
    assert picture is not None
    assert picture.limit == WIDTH
    (row,) = picture.shown
    assert row.value == Bar(round(WIDTH * 0.5 / THRESHOLD, 1), "0.5")


def test_of_many_operations_the_worst_are_shown_unasked() -> None:
    many = replace(AGREED, accuracy=tuple((f"f{n}", "value", n / 10) for n in range(40)))
    picture = accuracy_picture(model_of(STARTED, many, FINISHED))
    assert picture is not None
    assert [row.operator for row in picture.shown[:2]] == ["f39", "f38"]
    assert len(picture.shown) + len(picture.further) == 40
    outline = Outline(render(model_of(STARTED, many, FINISHED)))
    assert outline.count("rect") >= 40
    assert "28 more, that are off by less" in outline.text


def test_where_nothing_was_measured_there_is_no_picture() -> None:
    nothing = replace(AGREED, accuracy=())
    assert accuracy_picture(model_of(STARTED, nothing, FINISHED)) is None
    assert "Accuracy" not in Outline(render(model_of(STARTED, nothing, FINISHED))).text
