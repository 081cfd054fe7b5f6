"""Smooth activation functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


def tanh_gelu(x: Any) -> Tensor:
    return zt.gelu(x, "tanh")


def _gelu(x: arb) -> tuple[arb, arb]:
    below = (-x / arb(2).sqrt()).erfc() / 2
    return x * below, below + x * (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def _tanh_gelu(x: arb) -> tuple[arb, arb]:
    root, cubic = (2 / arb.pi()).sqrt(), arb("0.044715")
    t = (root * (x + cubic * x**3)).tanh()
    steepness = root * (1 + 3 * cubic * x**2)
    return x * (1 + t) / 2, (1 + t) / 2 + x * (1 - t * t) * steepness / 2


def _silu(x: arb) -> tuple[arb, arb]:
    s = 1 / (1 + (-x).exp())
    return x * s, s + x * s * (1 - s)


def _mish(x: arb) -> tuple[arb, arb]:
    t = x.exp().log1p().tanh()
    return x * t, t + x * (1 - t * t) / (1 + (-x).exp())


def _log_sigmoid(x: arb) -> tuple[arb, arb]:
    return -(-x).exp().log1p(), 1 / (1 + x.exp())


def _softsign(x: arb) -> tuple[arb, arb]:
    return x / (1 + abs(x)), 1 / (1 + abs(x)) ** 2


Truth = Callable[[arb], tuple[arb, arb]]

every_function = pytest.mark.parametrize(
    "function, truth, steepness",
    [
        (zt.gelu, _gelu, lambda x: x * x),
        (tanh_gelu, _tanh_gelu, lambda x: 2 * abs(x) + abs(x) ** 3 / 4),
        (zt.silu, _silu, lambda x: 0.0),
        (zt.mish, _mish, lambda x: 0.0),
        (zt.log_sigmoid, _log_sigmoid, lambda x: 0.0),
        (zt.softsign, _softsign, lambda x: 0.0),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)

FAR_OUT = [1e-30, 1e-5, 0.5, 3.0, 5.0, 9.0, 14.0, 20.0, 38.0, 88.0, 90.0, 103.0]
FURTHER_OUT = [700.0, 709.0, 715.0, 740.0, 750.0, 1e10, 1e30, 1e37]


@every_function
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_all_digits_are_kept_on_both_sides(
    function: Callable[[Tensor], Tensor],
    truth: Truth,
    steepness: Callable[[float], float],
    dtype: type,
) -> None:
    """Up to what rounding the exponent costs: its steepness, in units."""
    points: np.ndarray = np.array(
        [sign * x for x in FAR_OUT + FURTHER_OUT for sign in (1, -1)], dtype
    )
    x = Tensor(points)
    y = function(x)
    y.get_gradients()
    unit, tiny = float(np.finfo(dtype).eps), float(np.finfo(dtype).tiny)
    for at, *found in zip(points.tolist(), y.value.tolist(), x.gradient.tolist(), strict=True):
        with ctx.workprec(4000):
            for number, expected in zip(found, truth(arb(at)), strict=True):
                allowed = unit * (16 + 2 * steepness(at)) * abs(expected)
                assert abs(arb(number) - expected) <= allowed + tiny, at


@every_function
def test_slopes_are_those_of_the_values(
    function: Callable[[Tensor], Tensor], truth: Truth, steepness: Callable[[float], float]
) -> None:
    assert_gradients(function, np.linspace(-4, 4, 8))


@pytest.mark.parametrize(
    "function, left, right",
    [
        (zt.gelu, 0, 1),
        (tanh_gelu, 0, 1),
        (zt.silu, 0, 1),
        (zt.mish, 0, 1),
        (zt.log_sigmoid, 1, 0),
        (zt.softsign, 0, 0),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_slopes_at_infinity_are_the_limits(
    function: Callable[[Tensor], Tensor], left: float, right: float, dtype: type
) -> None:
    x = Tensor(np.array([-inf, inf, nan], dtype))
    function(x).get_gradients()
    np.testing.assert_array_equal(x.gradient, np.array([left, right, nan], dtype), strict=True)


@pytest.mark.parametrize("function", [zt.gelu, tanh_gelu, zt.silu, zt.mish, zt.softsign])
def test_zero_stays_zero(function: Callable[[Tensor], Tensor]) -> None:
    assert function(Tensor(0.0)).value == 0


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (2, 1)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_gelu_keeps_shape_and_dtype(shape: tuple[int, ...], dtype: type) -> None:
    x = Tensor(np.ones(shape, dtype))
    y = zt.gelu(x)
    y.get_gradients()
    assert y.shape == x.gradient.shape == shape
    assert y.value.dtype == x.gradient.dtype == dtype


@pytest.mark.parametrize("wrong", ["erf", True, None])
def test_gelu_has_two_forms(wrong: Any) -> None:
    with pytest.raises(ValueError, match=rf"^gelu: approximate is {wrong!r}; expected 'none' or"):
        zt.gelu(1.0, wrong)
