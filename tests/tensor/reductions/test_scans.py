"""Running sums and products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan
SCANS: dict[str, Callable[..., Any]] = {
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "logcumsumexp": lambda x, axis: np.log(np.cumsum(np.exp(x), axis)),
}


def slope(function: Any, x: Any) -> Any:
    tensor = Tensor(x)
    function(tensor).get_gradients()
    return tensor.gradient.tolist()


@pytest.mark.parametrize(
    "shape, axis",
    [
        ((), None),
        ((4,), None),
        ((4,), 0),
        ((2, 3), None),
        ((2, 3), 0),
        ((2, 3), -1),
        ((2, 3, 2), 1),
        ((2, 3, 2), -3),
        ((1, 3), 0),
    ],
)
@pytest.mark.parametrize("name", SCANS)
def test_values_and_gradients(name: str, shape: tuple[int, ...], axis: int | None) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    function = getattr(zt, name)
    expected = SCANS[name](x, axis=axis)
    found = function(x, axis).value
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)
    assert found.shape == expected.shape
    assert_gradients(lambda t: function(t, axis), x)


@pytest.mark.parametrize("shape, axis", [((0,), 0), ((0,), None), ((0, 2), 0), ((2, 0), 0)])
@pytest.mark.parametrize("name", SCANS)
def test_scans_of_nothing(name: str, shape: tuple[int, ...], axis: int | None) -> None:
    x = Tensor(np.empty(shape))
    result = getattr(zt, name)(x, axis)
    assert result.shape == np.cumsum(np.empty(shape), axis).shape
    result.get_gradients()
    assert x.gradient.shape == shape


@pytest.mark.parametrize(
    "x, expected",
    [
        ([2.0, 0.0, 3.0, 5.0], [1, 2 * (1 + 3 + 15), 0, 0]),
        ([0.0, 2.0, 0.0, 5.0], [1 + 2, 0, 0, 0]),
        ([0.0, 0.0], [1, 0]),
        ([3.0, 0.0, 0.0], [1, 3, 0]),
    ],
)
def test_running_products_of_zeros(x: list[float], expected: list[float]) -> None:
    assert slope(zt.cumprod, x) == expected


def test_running_sums_of_exponentials_neither_overflow_nor_underflow() -> None:
    x = np.array([-900.0, -900.0, 900.0, 900.0])
    values = [-900, -900 + np.log(2), 900, 900 + np.log(2)]
    np.testing.assert_allclose(zt.logcumsumexp(x).value, values, rtol=1e-15)
    np.testing.assert_allclose(slope(zt.logcumsumexp, x), [1.5, 0.5, 1.5, 0.5], rtol=1e-15)


def test_a_large_shift_costs_the_slopes_no_digits() -> None:
    x = np.array([0.3, -0.2, 0.1])
    shifted = x + 2.0**40
    np.testing.assert_allclose(
        slope(zt.logcumsumexp, shifted), slope(zt.logcumsumexp, shifted - 2.0**40), rtol=1e-15
    )


def test_nothing_but_minus_infinity() -> None:
    np.testing.assert_array_equal(zt.logcumsumexp([-inf, -inf, 1.0]).value, [-inf, -inf, 1])
    tensor = Tensor([1.0, -inf, 2.0])
    zt.logcumsumexp(tensor).get_gradients([0.0, 1.0, 0.0])
    np.testing.assert_array_equal(tensor.gradient, [1, 0, 0])


@pytest.mark.parametrize("name", SCANS)
def test_nan_is_passed_on(name: str) -> None:
    found = getattr(zt, name)([1.0, nan, 2.0]).value
    np.testing.assert_array_equal(np.isnan(found), [False, True, True])


@pytest.mark.parametrize("name", SCANS)
def test_an_axis_that_does_not_exist(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} of \(2, 3\) float64: axis 2 is out of range"):
        getattr(zt, name)(np.ones((2, 3)), 2)
    with pytest.raises(ValueError, match=rf"^{name} of \(\) float64: axis 0 is out of range"):
        getattr(zt, name)(1.0, 0)


def test_methods() -> None:
    x = Tensor(np.arange(1.0, 7.0).reshape(2, 3))
    np.testing.assert_array_equal(x.cumsum(1).value, x.value.cumsum(1))
    np.testing.assert_array_equal(x.cumprod(0).value, x.value.cumprod(0))


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "logcumsumexp"])
@pytest.mark.parametrize("x", [np.nan, np.inf, -np.inf])
def test_a_row_of_one_is_handed_on_as_it_is(name: str, x: float) -> None:
    tensor = Tensor([x])
    getattr(zt, name)(tensor).get_gradients([2.0])
    np.testing.assert_array_equal(tensor.gradient, [2.0])
