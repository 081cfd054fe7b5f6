"""Activation functions with kinks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor
from zenverify.tensor.elementwise import rectifiers

inf, nan = np.inf, np.nan

Function = Callable[..., Tensor]


@pytest.mark.parametrize(
    "function, at, value, slope",
    [
        (zt.elu, [-1.0, 0.0, 2.0], [math.expm1(-1), 0, 2], [math.exp(-1), 1, 1]),
        (zt.elu, [-1e-10, -800.0, 800.0], [math.expm1(-1e-10), -1, 800], [1 - 1e-10, 0, 1]),
        (lambda x: zt.elu(x, 3), [-1e-20, 0.0], [-3e-20, 0], [3, 2]),
        (lambda x: zt.elu(x, -1.0), [0.0, -inf, inf, nan], [0, 1, inf, nan], [0, 0, 1, nan]),
        (zt.leaky_relu, [-2.0, 0.0, 2.0, nan], [-0.02, 0, 2, nan], [0.01, 0.505, 1, nan]),
        (lambda x: zt.leaky_relu(x, 0), [-2.0, 0.0, 2.0], [0, 0, 2], [0, 0.5, 1]),
        (lambda x: zt.leaky_relu(x, 1), [-2.0, 0.0, 2.0], [-2, 0, 2], [1, 1, 1]),
        (zt.hardtanh, [-2.0, -1.0, 0.5, 1.0, 2.0], [-1, -1, 0.5, 1, 1], [0, 0.5, 1, 0.5, 0]),
        (lambda x: zt.hardtanh(x, 2, 3), [1.0, 2.5, inf, nan], [2, 2.5, 3, nan], [0, 1, 0, nan]),
        (zt.relu6, [-1.0, 0.0, 3.0, 6.0, 7.0], [0, 0, 3, 6, 6], [0, 0.5, 1, 0.5, 0]),
        (
            zt.hardsigmoid,
            [-4.0, -3.0, 0.0, 3.0, inf],
            [0, 0, 0.5, 1, 1],
            np.array([0, 1, 2, 1, 0]) / 12,
        ),
        (zt.hardswish, [-4.0, -3.0, 0.0, 3.0, 4.0], [0, 0, 0, 3, 4], [0, -0.25, 0.5, 1.25, 1]),
        (zt.softshrink, [-2.0, -0.5, 0.25, 0.5, 2.0], [-1.5, 0, 0, 0, 1.5], [1, 0.5, 0, 0.5, 1]),
        (lambda x: zt.softshrink(x, 0), [-2.0, 0.0, 2.0, nan], [-2, 0, 2, nan], [1, 1, 1, nan]),
        (zt.hardshrink, [-2.0, -0.5, 0.25, 0.5, 2.0], [-2, 0, 0, 0, 2], [1, 0, 0, 0, 1]),
        (zt.hardshrink, [-inf, inf, nan], [-inf, inf, nan], [1, 1, nan]),
        (lambda x: zt.hardshrink(x, 0), [-2.0, 0.0, 2.0, nan], [-2, 0, 2, nan], [1, 1, 1, 1]),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_values_and_slopes(
    function: Function, at: Any, value: Any, slope: Any, dtype: type
) -> None:
    x = Tensor(np.array(at, dtype))
    y = function(x)
    y.get_gradients()
    assert y.value.dtype == x.gradient.dtype == dtype
    tolerance = 2 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(y.value, np.array(value, dtype), rtol=tolerance)
    np.testing.assert_allclose(x.gradient, np.array(slope, dtype), rtol=tolerance)


@pytest.mark.parametrize(
    "function",
    [
        zt.elu,
        lambda x: zt.elu(x, 2),
        zt.selu,
        zt.leaky_relu,
        zt.hardtanh,
        zt.relu6,
        zt.hardsigmoid,
        zt.hardswish,
        zt.softshrink,
        zt.hardshrink,
    ],
)
def test_slopes_are_those_of_the_values_between_the_kinks(function: Function) -> None:
    assert_gradients(function, np.linspace(-7.25, 7.25, 10))


def test_a_steep_exponential_does_not_reach_the_other_side() -> None:
    """The product of an exponential that overflows and a mask of zeros is NaN."""
    for function in (zt.elu, zt.selu):
        for dtype in (np.float32, np.float64):
            x = Tensor(np.array([1e4, 1e30], dtype))
            y = function(x)
            y.get_gradients()
            assert np.isfinite(y.value).all()
            assert (x.gradient == x.gradient[0]).all()
            assert x.gradient[0] >= 1


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    """The constants are a fixed point's; this is the solution in closed form."""
    tail, root_e = math.erfc(math.sqrt(0.5)), math.exp(0.5)
    alpha = -math.sqrt(2 / math.pi) / (tail * root_e - 1)
    squares = 2 * math.erfc(math.sqrt(2)) * math.e**2 + math.pi * tail**2 * math.e
    squares += -2 * (2 + math.pi) * tail * root_e + math.pi + 2
    scale = (1 - tail * root_e) * math.sqrt(2 * math.pi / squares)
    assert math.isclose(alpha, rectifiers.SELU_ALPHA, rel_tol=1e-14)
    assert math.isclose(scale, rectifiers.SELU_SCALE, rel_tol=1e-14)
    x = Tensor([-1e-10, 0.0, 1.0])
    y = zt.selu(x)
    y.get_gradients()
    np.testing.assert_allclose(y.value, [-1e-10 * alpha * scale, 0, scale], rtol=1e-9)
    expected = [alpha * scale, (1 + alpha) * scale / 2, scale]
    np.testing.assert_allclose(x.gradient, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: zt.elu(x, inf), "elu: alpha is inf; expected a finite float32 number"),
        (lambda x: zt.elu(x, 1e60), r"elu: alpha is 1e\+60; expected a finite float32 number"),
        (lambda x: zt.leaky_relu(x, nan), "leaky_relu: negative_slope is nan; expected a finite"),
        (lambda x: zt.hardtanh(x, 1.0, 1.0), "hardtanh: min_val 1.0 is not below max_val 1.0"),
        (lambda x: zt.hardtanh(x, -inf), "hardtanh: min_val is -inf; expected a finite"),
        (lambda x: zt.hardtanh(x, 0, nan), "hardtanh: max_val is nan; expected a finite"),
        (lambda x: zt.softshrink(x, -0.5), "softshrink: lambd is -0.5; expected no less than 0"),
        (lambda x: zt.hardshrink(x, -1), "hardshrink: lambd is -1.0; expected no less than 0"),
        (lambda x: zt.hardshrink(x, nan), "hardshrink: lambd is nan; expected a finite"),
    ],
)
def test_parameters_are_checked(call: Function, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        call(np.ones(2, np.float32))


def test_parameters_take_the_operands_precision() -> None:
    """A limit of 0.1 is one that a float32 of 0.1 lies on."""
    x = Tensor(np.array([0.1], np.float32))
    y = zt.hardtanh(x, -1, 0.1)
    y.get_gradients()
    assert y.attributes == {"min_val": -1.0, "max_val": float(np.float32(0.1))}
    assert x.gradient == 0.5


def test_numbers_and_arrays_are_taken() -> None:
    assert zt.elu(-1, 2).value == 2 * math.expm1(-1)
    np.testing.assert_array_equal(zt.leaky_relu([-4, 4], 0.25).value, [-1, 4])
