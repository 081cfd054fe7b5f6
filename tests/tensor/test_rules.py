"""The values that rules take at kinks, at the edges of domains and far out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


def slope(function: Callable[[Tensor], Tensor], at: Any, dtype: type = np.float64) -> Any:
    x = Tensor(np.array(at, dtype))
    function(x).get_gradients()
    return x.gradient.tolist()


@pytest.mark.parametrize(
    "function, at, expected",
    [
        (zt.relu, [-1.0, 0.0, 2.0, nan], [0, 0.5, 1, nan]),
        (zt.absolute, [-1.0, 0.0, 2.0], [-1, 0, 1]),
        (lambda x: x.relu() - (-x).relu(), 0.0, 1),
        (lambda x: zt.maximum(x, x), [0.0, inf], [1, 1]),
        (lambda x: zt.maximum(x, 1), [0.0, 1.0, 2.0], [0, 0.5, 1]),
        (lambda x: zt.maximum(1, x), [0.0, 1.0, 2.0], [0, 0.5, 1]),
        (lambda x: zt.minimum(x, 1), [0.0, 1.0, 2.0], [1, 0.5, 0]),
        (lambda x: zt.maximum(x, inf), [inf, 0.0], [0.5, 0]),
        (lambda x: zt.maximum(x, 1), nan, nan),
        (lambda x: x.clip(-1, 1), [-2.0, -1.0, 0.0, 1.0, 2.0], [0, 0.5, 1, 0.5, 0]),
        (lambda x: x.clip(None, 1), [-inf, 1.0, inf], [1, 0.5, 0]),
        (lambda x: x.clip(1, 1), [0.0, 1.0, 2.0], [0, 0, 0]),
        (lambda x: x.max(), [1.0, 3.0, 3.0, 2.0], [0, 0.5, 0.5, 0]),
        (lambda x: x.min(0), [[1.0, 2.0], [1.0, 5.0]], [[0.5, 1], [0.5, 0]]),
        (lambda x: x.max(1), [[1.0, nan], [inf, 2.0]], [[nan, nan], [1, 0]]),
        (lambda x: zt.where([True, False], x, x.log()), [0.0, 2.0], [nan, 0.5]),
        (lambda x: zt.where([True, False], x, nan), [0.0, 2.0], [1, 0]),
    ],
)
def test_kinks_take_the_mean_of_the_one_sided_slopes(
    function: Callable[[Tensor], Tensor], at: Any, expected: Any
) -> None:
    np.testing.assert_array_equal(slope(function, at), expected)


@pytest.mark.parametrize(
    "exponent, base, expected",
    [
        (0, [-1.0, 0.0, 2.0, inf, nan], [0, 0, 0, 0, 0]),
        (1, [-1.0, 0.0, 2.0], [1, 1, 1]),
        (2, [-3.0, 0.0], [-6, 0]),
        (0.5, [0.0, 4.0, -1.0], [inf, 0.25, nan]),
        (-1, [0.0, -2.0], [-inf, -0.25]),
        (2, [1e200], [2e200]),
    ],
)
def test_power_by_its_base(exponent: float, base: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(slope(lambda x: x**exponent, base), expected)


def test_power_by_its_exponent() -> None:
    np.testing.assert_array_equal(slope(lambda x: 0.0**x, [2.0, 0.0, -1.0]), [0, nan, nan])
    np.testing.assert_array_equal(slope(lambda x: (-1.0) ** x, [2.0, 0.5]), [nan, nan])
    np.testing.assert_allclose(slope(lambda x: 2.0**x, [0.0, 3.0]), np.log(2) * np.array([1, 8]))


def test_power_leaves_an_exponent_that_is_a_constant_alone() -> None:
    with_constant = Tensor(-2.0) ** 3
    with_constant.get_gradients()
    assert with_constant.dependencies[0].gradient == 12
    assert with_constant.dependencies[1].gradient == 0


@pytest.mark.parametrize(
    "function, at, expected",
    [
        (zt.sqrt, [0.0, -1.0], [inf, nan]),
        (zt.log, [0.0, -0.0], [inf, -inf]),
        (lambda x: 1 / x, [0.0], [-inf]),
        (zt.prod, [2.0, 0.0, 3.0], [0, 6, 0]),
        (zt.prod, [0.0, 5.0, 0.0], [0, 0, 0]),
        (lambda x: x.prod(0), [[0.0, 2.0], [3.0, 4.0]], [[3, 4], [0, 2]]),
        (zt.logsumexp, [-inf, 1.0], [0, 1]),
        (lambda x: x.log_softmax(), [-inf, 1.0], [1, -1]),
        (lambda x: x.mean(1), np.ones((2, 0)), np.ones((2, 0))),
    ],
)
def test_edges_of_domains(function: Callable[[Tensor], Tensor], at: Any, expected: Any) -> None:
    np.testing.assert_array_equal(slope(function, at), expected)


@pytest.mark.parametrize(
    "function, at, value, expected",
    [
        (zt.sigmoid, 800.0, 1.0, 0.0),
        (zt.sigmoid, -800.0, 0.0, 0.0),
        (zt.sigmoid, 50.0, 1.0, np.exp(-50.0)),
        (zt.sigmoid, -50.0, np.exp(-50.0), np.exp(-50.0)),
        (zt.softplus, 800.0, 800.0, 1.0),
        (zt.softplus, -50.0, np.exp(-50.0), np.exp(-50.0)),
        (zt.softplus, -inf, 0.0, 0.0),
        (zt.tanh, 30.0, 1.0, 4 * np.exp(-60.0)),
        (zt.tanh, -800.0, -1.0, 0.0),
        (zt.expm1, -50.0, -1.0, np.exp(-50.0)),
        (zt.log1p, 1e-300, 1e-300, 1.0),
        (lambda x: x / 1e200, 1e200, 1.0, 1e-200),
        (lambda x: 1e200 / x, 1e200, 1.0, -1e-200),
        (lambda x: 0.0 / x, 1e-320, 0.0, 0.0),
    ],
)
def test_far_out(
    function: Callable[[Tensor], Tensor], at: float, value: float, expected: float
) -> None:
    np.testing.assert_allclose(function(Tensor(at)).value, value, rtol=1e-14)
    np.testing.assert_allclose(slope(function, at), expected, rtol=1e-14)


@pytest.mark.parametrize("shift", [1e3, -1e3])
def test_exponentials_are_shifted_by_the_maximum(shift: float) -> None:
    weights = np.array([0.2, 0.3, 0.5])
    x = Tensor(np.log(weights) + shift)
    np.testing.assert_allclose(x.softmax().value, weights, rtol=1e-12)
    np.testing.assert_allclose(x.log_softmax().value, np.log(weights), rtol=1e-12)
    np.testing.assert_allclose(x.logsumexp().value, shift, rtol=1e-12)
    np.testing.assert_allclose(slope(zt.logsumexp, x.value), weights, rtol=1e-12)


def test_logsumexp_of_infinities() -> None:
    assert zt.logsumexp([-inf, -inf]).value == -inf
    assert zt.logsumexp([inf, 0.0]).value == inf
    assert zt.logsumexp(np.empty(0)).value == -inf


def test_var_with_too_few_elements_is_nan() -> None:
    assert np.isnan(zt.var([1.0], ddof=1).value)
    assert np.isnan(zt.var(np.ones((2, 0)), axis=1).value).all()


def test_var_takes_two_passes() -> None:
    np.testing.assert_allclose(zt.var([1e9, 1e9 + 2]).value, 1.0, rtol=1e-15)
