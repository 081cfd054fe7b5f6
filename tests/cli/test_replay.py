import json
from pathlib import Path

import pytest

from tests.cli.prepared import Zenverify
from tests.corpus.prepared import MESSAGE, answer, tanh_entry
from zenverify.corpus.writing import write_entry
from zenverify.verification.verdict import Verdict


@pytest.fixture
def entry(directory: Path) -> Path:
    return write_entry(directory / "corpus", tanh_entry())


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    result = answer(Verdict.ENGINE_WRONG, said=MESSAGE)
    monkeypatch.setattr("zenverify.corpus.replay.verify_case", lambda engine, case: result)


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    result = answer(Verdict.UNSUPPORTED, said="the engine has no tanh")
    monkeypatch.setattr("zenverify.corpus.replay.verify_case", lambda engine, case: result)


def test_a_corpus_that_passes(zenverify: Zenverify, entry: Path) -> None:
    done = zenverify("replay")
    assert (done.code, done.out, done.err) == (0, "", "1 entry: 1 passed\n")


def test_verbose_names_what_passes(zenverify: Zenverify, entry: Path) -> None:
    assert zenverify("replay", "-v").out == f"passed: corpus/zen/{entry.name}\n"


@pytest.mark.usefixtures("failing")
def test_an_entry_that_fails(zenverify: Zenverify, entry: Path) -> None:
    done = zenverify("replay", "-q")
    assert (done.code, done.err) == (1, "")
    assert done.out == f"failed: corpus/zen/{entry.name}: {MESSAGE}\n"


def test_a_malformed_file_does_not_stop_the_others(zenverify: Zenverify, entry: Path) -> None:
    entry.with_name("a.json").write_text("{")
    done = zenverify("replay")
    assert done.code == 2
    assert done.out.startswith("malformed: corpus/zen/a.json: not JSON")
    assert done.err == "2 entries: 1 passed, 1 malformed\n"


@pytest.mark.usefixtures("undecided")
def test_an_entry_that_cannot_be_decided_is_no_pass(zenverify: Zenverify, entry: Path) -> None:
    done = zenverify("replay")
    assert done.code == 2
    assert done.out == f"undecided: corpus/zen/{entry.name}: the engine has no tanh\n"


@pytest.mark.usefixtures("undecided")
def test_strict_fails_what_cannot_be_decided(zenverify: Zenverify, entry: Path) -> None:
    assert zenverify("replay", "--strict").code == 1


def test_an_empty_corpus_is_no_pass(zenverify: Zenverify, directory: Path) -> None:
    (directory / "corpus").mkdir()
    done = zenverify("replay")
    assert (done.code, done.err) == (2, "0 entries: nothing was replayed\n")


@pytest.mark.usefixtures("failing")
def test_json_ends_with_the_counts(zenverify: Zenverify, entry: Path) -> None:
    done = zenverify("replay", "--json", "corpus")
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {
            "event": "EntryReplayed",
            "path": f"corpus/zen/{entry.name}",
            "status": "failed",
            "verdict": "ENGINE_WRONG",
            "message": MESSAGE,
        },
        {
            "event": "ReplayFinished",
            "passed": 0,
            "failed": 1,
            "open": 0,
            "gone": 0,
            "undecided": 0,
            "malformed": 0,
            "error": 0,
            "exit_code": 1,
        },
    ]
