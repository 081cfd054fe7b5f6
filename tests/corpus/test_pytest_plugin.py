"""The plugin, in sessions of its own: as a user's project would load it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.corpus.prepared import tanh_entry
from zenverify.corpus.writing import write_entry

ROOT = Path(__file__).parents[2]
PLUGIN = "zenverify.corpus.pytest_plugin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project with one test of its own and a corpus of one good and one bad file."""
    write_entry(tmp_path / "corpus", tanh_entry())
    (tmp_path / "corpus" / "bad.json").write_text('{"format": 4}')
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--color=no", "-p", PLUGIN, *arguments],
        cwd=project,
        env=os.environ
        | {
            "PYTEST_ADDOPTS": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_does_nothing_unless_asked(project: Path) -> None:
    (project / "conftest.py").write_text(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    assert not {'numpy', 'sympy', 'hypothesis'} & set(sys.modules)\n"
    )
    done = run_pytest(project, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "json" not in done.stdout


def test_a_malformed_file_fails_alone(project: Path) -> None:
    done = run_pytest(project, "-v", "--zenverify-corpus=corpus")
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "format: expected 1, 2 or 3, got 4" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_configuration_file_can_ask(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nzenverify_corpus = corpus\n")
    done = run_pytest(project, "test_own.py")
    assert "1 failed, 2 passed" in done.stdout


def test_an_entry_can_be_selected(project: Path) -> None:
    done = run_pytest(project, "--zenverify-corpus=corpus", "-k", "tanh")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 2 deselected" in done.stdout


def test_one_file_can_be_named(project: Path) -> None:
    done = run_pytest(project, "--zenverify-corpus=corpus", "corpus/bad.json")
    assert "1 failed in" in done.stdout


def test_another_engine(project: Path) -> None:
    done = run_pytest(project, "--zenverify-corpus=corpus", "--zenverify-engine=zenn")
    assert "there is no engine 'zenn'; did you mean 'zen'?" in done.stdout


def test_a_corpus_that_is_not_there_is_a_usage_error(project: Path) -> None:
    done = run_pytest(project, "--zenverify-corpus=missing")
    assert done.returncode == 4
    assert "missing is no directory" in done.stderr


def test_an_installation_registers_it() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        entry_points = tomllib.load(file)["project"]["entry-points"]
    assert entry_points["pytest11"] == {"zenverify": PLUGIN}
