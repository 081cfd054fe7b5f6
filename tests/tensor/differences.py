"""Gradients held against central differences of the forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.tensor import Tensor

Function = Callable[..., Tensor]


def assert_gradients(function: Function, *operands: Any, step: float = 1e-5) -> None:
    arrays = [np.array(operand, dtype=np.float64) for operand in operands]
    tensors = [Tensor(array) for array in arrays]
    result = function(*tensors)
    weights = np.random.default_rng(0).uniform(0.5, 2.0, result.shape)
    result.get_gradients(weights)
    for number, (array, tensor) in enumerate(zip(arrays, tensors, strict=True)):
        assert tensor.gradient.shape == array.shape
        expected = np.zeros_like(array)
        for element in np.ndindex(array.shape):
            expected[element] = _difference(function, arrays, number, element, weights, step)
        np.testing.assert_allclose(tensor.gradient, expected, rtol=1e-7, atol=1e-8)


def _difference(
    function: Function,
    arrays: list[np.ndarray],
    number: int,
    element: tuple[int, ...],
    weights: np.ndarray,
    step: float,
) -> float:
    sides = []
    for sign in (1, -1):
        moved = [array.copy() for array in arrays]
        moved[number][element] += sign * step
        sides.append(function(*[Tensor(array, trainable=False) for array in moved]).value)
    return float(np.sum((sides[0] - sides[1]) * weights)) / (2 * step)
