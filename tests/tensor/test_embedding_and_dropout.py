"""Rows chosen by number, and elements that a mask keeps."""

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

TABLE = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize("indices", [2, [0, 3, 3], [[1, 1], [1, 0]], [], np.zeros((2, 0), int)])
def test_embedding(indices: Any) -> None:
    result = zt.embedding(TABLE, indices)
    np.testing.assert_array_equal(result.value, TABLE[np.array(indices, dtype=int)])
    assert_gradients(lambda w: zt.embedding(w, indices), TABLE)


def test_rows_that_are_chosen_twice_get_both_cotangents() -> None:
    table = Tensor(TABLE)
    zt.embedding(table, [1, 3, 1]).get_gradients([[1.0] * 3, [2.0] * 3, [4.0] * 3])
    np.testing.assert_array_equal(table.gradient, [[0] * 3, [5] * 3, [0] * 3, [2] * 3])


def test_the_indices_are_kept_as_they_were() -> None:
    indices = np.array([0, 1])
    result = zt.embedding(Tensor(TABLE), indices)
    indices[:] = 3
    np.testing.assert_array_equal(result.attributes["indices"], [0, 1])


@pytest.mark.parametrize(
    "table, indices, error, message",
    [
        (TABLE, [4], ValueError, r"embedding of \(4, 3\) float64: index 4 is not from 0 to 3"),
        (TABLE, [0, -1], ValueError, "index -1 is not from 0 to 3"),
        (TABLE[0], [0], ValueError, r"embedding of \(3,\) float64: expected a table \(V, D\)"),
        (TABLE, [0.5], TypeError, r"embedding: indices of shape \(1,\) and dtype float64"),
        (TABLE, [True], TypeError, "expected integers"),
    ],
)
def test_errors_of_embedding(
    table: Any, indices: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        zt.embedding(table, indices)


def test_dropout() -> None:
    x = np.arange(6.0).reshape(2, 3) + 1
    for mask in (x % 2 == 0, np.array([True, False, True]), np.array(True), x < 0):
        result = zt.dropout(x, mask, 0.2)
        np.testing.assert_array_equal(result.value, np.where(mask, x / 0.8, 0))
        assert_gradients(lambda x, mask=mask: zt.dropout(x, mask, 0.2), x)
    np.testing.assert_array_equal(zt.dropout(x, np.ones(3, bool), 0).value, x)


def test_what_is_dropped_is_gone() -> None:
    x = Tensor([np.nan, np.inf, 2.0])
    result = zt.dropout(x, [False, False, True])
    np.testing.assert_array_equal(result.value, [0, 0, 4])
    result.get_gradients([np.nan, np.inf, 1.0])
    np.testing.assert_array_equal(x.gradient, [0, 0, 2])


def test_the_mask_is_kept_as_it_was() -> None:
    mask = np.array([True, False])
    result = zt.dropout(Tensor([1.0, 2.0]), mask, np.float64(0.25))
    mask[:] = False
    np.testing.assert_array_equal(result.attributes["mask"], [True, False])
    assert result.attributes["p"] == 0.25
    assert type(result.attributes["p"]) is float


@pytest.mark.parametrize(
    "mask, p, error, message",
    [
        (
            [1, 0],
            0.5,
            TypeError,
            r"dropout of \(2,\) float64: a mask of dtype int64; expected bool",
        ),
        ([True] * 3, 0.5, ValueError, r"a mask of shape \(3,\) does not broadcast"),
        ([[True, False]], 0.5, ValueError, r"a mask of shape \(1, 2\) does not broadcast"),
        ([True, False], 1, ValueError, "p 1 must be from 0 up and below 1"),
        ([True, False], -0.1, ValueError, "p -0.1 must be from 0 up"),
        ([True, False], np.nan, ValueError, "p nan must be from 0 up"),
    ],
)
def test_errors_of_dropout(mask: Any, p: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        zt.dropout([1.0, 2.0], mask, p)
