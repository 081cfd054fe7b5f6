import json
from collections.abc import Callable

import numpy as np
import pytest

from tests.nn.expected.optimisers import PATH, first_values, gradients
from zenverify.nn import SGD, Adam, Momentum, Optimiser, RMSProp, clip_gradients
from zenverify.tensor import Tensor

MADE: dict[str, Callable[[], Optimiser]] = {
    "SGD": lambda: SGD(0.01),
    "SGD clipped": lambda: SGD(0.01, clip=2.0),
    "Momentum": lambda: Momentum(0.01),
    "RMSProp": lambda: RMSProp(0.01),
    "Adam": lambda: Adam(0.01),
}


def with_gradients(parameters: list[Tensor], step: list[np.ndarray]) -> None:
    for parameter, gradient in zip(parameters, step, strict=True):
        parameter.zero_gradients()
        parameter.get_gradients(gradient)


@pytest.mark.parametrize("name", MADE)
def test_fifty_steps_lead_where_torch_goes(name: str) -> None:
    expected = json.loads(PATH.read_text(encoding="utf-8"))["after 50 steps"][name]
    parameters = [Tensor(value) for value in first_values()]
    optimiser = MADE[name]()
    for step in gradients():
        with_gradients(parameters, step)
        optimiser.step({"a": parameters[0], "b": parameters[1]})
    for parameter, there in zip(parameters, expected, strict=True):
        np.testing.assert_allclose(parameter.value, there, rtol=0, atol=1e-12)


def test_clipping_keeps_the_direction() -> None:
    parameters = [Tensor([0.0, 0.0]), Tensor(0.0)]
    with_gradients(parameters, [np.array([3.0, 0.0]), np.array(4.0)])
    assert clip_gradients(parameters, 1.0) == 5.0
    np.testing.assert_allclose(parameters[0].gradient, [0.6, 0.0])
    np.testing.assert_allclose(parameters[1].gradient, 0.8)
    assert clip_gradients(parameters, 2.0) == pytest.approx(1.0)
    np.testing.assert_allclose(parameters[1].gradient, 0.8)


@pytest.mark.parametrize("make", [lambda: SGD(0.0), lambda: Adam(-1.0), lambda: RMSProp(np.nan)])
def test_a_rate_is_positive(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=r"the rate is .*, expected more than 0"):
        make()


def test_a_clip_is_positive() -> None:
    with pytest.raises(ValueError, match=r"Momentum: the clip is 0.0, expected more than 0"):
        Momentum(0.1, clip=0.0)


def test_one_of_your_own_is_a_method() -> None:
    class Signs(Optimiser):
        def change(self, name: str, gradient: np.ndarray) -> np.ndarray:
            return np.asarray(-self.rate * np.sign(gradient))

    parameter = Tensor([1.0, -1.0])
    with_gradients([parameter], [np.array([5.0, -0.1])])
    Signs(0.5).step({"p": parameter})
    np.testing.assert_array_equal(parameter.value, [0.5, -0.5])
