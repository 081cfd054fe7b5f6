"""solve, inv and pinv: NumPy's values, and NaN where NumPy raises an exception."""

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

A = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.0], [1.0, 0.5, -2.0]])
STACK = np.stack([A, A.T + np.eye(3)])
ONES = np.ones((2, 2))
COLUMNS = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    "a, b",
    [
        (A, COLUMNS[:, 0]),
        (A, COLUMNS),
        (STACK, COLUMNS[:, 0]),
        (STACK, COLUMNS),
        (STACK, STACK),
        (A, STACK),
        (STACK[:, None], np.stack([COLUMNS] * 3)),
        (A, np.zeros((3, 0))),
        (np.zeros((0, 0)), np.zeros((0, 2))),
        (np.zeros((0, 2, 2)), np.ones(2)),
    ],
)
def test_solve_is_numpys(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_array_equal(zt.solve(a, b).value, np.linalg.solve(a, b), strict=True)
    if a.size and b.size:
        assert_gradients(zt.solve, a, b)


def test_a_right_side_with_two_axes_is_a_matrix() -> None:
    """As in NumPy 2; in NumPy 1 it was a stack of vectors beside a stack of matrices."""
    assert zt.solve(np.stack([np.eye(2)] * 2), np.ones((2, 2))).shape == (2, 2, 2)


@pytest.mark.parametrize("x", [A, STACK, A[:1, :1], np.zeros((0, 0)), np.zeros((0, 2, 2))])
def test_inv_is_numpys(x: np.ndarray) -> None:
    np.testing.assert_array_equal(zt.inv(x).value, np.linalg.inv(x), strict=True)
    if x.size:
        assert_gradients(zt.inv, x)


@pytest.mark.parametrize(
    "x", [A, STACK, A[:2], A[:, :2], STACK[:, :2], A[:1], A[:, :1], np.zeros((2, 0))]
)
def test_pinv_is_numpys(x: np.ndarray) -> None:
    np.testing.assert_array_equal(zt.pinv(x).value, np.linalg.pinv(x), strict=True)
    if x.size:
        assert_gradients(zt.pinv, x)


def test_pinv_has_slopes_along_matrices_of_the_same_rank() -> None:
    """Of a rank-one matrix c r^T it is r c^T / (|c|^2 |r|^2), which is smooth in c."""
    column, row = Tensor([[1.0], [2.0]]), np.array([[3.0, 4.0, 12.0]])
    weights = np.arange(6.0).reshape(3, 2)
    zt.sum(zt.pinv(column @ row) * weights).get_gradients()
    other = Tensor([[1.0], [2.0]])
    formula = zt.transpose(row) @ zt.transpose(other) / (zt.sum(other * other) * 169.0)
    zt.sum(formula * weights).get_gradients()
    np.testing.assert_allclose(column.gradient, other.gradient, rtol=1e-12)


def test_a_square_matrix_costs_pinv_no_digits() -> None:
    """The terms for what is outside the range are not noise times the inverse's square."""
    x = np.array([[91.7, 0.073], [-839.4, -18.6]])
    g = np.array([[1.0, -2.0], [0.5, 3.0]])
    leaf, other = Tensor(x), Tensor(x)
    zt.pinv(leaf).get_gradients(g)
    zt.inv(other).get_gradients(g)
    np.testing.assert_allclose(leaf.gradient, other.gradient, rtol=1e-11)


def test_nothing_outside_the_range_of_a_square_matrix_is_nothing_at_all() -> None:
    x = np.array([[4.4e-8, -3.6e-4], [-2.6e-6, 6e-6]])
    leaf, other = Tensor(x.astype(np.float32)), Tensor(x)
    zt.pinv(leaf).get_gradients(np.array([[0, 0], [0, 1]], np.float32))
    zt.inv(other).get_gradients(np.array([[0.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(leaf.gradient, other.gradient, rtol=1e-2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_singular_matrix_gives_nan_and_leaves_the_others(dtype: type) -> None:
    x = Tensor(np.stack([ONES, 2 * np.eye(2)]).astype(dtype))
    result = zt.inv(x)
    result.get_gradients()
    assert result.dtype == x.gradient.dtype == dtype
    assert np.isnan(result.value[0]).all()
    assert np.isnan(x.gradient[0]).all()
    np.testing.assert_array_equal(result.value[1], np.eye(2) / 2)
    np.testing.assert_array_equal(x.gradient[1], np.full((2, 2), -0.25))


def test_solve_with_a_singular_matrix_is_nan_for_that_matrix_only() -> None:
    a, b = Tensor(np.stack([np.eye(2), ONES])), Tensor([1.0, 2.0])
    result = zt.solve(a, b)
    result.get_gradients()
    np.testing.assert_array_equal(result.value[0], [1, 2])
    assert np.isnan(result.value[1]).all()
    assert np.isnan(a.gradient[1]).all()
    assert np.isfinite(a.gradient[0]).all()
    assert np.isnan(b.gradient).all()


@pytest.mark.parametrize("function", [zt.inv, zt.pinv])
def test_nan_goes_in_and_comes_out(function: Any) -> None:
    x = Tensor([[[np.nan, 1.0], [1.0, 2.0]], [[2.0, 0.0], [0.0, 1.0]]])
    result = function(x)
    result.get_gradients()
    assert np.isnan(result.value[0]).any()
    assert np.isnan(x.gradient[0]).any()
    np.testing.assert_allclose(result.value[1], np.diag([0.5, 1.0]))
    assert np.isfinite(x.gradient[1]).all()


def test_an_infinity_is_as_in_numpy() -> None:
    x = np.array([[np.inf, 1.0], [1.0, 2.0]])
    np.testing.assert_array_equal(zt.inv(x).value, np.linalg.inv(x))


def test_numbers_of_both_precisions() -> None:
    a, b = Tensor(A.astype(np.float32)), Tensor(COLUMNS)
    result = zt.solve(a, b)
    result.get_gradients()
    assert result.dtype == np.float64
    assert a.gradient.dtype == np.float32
    assert b.gradient.dtype == np.float64
    assert zt.solve(a, [1, 2, 3]).dtype == np.float64


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: zt.inv(np.ones((2, 3))),
            r"^inv of \(2, 3\) float64: expected square matrices in the last two axes$",
        ),
        (
            lambda: zt.pinv(np.ones(3, np.float32)),
            r"^pinv of \(3,\) float32: expected matrices in the last two axes$",
        ),
        (
            lambda: zt.solve(np.ones((2, 3)), np.ones(2)),
            r"^solve of \(2, 3\) float64: expected square matrices in the last two axes$",
        ),
        (
            lambda: zt.solve(ONES, np.ones(3)),
            r"^solve of \(2, 2\) float64 and \(3,\) float64: expected a vector of 2 elements, or ",
        ),
        (
            lambda: zt.solve(ONES, 1.0),
            r"^solve of \(2, 2\) float64 and \(\) float64: expected a vector of 2 elements",
        ),
        (
            lambda: zt.solve(np.ones((3, 2, 2)), np.ones((2, 2, 1))),
            r"^solve of \(3, 2, 2\) float64 and \(2, 2, 1\) float64: ",
        ),
    ],
)
def test_errors_name_operation_shapes_and_dtypes(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_slopes_of_a_pseudo_inverse_of_huge_numbers() -> None:
    """That of x / |x|² at multiples of the first unit vector: diag(-1, 1, 1) / |x|²."""
    for size in (1e-120, 1.0, 1e120, 1e170):
        x = Tensor([[size, 0.0, 0.0]])
        zt.pinv(x).get_gradients(size * np.array([[1.0], [2.0], [3.0]]))
        np.testing.assert_allclose(x.gradient * size, [[-1.0, 2.0, 3.0]], rtol=1e-13)
        y = Tensor([[size], [0.0], [0.0]])
        zt.pinv(y).get_gradients(size * np.array([[1.0, 2.0, 3.0]]))
        np.testing.assert_allclose(y.gradient * size, [[-1.0], [2.0], [3.0]], rtol=1e-13)
