"""Functions that jump."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan

EVERYWHERE = [-inf, -1e300, -2.5, -2.0, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.0, 2.5, 1e300, inf, nan]
ROUNDINGS = ("sign", "floor", "ceil", "rint", "trunc")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ROUNDINGS)
def test_values_are_those_of_numpy(name: str, dtype: type) -> None:
    with np.errstate(over="ignore"):
        x: np.ndarray = np.array(EVERYWHERE, dtype)
    found = getattr(zt, name)(Tensor(x)).value
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(found, getattr(np, name)(x), strict=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ROUNDINGS)
def test_the_slope_is_zero_at_the_jumps_too_whatever_arrives(name: str, dtype: type) -> None:
    with np.errstate(over="ignore"):
        x = Tensor(np.array(EVERYWHERE, dtype))
    for cotangent in (3.0, inf, nan):
        derivative = getattr(zt, name)(x).grad(x, np.full(x.shape, cotangent))
        np.testing.assert_array_equal(derivative, np.zeros(x.shape, dtype), strict=True)


def test_a_pole_after_a_jump_gives_no_nan() -> None:
    x = Tensor([0.25, 4.5])
    zt.sqrt(zt.floor(x)).get_gradients()
    np.testing.assert_array_equal(x.gradient, [0.0, 0.0])


def test_rint_takes_halves_to_the_even_integer() -> None:
    below = np.nextafter(0.5, 0)
    found = zt.rint([0.5, 1.5, 2.5, -0.5, -1.5, below, -below, 2.0**52 + 1]).value
    np.testing.assert_array_equal(found, [0, 2, 2, 0, -2, 0, 0, 2.0**52 + 1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["fmod", "remainder"])
def test_remainders_are_those_of_numpy(name: str, dtype: type) -> None:
    with np.errstate(all="ignore"):
        x: np.ndarray = np.array(EVERYWHERE, dtype)
        y = x[:, None]
        expected = getattr(np, name)(x, y)
    found = getattr(zt, name)(Tensor(x), Tensor(y)).value
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize(
    "name, x, y, quotient",
    [
        ("fmod", 7.0, 2.0, 3),
        ("fmod", -7.0, 2.0, -3),
        ("fmod", 7.0, -2.0, -3),
        ("fmod", -7.0, -2.0, 3),
        ("fmod", 6.0, 2.0, 3),
        ("fmod", -6.0, 2.0, -3),
        ("fmod", 0.5, 2.0, 0),
        ("fmod", -0.5, 2.0, 0),
        ("fmod", 5.0, inf, 0),
        ("remainder", 7.0, 2.0, 3),
        ("remainder", -7.0, 2.0, -4),
        ("remainder", 7.0, -2.0, -4),
        ("remainder", -7.0, -2.0, 3),
        ("remainder", 6.0, 2.0, 3),
        ("remainder", -6.0, 2.0, -3),
        ("remainder", 0.0, 2.0, 0),
        ("remainder", -1e-30, 1.0, -1),
        ("remainder", 5.0, inf, 0),
        # The float 0.1 is a little more than a tenth, yet 1 / 0.1 and 5 / 0.1 round to integers.
        ("remainder", 1.0, 0.1, 9),
        ("fmod", 5.0, 0.1, 49),
        ("fmod", -5.0, 0.1, -49),
        ("remainder", -5.0, 0.1, -50),
        # Here x - remainder overflows.
        ("remainder", 1.7e308, -1.2e308, -2),
        ("remainder", -1.7e308, 1.2e308, -2),
        ("fmod", 1.7e308, -1.2e308, -1),
    ],
)
def test_the_slope_by_the_divisor_is_minus_the_whole_quotient(
    name: str, x: float, y: float, quotient: float
) -> None:
    a, b = Tensor(x), Tensor(y)
    getattr(zt, name)(a, b).get_gradients(3.0)
    assert a.gradient == 3
    assert b.gradient == -3 * quotient


@pytest.mark.parametrize("name", ["fmod", "remainder"])
def test_a_quotient_too_large_to_count_keeps_its_digits(name: str) -> None:
    y = Tensor(3.0)
    getattr(zt, name)(1e30, y).get_gradients()
    np.testing.assert_allclose(y.gradient, -1e30 / 3, rtol=1e-15)


@pytest.mark.parametrize("name", ["fmod", "remainder"])
@pytest.mark.parametrize("x, y", [(1.0, 0.0), (0.0, 0.0), (-2.0, -0.0), (inf, 2.0), (nan, 1.0)])
def test_where_there_is_no_remainder_there_is_no_slope(name: str, x: float, y: float) -> None:
    a, b = Tensor(x), Tensor(y)
    result = getattr(zt, name)(a, b)
    result.get_gradients()
    assert np.isnan(result.value)
    assert a.gradient == 1
    assert np.isnan(b.gradient)


def test_remainders_broadcast_and_sum_up() -> None:
    x, y = Tensor([[5.0, -5.0, 7.5]]), Tensor([[2.0], [3.0]])
    zt.remainder(x, y).get_gradients()
    np.testing.assert_array_equal(x.gradient, [[2, 2, 2]])
    np.testing.assert_array_equal(y.gradient, [[-2 + 3 - 3], [-1 + 2 - 2]])


@pytest.mark.parametrize(
    "apply, value, slope",
    [
        (lambda x: x % 2, 1.5, 1),
        (lambda x: 7 % x, 0.0, -2),
        (lambda x: np.array([5.0, 7.0]) % x, [1.5, 0.0], -3),
    ],
)
def test_the_operator_is_the_remainder(
    apply: Callable[[Tensor], Tensor], value: Any, slope: float
) -> None:
    x = Tensor(3.5)
    result = apply(x)
    result.get_gradients()
    assert result.operation == "remainder"
    np.testing.assert_array_equal(result.value, value)
    assert x.gradient == slope


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match=r"^fmod of \(2,\) float64 and \(3,\) float64: "):
        zt.fmod([1.0, 2.0], [1.0, 2.0, 3.0])
