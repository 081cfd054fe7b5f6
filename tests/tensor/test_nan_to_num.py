"""What takes the place of NaN and infinities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"nan": 2.5},
        {"posinf": 7.0},
        {"neginf": -7.0},
        {"nan": -1, "posinf": 3, "neginf": 4},
        {"nan": nan, "posinf": inf},
    ],
)
def test_values_are_those_of_numpy(attributes: dict[str, Any], dtype: type) -> None:
    x: np.ndarray = np.array([nan, inf, -inf, 1.5, -0.0], dtype)
    found = zt.nan_to_num(Tensor(x), **attributes).value
    np.testing.assert_array_equal(found, np.nan_to_num(x, **attributes), strict=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_slope_is_zero_where_something_was_replaced(dtype: type) -> None:
    x = Tensor(np.array([nan, inf, -inf, 1.5, -0.0], dtype))
    zt.nan_to_num(x).get_gradients(np.array([inf, nan, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(x.gradient, np.array([0, 0, 0, 3, 4], dtype), strict=True)


def test_attributes_are_recorded_as_numpy_takes_them() -> None:
    node = zt.nan_to_num(Tensor(1), nan=True, neginf=-2)
    assert node.attributes == {"nan": 1.0, "posinf": None, "neginf": -2.0}
