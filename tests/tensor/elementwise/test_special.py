"""The error function and the gamma function's kin against ball arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from flint import arb

import zenverify.tensor as zt
from zenverify.operators.balls import arithmetic as balls
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.tensor import Tensor
from zenverify.tensor.elementwise import gamma

inf, nan = np.inf, np.nan
EULER = 0.5772156649015329


def slopes(function: Callable[[Tensor], Tensor], at: object) -> np.ndarray:
    x = Tensor(np.array(at))
    function(x).get_gradients()
    return x.gradient


def units(number: float, truth: Ball, scale: float = 0.0) -> float:
    """How far a number is off, in units of the last place of the truth or of a larger scale."""
    with precision(300):
        return float(abs(arb(number) - truth)) / max(abs(float(truth)), scale) * 2.0**53


def test_erf_and_its_complement() -> None:
    x = np.array([0.0, 1e-300, 0.5, -2.0, 26.0, 30.0, inf, -inf, nan])
    np.testing.assert_array_equal(zt.erf(x).value, [math.erf(number) for number in x])
    np.testing.assert_array_equal(zt.erfc(x).value, [math.erfc(number) for number in x])


@pytest.mark.parametrize("x", [0.0, -1e-10, 0.7, -3.3, 10.1, 20.77, -26.3])
def test_the_slope_of_erf_keeps_its_digits_far_out(x: float) -> None:
    with precision(300):
        truth = 2 * (-(arb(x) ** 2)).exp() / arb.pi().sqrt()
    assert units(slopes(zt.erf, x).item(), truth) < 4
    assert units(-slopes(zt.erfc, x).item(), truth) < 4
    single = slopes(zt.erf, np.float32(x))
    assert single.dtype == np.float32


def test_the_slope_of_erf_beyond_the_floats() -> None:
    far = [40.0, -1e10, 1e300, inf, -inf, nan]
    np.testing.assert_array_equal(slopes(zt.erf, far), [0, 0, 0, 0, 0, nan])


def test_gammaln_at_poles_and_far_out() -> None:
    x = np.array([0.0, -0.0, -3.0, 1.0, 2.0, -0.5, 1e306, inf, -inf, nan])
    np.testing.assert_array_equal(
        zt.gammaln(x).value, [inf, inf, inf, 0, 0, math.lgamma(-0.5), inf, inf, inf, nan]
    )
    assert zt.gammaln(np.float32(1e38)).value == inf


def test_digamma_at_poles_and_at_its_ends() -> None:
    x = [0.0, -0.0, -1.0, -1e17, inf, -inf, nan]
    expected = [-inf, inf, nan, nan, inf, nan, nan]
    np.testing.assert_array_equal(zt.digamma(x).value, expected)
    np.testing.assert_array_equal(slopes(zt.gammaln, x), expected)
    np.testing.assert_array_equal(slopes(zt.digamma, x), [inf, inf, inf, inf, 0, nan, nan])


@pytest.mark.parametrize(
    "x, value, slope",
    [
        (1.0, -EULER, math.pi**2 / 6),
        (2.0, 1 - EULER, math.pi**2 / 6 - 1),
        (0.5, -EULER - 2 * math.log(2), math.pi**2 / 2),
        (-0.5, 2 - EULER - 2 * math.log(2), math.pi**2 / 2 + 4),
        (0.25, -EULER - math.pi / 2 - 3 * math.log(2), math.pi**2 + 8 * 0.915965594177219),
    ],
)
def test_known_values_of_digamma(x: float, value: float, slope: float) -> None:
    np.testing.assert_allclose(zt.digamma(x).value, value, rtol=1e-15, atol=2e-16)
    np.testing.assert_allclose(slopes(zt.digamma, x), slope, rtol=1e-15)
    np.testing.assert_allclose(slopes(zt.gammaln, x), value, rtol=1e-15, atol=2e-16)


def hard_points() -> np.ndarray:
    """Everywhere; next to integers and to the zero of digamma; far out."""
    draw = np.random.default_rng(0)
    whole = np.arange(1.0, 12.0)
    return np.concatenate(
        [
            draw.uniform(0, 15, 200),
            *(whole + step * 2.0**-50 for step in (-1, 0, 1)),
            2.999999999999999 + 2.0**-51 * np.arange(-3, 4),
            1 + draw.normal(size=20) * 1e-7,
            2 + draw.normal(size=20) * 1e-7,
            1.4616321449683622 + draw.normal(size=20) * 1e-9,
            10.0 ** draw.uniform(-300, 300, 50),
        ]
    )


@pytest.mark.parametrize(
    "function, truth, most",
    [
        (gamma.log_gamma, balls.loggamma, 16),
        (gamma.digamma, balls.digamma, 4),
        (gamma.trigamma, balls.trigamma, 4),
    ],
    ids=["log_gamma", "digamma", "trigamma"],
)
def test_a_few_units_in_the_last_place(
    function: Callable[[np.ndarray], np.ndarray], truth: Callable[[Ball], Ball], most: float
) -> None:
    points = hard_points()
    with np.errstate(all="ignore"):
        positive, negative = function(points), function(-points[:200])
    with precision(300):
        for x, number in zip(points.tolist(), positive.tolist(), strict=True):
            if math.isfinite(number):
                assert number == 0 == truth(arb(x)) or units(number, truth(arb(x))) < most, x
        for x, number in zip(points[:200].tolist(), negative.tolist(), strict=True):
            # The terms of the reflection may cancel.
            scale = abs(float(truth(1 + arb(x)))) + math.pi / abs(math.sin(math.pi * x))
            assert units(number, truth(arb(-x)), scale) < 2 * most, -x


def test_single_precision_is_computed_in_double() -> None:
    x = np.linspace(-3.3, 12.2, 40).astype(np.float32)
    for function in (zt.digamma, zt.gammaln, zt.erf, zt.erfc):
        wide = function(x.astype(np.float64)).value
        np.testing.assert_array_equal(function(x).value, wide.astype(np.float32), strict=True)
