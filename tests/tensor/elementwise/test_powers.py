"""Powers and roots with a fixed exponent where their rules need care."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


@pytest.mark.parametrize(
    "function, at, value, slope",
    [
        (zt.cbrt, -8.0, -2.0, 1 / 12),
        (zt.cbrt, 0.0, 0.0, inf),
        (zt.cbrt, -0.0, -0.0, inf),
        (zt.cbrt, -1e-300, -1e-100, 1e200 / 3),
        (zt.cbrt, 1e300, 1e100, 1e-200 / 3),
        (zt.cbrt, -inf, -inf, 0.0),
        (zt.cbrt, nan, nan, nan),
        (zt.square, -3.0, 9.0, -6.0),
        (zt.square, 1e200, inf, 2e200),
        (zt.square, 0.0, 0.0, 0.0),
        (zt.reciprocal, -2.0, -0.5, -0.25),
        (zt.reciprocal, 0.0, inf, -inf),
        (zt.reciprocal, -0.0, -inf, -inf),
        (zt.reciprocal, 1e-100, 1e100, -1e200),
        (zt.reciprocal, inf, 0.0, 0.0),
        (zt.sqrt, 0.0, 0.0, inf),
    ],
)
def test_values_and_slopes(
    function: Callable[[Tensor], Tensor], at: float, value: float, slope: float
) -> None:
    x = Tensor(at)
    result = function(x)
    result.get_gradients()
    np.testing.assert_allclose(result.value, value, rtol=1e-14)
    np.testing.assert_allclose(x.gradient, slope, rtol=1e-14)


def test_a_huge_cotangent_does_not_lose_the_slope_of_a_reciprocal() -> None:
    x = Tensor(1e200)
    zt.reciprocal(x).get_gradients(1e300)
    np.testing.assert_allclose(x.gradient, -1e-100, rtol=1e-14)
