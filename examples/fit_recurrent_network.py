"""A recurrent network learns sin(x)cos(x); then every gradient of its loss is proved.

The network reads ten samples of the wave and predicts the next one. It is trained with Adam on
`zenverify.Tensor`, and the loss of the trained network is handed to `zenverify.verify`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zenverify import Tensor, verify
from zenverify.tensor import tanh

Array = NDArray[np.float64]

HIDDEN = 12
WINDOW = 10
STEPS = 400


def waves(count: int) -> tuple[Array, Array]:
    """Windows of the wave, one per row, and the sample that follows each."""
    x = np.linspace(0.0, 6.0 * np.pi, count + WINDOW)
    samples = np.sin(x) * np.cos(x)
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[:count]
    return windows, samples[WINDOW:, None]


class RecurrentNetwork:
    """One layer: h becomes tanh(x U + h W + b) at each sample, and the last h gives the answer."""

    def __init__(self, random: np.random.Generator) -> None:
        scale = 1.0 / np.sqrt(HIDDEN)
        self.read = Tensor(scale * random.normal(size=(1, HIDDEN)))
        self.recur = Tensor(scale * random.normal(size=(HIDDEN, HIDDEN)))
        self.bias = Tensor(np.zeros(HIDDEN))
        self.answer = Tensor(scale * random.normal(size=(HIDDEN, 1)))

    @property
    def parameters(self) -> list[Tensor]:
        return [self.read, self.recur, self.bias, self.answer]

    def __call__(self, windows: Array) -> Tensor:
        state = Tensor(np.zeros((len(windows), HIDDEN)), trainable=False)
        for samples in windows.T:
            state = tanh(samples[:, None] @ self.read + state @ self.recur + self.bias)
        return state @ self.answer


class Adam:
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2015)."""

    def __init__(self, parameters: Sequence[Tensor], rate: float = 0.01) -> None:
        self.parameters = parameters
        self.rate = rate
        self.first = [np.zeros(p.shape) for p in parameters]
        self.second = [np.zeros(p.shape) for p in parameters]
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            gradient = parameter.gradient
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient**2 - second)
            mean = first / (1 - 0.9**self.steps)
            spread = np.sqrt(second / (1 - 0.999**self.steps))
            parameter.value = parameter.value - self.rate * mean / (spread + 1e-8)


def mean_squared_error(predicted: Tensor, wanted: Array) -> Tensor:
    return ((predicted - wanted) ** 2).mean()


def main() -> None:
    windows, following = waves(64)
    network = RecurrentNetwork(np.random.default_rng(0))
    optimiser = Adam(network.parameters)
    for step in range(1, STEPS + 1):
        loss = mean_squared_error(network(windows), following)
        loss.zero_gradients()
        loss.get_gradients()
        optimiser.step()
        if step == 1 or step % 100 == 0:
            print(f"step {step:3}  loss {float(loss.value):.6f}")
    print()
    print(verify(mean_squared_error(network(windows), following)))


if __name__ == "__main__":
    main()
