"""The plugin, in sessions of its own: as a user's project would load it."""

import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from tests.corpus.prepared import tanh_entry
from tests.corpus.test_entry import make_case, make_entry
from tests.engines.wrong_tanh import SOURCE
from zenverify.corpus.entry import EntryStatus
from zenverify.corpus.files import find_entries
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
            # Where these are set, pytest repeats each failure whole in its summary.
            "CI": "",
            "BUILD_NUMBER": "",
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


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """A project with an engine that forgot a square."""
    (tmp_path / "wrong.py").write_text(SOURCE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nzenverify_corpus = corpus\nzenverify_engine = wrong.py:WrongTanh\n"
    )
    return tmp_path


OPEN: dict[str, Any] = {
    "status": EntryStatus.OPEN,
    "reason": "by design",
    "link": "https://example.org/1",
}


def test_a_failure_shows_graph_command_program_and_report(failing: Path) -> None:
    path = write_entry(failing / "corpus", tanh_entry()).relative_to(failing)
    done = run_pytest(failing)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "ENGINE_WRONG: tanh, argument 0" in lines
    assert "    v1 = tanh(v0)    <- here" in lines
    command = f"command  zenverify replay --engine wrong.py:WrongTanh {path}"
    assert command in lines
    (report,) = [line.removeprefix("report   ") for line in lines if line.startswith("report ")]
    page = Path(unquote(urlparse(report).path))
    assert page.is_relative_to(failing / "reports" / path.stem)
    assert "tanh" in page.read_text()
    start = lines.index("program") + 1
    program = [line[4:] for line in lines[start : start + 8]]
    again = subprocess.run(
        [sys.executable, "-c", "\n".join(program)],
        cwd=failing,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout.startswith("the derivative of tanh with respect to x (argument 0)")
    assert "Traceback" not in done.stdout


def test_what_is_open_is_expected_to_fail_strictly(failing: Path) -> None:
    write_entry(failing / "corpus", replace(tanh_entry(), **OPEN))
    done = run_pytest(failing, "-rx")
    assert done.returncode == 0, done.stdout
    assert "1 xfailed" in done.stdout
    assert "by design (https://example.org/1)" in done.stdout
    done = run_pytest(failing, "--zenverify-engine=zen")
    assert done.returncode == 1
    assert "gone: it passes now, and was known to fail: by design" in done.stdout


def test_the_same_files_as_on_the_command_line(tmp_path: Path) -> None:
    corpus = tmp_path / "tests" / "corpus"
    first = write_entry(corpus / "build", tanh_entry())
    second = write_entry(corpus / "node_modules" / ".hidden", tanh_entry())
    outside = write_entry(tmp_path / "outside", tanh_entry())
    (corpus / "inside.json").symlink_to(first)
    (corpus / "outside.json").symlink_to(outside)
    (corpus / "nowhere.json").symlink_to("nothing.json")
    (corpus / "folder").symlink_to(tmp_path / "outside")
    (corpus / "notes.txt").write_text("no entry")
    expected = [path for path, _ in find_entries([corpus])]
    assert {first, second} < set(expected)
    for arguments in ((), ("tests",), ("tests/corpus",)):
        done = run_pytest(
            tmp_path, "--collect-only", "-q", "--zenverify-corpus=tests/corpus", *arguments
        )
        found = [line for line in done.stdout.splitlines() if line.endswith("::replay")]
        names = sorted(tmp_path / line.removesuffix("::replay") for line in found)
        assert names == sorted(expected), arguments
    done = run_pytest(tmp_path, "--zenverify-corpus=tests/corpus")
    assert "3 failed, 3 passed" in done.stdout
    assert f"a link that leads out of {corpus}" in done.stdout


def test_a_corpus_in_a_folder_that_pytest_skips(tmp_path: Path) -> None:
    write_entry(tmp_path / "build" / "corpus", tanh_entry())
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    (tmp_path / "build" / "test_other.py").write_text("def test_other(): pass\n")
    for arguments in ((), (".",)):
        done = run_pytest(tmp_path, "--zenverify-corpus=build/corpus", *arguments)
        assert "2 passed" in done.stdout, arguments
    done = run_pytest(tmp_path, "--zenverify-corpus=build/corpus", "build/test_other.py")
    assert "2 passed" in done.stdout


def test_several_processes_share_the_entries(failing: Path) -> None:
    for number in range(6):
        write_entry(failing / "corpus", make_entry(make_case((number + 1) / 8)))
    write_entry(failing / "corpus", replace(make_entry(make_case(0.9)), **OPEN))
    done = run_pytest(failing, "-p", "xdist", "-n", "2", "-q")
    assert "6 failed, 1 xfailed" in done.stdout, done.stdout


def test_fixtures_give_engine_and_corpora(failing: Path) -> None:
    (failing / "corpus").mkdir()
    (failing / "test_own.py").write_text(
        "def test_own(zenverify_engine, zenverify_corpus):\n"
        "    assert zenverify_engine.name == 'wrong'\n"
        "    assert [path.name for path in zenverify_corpus] == ['corpus']\n"
    )
    done = run_pytest(failing)
    assert "1 passed" in done.stdout, done.stdout
