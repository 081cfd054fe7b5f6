"""A recurrent network learns sin(x)cos(x) from windows of 50 samples, and goes on by itself.

It is trained on the first part of the wave. Then it is given one window, and each sample that it
predicts is what it reads next.
"""

from __future__ import annotations

import argparse

import numpy as np

from zenverify.nn import MSE, RNN, Adam, Linear, Model
from zenverify.output.html.pictures.curves import write_curves

WINDOW = 50
TRAINED = 600
STEP = 0.1
RATES = (0.005, 0.001, 0.0002)
"""Each for its share of the epochs: the last ones only settle."""


def wave(count: int) -> np.ndarray:
    x = STEP * np.arange(count)
    return np.asarray(np.sin(x) * np.cos(x))


def windows(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All windows (N, WINDOW, 1), and the sample that follows each, (N, 1)."""
    rows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[:-1]
    return rows[..., None], samples[WINDOW:, None]


def network(seed: int) -> Model:
    return Model([RNN(1, 24), Linear(24, 1)], MSE, Adam(RATES[0], clip=1.0), seed=seed)


def fit(model: Model, samples: np.ndarray, epochs: int, seed: int) -> list[float]:
    """Train, and return the losses of all epochs."""
    losses = []
    for rate in RATES:
        model.optimiser.rate = rate
        share = max(1, epochs // len(RATES))
        losses += model.train(*windows(samples), share, seed=seed).losses
    return losses


def go_on(model: Model, window: np.ndarray, count: int) -> np.ndarray:
    """The samples that a model predicts from its own predictions."""
    samples = list(window)
    for _ in range(count):
        seen = np.array(samples[-WINDOW:])
        samples.append(model.predict(seen[None, :, None])[0, 0])
    return np.array(samples[len(window) :])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=45)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", default="sine_rnn.svg", help="where to write the plot")
    options = parser.parse_args()
    samples = wave(TRAINED + 200)
    model = network(options.seed)
    losses = fit(model, samples[:TRAINED], options.epochs, options.seed)
    predicted = go_on(model, samples[TRAINED - WINDOW : TRAINED], 200)
    apart = np.sqrt(np.mean((predicted - samples[TRAINED:]) ** 2))
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.2e}")
    print(f"200 samples predicted from its own predictions, off by {apart:.4f} (root mean square)")
    x = STEP * np.arange(len(samples))
    first = TRAINED - 100
    write_curves(
        options.picture,
        "sin(x)cos(x): to the left of the mark it was trained, to the right it goes on by itself",
        {
            "truth": list(zip(x[first:], samples[first:], strict=True)),
            "prediction": list(zip(x[TRAINED:], predicted, strict=True)),
        },
        across="x",
        mark=float(x[TRAINED]),
    )
    print(f"plot  {options.picture}")


if __name__ == "__main__":
    main()
