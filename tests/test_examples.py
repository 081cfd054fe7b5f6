"""The examples run, at a small setting; their networks learn, and their gradients are right."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTED = {"digits", "sine_rnn", "verify_training"}


def output_of(name: str, directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py"), *arguments],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested() -> None:
    tested = {*TESTED, "micrograd_engine"}  # the engine: tests/engines/test_scalars.py
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == tested


def test_digits(tmp_path: Path) -> None:
    printed = output_of("digits", tmp_path, "--epochs", "4")
    read = [float(share) for share in re.findall(r"reads ([\d.]+)%", printed)]
    assert len(read) == 2
    assert min(read) > 90
    assert printed.count("s per epoch") == 2


def test_sine_rnn(tmp_path: Path) -> None:
    printed = output_of("sine_rnn", tmp_path, "--epochs", "9", "--picture", "wave.svg")
    first, last = re.search(r"loss (\S+) -> (\S+)", printed).groups()  # type: ignore[union-attr]
    assert float(last) < 1e-3 < float(first)
    assert (tmp_path / "wave.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert [path.name for path in tmp_path.iterdir()] == ["wave.svg"]


def test_verify_training(tmp_path: Path) -> None:
    printed = output_of("verify_training", tmp_path, "--steps", "60", "--batch", "6")
    assert printed.count("each proved") == 3
    first, last = map(float, re.findall(r"loss (\S+) -> (\S+),", printed)[-1])
    assert last < first  # with the wrong rule
    assert printed.rstrip().endswith("ENGINE_WRONG: tanh, argument 0")
