"""Two networks learn to read digits: a perceptron with one hidden layer, and a small CNN.

The 1,797 handwritten digits of 8 x 8 pixels come with scikit-learn
(``pip install 'zenverify[examples]'``). A fifth of them, drawn at random, is held out.
"""

from __future__ import annotations

import argparse
from statistics import mean

import numpy as np
from sklearn.datasets import load_digits

from zenverify.nn import (
    Adam,
    Conv2D,
    Flatten,
    Linear,
    MaxPool2D,
    Model,
    ReLU,
    categorical_crossentropy,
)
from zenverify.output.html.pictures.curves import write_curves

Examples = tuple[np.ndarray, np.ndarray]


def digits(seed: int) -> tuple[Examples, Examples]:
    """Images (N, 1, 8, 8) from 0 to 1 and their classes: to train with, and held out."""
    loaded = load_digits()
    images, classes = loaded.images[:, None] / 16, loaded.target
    order = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = np.split(order, [len(order) // 5])
    return (images[kept], classes[kept]), (images[held_out], classes[held_out])


def perceptron(seed: int) -> Model:
    layers = [Flatten(), Linear(64, 64), ReLU(), Linear(64, 10)]
    return Model(layers, categorical_crossentropy, Adam(0.003), seed=seed)


def cnn(seed: int) -> Model:
    layers = [
        Conv2D(1, 16, padding=1),
        ReLU(),
        Conv2D(16, 32),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Linear(288, 10),
    ]
    return Model(layers, categorical_crossentropy, Adam(0.003), seed=seed)


def accuracy(model: Model, examples: Examples) -> float:
    images, classes = examples
    return float(np.mean(model.predict(images).argmax(axis=1) == classes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="digits.svg", help="where to write the plot")
    options = parser.parse_args()
    training, held_out = digits(options.seed)
    curves = {}
    for name, model in (("MLP", perceptron(options.seed)), ("CNN", cnn(options.seed))):
        history = model.train(*training, options.epochs, batch=64, seed=options.seed)
        print(
            f"{name}  loss {history.losses[0]:.3f} -> {history.losses[-1]:.4f}"
            f"  reads {accuracy(model, held_out):.1%} of {len(held_out[0])} new digits"
            f"  {mean(history.seconds):.3f} s per epoch"
        )
        curves[name] = [(epoch + 1.0, loss) for epoch, loss in enumerate(history.losses)]
    write_curves(options.picture, "The loss of each epoch", curves, across="epoch")
    print(f"plot  {options.picture}")


if __name__ == "__main__":
    main()
