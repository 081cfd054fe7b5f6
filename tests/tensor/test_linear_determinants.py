"""`det` and `slogdet`: values, slopes of singular matrices, and matrices of uneven scale."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Shape = tuple[int, ...]
inf, nan = np.inf, np.nan

SHAPES = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (2, 3, 3), (2, 1, 2, 2), (2, 6, 6)]


def array(*shape: int, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def exact(matrix: np.ndarray) -> Fraction:
    """Leibniz's formula in rational numbers."""
    rows = [[Fraction(float(x)) for x in row] for row in matrix]
    size = len(rows)
    total = Fraction(0)
    for order in permutations(range(size)):
        inversions = sum(order[j] > order[k] for k in range(size) for j in range(k))
        factors = [row[column] for row, column in zip(rows, order, strict=True)]
        total += (-1 if inversions % 2 else 1) * prod(factors, start=Fraction(1))
    return total


def cofactor(matrix: np.ndarray, row: int, column: int) -> Fraction:
    minor = np.delete(np.delete(matrix, row, 0), column, 1)
    return exact(minor) * (-1 if (row + column) % 2 else 1)


def slope(function: Any, matrix: Any, dtype: type = np.float64) -> np.ndarray:
    x = Tensor(np.array(matrix, dtype))
    function(x).get_gradients()
    return x.gradient


def log_size(x: Any) -> Tensor:
    return zt.slogdet(x)[1]


@pytest.mark.parametrize("shape", [*SHAPES, (0, 0), (2, 0, 0), (0, 3, 3)])
def test_det_is_that_of_numpy(shape: Shape) -> None:
    x = array(*shape)
    expected = np.asarray(np.linalg.det(x))
    np.testing.assert_allclose(zt.det(x).value, expected, rtol=1e-12, strict=True)
    assert_gradients(zt.det, x)


@pytest.mark.parametrize("shape", [*SHAPES, (0, 0), (2, 0, 0), (0, 3, 3)])
def test_slogdet_is_that_of_numpy(shape: Shape) -> None:
    x = array(*shape)
    for found, expected in zip(zt.slogdet(x), np.linalg.slogdet(x), strict=True):
        np.testing.assert_allclose(found.value, np.asarray(expected), rtol=1e-11, strict=True)
    assert_gradients(log_size, x)
    assert not slope(lambda a: zt.slogdet(a)[0], x).any()


@pytest.mark.parametrize("size", [3, 5])
def test_single_precision_stays_single(size: int) -> None:
    x = Tensor(array(size, size, dtype=np.float32))
    for result in (zt.det(x), *zt.slogdet(x)):
        result.get_gradients()
        assert result.dtype == x.gradient.dtype == np.float32


@pytest.mark.parametrize(
    "matrix, slopes",
    [
        ([[0.0]], [[1]]),
        ([[0.0, 0.0], [0.0, 0.0]], [[0, 0], [0, 0]]),
        ([[1.0, 2.0], [2.0, 4.0]], [[4, -2], [-2, 1]]),
        (np.zeros((3, 3)), np.zeros((3, 3))),
        (np.ones((3, 3)), np.zeros((3, 3))),
        (np.diag([0.0, 2.0, 3.0]), np.diag([6.0, 0.0, 0.0])),
        (np.arange(9.0).reshape(3, 3), [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]]),
        (np.diag([2.0, 0.0, 3.0, 5.0]), np.diag([0.0, 30.0, 0.0, 0.0])),
        (np.zeros((4, 4)), np.zeros((4, 4))),
    ],
)
def test_the_slope_of_a_singular_matrix_is_its_cofactors(matrix: Any, slopes: Any) -> None:
    np.testing.assert_array_equal(slope(zt.det, matrix), slopes)


@pytest.mark.parametrize("size", [5, 6])
def test_the_slope_of_a_large_singular_matrix_too(size: int) -> None:
    rows = np.random.default_rng(1).integers(-3, 4, (size, size)).astype(float)
    rows[-1] = rows[0] + rows[1]
    expected = [[float(cofactor(rows, i, j)) for j in range(size)] for i in range(size)]
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(slope(zt.det, rows), expected, atol=1e-11)
    both = slope(zt.det, [rows, np.eye(size)])
    np.testing.assert_allclose(both, np.stack([expected, np.eye(size)]), atol=1e-11)
    assert not slope(zt.det, np.zeros((size, size))).any()


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_uneven_scales_cost_small_matrices_no_digits(size: int, seed: int) -> None:
    source = np.random.default_rng(seed)
    x = source.normal(size=(size, size)) * 10.0 ** source.uniform(-30, 30, (size, size))
    np.testing.assert_allclose(float(zt.det(x).value), float(exact(x)), rtol=1e-13)
    expected = [[float(cofactor(x, i, j)) for j in range(size)] for i in range(size)]
    np.testing.assert_allclose(slope(zt.det, x), expected, rtol=1e-13)
    inverse = [[float(cofactor(x, i, j) / exact(x)) for j in range(size)] for i in range(size)]
    np.testing.assert_allclose(slope(log_size, x), inverse, rtol=1e-13)


def test_nearly_singular_matrices_keep_their_slope() -> None:
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0 + 1e-13]])
    expected = [[float(cofactor(x, i, j)) for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(slope(zt.det, x), expected, rtol=1e-13)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_slogdet_neither_overflows_nor_underflows(size: int, scale: float) -> None:
    x = array(size, size)
    sign, log = (float(part.value) for part in zt.slogdet(x * scale))
    assert sign == np.sign(np.linalg.det(x))
    assert log == pytest.approx(np.log(abs(np.linalg.det(x))) + size * np.log(scale), rel=1e-13)
    np.testing.assert_allclose(slope(log_size, x * scale) * scale, np.linalg.inv(x).T, rtol=1e-10)


def test_products_on_the_way_do_not_overflow() -> None:
    x = np.array([[1e-200, 0.0, 0.0], [0.0, 1e200, 0.0], [0.0, 0.0, 1e200]])
    assert zt.det(x).value == pytest.approx(1e200)
    assert zt.det(x / 1e100).value == pytest.approx(1e-100)
    assert slope(zt.det, x)[1, 1] == pytest.approx(1)


def test_the_logarithm_is_accurate_near_one() -> None:
    near = 1 + 2.0**-40
    assert log_size([[near]]).value == np.log(near)
    assert log_size([[2.0, 0.0], [0.0, near / 2]]).value == np.log(near)
    assert log_size([[-(2.0**600), 0.0], [0.0, 2.0**-600]]).value == 0


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_logarithm_of_a_singular_matrix_has_no_slope(size: int) -> None:
    sign, log = zt.slogdet(np.zeros((size, size)))
    assert [sign.value, log.value] == [0, -inf]
    assert not np.isfinite(slope(log_size, np.zeros((size, size)))).any()


def test_a_singular_matrix_does_not_spoil_the_others() -> None:
    for size in (2, 5):
        found = slope(log_size, [np.zeros((size, size)), 2 * np.eye(size)])
        assert not np.isfinite(found[0]).any()
        np.testing.assert_array_equal(found[1], np.eye(size) / 2)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_nan_is_passed_on(size: int) -> None:
    x = np.eye(size)
    x[0, 0] = nan
    for result in (zt.det(x), *zt.slogdet(x)):
        assert np.isnan(result.value)
    assert np.isnan(slope(log_size, x)).any()
    if size > 1:
        assert np.isnan(slope(zt.det, x)).any()


def test_infinity_is_passed_on() -> None:
    assert zt.det([[inf]]).value == inf
    assert slope(zt.det, [[inf, 1.0], [2.0, -inf]]).tolist() == [[-inf, -2], [-1, inf]]
    assert [part.value for part in zt.slogdet([[-inf]])] == [-1, inf]


def test_sign_and_logarithm_are_taken_from_one_operation() -> None:
    x = Tensor(array(2, 3, 3))
    sign, log = zt.slogdet(x)
    assert sign.dependencies == log.dependencies
    (packed,) = sign.dependencies
    assert (packed.operation, packed.shape) == ("slogdet", (2, 2))


@pytest.mark.parametrize("name", ["det", "slogdet"])
@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (2, 2, 3)])
def test_matrices_must_be_square(name: str, shape: Shape) -> None:
    listed = str(shape).replace("(", r"\(").replace(")", r"\)")
    message = rf"^{name} of {listed} float64: expected square matrices in the last two axes$"
    with pytest.raises(ValueError, match=message):
        getattr(zt, name)(np.ones(shape))
