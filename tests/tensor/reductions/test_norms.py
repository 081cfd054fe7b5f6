"""Norms: against NumPy, at zero, at ties, and far out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan
OF_VECTORS = [None, 1, 2, 2.5, 3, 0.5, inf, -inf]
OF_MATRICES = [None, "fro", "f", 1, -1, inf, -inf]

# Orders are named as in NumPy, also where Python has a function of that name.
# ruff: noqa: A002


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape)


def slope(function: Any, *arrays: Any) -> list[Any]:
    tensors = [Tensor(array) for array in arrays]
    function(*tensors).get_gradients()
    return [tensor.gradient.tolist() for tensor in tensors]


def assert_like_numpy(x: np.ndarray, ord: Any, axis: Any, keepdims: bool) -> None:
    found = zt.norm(x, ord, axis, keepdims).value
    expected = np.asarray(np.linalg.norm(x, ord, axis, keepdims))
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert found.shape == expected.shape
    assert_gradients(lambda t: zt.norm(t, ord, axis, keepdims), x)


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axis", [0, 1, -1, (2,)])
@pytest.mark.parametrize("ord", OF_VECTORS)
def test_norms_of_vectors(ord: Any, axis: Any, keepdims: bool) -> None:
    assert_like_numpy(random(2, 3, 2), ord, axis, keepdims)


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axis", [(0, 1), (1, 0), (-1, 0), (2, -2)])
@pytest.mark.parametrize("ord", OF_MATRICES)
def test_norms_of_matrices(ord: Any, axis: Any, keepdims: bool) -> None:
    assert_like_numpy(random(2, 3, 4), ord, axis, keepdims)


@pytest.mark.parametrize("keepdims", [True, False])
def test_norms_over_all_axes(keepdims: bool) -> None:
    for shape in ((), (3,), (2, 3), (2, 3, 2)):
        assert_like_numpy(random(*shape), None, None, keepdims)
    for vectors in OF_VECTORS:
        assert_like_numpy(random(4), vectors, None, keepdims)
    for matrices in OF_MATRICES:
        assert_like_numpy(random(2, 3), matrices, None, keepdims)


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
@pytest.mark.parametrize("ord", [None, 1, 3, inf])
def test_norms_of_nothing_are_zero(ord: Any, shape: tuple[int, ...]) -> None:
    x = Tensor(np.empty(shape))
    result = zt.norm(x, ord, 0)
    np.testing.assert_array_equal(result.value, np.zeros(shape[1:]))
    result.get_gradients()
    assert x.gradient.shape == shape


@pytest.mark.parametrize("ord", OF_VECTORS)
def test_at_zero_every_slope_is_zero(ord: Any) -> None:
    x = np.array([[0.0, 0.0], [-2.0, 0.0]])
    ((at_zero, beside),) = slope(lambda t: zt.norm(t, ord, 1), x)
    assert at_zero == [0, 0]
    if ord == 0.5:
        # Up and down, infinitely steep: there is no mean.
        np.testing.assert_allclose(beside, [-1, nan], rtol=1e-15)
    else:
        assert beside == ([0, 0] if ord == -inf else [-1, 0])


@pytest.mark.parametrize("ord", OF_MATRICES)
def test_at_the_zero_matrix_every_slope_is_zero(ord: Any) -> None:
    assert slope(lambda t: zt.norm(t, ord, (0, 1)), np.zeros((2, 2))) == [[[0, 0], [0, 0]]]


@pytest.mark.parametrize(
    "ord, x, expected",
    [
        (inf, [3.0, -3.0, 1.0], [0.5, -0.5, 0]),
        (-inf, [3.0, -1.0, 1.0], [0, -0.5, 0.5]),
        (1, [3.0, 0.0, -1.0], [1, 0, -1]),
        (1, [[1.0, 1.0], [-1.0, 1.0]], [[0.5, 0.5], [-0.5, 0.5]]),
        (inf, [[1.0, -2.0], [3.0, 0.0]], [[0.5, -0.5], [0.5, 0]]),
        (-inf, [[1.0, -2.0], [1.0, 0.0]], [[0, 0], [1, 0]]),
    ],
)
def test_magnitudes_and_sums_that_tie_share(ord: float, x: Any, expected: Any) -> None:
    assert slope(lambda t: zt.norm(t, ord), x) == [expected]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ord", [None, 3, 0.5, 40.5, 150.0, 2000.0])
def test_norms_neither_overflow_nor_underflow(ord: Any, dtype: Any) -> None:
    power = 2.0 if ord is None else ord
    x = np.array([3.0, -4.0, 2.0], dtype)
    ratio = np.array([0.75, 1.0, 0.5])
    length = float((ratio**power).sum() ** (1 / power))
    steep = np.sign(x) * ratio ** (power - 1) / length ** (power - 1)
    limits: Any = np.finfo(dtype)
    for scale in (limits.max / 256, 2.0 ** (limits.minexp + 2), 1.0):
        scaled = (x * dtype(scale)).astype(dtype)
        found = zt.norm(scaled, ord).value
        if not length * 4 * scale < limits.max:
            assert found == inf
            continue
        tolerance = 40 * limits.eps
        np.testing.assert_allclose(float(found) / scale, 4 * length, rtol=tolerance)
        (slopes,) = slope(lambda t: zt.norm(t, ord), scaled)
        np.testing.assert_allclose(slopes, steep, rtol=tolerance * power, atol=limits.tiny)


@pytest.mark.parametrize("ord", [None, 3, 1, inf])
def test_what_is_not_finite_is_passed_on(ord: Any) -> None:
    x = np.array([[nan, 1.0], [-inf, 1.0], [3.0, 0.0]])
    np.testing.assert_array_equal(zt.norm(x, ord, 1).value, [nan, inf, 3])
    ((with_nan, _, finite),) = slope(lambda t: zt.norm(t, ord, 1), x)
    assert np.isnan(with_nan[0])
    assert finite == [1, 0]


@pytest.mark.parametrize(
    "shape, ord, axis, message",
    [
        ((2, 3, 2), 2, None, r"norm of \(2, 3, 2\) float64: ord 2 takes one axis or two, not 3$"),
        ((2, 3), None, (), r"ord None takes one axis or two, not 0$"),
        ((), 1, None, r"norm of \(\) float64: ord 1 takes one axis or two, not 0$"),
        ((2, 3), 2, None, r"ord 2 is not supported for matrices; expected None, 'fro', 1, -1, inf"),
        ((2, 3), "nuc", (0, 1), r"ord 'nuc' is not supported for matrices"),
        ((2, 3), 3, (0, 1), r"ord 3 is not supported for matrices"),
        ((3,), "fro", None, r"ord 'fro' is not supported for vectors; expected None, a positive"),
        ((3,), 0, 0, r"ord 0 is not supported for vectors"),
        ((3,), -2.0, 0, r"ord -2.0 is not supported for vectors"),
        ((3,), nan, 0, r"ord nan is not supported for vectors"),
        ((2, 3), None, (0, 0), r"norm of \(2, 3\) float64: axis \(0, 0\) names an axis twice"),
        ((2, 3), None, 2, r"axis 2 is out of range for 2 dimensions"),
    ],
)
def test_orders_and_axes_that_do_not_fit(
    shape: tuple[int, ...], ord: Any, axis: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        zt.norm(np.ones(shape), ord, axis)


def test_there_is_no_smallest_of_nothing() -> None:
    with pytest.raises(ValueError, match=r"^norm of \(0,\) float64: "):
        zt.norm(np.empty(0), -inf)


@pytest.mark.parametrize("shapes", [((), ()), ((3,), ()), ((2, 1), (3,)), ((1, 3), (2, 1, 3))])
def test_hypot(shapes: tuple[tuple[int, ...], ...]) -> None:
    x, y = (random(*shape) for shape in shapes)
    np.testing.assert_array_equal(zt.hypot(x, y).value, np.hypot(x, y))
    assert_gradients(zt.hypot, x, y)


def test_hypot_at_zero_and_on_the_axes() -> None:
    assert slope(zt.hypot, [0.0, 0.0, -2.0], [0.0, 3.0, 0.0]) == [[0, 0, -1], [0, 1, 0]]


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-200, 1e200, 2e307])
def test_hypot_far_out(scale: float) -> None:
    first, second = slope(zt.hypot, [3 * scale], [-4 * scale])
    np.testing.assert_allclose([*first, *second], [0.6, -0.8], rtol=1e-15)
    np.testing.assert_allclose(zt.hypot(3 * scale, 4 * scale).value, 5 * scale, rtol=1e-15)


@pytest.mark.parametrize("ord", [0.5, 1.3, 1.5, 1.9])
@pytest.mark.parametrize("dtype, small, large", [("float64", -1021.5, 900), ("float32", -126, 25)])
def test_slopes_of_what_is_tiny_beside_the_largest(
    ord: float, dtype: str, small: float, large: float
) -> None:
    """Scaled by the largest element it underflows, and to a small power it would not."""
    x = np.array([2.0**small, -(2.0**large), 0.0], dtype)
    tensor = Tensor(x)
    zt.norm(tensor, ord).get_gradients()
    expected = np.exp2((small - large) * (ord - 1))
    np.testing.assert_allclose(
        tensor.gradient[0], expected, rtol=1e-13 if dtype == "float64" else 1e-5
    )
    assert tensor.gradient[2] == 0 or ord < 1
