"""The recipes for CI, run as far as they can be without a runner."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.test_entry import make_case, make_entry
from zenverify.corpus.entry import read_entry
from zenverify.corpus.writing import write_entry

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "recipes"
GIT = shutil.which("git") or ""
SMALL = ("--ops", "tanh,sum", "-n", "20", "--seed", "1", "--quiet")

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not GIT, reason="needs a POSIX shell and git"
)

ENGINE = """
import numpy as np
from zenverify.engines.zen import ZenEngine
from zenverify.tensor import Tensor


class Engine(ZenEngine):
    name = "mine"

    def apply(self, operator, operands, attributes):
        if operator != "tanh":
            return super().apply(operator, operands, attributes)
        (x,) = operands
        y = np.tanh(x.value)
        return Tensor.from_operation(y, [x], [lambda g: g * (1 - y * y)], name="tanh")
"""
BROKEN = ENGINE.replace("1 - y * y", "1 - y")


class Project:
    """A repository with an engine of its own, in which recipes are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        programs = folder / "programs"
        programs.mkdir()
        main = "import sys; from zenverify.cli.main import main; sys.exit(main())"
        program = programs / "zenverify"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{main}" "$@"\n')
        program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if "ZENVERIFY" not in name}
        self.environment = kept | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            # The script puts the project's own code before it.
            "PYTHONPATH": str(ROOT),
        }
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run([GIT, *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def commit(self, engine: str) -> None:
        (self.folder / "mine.py").write_text(engine)
        self.git("add", ".")
        self.git("commit", "-q", "-m", "engine")

    def run(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(RECIPES / script), *arguments],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_replay_fails_on_what_must_pass(project: Project) -> None:
    project.commit(BROKEN)
    done = project.run("replay.sh", "mine.py:Engine")
    assert (done.returncode, done.stdout) == (0, "there is no corpus yet: nothing to replay\n")
    write_entry(project.folder / "corpus", make_entry(make_case(0.5)))
    done = project.run("replay.sh", "mine.py:Engine", "--jobs", "2")
    assert done.returncode == 1
    assert done.stdout.startswith("failed: corpus/zen/tanh.argument-0.")
    project.commit(ENGINE)
    assert project.run("replay.sh", "mine.py:Engine").returncode == 0


def test_a_pull_request_fails_on_what_is_new(project: Project) -> None:
    project.commit(ENGINE)
    project.git("checkout", "-q", "-b", "change")
    project.commit(BROKEN)
    done = project.run("pull-request.sh", "mine.py:Engine", "main", *SMALL)
    assert done.returncode == 1, done.stdout + done.stderr
    new = [line.removeprefix("new: ") for line in done.stdout.splitlines() if "new: " in line[:5]]
    assert new
    assert all(read_entry(Path(entry)).blame.operation == "tanh" for entry in new)
    assert list((project.folder / "reports").glob("mine-*.html"))
    assert not (project.folder / "corpus").exists()
    worktrees = subprocess.run(
        [GIT, "worktree", "list"], cwd=project.folder, capture_output=True, text=True, check=True
    )
    assert worktrees.stdout.count("\n") == 1


def test_a_pull_request_does_not_fail_on_what_the_base_gets_wrong_too(project: Project) -> None:
    project.commit(BROKEN)
    project.git("checkout", "-q", "-b", "change")
    (project.folder / "README").write_text("more")
    project.commit(BROKEN)
    done = project.run("pull-request.sh", "mine.py:Engine", "main", *SMALL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong on main too, not new: " in done.stdout
    assert "\nnew: " not in done.stdout


def test_a_pull_request_that_cannot_be_verified_is_no_pass(project: Project) -> None:
    project.commit(ENGINE)
    done = project.run("pull-request.sh", "nothing.py:Engine", "main", *SMALL)
    assert done.returncode == 2
    assert "nothing.py" in done.stderr


def test_the_night_adds_what_it_finds_to_the_corpus(project: Project) -> None:
    project.commit(BROKEN)
    done = project.run("nightly.sh", "mine.py:Engine", *SMALL, CORPUS="kept", REPORTS="pages")
    assert done.returncode == 1
    assert list((project.folder / "kept" / "mine").glob("tanh.*.json"))
    assert list((project.folder / "pages").glob("*.html"))


def test_the_action_calls_the_recipe_of_its_mode(project: Project) -> None:
    project.commit(ENGINE)
    # What a step of the action sets; an input is a word, whatever stands in it.
    inputs = {"ENGINE": "mine.py:Engine", "BASE": "main", "FLAGS": " ".join(SMALL)}
    assert project.run("action.sh", **inputs, MODE="pull-request").returncode == 0
    done = project.run("action.sh", **inputs | {"FLAGS": "-q; touch owned"}, MODE="replay")
    assert done.returncode == 0
    assert not (project.folder / "owned").exists()
    done = project.run("action.sh", **inputs, MODE="nightly")
    assert done.returncode == 0, done.stderr
    done = project.run("action.sh", **inputs, MODE="now")
    assert done.returncode == 2
    assert done.stderr == "mode: expected replay, pull-request or nightly, got now\n"


def test_the_action_hands_every_input_to_its_script() -> None:
    action = _yaml(ROOT / "action.yml")
    (step,) = action["runs"]["steps"]
    assert step["run"] == '"$GITHUB_ACTION_PATH/recipes/action.sh"'
    named = {re.sub(r"^\$\{\{ inputs\.(\w+) \}\}$", r"\1", one) for one in step["env"].values()}
    assert named == set(action["inputs"])
    script = (RECIPES / "action.sh").read_text() + (RECIPES / "pull-request.sh").read_text()
    assert all(f"${name}" in script or f"${{{name}" in script for name in step["env"])


def test_the_workflow_calls_the_action_with_inputs_that_it_has() -> None:
    inputs = _yaml(ROOT / "action.yml")["inputs"]
    workflow = _yaml(ROOT / ".github" / "workflows" / "zenverify.yml")
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step["with"] for step in steps if step.get("uses") == "./"]
    assert [one["mode"] for one in ours] == ["replay", "pull-request", "nightly"]
    assert all(set(one) <= set(inputs) for one in ours)


def test_the_hooks_of_pre_commit_do_what_they_say(project: Project) -> None:
    check, replay = _yaml(ROOT / ".pre-commit-hooks.yaml")
    path = write_entry(project.folder / "corpus", make_entry(make_case(0.5)))
    name = str(path.relative_to(project.folder))
    assert re.search(check["files"], name)

    def hook(entry: str, *files: str) -> int:
        return subprocess.run(
            [*entry.split(), *files],
            cwd=project.folder,
            env=project.environment,
            capture_output=True,
            check=False,
        ).returncode

    assert hook(check["entry"], name) == 0
    canonical = path.read_bytes()
    path.write_bytes(canonical.replace(b"\n", b""))
    assert hook(check["entry"], name) == 1  # as pre-commit wants of what changes files
    assert path.read_bytes() == canonical
    assert hook(check["entry"], name) == 0
    assert hook(replay["entry"]) == 0


def _yaml(path: Path) -> Any:
    return pytest.importorskip("yaml").safe_load(path.read_text(encoding="utf-8"))
