"""Layers that are a matrix product, or only change the shape."""

from __future__ import annotations

from math import prod

import numpy as np

from zenverify.nn.layer import Layer, Shape, at_least, uniform
from zenverify.tensor import Tensor


class Linear(Layer):
    """x @ weight + bias, along the last axis.

    Parameters
    ----------
    inputs, outputs : int
        Sizes of the last axis before and after.

    Raises
    ------
    ValueError
        If a size is below 1.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.inputs = at_least("Linear", "inputs", inputs, 1)
        self.outputs = at_least("Linear", "outputs", outputs, 1)

    def initial(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        sizes = (self.inputs, self.outputs)
        return {"weight": uniform(random, *sizes, sizes), "bias": np.zeros(self.outputs)}

    def __call__(self, x: Tensor) -> Tensor:
        return x @ self.parameter("weight") + self.parameter("bias")

    def result_shape(self, shape: Shape) -> Shape:
        if not shape or shape[-1] != self.inputs:
            raise ValueError(f"expected {self.inputs} features on the last axis")
        return (*shape[:-1], self.outputs)

    def __repr__(self) -> str:
        return f"Linear({self.inputs}, {self.outputs})"


class Flatten(Layer):
    """All axes of an example as one."""

    def __call__(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], prod(x.shape[1:]))

    def result_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)
