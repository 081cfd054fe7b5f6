"""The examples run, at a small setting; their networks learn, and their gradients are right."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTED = {"digits", "sine_rnn", "verify_training"}


def output_of(name: str, directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py"), *arguments],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested() -> None:
    tested = {*TESTED, "micrograd_engine"}  # the engine: tests/engines/test_scalars.py
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == tested


def page_of(name: str) -> str:
    return (ROOT / "examples" / f"{name}.md").read_text(encoding="utf-8")


def without_numbers(text: str) -> str:
    return re.sub(r"[\d.,]+(e[+-]\d+)?", "N", text)


@pytest.mark.parametrize("name", sorted(TESTED))
def test_every_example_has_a_page_with_its_command_and_picture(name: str) -> None:
    page = page_of(name)
    assert f"`python examples/{name}.py" in page
    assert len(re.findall(r"^!\[.+\]\(.+\.svg\)$", page, re.MULTILINE)) == 1
    for link in re.findall(r"\]\((.+?)\)", page):
        assert (ROOT / "examples" / link).is_file(), link


def holds_what_is_printed(name: str, printed: str) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", page_of(name), re.MULTILINE | re.DOTALL)
    assert without_numbers(printed) == without_numbers(shown)


def test_digits(tmp_path: Path) -> None:
    printed = output_of("digits", tmp_path, "--epochs", "4")
    read = [float(share) for share in re.findall(r"reads ([\d.]+)%", printed)]
    assert len(read) == 2
    assert min(read) > 90
    assert printed.count("s per epoch") == 2
    holds_what_is_printed("digits", printed)


def test_sine_rnn(tmp_path: Path) -> None:
    printed = output_of("sine_rnn", tmp_path, "--epochs", "9")
    first, last = re.search(r"loss (\S+) -> (\S+)", printed).groups()  # type: ignore[union-attr]
    assert float(last) < 1e-3 < float(first)
    assert (tmp_path / "sine_rnn.svg").read_text(encoding="utf-8").startswith("<svg ")
    holds_what_is_printed("sine_rnn", printed)
    assert [path.name for path in tmp_path.iterdir()] == ["sine_rnn.svg"]


def test_verify_training(tmp_path: Path) -> None:
    printed = output_of("verify_training", tmp_path, "--steps", "60", "--batch", "6")
    assert printed.count("each proved") == 9  # three networks, three steps
    trained = re.findall(r"loss (\S+) -> ([^\s,]+)", printed)
    assert len(trained) == 5
    assert all(float(last) < float(first) for first, last in trained)  # with the wrong rule too
    assert "ENGINE_WRONG: tanh, argument 0" in printed
    assert (tmp_path / "verify_training.svg").exists()
    holds_what_is_printed("verify_training", printed)
