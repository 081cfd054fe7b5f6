"""Diagonals and triangles, held against NumPy and against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


def mixed(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("k", [0, 1, -1, 2, -2, 5, -5])
@pytest.mark.parametrize("shape", [(3,), (1,), (0,), (3, 3), (2, 4), (4, 2), (0, 3)])
def test_diag(shape: tuple[int, ...], k: int) -> None:
    x = mixed(shape)
    np.testing.assert_array_equal(zt.diag(x, k).value, np.diag(x, k), strict=True)
    assert_gradients(lambda x: zt.diag(x, k), x)


@pytest.mark.parametrize("offset", [0, 1, -1, 2, -4])
@pytest.mark.parametrize(
    "shape, axes",
    [
        ((3, 3), ()),
        ((2, 4), ()),
        ((4, 2), (1, 0)),
        ((2, 3, 4), ()),
        ((2, 3, 4), (2, 0)),
        ((2, 3, 4), (-2, -1)),
        ((2, 2, 3, 2), (3, 1)),
        ((0, 2), ()),
    ],
)
@pytest.mark.parametrize("name", ["diagonal", "trace"])
def test_diagonals_in_two_axes(name: str, shape: Any, axes: Any, offset: int) -> None:
    x = mixed(shape)
    function, expected = getattr(zt, name), getattr(np, name)(x, offset, *axes)
    result = function(x, offset, *axes)
    assert result.value.dtype == np.float32
    np.testing.assert_array_equal(result.value, expected)
    np.testing.assert_array_equal(getattr(Tensor(x), name)(offset, *axes).value, expected)
    assert_gradients(lambda x: function(x, offset, *axes), x)


@pytest.mark.parametrize("k", [0, 1, -1, 3, -4])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 2), (0, 2), (2, 1, 1)])
@pytest.mark.parametrize("name", ["tril", "triu"])
def test_triangles(name: str, shape: tuple[int, ...], k: int) -> None:
    x = mixed(shape)
    result = getattr(zt, name)(x, k)
    np.testing.assert_array_equal(result.value, getattr(np, name)(x, k), strict=True)
    assert_gradients(lambda x: getattr(zt, name)(x, k), x)


def test_nan_stays_where_it_was() -> None:
    x = Tensor([[1.0, nan], [inf, 2.0]])
    lower = zt.tril(x)
    np.testing.assert_array_equal(lower.value, [[1, 0], [inf, 2]])
    lower.get_gradients([[1, nan], [inf, 2]])
    np.testing.assert_array_equal(x.gradient, [[1, 0], [inf, 2]])
    y = Tensor([1.0, 2.0])
    zt.diag(y).get_gradients([[1, nan], [nan, inf]])
    np.testing.assert_array_equal(y.gradient, [1, inf])


def test_attributes() -> None:
    x = Tensor(np.ones((2, 3)))
    assert zt.diag(x, np.int64(-1)).attributes == {"k": -1}
    assert zt.triu(x).attributes == {"k": 0}
    assert x.diagonal(1).attributes == {"offset": 1, "axis1": 0, "axis2": 1}
    assert x.trace(0, -1, 0).attributes == {"offset": 0, "axis1": -1, "axis2": 0}


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: zt.diag(1.0), r"diag of \(\) float64: .*1- or 2-d"),
        (lambda: zt.diag(np.ones((2, 2, 2))), r"diag of \(2, 2, 2\) float64: .*1- or 2-d"),
        (lambda: zt.diagonal([1.0]), r"diagonal of \(1,\) float64: axis 1 is out of range"),
        (lambda: zt.trace(np.ones((2, 2)), 0, 0, -2), r"trace of \(2, 2\) .* names an axis twice"),
        (lambda: zt.tril([1.0]), r"tril of \(1,\) float64: expected at least two dimensions"),
        (lambda: zt.triu(1.0), r"triu of \(\) float64: expected at least two dimensions"),
    ],
)
def test_errors(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
