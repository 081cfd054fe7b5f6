"""Errors over the domain, drawn: everything inside the frame, marks where there is room."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from zenverify.accuracy.record import Accuracy, Dot
from zenverify.output.html.pictures.plot import Plot, plot


def accuracy(*dots: tuple[float, float], dtype: str = "float64") -> Accuracy:
    made = tuple(Dot(at, ulp) for at, ulp in dots)
    return Accuracy("tanh", "value", None, dtype, len(dots), dots=made)


def drawn(*accuracies: Accuracy) -> Plot:
    found = plot("value", accuracies)
    assert found is not None
    return found


def test_without_dots_there_is_no_plot() -> None:
    assert plot("value", [accuracy()]) is None


@pytest.mark.parametrize("worst", [0.0, 0.5, 3.0, 31.0, 1e6, math.inf])
def test_every_dot_lies_in_the_frame(worst: float) -> None:
    made = drawn(accuracy((-1e300, 0.0), (-1.0, worst), (0.0, 0.1), (1e-300, 0.2), (1e300, worst)))
    (series,) = made.series
    for x, y in series.dots:
        assert made.left <= x <= made.right
        assert made.top <= y <= made.bottom
    assert (series.dots[0][0], series.dots[-1][0]) == (made.left, made.right)
    heights = {tick.text: tick.at for tick in made.up}
    assert heights["0"] == made.bottom
    assert min(heights.values()) >= made.top


def test_larger_is_higher_and_further_right() -> None:
    (series,) = drawn(accuracy(*[(float(i), float(i)) for i in range(9)])).series
    xs, ys = zip(*series.dots, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_marks_keep_apart_and_zero_is_marked_first() -> None:
    made = drawn(accuracy((-1e300, 0.0), (1e300, 1.0)))
    places = sorted(tick.at for tick in made.across)
    assert "0" in {tick.text for tick in made.across}
    assert all(after - before >= 40 for before, after in pairwise(places))


def test_one_point_is_a_plot_too() -> None:
    assert drawn(accuracy((2.0, 0.3))).series[0].dots


def test_each_dtype_is_a_series_with_its_running_median() -> None:
    wave = [(i / 10, 1 + math.sin(i)) for i in range(200)]
    made = drawn(accuracy(*wave), accuracy(*wave, dtype="float32"))
    assert [one.dtype for one in made.series] == ["float64", "float32"]
    assert 10 < len(made.series[0].line.split()) <= 25
