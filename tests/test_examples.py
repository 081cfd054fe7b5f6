"""The examples run, their networks learn, and their gradients are right."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAST_LOSS_BELOW = {"classify_digits": 0.1, "fit_recurrent_network": 1e-3}


def test_every_example_is_tested() -> None:
    tested = {*LAST_LOSS_BELOW, "micrograd_engine"}  # the engine: tests/engines/test_scalars.py
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == tested


@pytest.mark.parametrize("name", LAST_LOSS_BELOW)
def test_it_learns_and_is_proved(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", done.stdout)]
    assert losses[-1] < LAST_LOSS_BELOW[name] < losses[0]
    assert "\nAGREE: " in done.stdout
    assert list(tmp_path.iterdir()) == []
