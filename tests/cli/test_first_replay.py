"""A run replays the engine's own corpus first, and accepts what its open entries record."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.prepared import (
    FINDING,
    FakeCampaign,
    Zenverify,
    failing_run,
    finished,
    small_case,
    started,
)
from tests.corpus.prepared import answer, tanh_entry
from zenverify.corpus.entry import Entry, EntryStatus
from zenverify.corpus.writing import entry_of, write_entry
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult

LINK = "https://example.org/1"
FAILS = answer(Verdict.ENGINE_WRONG, said="the gradient of tanh is wrong")
PASSES = answer(Verdict.AGREE)

Answers = Callable[[CaseResult], None]


@pytest.fixture
def every_entry(monkeypatch: pytest.MonkeyPatch) -> Answers:
    def answers(result: CaseResult) -> None:
        monkeypatch.setattr("zenverify.corpus.replay.verify_case", lambda engine, case: result)

    return answers


def opened(entry: Entry) -> Entry:
    return replace(entry, status=EntryStatus.OPEN, reason="by design", link=LINK)


def test_what_is_fixed_is_counted(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", tanh_entry())
    every_entry(PASSES)
    done = zenverify("run")
    assert (done.code, done.out) == (0, "")
    assert "corpus        1 FIXED\n" in done.err


def test_what_must_pass_and_fails_is_an_error(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    path = write_entry(directory / "corpus", tanh_entry()).relative_to(directory)
    every_entry(FAILS)
    done = zenverify("run")
    assert done.code == 1
    assert done.out == f"ERROR: {path}: the gradient of tanh is wrong\n"
    assert "corpus        1 in ERROR: must pass and fail\n" in done.err
    assert len(campaign.options) == 1  # the campaign runs all the same


def test_what_is_open_and_fails_is_as_it_should_be(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", opened(tanh_entry()))
    every_entry(FAILS)
    done = zenverify("run")
    assert (done.code, done.out) == (0, "")
    assert "corpus        1 still FAILED\n" in done.err


def test_what_is_open_and_passes_is_gone(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    path = write_entry(directory / "corpus", opened(tanh_entry())).relative_to(directory)
    every_entry(PASSES)
    done = zenverify("run")
    assert done.code == 1
    said = f"GONE: {path}: it passes now, and was known to fail: by design ({LINK})\n"
    assert done.out == said


def test_a_run_accepts_what_an_open_entry_records_and_nothing_else(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", opened(entry_of("zen", FINDING, small_case())))
    every_entry(FAILS)
    campaign.events = failing_run
    done = zenverify("run")
    assert done.code == 0
    assert f"by design ({LINK})" in done.out + done.err
    # The run draws nothing of it: that does not make it gone.
    campaign.events = lambda: iter((started(), finished()))
    assert "gone" not in zenverify("run").err
    (path,) = (directory / "corpus" / "zen").iterdir()
    path.unlink()
    campaign.events = failing_run
    assert zenverify("run").code == 1


def test_what_an_open_entry_records_is_not_written_to_a_baseline(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", opened(entry_of("zen", FINDING, small_case())))
    every_entry(FAILS)
    campaign.events = failing_run
    zenverify("run", "--write-baseline", "known.json")
    assert json.loads((directory / "known.json").read_text())["failures"] == []


def test_what_a_baseline_records_is_accepted_in_the_corpus_too(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", entry_of("zen", FINDING, small_case()))
    every_entry(FAILS)
    campaign.events = failing_run
    assert zenverify("run").code == 1
    failure = {"verdict": "ENGINE_WRONG", "operation": "tanh", "reason": "by design", "link": ""}
    data = {"format": 2, "engine": "zen", "version": "1", "failures": [failure]}
    (directory / "known.json").write_text(json.dumps(data))
    done = zenverify("run", "--baseline", "known.json")
    assert done.code == 0
    assert "corpus        1 still FAILED\n" in done.err


def test_a_malformed_file_is_told_and_stops_nothing(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path
) -> None:
    path = write_entry(directory / "corpus", tanh_entry()).relative_to(directory)
    path.write_text("{")
    done = zenverify("run")
    assert done.out.startswith(f"MALFORMED: {path}: not JSON")
    assert "corpus        1 malformed\n" in done.err
    assert len(campaign.options) == 1


def test_other_engines_entries_and_a_planted_fault_are_not_replayed(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", replace(tanh_entry(), engine="other"))
    every_entry(FAILS)
    assert zenverify("run").code == 0
    write_entry(directory / "corpus", tanh_entry())
    assert "corpus  " not in zenverify("run", "--plant", "tanh/0/sign").err


def test_json_has_an_object_per_entry(
    zenverify: Zenverify, campaign: FakeCampaign, directory: Path, every_entry: Answers
) -> None:
    write_entry(directory / "corpus", tanh_entry())
    every_entry(FAILS)
    events = [json.loads(line) for line in zenverify("run", "--json").out.splitlines()]
    assert [one["event"] for one in events][:3] == ["EntryReplayed", "ReplayFinished", "RunStarted"]
    assert (events[0]["status"], events[1]["failed"], events[1]["exit_code"]) == ("failed", 1, 1)
