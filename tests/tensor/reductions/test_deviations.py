"""Standard deviations, weighted means, ranges: against NumPy and at their edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan
AXES = [None, 0, -1, 1, (0, 2), (-1, 0), (0, 1, 2), (), [1]]


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape)


def slope(x: Any, function: Any) -> np.ndarray:
    tensor = Tensor(x)
    function(tensor).get_gradients()
    return tensor.gradient


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axis", AXES)
def test_values_are_those_of_numpy(axis: Any, keepdims: bool) -> None:
    x = random(2, 3, 4)
    plain = tuple(axis) if isinstance(axis, list) else axis
    kept = {"axis": plain, "keepdims": keepdims}
    for name in ("std", "ptp"):
        found = getattr(zt, name)(x, axis=axis, keepdims=keepdims).value
        expected = np.asarray(getattr(np, name)(x, **kept))
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)
        assert found.shape == expected.shape


@pytest.mark.parametrize("axis", [None, 0, -1, (-1, 0), (0, 1, 2)])
def test_gradients_are_those_of_differences(axis: Any) -> None:
    for keepdims in (True, False):
        assert_gradients(lambda x, k=keepdims: zt.std(x, axis, k), random(2, 3, 2))
        assert_gradients(lambda x, k=keepdims: zt.ptp(x, axis, k), random(2, 3, 2))


@pytest.mark.parametrize("ddof", [0, 1, 2, -1])
def test_degrees_of_freedom(ddof: int) -> None:
    x = random(2, 4)
    np.testing.assert_allclose(Tensor(x).std(1, ddof=ddof).value, np.std(x, axis=1, ddof=ddof))
    assert_gradients(lambda t: zt.std(t, 1, ddof=ddof), x)


def test_too_few_elements_have_no_deviation() -> None:
    assert np.isnan(zt.std(np.ones((2, 0)), axis=1).value).all()
    assert np.isnan(zt.std([1.0], ddof=1).value)
    assert np.isnan(slope([1.0], lambda x: x.std(ddof=1))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("x", [[0.1, 0.1, 0.1], [0.0, 0.0], [1e30] * 7, [-3.0]])
def test_where_all_elements_are_equal_the_slope_is_zero(x: list[float], dtype: Any) -> None:
    array = np.array(x, dtype)
    assert zt.std(array).value == 0
    np.testing.assert_array_equal(slope(array, zt.std), np.zeros(len(x)))


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-3, 1e200, 5e307])
def test_deviations_neither_overflow_nor_underflow(scale: float) -> None:
    x = np.array([3.0, -1.0, 1.0]) * scale
    np.testing.assert_allclose(zt.std(x).value / scale, (8 / 3) ** 0.5, rtol=1e-3)
    np.testing.assert_allclose(slope(x, zt.std), np.array([2, -2, 0]) / 24**0.5, atol=1e-3)


def test_a_small_deviation_beside_a_large_mean_keeps_its_digits() -> None:
    x = 1e9 + np.array([0.0, 2.0, 4.0])
    np.testing.assert_allclose(zt.std(x).value, (8 / 3) ** 0.5, rtol=1e-15)


@pytest.mark.parametrize("bad", [nan, inf])
def test_what_is_not_finite_is_passed_on(bad: float) -> None:
    x = np.array([[bad, 1.0], [1.0, 3.0]])
    np.testing.assert_array_equal(zt.std(x, 1).value, [nan, 1])
    np.testing.assert_array_equal(slope(x, lambda t: t.std(1)), [[nan, nan], [-0.5, 0.5]])


def test_ranges_at_ties() -> None:
    np.testing.assert_array_equal(slope([2.0, 5.0, 5.0, 3.0], zt.ptp), [-1, 0.5, 0.5, 0])
    np.testing.assert_array_equal(slope([2.0, 2.0, 2.0], zt.ptp), [0, 0, 0])
    ties = [[1.0, 4.0], [4.0, 1.0]]
    np.testing.assert_array_equal(
        slope(ties, lambda x: zt.ptp(x, (0, 1))), [[-0.5, 0.5], [0.5, -0.5]]
    )
    np.testing.assert_array_equal(slope([nan, 1.0], zt.ptp), [nan, nan])
    with pytest.raises(ValueError, match=r"ptp of \(0,\) float64"):
        zt.ptp(np.empty(0))


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize(
    "axis, shape",
    [
        (None, (2, 3, 4)),
        (1, (2, 3, 4)),
        (1, (3,)),
        (-1, (4,)),
        ((0, 2), (2, 4)),
        ((2, 0), (4, 2)),
        ((2, 0, 1), (4, 2, 3)),
        ((-1, 0), (2, 3, 4)),
        ((), ()),
        ((), (2, 3, 4)),
    ],
)
def test_averages_with_weights(axis: Any, shape: tuple[int, ...], keepdims: Any) -> None:
    x = random(2, 3, 4)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    found = zt.average(x, axis, weights, keepdims).value
    expected = np.average(x, axis=axis, weights=weights, keepdims=keepdims)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert found.shape == np.shape(expected)
    assert_gradients(lambda a, w: zt.average(a, axis, w, keepdims), x, weights)


def test_an_average_without_weights_is_the_mean() -> None:
    averaged = zt.average(Tensor(random(2, 3)), -1, keepdims=True)
    assert averaged.operation == "mean"
    assert averaged.attributes == {"axis": -1, "keepdims": True}


def test_weights_that_add_up_to_zero_give_what_the_division_gives() -> None:
    assert zt.average([1.0, 2.0], weights=[1.0, -1.0]).value == -inf
    assert np.isnan(zt.average([1.0, 2.0], weights=[0.0, 0.0]).value)


def test_float32_weights_of_a_float64_array_are_added_up_in_float64() -> None:
    weights = np.full(3, 0.1, np.float32)
    found = zt.average(np.ones(3), weights=weights)
    assert found.dtype == np.float64
    assert found.value == 1


@pytest.mark.parametrize(
    "axis, shape, message",
    [
        (
            None,
            (3,),
            r"^average of \(2, 3\) float64 and \(3,\) float64: for axis None the weights must ",
        ),
        (0, (3,), r"for axis 0 the weights must have shape \(2, 3\) or \(2,\)$"),
        ((1, 0), (6,), r"for axis \(1, 0\) the weights must have shape \(2, 3\) or \(3, 2\)$"),
        (2, (2,), r"average of \(2, 3\) float64: axis 2 is out of range for 2 dimensions"),
    ],
)
def test_weights_that_do_not_fit(axis: Any, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        zt.average(np.ones((2, 3)), axis, np.ones(shape))


def test_largest_and_smallest_have_numpys_other_names() -> None:
    assert zt.amax is zt.max
    assert zt.amin is zt.min
