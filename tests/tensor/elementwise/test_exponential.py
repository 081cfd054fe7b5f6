"""Exponentials and logarithms where their rules need care."""

from __future__ import annotations

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan


@pytest.mark.parametrize(
    "x, y, value, by_x, by_y",
    [
        (0.0, 2.0, 0.0, np.log(2.0), 0.0),
        (0.0, 0.0, 0.0, -inf, 0.0),
        (-0.0, 0.0, 0.0, -inf, 0.0),
        (0.0, -1.0, 0.0, nan, 0.0),
        (0.0, inf, 0.0, inf, 0.0),
        (0.0, nan, nan, nan, nan),
        (nan, 2.0, nan, np.log(2.0), nan),
        (3.0, 2.0, 3 * np.log(2.0), np.log(2.0), 1.5),
        (-3.0, 0.0, inf, -inf, -inf),
        (1.0, -1.0, nan, nan, -1.0),
    ],
)
def test_xlogy(x: float, y: float, value: float, by_x: float, by_y: float) -> None:
    for shape in ((), (2,)):
        a, b = Tensor(np.full(shape, x)), Tensor(np.full(shape, y))
        result = zt.xlogy(a, b)
        result.get_gradients()
        np.testing.assert_allclose(result.value, np.full(shape, value), rtol=1e-15)
        np.testing.assert_allclose(a.gradient, np.full(shape, by_x), rtol=1e-15)
        np.testing.assert_allclose(b.gradient, np.full(shape, by_y), rtol=1e-15)


def test_an_entropy_with_a_probability_of_zero_has_gradients() -> None:
    p = Tensor([0.5, 0.5, 0.0])
    q = Tensor([0.5, 0.25, 0.0])
    zt.sum(zt.xlogy(p, q)).get_gradients()
    np.testing.assert_allclose(q.gradient, [1.0, 2.0, 0.0])


@pytest.mark.parametrize("name, base", [("log2", 2), ("log10", 10), ("log", np.e)])
def test_logarithms_at_the_edge_of_their_domain(name: str, base: float) -> None:
    x = Tensor([0.0, -0.0, -1.0, 1e300, 5e-324])
    result = getattr(zt, name)(x)
    result.get_gradients()
    np.testing.assert_array_equal(result.value[:3], [-inf, -inf, nan])
    np.testing.assert_array_equal(x.gradient[:2], [inf, -inf])
    np.testing.assert_allclose(x.gradient[3], 1e-300 / np.log(base), rtol=1e-15)
    assert x.gradient[4] == inf


def test_powers_of_two_are_exact() -> None:
    x = Tensor(np.arange(-1074.0, 1024.0))
    np.testing.assert_array_equal(zt.exp2(x).value, np.ldexp(1.0, np.arange(-1074, 1024)))
