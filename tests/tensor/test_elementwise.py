"""Elementwise operations against NumPy and against differences of their own values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.calls.elementwise import ONE_OPERAND, RANGES, TWO_OPERANDS
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

OF_NUMPY = [name for name in (*ONE_OPERAND, *TWO_OPERANDS) if hasattr(np, name) and name != "sinc"]
EDGES = np.array([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, np.inf, -np.inf, np.nan, 1e300, -1e-300])


def operands(name: str, shape: tuple[int, ...], dtype: type = np.float64) -> list[Any]:
    draw = np.random.default_rng(0)
    limits = RANGES.get(name, (0.5, 1.5))
    count = 2 if name in TWO_OPERANDS else 1
    return [draw.uniform(*limits, shape).astype(dtype) for _ in range(count)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (0,), (2, 1, 2)])
@pytest.mark.parametrize("name", [*ONE_OPERAND, *TWO_OPERANDS])
def test_values_and_gradients_keep_shape_and_dtype(
    name: str, shape: tuple[int, ...], dtype: type
) -> None:
    tensors = [Tensor(x) for x in operands(name, shape, dtype)]
    result = getattr(zt, name)(*tensors)
    result.get_gradients()
    for tensor in (result, *tensors):
        assert (tensor.value.shape, tensor.value.dtype) == (shape, dtype)
        assert (tensor.gradient.shape, tensor.gradient.dtype) == (shape, dtype)
        assert np.isfinite(tensor.gradient).all()


@pytest.mark.parametrize("name", OF_NUMPY)
def test_values_are_those_of_numpy(name: str) -> None:
    for dtype in (np.float64, np.float32):
        given = operands(name, (2, 3), dtype)
        with np.errstate(all="ignore"):
            edges = [EDGES.astype(dtype)] * len(given)
            for arrays in (given, edges):
                expected = getattr(np, name)(*arrays)
                np.testing.assert_array_equal(
                    getattr(zt, name)(*arrays).value, expected, strict=True
                )


@pytest.mark.parametrize("name", [*ONE_OPERAND, *TWO_OPERANDS])
def test_gradients_are_those_of_the_values(name: str) -> None:
    function = getattr(zt, name)
    assert_gradients(function, *operands(name, (2, 3)))
    if name in TWO_OPERANDS:
        x, y = operands(name, (2, 3))
        assert_gradients(function, x, y[0])
        assert_gradients(function, x[0, 0], y)
        assert_gradients(function, x[:, :1], y[:1])


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_mixed_precision_is_computed_in_the_wider_one(name: str) -> None:
    wide, narrow = operands(name, (3,))
    narrow = narrow.astype(np.float32)
    for pair in ((wide, narrow), (narrow, wide)):
        mixed = [Tensor(x) for x in pair]
        alike = [Tensor(x.astype(np.float64)) for x in pair]
        for tensors in (mixed, alike):
            getattr(zt, name)(*tensors).get_gradients()
        for one, other in zip(mixed, alike, strict=True):
            assert one.gradient.dtype == one.value.dtype
            tolerance = 1e-6 if one.value.dtype == np.float32 else 1e-14
            np.testing.assert_allclose(one.gradient, other.gradient, rtol=tolerance)


@pytest.mark.parametrize(
    "function, x, y",
    [(zt.arctan2, np.ones(2), np.ones(3)), (zt.logaddexp, np.ones((2, 2)), np.ones(3))],
)
def test_shapes_that_do_not_broadcast_are_named(
    function: Callable[..., Tensor], x: np.ndarray, y: np.ndarray
) -> None:
    name = function.__name__
    with pytest.raises(ValueError, match=rf"^{name} of \({x.shape[0]},.*\) float64 and \(3,\)"):
        function(x, y)
    with pytest.raises(TypeError, match=f"^{name}: .*complex128"):
        function(x, y + 1j)
