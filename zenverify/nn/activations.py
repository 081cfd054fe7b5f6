"""Activations as layers."""

from __future__ import annotations

from zenverify import tensor
from zenverify.nn.layer import Layer, Shape
from zenverify.tensor import Tensor


class _Activation(Layer):
    """Element by element, or along the last axis: the shape stays."""

    def result_shape(self, shape: Shape) -> Shape:
        return shape


class ReLU(_Activation):
    """max(x, 0); the slope at 0 is 1/2, as everywhere in this engine the mean of both sides."""

    def __call__(self, x: Tensor) -> Tensor:
        return tensor.relu(x)


class Tanh(_Activation):
    """The hyperbolic tangent."""

    def __call__(self, x: Tensor) -> Tensor:
        return tensor.tanh(x)


class Sigmoid(_Activation):
    """1 / (1 + exp(-x))."""

    def __call__(self, x: Tensor) -> Tensor:
        return tensor.sigmoid(x)


class Softmax(_Activation):
    """Probabilities along the last axis.

    Not before `categorical_crossentropy`, which takes logits.
    """

    def __call__(self, x: Tensor) -> Tensor:
        return tensor.softmax(x, axis=-1)
