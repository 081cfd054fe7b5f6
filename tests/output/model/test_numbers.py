import math

import pytest

from zenverify.output.model.numbers import counted, duration, enclosure, estimate, residual, units
from zenverify.verification.verdict import Interval


def test_counts_are_grouped_and_have_their_plural() -> None:
    assert counted(1, "graph") == "1 graph"
    assert counted(1200, "graph") == "1,200 graphs"
    assert counted(2, "discrepancy", "discrepancies") == "2 discrepancies"


@pytest.mark.parametrize(
    "seconds, text", [(0.44, "0.4 s"), (59.0, "59.0 s"), (125.2, "2 min 05 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    "answer, text",
    [
        (None, "—"),
        (Interval(math.nan, math.nan, reason="outside the domain"), "outside the domain"),
        (Interval(math.nan, math.nan), "—"),
        (Interval(0.25, 0.25, "0.250000000000000000001234"), "0.25000000000000000"),
        (Interval(1e-30, 1e-30, "1.00000000000000008333642e-30"), "1.0000000000000001e-30"),
        (Interval(-1.0, -1.0), "-1.0"),
        (Interval(0.0, 1.0, "0.5"), "[0.0, 1.0]"),
        (Interval(-math.inf, math.inf), "[-inf, inf]"),
        (Interval(math.inf, math.inf), "inf"),
    ],
)
def test_an_enclosure_shows_seventeen_digits_or_both_ends(answer: Interval, text: str) -> None:
    assert enclosure(answer, 0.5) == text


@pytest.mark.parametrize(
    "answer, text",
    [
        (None, "—"),
        (Interval(math.nan, math.nan, reason="kink"), "kink"),
        (Interval(math.nan, math.nan), "—"),
        (Interval(0.2499, 0.2501), "0.25 ± 1.0e-04"),
        (Interval(-1.0000000001, -0.9999999999), "-1 ± 1.0e-10"),
        (Interval(0.1, 0.1), "0.10000000000000001 ± 0.0e+00"),
        (Interval(-1e-9, 1e-9), "0 ± 1.0e-09"),
        (Interval(-1.0, 2.0), "0.5 ± 1.5e+00"),
        (Interval(-math.inf, 1.0), "[-inf, 1.0]"),
    ],
)
def test_an_estimate_shows_the_digits_it_has(answer: Interval, text: str) -> None:
    assert estimate(answer) == text


def test_the_largest_residual_is_none_where_none_was_measured() -> None:
    assert residual(2.746) == "2.75 units of u * S"
    assert residual(0.0) == "none measured"


def test_units() -> None:
    assert units(None) == "—"
    assert units(0.4404) == "0.44"
    assert units(4.5e15) == "4.5e+15"
