"""Every benchmark of `benchmarks/README.md` runs, at its smallest setting."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

SMALLEST = {
    "cards": ("--only tanh --graphs 20 --processes 1", r"^1 of 1 operations pass"),
    "compositions": ("--count 2 --seed 1", r"^2 compositions, float64, seed 1: .* 0 called wrong$"),
    "detection": ("--parts errors --graphs 1", r"^\| zenverify +\|"),
    "false_alarms": ("--graphs 10 --seeds 1", r"^false alarms: 0$"),
    "faults_found": ("--of tanh --only sign --graphs 60", r"^sign +1 +0 +1/1 +1/1"),
    "gradcheck": ("--only custom_vjp", r"^custom_vjp, float32 +passes .* ok +passes"),
    "jax_calls": ("--only jnp.tanh", r"^1 calls, float64: \{'AGREE': 1\}"),
    "killed_writers": ("--kills 10", r"^10 kills: [\d,]+ entries reported, 0 lost; "),
    "mutated_files": ("--entries 60", r"^60 entries: .* 0 traceback, .* 0 signal$"),
    "opinfo": ("--only nn.functional.softmin", r"^AGREE +\d"),
    "planted_faults": ("--only cos:", r"^derivative rule +1 +1 +1 +1"),
    "replay_time": ("--entries 20", r"^20 entries in 2 processes: "),
    "reproducers": (
        "--planted 1 --only tanh/0/sign --library --graphs 40",
        r"^1 failures: 3 of 3 scripts fail as they say, 0 not offered$",
    ),
    "right_engines": ("--graphs 5 --seed 1 --only WalksPaths", r"^WalksPaths: 5 graphs, 0 alarms$"),
    "seed_corpus": ("--of exp --cases 60 --share 0.9", r"^\d+ entries expose \d+ of \d+ faults"),
    "sensitivity": ("--graphs 2", r"^tanh off by 1e-9 behind dead relu +INACCURATE, blamed: tanh"),
    "soak": (
        "--hours 0.0003 --kind subnormal --folder {folder}",
        r"^subnormal: \d+ graphs, 0 alarms",
    ),
    "speed": ("--graphs 2 --repeats 1 --sizes 5 20", r"^ +2\d\.\d +\d\.\d +\d+ "),
    "twenty_faults": (
        "--seed 5 --graphs 60 --only tanh prefix",
        r"^2 of 2 faults named, rounds of mending: 1$",
    ),
    "wild": ("--only wrong", r"^\d+ functions, float64: 0 pass, 0 undecided; 0 alarms, 0 missed"),
    "training": ("--steps 1", r"^MLP +"),
}
"""Its arguments, and what it must print."""

NEEDED = {
    "compositions": ("torch",),
    "gradcheck": ("torch", "jax"),
    "jax_calls": ("jax",),
    "opinfo": ("torch", "expecttest"),
}


def listed() -> set[str]:
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `python -m benchmarks\.(\w+)", text, re.MULTILINE))


def test_every_script_is_listed_and_run_here() -> None:
    scripts = {
        path.stem
        for path in BENCHMARKS.glob("*.py")
        if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert scripts == listed() == set(SMALLEST)


@pytest.mark.parametrize("name", SMALLEST)
def test_it_runs(name: str, tmp_path: Path) -> None:
    for library in NEEDED.get(name, ()):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"needs {library}")
    arguments, expected = SMALLEST[name]
    arguments = arguments.replace("{folder}", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments.split()],
        capture_output=True,
        text=True,
        cwd=BENCHMARKS.parent,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(expected, done.stdout, re.MULTILINE), done.stdout


def test_where_the_time_goes_is_a_page_per_size(tmp_path: Path) -> None:
    command = ["--graphs", "1", "--repeats", "1", "--sizes", "5", "--profile", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", *command], cwd=BENCHMARKS.parent, check=True
    )
    page = (tmp_path / "5.txt").read_text(encoding="utf-8")
    assert "zenverify/verification/verify.py" in page
    assert str(BENCHMARKS.parent) not in page
