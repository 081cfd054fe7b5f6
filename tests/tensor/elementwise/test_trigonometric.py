"""Trigonometric functions where their rules need care."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flint import arb

import zenverify.tensor as zt
from zenverify.operators.balls.arithmetic import precision
from zenverify.tensor import Tensor

inf, nan, pi = np.inf, np.nan, np.pi


@pytest.mark.parametrize("function, sign", [(zt.arcsin, 1), (zt.arccos, -1)])
def test_next_to_the_edge_the_slope_keeps_its_digits(
    function: Callable[[Tensor], Tensor], sign: int
) -> None:
    for side in (1.0, -1.0):
        x = Tensor([side * (1 - 2.0**-52), side, side * 1.5])
        function(x).get_gradients()
        with precision(200):
            truth = float(1 / (1 - (1 - arb(2) ** -52) ** 2).sqrt())
        np.testing.assert_allclose(x.gradient[0], sign * truth, rtol=1e-15)
        np.testing.assert_array_equal(x.gradient[1:], [sign * inf, nan])


@pytest.mark.parametrize(
    "y, x, value, by_y, by_x",
    [
        (0.0, 1.0, 0.0, 1.0, 0.0),
        (0.0, -1.0, pi, -1.0, 0.0),
        (-0.0, -1.0, -pi, -1.0, 0.0),
        (1.0, 0.0, pi / 2, 0.0, -1.0),
        (-2.0, 0.0, -pi / 2, 0.0, 0.5),
        (1.0, -1.0, 3 * pi / 4, -0.5, -0.5),
        (3e200, 4e200, np.arctan(0.75), 1.6e-201, -1.2e-201),
        (3e-200, 4e-200, np.arctan(0.75), 1.6e199, -1.2e199),
        (0.0, 0.0, 0.0, nan, nan),
        (0.0, -0.0, pi, nan, nan),
    ],
)
def test_arctan2(y: float, x: float, value: float, by_y: float, by_x: float) -> None:
    a, b = Tensor(y), Tensor(x)
    result = zt.arctan2(a, b)
    result.get_gradients()
    np.testing.assert_allclose(result.value, value, rtol=1e-15)
    np.testing.assert_allclose(a.gradient, by_y, rtol=1e-14)
    np.testing.assert_allclose(b.gradient, by_x, rtol=1e-14)


def test_the_slope_of_the_arctangent_far_out() -> None:
    x = Tensor([1e100, -1e200, inf])
    zt.arctan(x).get_gradients()
    np.testing.assert_allclose(x.gradient, [1e-200, 0.0, 0.0], rtol=1e-15)


def test_sinc_is_that_of_numpy() -> None:
    x = np.random.default_rng(0).uniform(-20, 20, (50,))
    np.testing.assert_allclose(zt.sinc(x).value, np.sinc(x), rtol=0, atol=1e-15)


def test_sinc_at_zero_at_integers_and_beyond() -> None:
    x = Tensor([0.0, -0.0, 1.0, -7.0, 1e30, 0.5, inf, nan])
    result = zt.sinc(x)
    result.get_gradients()
    np.testing.assert_array_equal(result.value, [1, 1, 0, 0, 0, 2 / pi, nan, nan])
    np.testing.assert_allclose(x.gradient, [0, 0, -1, 1 / 7, 1e-30, -4 / pi, nan, nan], rtol=1e-15)


def bits_lost(number: float, truth: arb) -> float:
    return abs(number / float(truth) - 1) * 2.0**53


@pytest.mark.parametrize(
    "x", [5e-324, 1e-300, 1e-30, 1e-8, 1e-3, 0.1, 0.25, 0.49, 0.5, 0.51, 0.9, 3.3, -0.2, -77.7]
)
def test_the_slope_of_sinc_keeps_its_digits(x: float) -> None:
    tensor = Tensor(x)
    zt.sinc(tensor).get_gradients()
    with precision(5000):
        z = arb.pi() * arb(x)
        truth = (z.cos() - z.sin() / z) / arb(x)
    assert bits_lost(tensor.gradient.item(), truth) < 6 or abs(x) < 1e-307
    assert tensor.gradient == pytest.approx(float(truth), rel=1e-15, abs=1e-322)


def test_sinc_in_single_precision() -> None:
    x = np.linspace(-3, 3, 61).astype(np.float32)
    narrow, wide = Tensor(x), Tensor(x.astype(np.float64))
    for tensor in (narrow, wide):
        zt.sinc(tensor).get_gradients()
    np.testing.assert_allclose(narrow.gradient, wide.gradient, rtol=1e-5, atol=3e-7)
