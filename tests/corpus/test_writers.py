"""Many writers of one corpus, killed ones, and branches that are merged: nothing is lost."""

import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus.test_entry import make_case, make_entry
from zenverify.corpus.entry import read_entry
from zenverify.corpus.writing import write_entry

ROOT = Path(__file__).parents[2]
GIT = shutil.which("git") or ""

WRITER = """
import sys
from pathlib import Path
from tests.corpus.test_entry import make_case, make_entry
from zenverify.corpus.writing import write_entry
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    print(write_entry(Path(sys.argv[1]), make_entry(make_case(float(number)))), flush=True)
"""


def writer(corpus: Path, start: int, end: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(corpus), str(start), str(end)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_four_processes_that_write_one_bucket_lose_nothing(tmp_path: Path) -> None:
    # Each of the 240 cases is written by two of the four.
    spans = [(0, 120), (60, 180), (120, 240), (0, 60), (180, 240)]
    written = [writer(tmp_path, *span) for span in spans]
    for process in written:
        process.communicate()
        assert process.returncode == 0
    entries = list((tmp_path / "zen").iterdir())
    assert len(entries) == 240
    assert len({read_entry(path).case.to_json() for path in entries}) == 240


def test_a_writer_that_is_killed_leaves_whole_files_only(tmp_path: Path) -> None:
    for number in range(8):
        process = writer(tmp_path, 10_000 * number, 10_000 * (number + 1))
        assert process.stdout is not None
        reported = [process.stdout.readline().strip()]
        time.sleep(random.random() / 10)
        process.kill()
        reported += process.communicate()[0].split("\n")[:-1]
        assert all(Path(path).is_file() for path in reported)
    for path in (tmp_path / "zen").glob("*.json"):
        read_entry(path)


def test_what_killed_writers_left_behind_is_removed_after_an_hour(tmp_path: Path) -> None:
    folder = write_entry(tmp_path, make_entry()).parent
    old, fresh = folder / ".0.zenverify-tmp", folder / ".1.zenverify-tmp"
    for left in (old, fresh):
        left.write_text("half an ent")
    os.utime(old, (time.time() - 4000,) * 2)
    write_entry(tmp_path, make_entry(make_case(0.2)))
    assert (old.exists(), fresh.exists()) == (False, True)


def test_equal_cases_are_one_file_and_what_people_added_stays(tmp_path: Path) -> None:
    path = write_entry(tmp_path, make_entry(reason="seen in a release"))
    before = path.read_bytes()
    again = make_entry(reason="")
    assert write_entry(tmp_path, again) == path
    assert path.read_bytes() == before
    assert before.decode().splitlines()[-4] == ' "reason": "seen in a release",'


def test_another_verdict_on_the_same_case_is_another_file(tmp_path: Path) -> None:
    entry = make_entry()
    first = write_entry(tmp_path, entry)
    other = replace(entry, blame=replace(entry.blame, condition="always"))
    second = write_entry(tmp_path, other)
    assert first != second
    assert first.name.startswith("tanh.argument-0.")
    assert second.name.startswith("tanh.argument-0.")


def test_without_links_files_are_created_exclusively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = write_entry(tmp_path, make_entry())
    before = path.read_bytes()
    assert write_entry(tmp_path, make_entry(reason="")) == path
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(not GIT, reason="git is not installed")
def test_branches_that_found_different_cases_and_the_same_one_merge(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run([GIT, *names, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "empty")
    for branch, cases in {"one": (0.1, 0.2), "two": (0.2, 0.3)}.items():
        git("checkout", "-q", "-b", branch, "main")
        for value in cases:
            write_entry(tmp_path / "corpus", make_entry(make_case(value)))
        git("add", "corpus")
        git("commit", "-q", "-m", branch)
    git("merge", "-q", "one", "-m", "both")
    assert len(list((tmp_path / "corpus" / "zen").iterdir())) == 3
