"""Elements taken and added by indices, held against NumPy, loops and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

nan = np.nan


def mixed(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    "shape, indices, axis",
    [
        ((3,), 1, None),
        ((3,), [2, -3, 2, 2], 0),
        ((), [0, 0, -1], None),
        ((2, 3), -1, None),
        ((2, 3), [[5, 0], [-6, 5]], None),
        ((2, 3), 1, 0),
        ((2, 3), [1, 1, 0], -2),
        ((2, 3), [[[-1], [2]]], 1),
        ((2, 3, 4), [[0, 2], [2, -3]], 1),
        ((2, 3, 4), [], -1),
        ((0, 3), [2, 2], 1),
        ((0, 3), [], 0),
        ((2, 3), np.array([1, 2], np.uint8), 1),
    ],
)
def test_take(shape: tuple[int, ...], indices: Any, axis: int | None) -> None:
    x = mixed(shape)
    expected = np.asarray(np.take(x, np.array(indices, int), axis))
    np.testing.assert_array_equal(zt.take(x, indices, axis).value, expected, strict=True)
    np.testing.assert_array_equal(Tensor(x).take(indices, axis).value, expected)
    assert_gradients(lambda x: zt.take(x, indices, axis), x)


@pytest.mark.parametrize(
    "shape, indices, axis",
    [
        ((3,), [2, 0, -1, 2], 0),
        ((2, 3), [[0, 1, -1], [0, 0, 0]], 1),
        ((2, 3), [[1, 1, -2]], 0),
        ((2, 3), [[2, -1, 2, 0]], -1),
        ((1, 3), [[2], [0], [-1]], 1),
        ((2, 3, 2), [[[1], [-1]]], 1),
        ((2, 1, 2), np.zeros((1, 3, 4), int), 2),
        ((2, 3), [5, 0, -1, 5], None),
        ((2, 3), np.zeros((2, 0), int), 1),
        ((0, 2), np.zeros((0, 3), int), 1),
    ],
)
def test_take_along_axis(shape: tuple[int, ...], indices: Any, axis: int | None) -> None:
    x = mixed(shape)
    expected = np.take_along_axis(x, np.array(indices), axis)
    np.testing.assert_array_equal(zt.take_along_axis(x, indices, axis).value, expected, strict=True)
    assert_gradients(lambda x: zt.take_along_axis(x, indices, axis), x)


def test_take_along_no_axis_of_columns_side_by_side_in_memory() -> None:
    x = Tensor(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    zt.take_along_axis(x, [0, 4, 4], None).get_gradients(np.ones(3))
    np.testing.assert_array_equal(x.gradient, [[1, 0, 0], [0, 2, 0]])


GATHERED: list[tuple[tuple[int, ...], int, Any]] = [
    ((3,), 0, [2, 0, 2, 2]),
    ((2, 3), 0, [[0, 1, 1], [1, 1, 0], [0, 0, 0]]),
    ((2, 3), 1, [[2, 2, 2, 0]]),
    ((2, 3), -1, [[0], [2]]),
    ((2, 3, 2), 1, [[[2, 0]], [[2, 2]]]),
    ((2, 3), 0, np.zeros((0, 2), int)),
]


def places(index: np.ndarray, dim: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Per element of the index, where it is and which place it names."""
    found = []
    for position in np.ndindex(index.shape):
        place = list(position)
        place[dim] = int(index[position])
        found.append((position, tuple(place)))
    return found


@pytest.mark.parametrize("shape, dim, index", GATHERED)
def test_gather(shape: tuple[int, ...], dim: int, index: Any) -> None:
    x, index = mixed(shape), np.array(index)
    expected = np.zeros(index.shape, np.float32)
    for position, place in places(index, dim):
        expected[position] = x[place]
    np.testing.assert_array_equal(zt.gather(x, dim, index).value, expected, strict=True)
    assert_gradients(lambda x: zt.gather(x, dim, index), x)


@pytest.mark.parametrize("larger", [0, 2])
@pytest.mark.parametrize("shape, dim, index", GATHERED)
def test_scatter_add(shape: tuple[int, ...], dim: int, index: Any, larger: int) -> None:
    x, index = mixed(shape), np.array(index)
    src = mixed(tuple(size + larger for size in index.shape), 1)
    expected = x.copy()
    for position, place in places(index, dim):
        expected[place] += src[position]
    result = zt.scatter_add(x, dim, index, src)
    np.testing.assert_allclose(result.value, expected, rtol=1e-6)
    assert result.value.dtype == np.float32
    assert_gradients(lambda x, src: zt.scatter_add(x, dim, index, src), x, src)


def test_scatter_add_of_a_tensor_to_itself() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    result = zt.scatter_add(x, 0, [2, 2], x)
    np.testing.assert_array_equal(result.value, [1, 2, 6])
    result.get_gradients([1, 10, 100])
    np.testing.assert_array_equal(x.gradient, [101, 110, 100])
    with pytest.raises(ValueError, match=r"an index of shape \(4,\) does not fit"):
        zt.scatter_add(x, 0, [0, 0, 0, 0], x)


def test_scatter_add_takes_the_wider_dtype_and_leaves_its_operands_alone() -> None:
    x, src = Tensor(np.ones(2, np.float32)), Tensor(np.array([1e-12]))
    result = zt.scatter_add(x, 0, [1], src)
    assert result.value.dtype == np.float64
    np.testing.assert_array_equal(result.value, [1, 1 + 1e-12])
    np.testing.assert_array_equal(x.value, np.ones(2, np.float32), strict=True)


def test_what_is_not_taken_is_not_reached_by_nan() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    for taken in (zt.take(x, [0, 0], 1), zt.gather(x, 1, [[0, 0], [0, 0]])):
        x.zero_gradients()
        taken.get_gradients([[nan, 1.0], [1.0, 1.0]])
        np.testing.assert_array_equal(taken.dependencies[0].gradient, [[nan, 0], [2, 0]])
        taken.zero_gradients()


def test_what_is_recorded_of_the_indices_cannot_be_changed() -> None:
    x, indices = Tensor(np.ones((2, 2))), np.array([[0, 1]])
    recorded = [
        zt.take(x, indices).attributes["indices"],
        zt.take_along_axis(x, indices, 0).attributes["indices"],
        zt.gather(x, 0, indices).attributes["index"],
    ]
    indices[:] = 0
    for array in recorded:
        np.testing.assert_array_equal(array, [[0, 1]])
        assert not array.flags.writeable


X = np.ones((2, 3))


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: zt.take(X, 6), IndexError, r"take of \(2, 3\) float64: index 6 is out of bounds"),
        (lambda: zt.take(X, [0, -3], 0), IndexError, "index -3 is out of bounds"),
        (lambda: zt.take(X, 0, 2), ValueError, "take of .* axis 2 is out of range"),
        (
            lambda: zt.take(X, [1.0]),
            TypeError,
            r"take: indices of shape \(1,\) and dtype float64; expected integers",
        ),
        (lambda: zt.take(X, [True]), TypeError, "dtype bool; expected integers"),
        (lambda: zt.take(X, np.array([1], np.uint64)), TypeError, "dtype uint64; expected"),
        (lambda: zt.take(X, np.array([])), TypeError, "dtype float64; expected integers"),
        (lambda: zt.take(np.ones(0), [0]), IndexError, r"take of \(0,\) float64"),
        (
            lambda: zt.take_along_axis(X, [0], 0),
            ValueError,
            r"take_along_axis of \(2, 3\) float64: .*same number of dimensions",
        ),
        (lambda: zt.take_along_axis(X, [[3]], 1), IndexError, "index 3 is out of bounds"),
        (lambda: zt.take_along_axis(X, [[0, 0]], 0), IndexError, "could not be broadcast"),
        (lambda: zt.take_along_axis(X, [[0]], 2), ValueError, "axis 2 is out of range"),
        (
            lambda: zt.gather(X, 0, [0]),
            ValueError,
            r"gather of \(2, 3\) float64: an index of shape \(1,\) does not fit",
        ),
        (lambda: zt.gather(X, 1, [[0], [0], [0]]), ValueError, r"\(3, 1\) does not fit"),
        (
            lambda: zt.gather(X, 1, [[0, -1]]),
            IndexError,
            r"gather of \(2, 3\) float64: indices from -1 to 0; expected 0 to 2",
        ),
        (lambda: zt.gather(X, 0, [[2]]), IndexError, "indices from 2 to 2; expected 0 to 1"),
        (lambda: zt.gather(X, 2, [[0]]), ValueError, "gather of .* axis 2 is out of range"),
        (lambda: zt.gather(X, 0, [[0.0]]), TypeError, r"gather: index of shape \(1, 1\)"),
        (
            lambda: zt.scatter_add(X, 0, [[0, 0]], np.ones((1, 1))),
            ValueError,
            r"scatter_add of \(2, 3\) float64 and \(1, 1\) float64: an index of shape \(1, 2\)",
        ),
        (lambda: zt.scatter_add(X, 0, [[0]], np.ones(1)), ValueError, "does not fit"),
        (
            lambda: zt.scatter_add(X, 0, [[0, 0, 0, 0]], np.ones((1, 4))),
            ValueError,
            r"\(1, 4\) does not fit",
        ),
        (lambda: zt.scatter_add(X, 0, [[2]], X), IndexError, "expected 0 to 1"),
    ],
)
def test_errors(call: Callable[[], Tensor], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
