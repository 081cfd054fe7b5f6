"""Layers on images, whose examples have the axes channels, rows and columns."""

from __future__ import annotations

import numpy as np

from zenverify import tensor
from zenverify.nn.layer import Layer, Shape, at_least, uniform
from zenverify.tensor import Tensor


class Conv2D(Layer):
    """Cross-correlation with square kernels, plus a bias per kernel.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and after; there is a kernel for each channel after.
    kernel : int
        Rows and columns of a kernel.
    stride : int
        Step between two places of the kernel.
    padding : int
        Zeros added on each side.

    Raises
    ------
    ValueError
        If a size or the stride is below 1, or the padding below 0.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__()
        self.inputs = at_least("Conv2D", "inputs", inputs, 1)
        self.outputs = at_least("Conv2D", "outputs", outputs, 1)
        self.kernel = at_least("Conv2D", "kernel", kernel, 1)
        self.stride = at_least("Conv2D", "stride", stride, 1)
        self.padding = at_least("Conv2D", "padding", padding, 0)

    def initial(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        area = self.kernel**2
        shape = (self.outputs, self.inputs, self.kernel, self.kernel)
        weight = uniform(random, area * self.inputs, area * self.outputs, shape)
        return {"weight": weight, "bias": np.zeros((self.outputs, 1, 1))}

    def __call__(self, x: Tensor) -> Tensor:
        weight, bias = self.parameter("weight"), self.parameter("bias")
        return tensor.conv2d(x, weight, stride=self.stride, padding=self.padding) + bias

    def result_shape(self, shape: Shape) -> Shape:
        if len(shape) != 3 or shape[0] != self.inputs:
            raise ValueError(f"expected images of {self.inputs} channels, rows and columns")
        sizes = _places(shape[1:], self.kernel, self.stride, self.padding)
        return (self.outputs, *sizes)

    def __repr__(self) -> str:
        return f"Conv2D({self.inputs}, {self.outputs}, kernel={self.kernel})"


class MaxPool2D(Layer):
    """The largest element of each square window.

    Parameters
    ----------
    kernel : int
        Rows and columns of a window.
    stride : int, optional
        Step between windows; by default they lie side by side.

    Raises
    ------
    ValueError
        If one of them is below 1.
    """

    def __init__(self, kernel: int = 2, stride: int | None = None) -> None:
        super().__init__()
        self.kernel = at_least("MaxPool2D", "kernel", kernel, 1)
        self.stride = at_least("MaxPool2D", "stride", kernel if stride is None else stride, 1)

    def __call__(self, x: Tensor) -> Tensor:
        return tensor.max_pool2d(x, self.kernel, self.stride)

    def result_shape(self, shape: Shape) -> Shape:
        if len(shape) != 3:
            raise ValueError("expected images of channels, rows and columns")
        return (shape[0], *_places(shape[1:], self.kernel, self.stride, 0))

    def __repr__(self) -> str:
        return f"MaxPool2D({self.kernel})"


def _places(sizes: Shape, kernel: int, stride: int, padding: int) -> Shape:
    """How often a kernel fits along each axis."""
    if min(sizes) + 2 * padding < kernel:
        raise ValueError(f"expected at least {kernel - 2 * padding} rows and columns")
    return tuple((size + 2 * padding - kernel) // stride + 1 for size in sizes)
