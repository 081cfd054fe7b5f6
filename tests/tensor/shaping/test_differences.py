"""Differences between neighbours, held against NumPy and against differences of the other kind."""

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


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    "shape, axis",
    [((4,), -1), ((4, 3), 0), ((2, 1, 4), -1), ((2, 3, 2), 1), ((0, 2), 0), ((1,), 0)],
)
def test_diff(shape: tuple[int, ...], axis: int, n: int) -> None:
    x = mixed(shape)
    np.testing.assert_array_equal(zt.diff(x, n, axis).value, np.diff(x, n, axis), strict=True)
    assert_gradients(lambda x: zt.diff(x, n, axis), x)


def test_diff_passes_infinities_on() -> None:
    x = Tensor([1.0, 2.0, 3.0, 4.0])
    zt.diff(x).get_gradients([inf, inf, 1.0])
    np.testing.assert_array_equal(x.gradient, [-inf, nan, inf, 1])


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("spacing", [(), (0.25,), (-3,)])
@pytest.mark.parametrize(
    "shape, axis",
    [((3,), 0), ((5,), -1), ((4, 3), 0), ((3, 4), -1), ((2, 3, 2), 1), ((3, 0), 0), ((3, 1), -2)],
)
def test_gradient(shape: tuple[int, ...], axis: int, spacing: Any, edge_order: Any) -> None:
    x = mixed(shape)

    def function(x: Any) -> Tensor:
        return zt.gradient(x, *spacing, axis=axis, edge_order=edge_order)

    expected = np.gradient(x, *spacing, axis=axis, edge_order=edge_order)
    np.testing.assert_allclose(function(x).value, expected, rtol=1e-5, atol=1e-6)
    assert function(x).value.dtype == np.float32
    assert_gradients(function, x)


def test_gradient_of_two_values() -> None:
    x = Tensor([1.0, 4.0])
    slopes = zt.gradient(x, 2.0, axis=0)
    np.testing.assert_array_equal(slopes.value, [1.5, 1.5])
    slopes.get_gradients([1.0, 10.0])
    np.testing.assert_array_equal(x.gradient, [-5.5, 5.5])


@pytest.mark.parametrize(
    "spacing, axis, steps",
    [
        ((), None, [(1.0, 0), (1.0, 1)]),
        ((2.0,), None, [(2.0, 0), (2.0, 1)]),
        ((2.0, 3.0), None, [(2.0, 0), (3.0, 1)]),
        ((2.0, 3.0), (1, 0), [(2.0, 1), (3.0, 0)]),
        ((), (-1, 0), [(1.0, -1), (1.0, 0)]),
    ],
)
def test_several_axes_have_a_result_each(spacing: Any, axis: Any, steps: Any) -> None:
    x = np.arange(12.0).reshape(3, 4) ** 2
    slopes, expected = zt.gradient(x, *spacing, axis=axis), np.gradient(x, *spacing, axis=axis)
    assert isinstance(slopes, tuple)
    assert len(slopes) == len(expected) == len(steps)
    for slope, wanted in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(slope.value, wanted)
    recorded = zt.gradient(Tensor(x), *spacing, axis=axis)
    assert [(s.attributes["spacing"], s.attributes["axis"]) for s in recorded] == steps


def test_one_axis_has_one_result() -> None:
    x = Tensor(np.ones((3, 4), np.float32))
    for axis in (1, (1,), [-1]):
        assert isinstance(zt.gradient(x, axis=axis), Tensor)
    assert zt.gradient(1.0) == ()
    slope = zt.gradient(x, 0.1, axis=-1, edge_order=2)
    assert slope.attributes == {"spacing": float(np.float32(0.1)), "axis": -1, "edge_order": 2}


@pytest.mark.parametrize("spacing", [0.1, 3.0, 0.7])
@pytest.mark.parametrize("edge_order", [1, 2])
def test_equal_values_have_no_slope(spacing: float, edge_order: int) -> None:
    slope = zt.gradient(np.full(4, 0.1), spacing, axis=0, edge_order=edge_order)
    np.testing.assert_array_equal(slope.value, np.zeros(4))


HALF: Any = 1.5
PLACES: Any = [0.0, 1.0]
WORD: Any = "1.0"


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: zt.diff(1.0), ValueError, r"diff of \(\) float64: axis -1 is out of range"),
        (lambda: zt.diff([1.0], -1), ValueError, r"diff of \(1,\) float64: order must be non-neg"),
        (lambda: zt.diff([1.0], HALF), TypeError, "cannot be interpreted as an integer"),
        (
            lambda: zt.gradient([1.0]),
            ValueError,
            r"gradient of \(1,\) float64: size 1 along axis 0; expected at least 2",
        ),
        (
            lambda: zt.gradient([1.0, 2.0], edge_order=2),
            ValueError,
            "size 2 .* expected at least 3",
        ),
        (lambda: zt.gradient([1.0, 2.0], edge_order=3), ValueError, "edge_order 3; expected 1 or"),
        (lambda: zt.gradient([1.0, 2.0], axis=1), ValueError, "gradient of .* axis 1 is out of"),
        (lambda: zt.gradient(np.ones((2, 2)), axis=(0, 0)), ValueError, "names an axis twice"),
        (
            lambda: zt.gradient(np.ones((2, 2, 2)), 1.0, 2.0),
            ValueError,
            "2 distances for 3 axes; expected none, one, or one for each",
        ),
        (
            lambda: zt.gradient([1.0, 2.0], PLACES),
            TypeError,
            r"gradient: spacing of shape \(2,\); expected one number per axis",
        ),
        (lambda: zt.gradient([1.0, 2.0], WORD), TypeError, "gradient: spacing: a str of shape"),
    ],
)
def test_errors(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
