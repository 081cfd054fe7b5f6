"""Hunting a planted fault: found or not, who is blamed, and that cases are spared."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accuracy.test_over_cases import case_of
from zenverify.engines.protocol import Engine
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case
from zenverify.verification.campaign import hunt as module
from zenverify.verification.campaign.hunt import hunt, is_blamed
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict
from zenverify.verification.verify import CaseResult, verify_case

ENGINE = ZenEngine()


def test_a_fault_is_found_in_the_first_case_that_shows_it() -> None:
    fault = find_fault(ENGINE, "tanh/0/below-5")
    cases = [case_of("tanh", 0.5), case_of("tanh", -7.0), case_of("tanh", -8.0)]
    found = hunt(ENGINE, "tanh", fault.mutant, cases)
    assert found.finding is not None
    assert (found.blamed, found.differed, found.verified, found.position) == (True, True, 1, 1)
    assert found.case is cases[1]


def test_a_fault_that_makes_no_difference_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "verify_case", None)  # nothing is verified
    fault = find_fault(ENGINE, "tanh/0/below-5")
    found = hunt(ENGINE, "tanh", fault.mutant, [case_of("tanh", 0.5), case_of("tanh", 2.0)])
    assert (found.finding, found.differed, found.verified, found.position) == (None, False, 0, 2)


def test_no_more_cases_are_verified_than_asked_for() -> None:
    fault = find_fault(ENGINE, "tanh/0/above-20")  # there, the derivative is below the error unit
    found = hunt(ENGINE, "tanh", fault.mutant, [case_of("tanh", 25.0)] * 5, most=2)
    assert (found.finding, found.differed, found.verified) == (None, True, 2)


def test_a_case_gets_probes_where_the_campaign_gives_it_probes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []

    def noted(engine: Engine, case: Case, **options: Any) -> CaseResult:
        asked.append(options["probed"])
        return verify_case(engine, case, **options)

    monkeypatch.setattr(module, "verify_case", noted)
    fault = find_fault(ENGINE, "tanh/0/above-20")
    cases = [case_of("tanh", 25.0) for _ in range(3)]
    hunt(ENGINE, "tanh", fault.mutant, cases, probed=lambda case: case is cases[1])
    assert asked == [False, True, False]


def test_an_engine_that_raises_is_verified() -> None:
    fault = find_fault(ENGINE, "multiply/each/unsummed")
    found = hunt(ENGINE, "multiply", fault.mutant, [case_of("tanh", 0.5)])
    assert not found.differed


@pytest.mark.parametrize(
    "blame, verdict, operation, argument, expected",
    [
        (Blame(1, "tanh", 0, "always"), Verdict.ENGINE_WRONG, "tanh", 0, True),
        (Blame(1, "tanh", 0, "always"), Verdict.ENGINE_WRONG, "sin", 0, False),
        (Blame(1, "add", 1, "always"), Verdict.ENGINE_WRONG, "add", 0, False),
        (Blame(1, "add", None, "always"), Verdict.CRASH, "add", 0, True),
        (Blame(1, "add", None, "always"), Verdict.ENGINE_WRONG, "add", 0, False),
        (Blame(1, "stack", 2, "always"), Verdict.ENGINE_WRONG, "stack", None, True),
        (Blame(1, "add", 0, "broadcast"), Verdict.ENGINE_WRONG, "broadcasting", None, True),
        (Blame(1, "sum", 0, "always"), Verdict.ENGINE_WRONG, "broadcasting", None, False),
        (Blame(1, "accumulation", None, "always"), Verdict.CRASH, "broadcasting", None, False),
        (Blame(1, "accumulation", None, "always"), Verdict.CRASH, "accumulation", None, True),
        (Blame(1, "add", 0, "repeated operand"), Verdict.CRASH, "accumulation", None, True),
        (Blame(1, "add", 0, "always"), Verdict.ENGINE_WRONG, "accumulation", None, False),
    ],
)
def test_who_is_blamed_rightly(
    blame: Blame, verdict: Verdict, operation: str, argument: int | None, expected: bool
) -> None:
    assert is_blamed(Finding(verdict, blame, "", ""), operation, argument) is expected
