from typing import cast

import numpy as np
import pytest

from zenverify.nn import (
    RNN,
    Conv2D,
    Flatten,
    Layer,
    Linear,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from zenverify.tensor import Tensor
from zenverify.verification.live import verify

LAYERS = [
    (Linear(3, 2), (3,)),
    (Linear(3, 2), (4, 3)),
    (RNN(2, 3), (4, 2)),
    (RNN(2, 3, sequences=True), (4, 2)),
    (Conv2D(2, 3), (2, 4, 5)),
    (Conv2D(2, 3, kernel=2, stride=2, padding=1), (2, 4, 5)),
    (MaxPool2D(), (2, 4, 5)),
    (MaxPool2D(3, stride=1), (2, 4, 5)),
    (Flatten(), (2, 3, 4)),
    (ReLU(), (3,)),
    (Tanh(), (3,)),
    (Sigmoid(), (3,)),
    (Softmax(), (3,)),
]


@pytest.mark.parametrize("layer, shape", LAYERS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_result_has_the_shape_that_the_layer_tells(
    layer: Layer, shape: tuple[int, ...], dtype: str
) -> None:
    random = np.random.default_rng(1)
    layer.initialise(random, dtype)
    result = layer(Tensor(random.normal(size=(5, *shape)).astype(dtype)))
    assert result.shape == (5, *layer.result_shape(shape))
    assert result.dtype == dtype


@pytest.mark.parametrize("layer, shape", LAYERS, ids=str)
def test_every_gradient_is_right(layer: Layer, shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(2)
    layer.initialise(random)
    result = layer(Tensor(random.normal(size=(2, *shape)))).sum()
    assert verify(result)


def test_a_recurrent_layer_is_a_loop() -> None:
    layer = RNN(2, 3, sequences=True)
    random = np.random.default_rng(3)
    layer.initialise(random)
    reading, recurring = layer.parameter("reading").value, layer.parameter("recurring").value
    x = random.normal(size=(4, 6, 2))
    state = np.zeros((4, 3))
    states = []
    for step in range(6):
        state = np.tanh(x[:, step] @ reading + state @ recurring)
        states.append(state)
    np.testing.assert_allclose(layer(Tensor(x)).value, np.stack(states, 1), rtol=1e-14)
    last = RNN(2, 3)
    last.parameters = layer.parameters
    np.testing.assert_allclose(last(Tensor(x)).value, state, rtol=1e-14)


def test_the_state_keeps_its_length_at_first() -> None:
    layer = RNN(1, 7)
    layer.initialise(np.random.default_rng(4))
    recurring = layer.parameter("recurring").value
    np.testing.assert_allclose(recurring @ recurring.T, np.eye(7), atol=1e-14)


def test_a_layer_without_parameters_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"Linear\(2, 3\): no parameters yet; put it into a Mod"):
        Linear(2, 3)(Tensor([1.0, 2.0]))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Linear(0, 2), "Linear: inputs is 0, expected an integer of at least 1"),
        (
            lambda: Linear(2, cast("int", 1.5)),
            "Linear: outputs is 1.5, expected an integer",
        ),
        (lambda: Linear(2, True), "Linear: outputs is True, expected an integer"),
        (lambda: RNN(1, 0), "RNN: units is 0, expected an integer of at least 1"),
        (lambda: Conv2D(1, 1, padding=-1), "Conv2D: padding is -1, expected an integer of at l"),
        (lambda: MaxPool2D(2, 0), "MaxPool2D: stride is 0, expected an integer of at least 1"),
    ],
)
def test_a_size_that_is_none_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
