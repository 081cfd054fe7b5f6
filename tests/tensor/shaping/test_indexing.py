"""Masks, alone and among other keys; the rest of indexing is in the tests of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

ROWS = np.array([True, False, True])
PLANE = np.arange(12).reshape(3, 4) % 3 == 0
WHOLE = np.arange(24).reshape(3, 4, 2) % 5 == 0


@pytest.mark.parametrize(
    "key",
    [
        WHOLE,
        np.zeros((3, 4, 2), bool),
        np.ones((3, 4, 2), bool),
        PLANE,
        ROWS,
        ROWS.tolist(),
        (PLANE, 0),
        (PLANE, slice(None, None, -1)),
        (PLANE, None),
        (PLANE, [0, 1, 1, 0]),
        (ROWS, -1),
        (ROWS, slice(1, 3)),
        (ROWS, [3, 0]),
        (ROWS, [[3], [0]]),
        (ROWS, ..., np.array([False, True])),
        (ROWS, slice(None), [0, 1]),
        (..., np.array([True, False])),
        (None, ROWS, ..., 0),
        (0, np.ones((4, 2), bool)),
        (slice(None), np.arange(8).reshape(4, 2) > 5),
        (np.zeros(3, bool), [0]),
    ],
    ids=str,
)
def test_masks(key: Any) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 2)).astype(np.float32)
    result = Tensor(x)[key]
    np.testing.assert_array_equal(result.value, x[key], strict=True)
    assert not any(
        isinstance(entry, np.ndarray) and entry.dtype == bool for entry in result.attributes["key"]
    )
    assert_gradients(lambda x: x[key], x)


def test_masks_of_arrays_without_elements() -> None:
    x = Tensor(np.ones((0, 2)))
    assert x[np.ones((0, 2), bool)].shape == (0,)
    assert x[np.zeros(0, bool)].shape == (0, 2)
    assert x[:, [True, False]].shape == (0, 1)


@pytest.mark.parametrize(
    "key, message",
    [
        (np.ones((3, 5), bool), r"index of \(3, 4, 2\) float64: boolean index did not match"),
        (np.ones(2, bool), "boolean index did not match indexed array along axis 0"),
        ((PLANE, 0, 0), "too many indices"),
        ((ROWS, [0, 1, 2]), "could not be broadcast together"),
    ],
)
def test_errors(key: Any, message: str) -> None:
    with pytest.raises(IndexError, match=message):
        Tensor(np.ones((3, 4, 2)))[key]
