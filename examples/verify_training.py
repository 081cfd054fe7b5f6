"""Every gradient of three trainings is proved, at their first, a middle and their last step.

Then one pullback is broken on purpose. The loss still goes down, as it often does with a wrong
gradient, and the verifier says which operation it is.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
from digits import accuracy, cnn, digits, perceptron
from sine_rnn import network, wave, windows

from zenverify import RefutedError, Tensor, verify
from zenverify.nn import Adam, Flatten, Linear, Model, Tanh, categorical_crossentropy
from zenverify.output.html.pictures.curves import write_curves
from zenverify.tensor import OPERATIONS

Hook = Callable[[int, Tensor], object]


@dataclass(frozen=True)
class Training:
    """A model, its examples, and which of them each step is given."""

    make: Callable[[], Model]
    examples: tuple[np.ndarray, np.ndarray]
    batches: np.ndarray

    def run(self, hook: Hook | None = None) -> tuple[Model, list[float]]:
        """Train from the beginning: the model, and the loss of each step."""
        model, (x, y) = self.make(), self.examples
        return model, [model.step(x[batch], y[batch], hook) for batch in self.batches]


def with_tanh() -> Model:
    layers = [Flatten(), Linear(64, 64), Tanh(), Linear(64, 10)]
    return Model(layers, categorical_crossentropy, Adam(0.003))


def prove(steps: tuple[int, ...]) -> Hook:
    """A hook that verifies the whole graph of the loss at some steps."""

    def hook(step: int, loss: Tensor) -> None:
        if step not in steps:
            return
        start = time.perf_counter()
        result = verify(loss)
        if result.findings:
            raise RefutedError(step, result)
        seconds = time.perf_counter() - start
        print(f"  step {step}: {result.elements:,} elements, each proved, in {seconds:.1f} s")

    return hook


@contextmanager
def forgotten_square() -> Iterator[None]:
    """While this lasts, the derivative of tanh is 1 - y in place of 1 - y * y."""
    right = OPERATIONS["tanh"]
    OPERATIONS["tanh"] = replace(right, pullbacks=(lambda g, y, _: g * (1 - y),))
    try:
        yield
    finally:
        OPERATIONS["tanh"] = right


def smoothed(losses: list[float]) -> list[tuple[float, float]]:
    """The mean of each ten steps, by step."""
    parts = [losses[i : i + 10] for i in range(0, len(losses), 10)]
    return [
        (10 * number + len(part) / 2, float(np.mean(part))) for number, part in enumerate(parts)
    ]


def told(losses: list[float]) -> str:
    return f"loss {losses[0]:.3g} -> {np.mean(losses[-10:]):.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--picture", default="verify_training.svg", help="where to write the plot")
    options = parser.parse_args()
    read, held_out = digits(seed=0)
    heard = windows(wave(600))
    draw = np.random.default_rng(1)

    def training(make: Callable[[], Model], examples: tuple[np.ndarray, np.ndarray]) -> Training:
        batches = draw.integers(len(examples[0]), size=(options.steps, options.batch))
        return Training(make, examples, batches)

    shown = (1, (options.steps + 1) // 2, options.steps)
    trainings = {
        "a perceptron that reads digits": training(lambda: perceptron(0), read),
        "a convolutional network that reads digits": training(lambda: cnn(0), read),
        "a recurrent network that continues a wave": training(lambda: network(0), heard),
    }
    for name, one in trainings.items():
        print(f"{name}:")
        _, losses = one.run(prove(shown))
        print(f"  {told(losses)}")

    print("\nA perceptron with tanh, and with a square forgotten in the derivative of tanh:")
    one = training(with_tanh, read)
    curves = {}
    for name, rule in (("the right rule", nullcontext), ("a square forgotten", forgotten_square)):
        with rule():
            model, losses = one.run()
        curves[name] = smoothed(losses)
        print(f"  {name}: {told(losses)}, reads {accuracy(model, held_out):.1%} of the new digits")
    try:
        with forgotten_square():
            one.run(prove(shown))
    except RefutedError as error:
        finding = error.result.findings[0]
        print(f"  the verifier, at step {error.step}: {finding.verdict}: {finding.blame}")
    write_curves(
        options.picture, "The loss goes down with a wrong gradient, too", curves, across="step"
    )
    print(f"plot  {options.picture}")


if __name__ == "__main__":
    main()
