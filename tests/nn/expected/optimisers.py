"""Writes what torch's optimisers do to two parameters in 50 steps: ``optimisers.json``.

Run it where torch is installed: ``python -m tests.nn.expected.optimisers``.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

STEPS = 50
PATH = Path(__file__).with_suffix(".json")


def first_values() -> list[np.ndarray]:
    random = np.random.default_rng(5)
    return [random.normal(size=(3, 2)), random.normal(size=2)]


def gradients() -> list[list[np.ndarray]]:
    """The gradients of both parameters at each step: of sizes that differ, a zero among them."""
    random = np.random.default_rng(6)
    found = []
    for _ in range(STEPS):
        first = random.normal(size=(3, 2)) * 10.0 ** random.integers(-6, 3)
        first[0, 0] = 0.0
        found.append([first, random.normal(size=2)])
    return found


def main() -> None:
    import torch

    made: dict[str, Callable[[Any], Any]] = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.01),
        "SGD clipped": lambda p: torch.optim.SGD(p, lr=0.01),
        "Momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
        "RMSProp": lambda p: torch.optim.RMSprop(p, lr=0.01),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    }
    expected = {}
    for name, make in made.items():
        parameters = [torch.nn.Parameter(torch.tensor(v)) for v in first_values()]
        optimiser = make(parameters)
        for step in gradients():
            for parameter, gradient in zip(parameters, step, strict=True):
                parameter.grad = torch.tensor(gradient)
            if name.endswith("clipped"):
                norm = float(torch.sqrt(sum((p.grad**2).sum() for p in parameters)))
                for parameter in parameters:
                    parameter.grad *= min(1.0, 2.0 / norm)
            optimiser.step()
        expected[name] = [p.detach().numpy().tolist() for p in parameters]
    text = json.dumps({"torch": torch.__version__, "after 50 steps": expected}, indent=1)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
