"""Hyperbolic functions where their rules need care."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan
NEXT_TO_ONE = 2.0**-52


@pytest.mark.parametrize(
    "function, at, value, slope",
    [
        (zt.sinh, 1e-300, 1e-300, 1.0),
        (zt.sinh, 800.0, inf, inf),
        (zt.cosh, -800.0, inf, -inf),
        (zt.cosh, 0.0, 1.0, 0.0),
        (zt.tanh, 30.0, 1.0, 4 * np.exp(-60.0)),
        (zt.arcsinh, -1e200, np.arcsinh(-1e200), 1e-200),
        (zt.arcsinh, -0.0, -0.0, 1.0),
        (zt.arccosh, 1.0, 0.0, inf),
        (zt.arccosh, 1e200, np.arccosh(1e200), 1e-200),
        (zt.arccosh, 1 + NEXT_TO_ONE, 2.0**-25.5, 2.0**25.5),
        (zt.arccosh, 0.5, nan, nan),
        (zt.arccosh, -2.0, nan, nan),
        (zt.arctanh, 1.0, inf, inf),
        (zt.arctanh, -1.0, -inf, inf),
        (zt.arctanh, 1 - NEXT_TO_ONE, np.arctanh(1 - NEXT_TO_ONE), 2.0**51),
        (zt.arctanh, 1e-300, 1e-300, 1.0),
    ],
)
def test_values_and_slopes(
    function: Callable[[Tensor], Tensor], at: float, value: float, slope: float
) -> None:
    x = Tensor(at)
    result = function(x)
    result.get_gradients()
    np.testing.assert_allclose(result.value, value, rtol=4e-16)
    np.testing.assert_allclose(x.gradient, slope, rtol=1e-15)
