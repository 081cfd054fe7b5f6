"""The answers of the witnesses as intervals of floats."""

import math

import pytest
from flint import arb

from zenverify.oracles.difference import Estimate
from zenverify.verification.blame.intervals import error_in_ulp, interval_of, interval_of_estimate


@pytest.mark.parametrize(
    "number, dtype, expected",
    [
        (1.0, "float64", 0.0),
        (1 + 2.0**-51, "float64", 2.0),
        (1 + 2.0**-22, "float32", 2.0),
        (math.nan, "float64", None),
    ],
)
def test_errors_are_counted_in_units_in_the_last_place(
    number: float, dtype: str, expected: float | None
) -> None:
    assert error_in_ulp(number, arb(1), dtype) == expected


def test_there_is_no_error_without_a_truth() -> None:
    assert error_in_ulp(1.0, arb("nan"), "float64") is None
    assert error_in_ulp(1.0, arb(0, math.inf), "float64") is None


def test_an_interval_of_floats_holds_the_ball() -> None:
    third = arb(1) / 3
    interval = interval_of(third)
    assert arb(interval.low) < third < arb(interval.high)
    assert interval.decimal.startswith("0.33333333")
    exact = interval_of(arb(0.5))
    assert (exact.low, exact.high) == (0.5, 0.5)
    assert interval_of(arb("nan")).reason == "undefined"
    assert math.isnan(interval_of(arb("nan")).low)


def test_an_interval_of_an_estimate() -> None:
    interval = interval_of_estimate(Estimate(1.0, 0.25, "rounding noise"))
    assert (interval.low, interval.high, interval.reason) == (0.75, 1.25, "rounding noise")
    unknown = interval_of_estimate(Estimate(math.nan, math.inf, "a kink"))
    assert math.isnan(unknown.low)
    assert unknown.reason == "a kink"
