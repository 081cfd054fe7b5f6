"""In which graphs a fault of a rule shows, and the benchmark that goes on where it stopped."""

import json
import sys
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import faults_found
from benchmarks.processes import in_processes
from benchmarks.rule_calls import Numbered, RuleCalls
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.tensor import OPERATIONS
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions


def _cases(operation: str, count: int) -> list[Numbered]:
    drawn = islice(cases_of(CampaignOptions(seed=1), (operation, "sin")), count)
    return [
        (number, case)
        for number, case in enumerate(drawn)
        if operation in case.graph.operators and len(case.graph.nodes) < 50
    ]


def test_a_fault_differs_where_its_rule_is_called_and_nowhere_else() -> None:
    cases = _cases("multiply", 60)
    calls = RuleCalls(ZenEngine(), "multiply", cases)
    right = OPERATIONS["multiply"]
    with find_fault(ZenEngine(), "multiply/0/empty").mutant.plant():
        places = list(calls.differing())
    assert OPERATIONS["multiply"] is right
    assert places
    assert all(0 in map(len_or_one, cases[place][1].values) for place in places)
    with find_fault(ZenEngine(), "multiply/0/result-for-operand").mutant.plant():
        assert list(calls.differing()) == []


def len_or_one(array: object) -> int:
    return int(getattr(array, "size", 1))


def test_calls_belong_to_an_operation_and_to_these_very_cases() -> None:
    cases = _cases("exp", 5)
    calls = RuleCalls(ZenEngine(), "exp", cases)
    assert calls.are_of("exp", cases)
    assert not calls.are_of("exp", list(cases))
    assert not calls.are_of("log", cases)


def test_several_processes_keep_the_order() -> None:
    squares = [number**2 for number in range(20)]
    assert list(in_processes(lambda number: number**2, 20, 1)) == squares
    if sys.platform != "win32":
        assert list(in_processes(lambda number: number**2, 20, 2)) == squares


def test_what_was_saved_is_not_hunted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "faults.jsonl"
    command = ["faults_found", "--of", "arcsinh", "--only", "si", "--graphs", "800"]
    monkeypatch.setattr(sys, "argv", [*command, "--no-reduce", "--save", str(saved)])
    assert faults_found.main() == 0
    lines = saved.read_text().splitlines()
    assert {"arcsinh/0/sign", "arcsinh/0/size-1"} <= {json.loads(one)["name"] for one in lines}
    saved.write_text("".join(line + "\n" for line in lines[1:]))
    monkeypatch.setattr(faults_found, "outcome_of", _not_again(json.loads(lines[0])["name"]))
    with pytest.raises(AssertionError, match="hunted"):
        faults_found.main()
    capsys.readouterr()


def _not_again(missing: str) -> object:
    def outcome_of(fault: object, *_: object, **__: object) -> None:
        assert getattr(fault, "name", "") == missing
        raise AssertionError("hunted, as it was missing")

    return outcome_of
