"""How long a step of training takes: `zenverify.nn`, the same network by hand in NumPy, and torch.

``python -m benchmarks.training [--steps N]`` prints, for three networks, the time of a step as a
multiple of the hand-written one's, each the median of alternating rounds in one process. torch,
eager and on one thread, is there where it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported

import numpy as np

from zenverify.nn import (
    MSE,
    RNN,
    SGD,
    Conv2D,
    Flatten,
    Layer,
    Linear,
    MaxPool2D,
    Model,
    ReLU,
    categorical_crossentropy,
)

Array = np.ndarray
Step = Callable[[], object]
RATE = 0.01
ROUNDS = 7


def data(name: str) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    if name == "RNN":
        return random.normal(size=(32, 50, 1)), random.normal(size=(32, 1))
    images = random.normal(size=(128, 64) if name == "MLP" else (128, 1, 8, 8))
    return images, random.integers(0, 10, 128)


LAYERS: dict[str, Callable[[], list[Layer]]] = {
    "MLP": lambda: [Linear(64, 64), ReLU(), Linear(64, 10)],
    "CNN": lambda: [
        Conv2D(1, 16, padding=1),
        ReLU(),
        Conv2D(16, 32),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Linear(288, 10),
    ],
    "RNN": lambda: [RNN(1, 24), Linear(24, 1)],
}


def model_of(name: str) -> Model:
    return Model(LAYERS[name](), MSE if name == "RNN" else categorical_crossentropy, SGD(RATE))


# ---- by hand ----


def hand_written(name: str) -> Step:
    x, y = data(name)
    values = {name: np.array(p.value) for name, p in model_of(name).parameters.items()}
    gradients = {"MLP": _perceptron, "CNN": _convolutional, "RNN": _recurrent}[name]

    def step() -> float:
        loss, slopes = gradients(values, x, y)
        for key, slope in slopes.items():
            values[key] -= RATE * slope
        return loss

    return step


def _crossentropy(scores: Array, classes: Array) -> tuple[float, Array]:
    shifted = scores - scores.max(1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(1, keepdims=True)
    rows = np.arange(len(classes))
    loss = float(np.mean(np.log(sums[:, 0]) - shifted[rows, classes]))
    g = powers / sums
    g[rows, classes] -= 1
    return loss, g / len(classes)


def _perceptron(p: dict[str, Array], x: Array, y: Array) -> tuple[float, dict[str, Array]]:
    hidden = x @ p["0.weight"] + p["0.bias"]
    active = np.maximum(hidden, 0)
    loss, g = _crossentropy(active @ p["2.weight"] + p["2.bias"], y)
    h = (g @ p["2.weight"].T) * (hidden > 0)
    return loss, {
        "0.weight": x.T @ h,
        "0.bias": h.sum(0),
        "2.weight": active.T @ g,
        "2.bias": g.sum(0),
    }


def _rows(x: Array) -> Array:
    """All 3 x 3 windows, (N, rows, columns, C * 9)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    n, c, height, width = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, height, width, c * 9)


def _convolved(x: Array, w: Array) -> tuple[Array, Array]:
    rows = _rows(x)
    products: Array = rows @ w.reshape(len(w), -1).T
    return products.transpose(0, 3, 1, 2), rows


def _to_kernels(g: Array, rows: Array, w: Array) -> Array:
    flat = g.transpose(0, 2, 3, 1).reshape(-1, len(w))
    slopes: Array = flat.T @ rows.reshape(-1, rows.shape[-1])
    return slopes.reshape(w.shape)


def _to_images(g: Array, w: Array) -> Array:
    padded = np.pad(g, ((0, 0), (0, 0), (2, 2), (2, 2)))
    return _convolved(padded, w[:, :, ::-1, ::-1].swapaxes(0, 1))[0]


def _convolutional(p: dict[str, Array], x: Array, y: Array) -> tuple[float, dict[str, Array]]:
    first, rows = _convolved(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), p["0.weight"])
    first = first + p["0.bias"]
    active = np.maximum(first, 0)
    second, more = _convolved(active, p["2.weight"])
    second = second + p["2.bias"]
    top = np.maximum(second, 0)
    n, c, height, width = top.shape
    blocks = top.reshape(n, c, height // 2, 2, width // 2, 2)
    largest = blocks.max((3, 5), keepdims=True)
    flat = largest.reshape(n, -1)
    loss, g = _crossentropy(flat @ p["6.weight"] + p["6.bias"], y)
    tied = blocks == largest
    h = (g @ p["6.weight"].T).reshape(largest.shape) * (tied / tied.sum((3, 5), keepdims=True))
    h = h.reshape(top.shape) * (second > 0)
    lower = _to_images(h, p["2.weight"]) * (first > 0)
    return loss, {
        "0.weight": _to_kernels(lower, rows, p["0.weight"]),
        "0.bias": lower.sum((0, 2, 3))[:, None, None],
        "2.weight": _to_kernels(h, more, p["2.weight"]),
        "2.bias": h.sum((0, 2, 3))[:, None, None],
        "6.weight": flat.T @ g,
        "6.bias": g.sum(0),
    }


def _recurrent(p: dict[str, Array], x: Array, y: Array) -> tuple[float, dict[str, Array]]:
    states = [np.zeros((len(x), 24))]
    for t in range(x.shape[1]):
        seen = x[:, t] @ p["0.reading"] + states[-1] @ p["0.recurring"] + p["0.bias"]
        states.append(np.tanh(seen))
    apart = states[-1] @ p["1.weight"] + p["1.bias"] - y
    g = 2 * apart / apart.size
    slopes = {name: np.zeros_like(value) for name, value in p.items()}
    slopes["1.weight"] = states[-1].T @ g
    slopes["1.bias"] = g.sum(0)
    h = g @ p["1.weight"].T
    for t in range(x.shape[1] - 1, -1, -1):
        h = h * (1 - states[t + 1] ** 2)
        slopes["0.reading"] += x[:, t].T @ h
        slopes["0.recurring"] += states[t].T @ h
        slopes["0.bias"] += h.sum(0)
        h = h @ p["0.recurring"].T
    return float(np.mean(apart**2)), slopes


# ---- ours, and torch ----


def ours(name: str) -> Step:
    model = model_of(name)
    x, y = data(name)
    return lambda: model.step(x, y)


def torch_eager(name: str) -> Step:
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    x, y = (torch.tensor(array) for array in data(name))
    recurrent: Any = nn.RNN(1, 24, batch_first=True)
    head: Any = nn.Linear(24, 1)
    layers: dict[str, Callable[[], Any]] = {
        "MLP": lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)),
        "CNN": lambda: nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(288, 10),
        ),
        "RNN": lambda: nn.ModuleList([recurrent, head]),
    }
    module = layers[name]()
    loss_of: Any = nn.MSELoss() if name == "RNN" else nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(module.parameters(), lr=RATE)

    def step() -> None:
        result = head(recurrent(x)[0][:, -1]) if name == "RNN" else module(x)
        optimiser.zero_grad()
        loss_of(result, y).backward()
        optimiser.step()

    return step


def seconds(step: Step, steps: int) -> float:
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20, help="steps of a round")
    steps = parser.parse_args().steps
    makers = {"NumPy by hand": hand_written, "zenverify.nn": ours}
    if importlib.util.find_spec("torch") is not None:
        makers["torch eager"] = torch_eager
    print(f"{'network':<8} {'ms by hand':>11}", *(f"{name:>14}" for name in makers))
    for network in LAYERS:
        made = {name: make(network) for name, make in makers.items()}
        times: dict[str, list[float]] = {name: [] for name in made}
        for step in made.values():
            seconds(step, 3)
        for _ in range(ROUNDS):
            for name, step in made.items():
                times[name].append(seconds(step, steps))
        hand = times["NumPy by hand"]
        ratios = [median(a / b for a, b in zip(times[name], hand, strict=True)) for name in made]
        print(f"{network:<8} {1e3 * median(hand):>11.3f}", *(f"{ratio:>14.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
