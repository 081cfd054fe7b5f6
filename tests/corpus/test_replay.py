import os
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.prepared import answer, tanh_entry
from zenverify.corpus.entry import Entry, EntryStatus
from zenverify.corpus.files import find_entries
from zenverify.corpus.parallel import replay_in_processes
from zenverify.corpus.replay import ReplayStatus, replay
from zenverify.corpus.writing import write_entry
from zenverify.engines import registry
from zenverify.engines.protocol import Engine
from zenverify.errors import UsageError
from zenverify.verification.verdict import Blame, Verdict
from zenverify.verification.verify import CaseResult


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_entry(tmp_path / "below", tanh_entry())


@pytest.fixture
def zen() -> Engine:
    return registry.load("zen")


OTHERWISE = (
    "it fails in another way than is known "
    "(ENGINE_WRONG: tanh, argument 0, by design (https://a.org/1))"
)


def let_every_case_have(monkeypatch: pytest.MonkeyPatch, result: CaseResult) -> None:
    monkeypatch.setattr("zenverify.corpus.replay.verify_case", lambda engine, case: result)


def test_the_engine_of_this_package_passes(path: Path, zen: Engine) -> None:
    (outcome,) = replay([path], zen)
    assert (outcome.path, outcome.status, outcome.message) == (path, ReplayStatus.PASSED, "")


@pytest.mark.parametrize(
    "verdict, status",
    [
        (Verdict.AGREE, ReplayStatus.PASSED),
        (Verdict.ENGINE_WRONG, ReplayStatus.FAILED),
        (Verdict.CRASH, ReplayStatus.FAILED),
        (Verdict.UNSUPPORTED, ReplayStatus.UNDECIDED),
        (Verdict.DIFFERENCE_UNRELIABLE, ReplayStatus.UNDECIDED),
    ],
)
def test_agreement_is_the_only_pass(
    path: Path, zen: Engine, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, status: ReplayStatus
) -> None:
    let_every_case_have(monkeypatch, answer(verdict))
    (outcome,) = replay([path], zen)
    assert (outcome.status, outcome.verdict) == (status, verdict)


@pytest.mark.parametrize(
    "result, message",
    [
        (answer(Verdict.ENGINE_WRONG, said="tanh is off", noted="not this"), "tanh is off"),
        (answer(Verdict.UNSUPPORTED, noted="no tanh"), "no tanh"),
        (answer(Verdict.TIMEOUT), "the verdict is TIMEOUT"),
    ],
)
def test_the_message_says_what_is_wrong(
    path: Path, zen: Engine, monkeypatch: pytest.MonkeyPatch, result: CaseResult, message: str
) -> None:
    let_every_case_have(monkeypatch, result)
    assert [outcome.message for outcome in replay([path], zen)] == [message]


@pytest.mark.parametrize(
    "result, status, message",
    [
        (
            answer(Verdict.ENGINE_WRONG, said="off"),
            ReplayStatus.OPEN,
            "by design (https://a.org/1)",
        ),
        (answer(Verdict.INACCURATE, said="off"), ReplayStatus.OPEN, "by design (https://a.org/1)"),
        (
            answer(Verdict.CRASH, said="broken"),
            ReplayStatus.FAILED,
            f"{OTHERWISE}: broken",
        ),
        (
            answer(Verdict.ENGINE_WRONG, said="off", blame=Blame(1, "exp", 0, "always")),
            ReplayStatus.FAILED,
            f"{OTHERWISE}: off",
        ),
        (
            answer(Verdict.AGREE),
            ReplayStatus.GONE,
            "it passes now, and was known to fail: by design (https://a.org/1)",
        ),
        (answer(Verdict.UNSUPPORTED, said="no tanh"), ReplayStatus.UNDECIDED, "no tanh"),
    ],
)
def test_what_is_open_must_fail(
    tmp_path: Path,
    zen: Engine,
    monkeypatch: pytest.MonkeyPatch,
    result: CaseResult,
    status: ReplayStatus,
    message: str,
) -> None:
    said: dict[str, Any] = {
        "status": EntryStatus.OPEN,
        "reason": "by design",
        "link": "https://a.org/1",
    }
    path = write_entry(tmp_path, changed(tanh_entry(), **said))
    let_every_case_have(monkeypatch, result)
    (outcome,) = replay([path], zen)
    assert (outcome.status, outcome.message) == (status, message)


def test_a_malformed_file_does_not_stop_the_rest(path: Path, zen: Engine) -> None:
    bad = path.with_name("a.json")
    bad.write_text("[]")
    first, second = replay([path.parent], zen)
    assert (first.path, first.status, first.verdict) == (bad, ReplayStatus.MALFORMED, None)
    assert first.message == "expected an object, got list"
    assert second.status is ReplayStatus.PASSED


def test_a_file_that_cannot_be_opened_is_malformed(
    path: Path, zen: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Entry:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("zenverify.corpus.replay.read_entry", refuse)
    (outcome,) = replay([path], zen)
    assert (outcome.status, outcome.message) == (ReplayStatus.MALFORMED, "Permission denied")


def test_directories_are_searched_in_order(path: Path) -> None:
    root = path.parents[1]
    (root / "b.json").touch()
    (root / "notes.txt").touch()
    (root / "c.json").mkdir()
    assert list(find_entries([root])) == [(root / "b.json", ""), (path, "")]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing: no such file or directory"):
        list(find_entries([tmp_path / "missing"]))


def test_links_fifos_and_devices_are_told_and_the_rest_is_replayed(path: Path, zen: Engine) -> None:
    folder = path.parent
    outside = folder.parent / "outside.json"
    outside.write_bytes(path.read_bytes())
    os.mkfifo(folder / "a.json")
    (folder / "b.json").symlink_to(outside)
    (folder / "c.json").symlink_to(folder / "c.json")
    (folder / "d").symlink_to(folder)
    (folder / "e.json").symlink_to("/dev/zero")
    (folder / "f.json").symlink_to(path)
    (folder / "other").symlink_to("/nowhere")
    said = {one.path.name: one.message for one in replay([folder], zen)}
    assert said.pop(path.name) == said.pop("f.json") == ""
    assert said == {
        "a.json": "expected a file, got a FIFO",
        "b.json": f"a link that leads out of {folder}",
        "c.json": "a link that leads nowhere",
        "d": "a link to a folder, which is not followed",
        "e.json": f"a link that leads out of {folder}",
    }
    (device,) = replay([Path("/dev/zero")], zen)
    assert device.message == "expected a file, got a device"


@pytest.mark.parametrize("at", ["read_entry", "verify_case"])
def test_a_fault_of_this_program_does_not_stop_the_rest(
    path: Path, zen: Engine, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(f"zenverify.corpus.replay.{at}", fail)
    first, second = replay([path, path], zen)
    assert first.status is second.status is ReplayStatus.ERROR
    assert "ZeroDivisionError: by zero" in first.message


def test_several_processes_say_the_same_in_the_same_order(path: Path, zen: Engine) -> None:
    for number in range(40):
        path.with_name(f"bad{number:02}.json").write_text("[]")
    path.with_name("link.json").symlink_to("nowhere")
    expected = list(replay([path.parent], zen))
    assert [one.status for one in expected].count(ReplayStatus.PASSED) == 1
    assert list(replay_in_processes([path.parent], "zen", 2)) == expected


def test_a_process_that_is_ended_is_told(tmp_path: Path, path: Path) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os\ndef engine():\n    os._exit(1)\n")
    with pytest.raises(UsageError, match="a process that replays was ended, by a signal or for"):
        list(replay_in_processes([path], f"{dying}:engine", 1))
