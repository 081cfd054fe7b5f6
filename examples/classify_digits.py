"""A convolutional network learns to read digits; then every gradient of its loss is proved.

The digits are drawn here: a glyph of three by five pixels, somewhere in an image of eight by
eight, under noise. The network is trained with momentum on `zenverify.Tensor`, and the loss of a
few images is handed to `zenverify.verify`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zenverify import Tensor, verify
from zenverify.tensor import conv2d, log_softmax, relu, softmax

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

ROWS = """\
### .#. ### ### #.# ### ### ### ### ###
#.# ##. ..# ..# #.# #.. #.. ..# #.# #.#
#.# .#. ### ### ### ### ### ..# ### ###
#.# .#. #.. ..# ..# ..# #.# ..# #.# ..#
### ### ### ### ..# ### ### ..# ### ###
"""
GLYPHS = np.array([[list(glyph) for glyph in row.split()] for row in ROWS.splitlines()]) == "#"
GLYPHS = GLYPHS.transpose(1, 0, 2)
"""Which pixels each digit covers, (10, 5, 3)."""

SIZE = 8
KERNELS = 10
STEPS = 400
BATCH = 64


def draw_digits(random: np.random.Generator, count: int) -> tuple[Array, Labels]:
    """Noisy images (count, 1, SIZE, SIZE), and the digit that each shows."""
    images = 0.1 * random.normal(size=(count, 1, SIZE, SIZE))
    labels = random.integers(0, 10, count)
    for image, label in zip(images, labels, strict=True):
        top, left = random.integers(0, SIZE - 5), random.integers(0, SIZE - 3)
        image[0, top : top + 5, left : left + 3] += GLYPHS[label]
    return images, labels


class Classifier:
    """Convolution, relu, a layer of 48 units, relu, and one score per digit."""

    def __init__(self, random: np.random.Generator) -> None:
        features = KERNELS * (SIZE - 2) ** 2
        self.kernels = Tensor(random.normal(size=(KERNELS, 1, 3, 3)) / 3)
        self.hidden = Tensor(random.normal(size=(features, 48)) * np.sqrt(2 / features))
        self.hidden_bias = Tensor(np.zeros(48))
        self.scores = Tensor(random.normal(size=(48, 10)) * np.sqrt(2 / 48))
        self.scores_bias = Tensor(np.zeros(10))

    @property
    def parameters(self) -> list[Tensor]:
        return [self.kernels, self.hidden, self.hidden_bias, self.scores, self.scores_bias]

    def __call__(self, images: Array) -> Tensor:
        features = relu(conv2d(images, self.kernels)).reshape(len(images), -1)
        return relu(features @ self.hidden + self.hidden_bias) @ self.scores + self.scores_bias


class Momentum:
    """Gradient descent whose steps carry on: Polyak's heavy ball (1964)."""

    def __init__(self, parameters: Sequence[Tensor], rate: float, keep: float = 0.9) -> None:
        self.parameters = parameters
        self.rate = rate
        self.keep = keep
        self.velocities = [np.zeros(parameter.shape) for parameter in parameters]

    def step(self) -> None:
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            velocity *= self.keep
            velocity -= self.rate * parameter.gradient
            parameter.value = parameter.value + velocity


def cross_entropy(scores: Tensor, labels: Labels) -> Tensor:
    """The mean of -log p(label)."""
    return -log_softmax(scores)[np.arange(len(labels)), labels].mean()


def main() -> None:
    random = np.random.default_rng(0)
    network = Classifier(random)
    optimiser = Momentum(network.parameters, rate=0.05)
    for step in range(1, STEPS + 1):
        images, labels = draw_digits(random, BATCH)
        loss = cross_entropy(network(images), labels)
        loss.zero_gradients()
        loss.get_gradients()
        optimiser.step()
        if step == 1 or step % 100 == 0:
            print(f"step {step:3}  loss {float(loss.value):.4f}")
    images, labels = draw_digits(random, 500)
    read = softmax(network(images)).value.argmax(axis=1)
    print(f"reads {np.mean(read == labels):.1%} of 500 new images")
    print()
    print(verify(cross_entropy(network(images[:4]), labels[:4])))


if __name__ == "__main__":
    main()
