"""Sorting and medians."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape)


def pulled(function: Any, x: Any, cotangent: Any = None) -> Any:
    tensor = Tensor(x)
    function(tensor).get_gradients(cotangent)
    return tensor.gradient.tolist()


@pytest.mark.parametrize("axis", [None, 0, 1, -1, -3])
def test_sorting_along_an_axis(axis: int | None) -> None:
    x = random(2, 3, 4)
    np.testing.assert_array_equal(zt.sort(x, axis).value, np.sort(x, axis))
    np.testing.assert_array_equal(Tensor(x).sort(axis).value, np.sort(x, axis))
    assert_gradients(lambda t: zt.sort(t, axis), x)


def test_sorting_a_number() -> None:
    assert zt.sort(3.0, None).value.tolist() == [3]
    with pytest.raises(ValueError, match=r"^sort of \(\) float64: axis -1 is out of range"):
        zt.sort(3.0)


def test_cotangents_go_back_to_where_the_elements_came_from() -> None:
    assert pulled(zt.sort, [3.0, 1.0, 4.0, 2.0], [10.0, 20.0, 30.0, 40.0]) == [30, 10, 40, 20]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ties_share_their_places(dtype: Any) -> None:
    x = np.array([[2.0, 1.0, 2.0, -0.0], [0.0, 5.0, -0.0, 5.0]], dtype)
    cotangent = np.array([[1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 5.0]])
    expected = [[4, 2, 4, 1], [1.5, 4, 1.5, 4]]
    assert pulled(zt.sort, x, cotangent) == expected
    columns = pulled(lambda t: zt.sort(t, 0), x.T, cotangent.T)
    assert np.transpose(columns).tolist() == expected


def test_nan_is_sorted_to_the_end() -> None:
    x = [nan, 2.0, nan, 1.0]
    np.testing.assert_array_equal(zt.sort(x).value, [1, 2, nan, nan])
    assert pulled(zt.sort, x, [1.0, 2.0, 3.0, 4.0]) == [3, 2, 4, 1]


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, 1), (0, 1, 2), ()])
def test_medians(axis: Any, keepdims: bool) -> None:
    for shape in ((2, 3, 4), (3, 3, 1)):
        x = random(*shape)
        found = zt.median(x, axis, keepdims).value
        expected = np.asarray(np.median(x, axis=axis, keepdims=keepdims))
        np.testing.assert_array_equal(found, expected)
        assert found.shape == expected.shape
        assert_gradients(lambda t: zt.median(t, axis, keepdims), x)


@pytest.mark.parametrize(
    "x, value, slopes",
    [
        ([3.0, 1.0, 2.0], 2, [0, 0, 1]),
        ([3.0, 1.0, 2.0, 5.0], 2.5, [0.5, 0, 0.5, 0]),
        ([1.0, 2.0, 2.0], 2, [0, 0.5, 0.5]),
        ([1.0, 2.0, 2.0, 3.0], 2, [0, 0.5, 0.5, 0]),
        ([2.0, 2.0, 3.0, 3.0], 2.5, [0.25] * 4),
        ([2.0, 3.0, 3.0, 3.0, 1.0, 0.0], 2.5, [0.5, 1 / 6, 1 / 6, 1 / 6, 0, 0]),
        ([4.0], 4, [1]),
        ([inf, 1.0, inf, inf], inf, [1 / 3, 0, 1 / 3, 1 / 3]),
    ],
)
def test_medians_at_ties(x: list[float], value: float, slopes: list[float]) -> None:
    assert zt.median(x).value == value
    np.testing.assert_allclose(pulled(zt.median, x), slopes, rtol=1e-15)


def test_medians_of_large_numbers_do_not_overflow() -> None:
    assert zt.median([1.7e308, 1.7e308]).value == 1.7e308
    np.testing.assert_allclose(zt.median([1.6e308, 1.7e308]).value, 1.65e308, rtol=1e-15)


def test_medians_with_nan_and_of_nothing() -> None:
    x = [[nan, 1.0, 2.0], [1.0, 2.0, 3.0]]
    np.testing.assert_array_equal(zt.median(x, 1).value, [nan, 2])
    np.testing.assert_array_equal(pulled(lambda t: zt.median(t, 1), x), [[nan] * 3, [0, 1, 0]])
    np.testing.assert_array_equal(zt.median(np.empty((2, 0)), 1).value, [nan, nan])
    assert np.isnan(zt.median([-inf, inf]).value)
    assert zt.median(np.empty((2, 0)), 0).shape == (0,)
