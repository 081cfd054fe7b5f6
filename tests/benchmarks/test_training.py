import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.training import LAYERS, data, hand_written, model_of


@pytest.mark.parametrize("network", LAYERS)
def test_the_hand_written_network_is_the_same_one(network: str) -> None:
    model = model_of(network)
    step = hand_written(network)
    for _ in range(4):
        assert step() == pytest.approx(model.step(*data(network)), rel=1e-12)


def test_it_prints_ratios() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.training", "--steps", "1"],
        capture_output=True,
        text=True,
        check=True,
    )
    ratios = re.findall(r"^(MLP|CNN|RNN) +([\d.]+) +1\.00 +([\d.]+)", done.stdout, re.MULTILINE)
    assert [name for name, _, _ in ratios] == ["MLP", "CNN", "RNN"]
    assert all(np.isfinite(float(ratio)) for _, _, ratio in ratios)
