import json
from pathlib import Path

import pytest

from benchmarks import detection
from benchmarks.measures import own
from benchmarks.measures.faults import call, rules_with
from benchmarks.measures.hunting import search_all
from benchmarks.measures.side_by_side import OURS, compare
from benchmarks.peers.peer import Answer, Peer
from benchmarks.peers.tape import Tape
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault


class Deaf(Peer):
    """Never complains."""

    def check(self, tape: Tape) -> Answer:
        return Answer(False, 0.01)


class Anxious(Peer):
    """Always complains."""

    def check(self, tape: Tape) -> Answer:
        return Answer(True, 0.01)


DEAF, ANXIOUS = Deaf("deaf", "os", "", ""), Anxious("anxious", "os", "", "")


def test_the_same_fault_is_given_to_all_at_every_size_alone_and_masked() -> None:
    fault = find_fault(ZenEngine(), "tanh/0/sign")
    trials = list(compare([fault], [DEAF, ANXIOUS], seed=1, sizes=(4, 100)))
    assert len(trials) == 3 * 2 * 2
    for one in trials:
        assert one.found is (one.tool == OURS)
        assert one.blamed is (one.tool == OURS)
        assert one.alarm is (one.tool == "anxious")


def test_a_search_ends_with_a_find_or_with_patience() -> None:
    fault = find_fault(ZenEngine(), "tanh/0/sign")
    ours, alone, hidden = search_all([fault], [DEAF], seed=1, patience=0.035)
    assert ours.found
    assert not alone.found
    assert not hidden.found
    assert (alone.checks, alone.hidden, hidden.hidden) == (4, False, True)


def test_a_search_in_vain_costs_all_of_its_time() -> None:
    fault = find_fault(ZenEngine(), "tanh/0/sign")
    _, alone, hidden = search_all([fault], [DEAF], seed=1, patience=0.605)
    for search in (alone, hidden):
        assert not search.found
        assert search.seconds == pytest.approx(0.61)
        assert search.checks == 61


def test_false_alarms_are_no_finds() -> None:
    fault = find_fault(ZenEngine(), "tanh/0/sign")
    assert not any(one.found for one in search_all([fault], [ANXIOUS], 1, 0.02) if one.tool != OURS)


def test_calls_of_a_fault_are_kept() -> None:
    assert call("tanh", 4, 1) is call("tanh", 4, 1)
    assert rules_with(find_fault(ZenEngine(), "tanh/0/sign")).name == "tanh"


def test_it_prints_and_saves_without_any_peer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(detection, "PEERS", ())
    stem = tmp_path / "new" / "detection"
    options = ["--parts", "errors", "--graphs", "1", "--save", str(stem)]
    assert detection.main(options) == 0
    text = stem.with_suffix(".md").read_text(encoding="utf-8")
    assert "not installed" in text
    assert "| zenverify " in capsys.readouterr().out
    saved = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    assert {one["tool"] for one in saved["errors"]} == {OURS}
    assert saved["options"]["graphs"] == 1


def test_the_campaign_finds_what_it_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(own, "DEFAULT_GRAPHS", 60)
    monkeypatch.setattr(own, "TRAVERSAL", ("accumulation",))
    detection.main(["--parts", "campaign", "--every", "4000", "--alarms", "20"])
    printed = capsys.readouterr().out
    assert "False alarms without a fault: 0 in 20 graphs." in printed
    assert "| overwritten " in printed


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        detection.main(["--parts", "calls,cost"])
    assert stop.value.code == 2
    assert "--parts: there is no cost; there are campaign, calls, search, errors" in (
        capsys.readouterr().err
    )
