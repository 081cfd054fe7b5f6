"""Every gradient of a training is proved, at its first, a middle and its last step.

Then one pullback is broken on purpose. The loss still goes down, as it often does with a wrong
gradient, and the verifier says which operation it is.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from sklearn.datasets import load_digits

from zenverify import RefutedError, Tensor, verify
from zenverify.nn import Adam, Flatten, Linear, Model, Tanh, categorical_crossentropy
from zenverify.tensor import OPERATIONS


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images (1797, 8, 8) from 0 to 1, in random order, and their classes."""
    loaded = load_digits()
    order = np.random.default_rng(0).permutation(len(loaded.images))
    return loaded.images[order] / 16, loaded.target[order]


def network() -> Model:
    layers = [Flatten(), Linear(64, 64), Tanh(), Linear(64, 10)]
    return Model(layers, categorical_crossentropy, Adam(0.003))


def train(
    model: Model,
    images: np.ndarray,
    classes: np.ndarray,
    batches: np.ndarray,
    hook: Callable[[int, Tensor], object],
) -> list[float]:
    """One batch after the other; the loss of each."""
    return [model.step(images[batch], classes[batch], hook) for batch in batches]


@contextmanager
def forgotten_square() -> Iterator[None]:
    """While this lasts, the derivative of tanh is 1 - y in place of 1 - y * y."""
    right = OPERATIONS["tanh"]
    OPERATIONS["tanh"] = replace(right, pullbacks=(lambda g, y, _: g * (1 - y),))
    try:
        yield
    finally:
        OPERATIONS["tanh"] = right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    images, classes = digits()
    new, kept = np.split(np.arange(len(images)), [len(images) // 5])
    batches = np.random.default_rng(1).choice(kept, (options.steps, options.batch))
    shown = (1, (options.steps + 1) // 2, options.steps)

    def prove(step: int, loss: Tensor) -> None:
        if step not in shown:
            return
        start = time.perf_counter()
        result = verify(loss)
        if result.findings:
            raise RefutedError(step, result)
        seconds = time.perf_counter() - start
        print(f"step {step}: {result.elements:,} elements, each proved, in {seconds:.1f} s")

    def trained(hook: Callable[[int, Tensor], object]) -> None:
        model = network()
        losses = train(model, images, classes, batches, hook)
        read = np.mean(model.predict(images[new]).argmax(axis=1) == classes[new])
        print(f"loss {losses[0]:.3f} -> {np.mean(losses[-10:]):.3f}, ", end="")
        print(f"reads {read:.1%} of the new digits")

    print("With the rules as they are:")
    trained(prove)
    print("\nWith a square forgotten in the derivative of tanh:")
    with forgotten_square():
        trained(lambda *_: None)
        try:
            train(network(), images, classes, batches, prove)
        except RefutedError as error:
            finding = error.result.findings[0]
            print(f"the verifier, at step {error.step}: {finding.verdict}: {finding.blame}")


if __name__ == "__main__":
    main()
