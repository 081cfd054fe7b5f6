"""cholesky, eigh and svdvals: NumPy's values, and NaN where NumPy raises an exception."""

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor
from zenverify.tensor.linear.factorizations import packed_eigh

P = np.array([[4.0, 99.0, -7.0], [1.0, 3.0, 5.0], [-0.5, 0.75, 2.0]])
"""Positive definite in the lower triangle; the upper one is not read."""

STACK = np.stack([P, P + np.diag([1.0, 2.0, 3.0])])
RECTANGLE = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.0]])


@pytest.mark.parametrize("x", [P, STACK, P[:1, :1], np.zeros((0, 0)), np.zeros((0, 2, 2))])
def test_cholesky_is_numpys(x: np.ndarray) -> None:
    np.testing.assert_array_equal(zt.cholesky(x).value, np.linalg.cholesky(x), strict=True)
    if x.size:
        assert_gradients(zt.cholesky, x)


@pytest.mark.parametrize("x", [P, STACK, P[:1, :1], np.zeros((0, 0)), np.zeros((0, 2, 2))])
def test_eigh_is_numpys(x: np.ndarray) -> None:
    numbers, vectors = zt.eigh(x)
    expected = np.linalg.eigh(x)
    np.testing.assert_array_equal(numbers.value, expected.eigenvalues, strict=True)
    np.testing.assert_array_equal(vectors.value, expected.eigenvectors, strict=True)
    if x.size:
        assert_gradients(lambda x: zt.eigh(x)[0], x)
        assert_gradients(lambda x: zt.eigh(x)[1], x)


@pytest.mark.parametrize(
    "x", [P, STACK, RECTANGLE, RECTANGLE.T, np.stack([RECTANGLE] * 2), np.zeros((2, 0))]
)
def test_svdvals_is_numpys(x: np.ndarray) -> None:
    expected = np.linalg.svd(x, compute_uv=False)
    np.testing.assert_array_equal(zt.svdvals(x).value, expected, strict=True)
    if x.size:
        assert_gradients(zt.svdvals, x)


@pytest.mark.parametrize("function", [zt.cholesky, lambda x: zt.eigh(x)[0], packed_eigh])
def test_only_the_lower_triangle_is_read_and_has_a_gradient(function: Any) -> None:
    x, other = Tensor(P), Tensor(np.tril(P))
    result, same = function(x), function(other)
    np.testing.assert_array_equal(result.value, same.value)
    result.get_gradients()
    assert (x.gradient[np.triu_indices(3, 1)] == 0).all()
    assert (x.gradient[np.tril_indices(3)] != 0).all()


def test_both_results_of_eigh_come_from_one_recorded_operation() -> None:
    x = Tensor(P)
    numbers, vectors = zt.eigh(x)
    assert numbers.dependencies == vectors.dependencies
    (packed,) = numbers.dependencies
    assert packed.operation == "eigh"
    assert packed.shape == (4, 3)
    zt.sum(vectors @ zt.transpose(vectors)).get_gradients()
    np.testing.assert_allclose(x.gradient, 0, atol=1e-15)


def test_equal_eigenvalues_leave_nan_or_infinity() -> None:
    x = Tensor(np.eye(2))
    packed_eigh(x).get_gradients(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    assert not np.isfinite(x.gradient).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_positive_definite_gives_nan_and_leaves_the_others(dtype: type) -> None:
    x = Tensor(np.stack([np.diag([1.0, -1.0]), 4 * np.eye(2)]).astype(dtype))
    result = zt.cholesky(x)
    result.get_gradients()
    assert result.dtype == x.gradient.dtype == dtype
    assert np.isnan(result.value[0][np.tril_indices(2)]).all()
    assert result.value[0, 0, 1] == 0
    assert np.isnan(x.gradient[0]).any()
    np.testing.assert_array_equal(result.value[1], 2 * np.eye(2))
    np.testing.assert_array_equal(x.gradient[1], [[0.25, 0], [0.5, 0.25]])


@pytest.mark.parametrize("function", [zt.cholesky, packed_eigh, zt.svdvals])
def test_nan_goes_in_and_comes_out(function: Any) -> None:
    x = Tensor(np.stack([np.full((2, 2), np.nan), np.diag([2.0, 3.0])]))
    result = function(x)
    result.get_gradients(np.ones(result.shape))
    assert np.isnan(result.value[0]).any()
    assert np.isfinite(result.value[1]).all()
    assert np.isfinite(x.gradient[1]).all()


def test_slopes_of_a_matrix_of_uneven_scale() -> None:
    """Of L = diag(s) L', where L' belongs to a matrix of order one."""
    scales = np.array([1e12, 1.0, 1e-12])
    x, other = Tensor(P * np.outer(scales, scales)), Tensor(P)
    weights = np.arange(9.0).reshape(3, 3)
    zt.cholesky(x).get_gradients(weights)
    zt.cholesky(other).get_gradients(weights * scales[:, None])
    np.testing.assert_allclose(
        x.gradient * np.outer(scales, scales), other.gradient, rtol=1e-12, atol=0
    )


@pytest.mark.parametrize(
    "function, shape, kind",
    [
        ("cholesky", (2, 3), "square matrices"),
        ("eigh", (3,), "square matrices"),
        ("svdvals", (3,), "matrices"),
    ],
)
def test_errors_name_operation_shape_and_dtype(
    function: str, shape: tuple[int, ...], kind: str
) -> None:
    listed = str(shape).replace("(", r"\(").replace(")", r"\)")
    message = rf"^{function} of {listed} float64: expected {kind} in the last two axes$"
    with pytest.raises(ValueError, match=message):
        getattr(zt, function)(np.ones(shape))


INFINITE = np.array(
    [[np.inf, 1, 0, -0.2], [0, -1, 0.005, 0], [0.6, -np.inf, np.inf, 0.3], [0, -1, 0, 1]]
)
"""From which LAPACK's singular values never return."""


@pytest.mark.parametrize("function", ["svdvals", "pinv", "eigh", "det"])
def test_an_infinite_matrix_has_no_answer_and_the_others_keep_theirs(function: str) -> None:
    wide = np.eye(8)  # determinants of few rows are expanded
    wide[:4, :4] = INFINITE
    good = np.diag(np.arange(1.0, 9.0))
    x = Tensor(np.stack([wide, good]))
    result = getattr(zt, function)(x)
    for one in result if isinstance(result, tuple) else [result]:
        assert np.isfinite(one.value[1]).all()
    last = result[0] if isinstance(result, tuple) else result
    last.sum().get_gradients()
    assert np.isnan(x.gradient[0]).all() or function == "eigh"
    assert np.isfinite(x.gradient[1]).all()


def test_what_is_not_read_of_a_symmetric_matrix_may_be_infinite() -> None:
    numbers, _ = zt.eigh(np.array([[1.0, np.inf], [0.0, 2.0]]))
    np.testing.assert_allclose(numbers.value, [1.0, 2.0])
