"""The logistic family where its rules need care."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

import zenverify.tensor as zt
from zenverify.operators.balls.arithmetic import precision
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


@pytest.mark.parametrize(
    "x, y, value, by_x",
    [
        (800.0, 800.0, 800 + np.log(2.0), 0.5),
        (-800.0, -800.0, np.log(2.0) - 800, 0.5),
        (800.0, -800.0, 800.0, 1.0),
        (-800.0, 800.0, 800.0, 0.0),
        (-20.0, 20.0, 20.0, np.exp(-40.0)),
        (-30.0, 0.0, np.exp(-30.0), np.exp(-30.0)),
        (1e10, 1e10, 1e10 + np.log(2.0), 0.5),
        (inf, 1.0, inf, 1.0),
        (-inf, 1.0, 1.0, 0.0),
        (-inf, -inf, -inf, 0.5),
        (inf, inf, inf, 0.5),
        (-inf, inf, inf, 0.0),
        (nan, 1.0, nan, nan),
    ],
)
def test_logaddexp(x: float, y: float, value: float, by_x: float) -> None:
    a, b = Tensor(x), Tensor(y)
    result = zt.logaddexp(a, b)
    result.get_gradients()
    np.testing.assert_allclose(result.value, value, rtol=1e-12)
    np.testing.assert_allclose(a.gradient, by_x, rtol=1e-12)
    np.testing.assert_allclose(b.gradient, 1 - by_x, rtol=1e-12)
    turned = zt.logaddexp(b, a)
    np.testing.assert_array_equal(turned.value, result.value)
    np.testing.assert_array_equal(turned.grad(a), a.gradient)


def test_logit_at_its_edges() -> None:
    x = Tensor([0.0, 1.0, 0.5, -0.1, 1.1, nan])
    result = zt.logit(x)
    result.get_gradients()
    np.testing.assert_array_equal(result.value, [-inf, inf, 0.0, nan, nan, nan])
    np.testing.assert_array_equal(x.gradient[:3], [inf, inf, 4.0])


def test_logit_inverts_the_sigmoid() -> None:
    x = np.linspace(-30, 10, 41)
    np.testing.assert_allclose(zt.logit(zt.sigmoid(x)).value, x, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(
    "x", [1e-300, 0.1, 0.25, 0.3, 0.5 - 1e-9, 0.5 + 2**-50, 0.7, 0.75, 0.9, 1 - 2**-53]
)
def test_logit_holds_its_digits(x: float) -> None:
    with precision(300):
        ball = arb(x)
        value, slope = (ball / (1 - ball)).log(), 1 / (ball * (1 - ball))
    tensor = Tensor(x)
    result = zt.logit(tensor)
    result.get_gradients()
    np.testing.assert_allclose(result.value, float(value), rtol=6e-16)
    np.testing.assert_allclose(tensor.gradient, float(slope), rtol=6e-16)
