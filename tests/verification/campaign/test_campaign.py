"""Campaigns: repeatable, bounded, and never ended by a failure."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.verification.prepared import wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError, UnsupportedError, UsageError
from zenverify.graph.case import Case
from zenverify.graph.limits import Limits
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import (
    CaseVerified,
    Event,
    FailureFound,
    FailureMinimised,
    Finding,
    RunFinished,
    RunStarted,
)
from zenverify.verification.verdict import Verdict


def wrong_tanh(g: Any, y: Any, x: Any) -> Any:
    return g * (1 - y)


def finished(events: Sequence[Event]) -> RunFinished:
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last


def comparable(event: Event) -> object:
    """An event without times; cases as text."""
    match event:
        case FailureFound() | FailureMinimised():
            return repr(replace(event, case=None)), event.case.to_json()  # type: ignore[arg-type]
        case RunFinished():
            buckets = [(b.key, b.count, b.first_number, b.case.to_json()) for b in event.buckets]
            return repr(replace(event, seconds=0.0, buckets=())), buckets
    return event


def test_a_right_engine_has_a_clean_run() -> None:
    events = list(run(ZenEngine(), CampaignOptions(seed=5, graphs=120)))
    assert isinstance(events[0], RunStarted)
    verified = [event for event in events if isinstance(event, CaseVerified)]
    assert [event.number for event in verified] == list(range(1, 121))
    end = finished(events)
    assert (end.exit_code, end.stop_reason, end.cases) == (0, "finished", 120)
    assert end.verdicts == {"AGREE": 120}
    assert end.nodes == sum(event.nodes for event in verified)
    assert end.elements == sum(event.elements for event in verified)
    assert end.worst_units == max(event.worst_units for event in verified)
    assert not end.buckets
    assert len(end.coverage) > 30


def test_the_same_seed_gives_the_same_events() -> None:
    options = CampaignOptions(seed=7, graphs=150, operators=("tanh", "add", "sum", "matmul"))
    with wrong_rule("tanh", wrong_tanh):
        first, second = ([*map(comparable, run(ZenEngine(), options))] for _ in range(2))
    assert first == second
    assert any("FailureMinimised" in str(event) for event in first)


def test_different_seeds_give_different_graphs() -> None:
    first, second = (
        [*map(comparable, run(ZenEngine(), CampaignOptions(seed=seed, graphs=40)))]
        for seed in (1, 2)
    )
    assert first[1:-1] != second[1:-1]


def failing_run(keep: Any = None, graphs: int = 60) -> list[Event]:
    options = CampaignOptions(seed=1, graphs=graphs, operators=("tanh", "add", "sum"), keep=keep)
    with wrong_rule("tanh", wrong_tanh):
        return list(run(ZenEngine(), options))


def test_known_failures_do_not_end_the_run() -> None:
    events = failing_run()
    end = finished(events)
    assert (end.exit_code, end.cases) == (1, 60)
    wrong = sum(isinstance(e, CaseVerified) and e.verdict.is_failure for e in events)
    assert wrong > len(end.buckets) > 0
    assert sum(bucket.count for bucket in end.buckets) >= wrong
    for bucket in end.buckets:
        assert bucket.finding.blame.operation == "tanh"
        assert bucket.key == bucket.finding.bucket
        assert bucket.path is None


def test_each_new_failure_is_found_then_minimised() -> None:
    events = failing_run()
    for event, following in pairwise(events):
        if isinstance(following, FailureMinimised):
            assert isinstance(event, FailureFound)
            assert following.case.graph.operators <= event.case.graph.operators
    minimised = [event for event in events if isinstance(event, FailureMinimised)]
    assert len({event.bucket for event in minimised}) == len(minimised)
    for event in minimised:
        assert len(event.case.graph.operations) == 1
        assert event.evaluations > 0
        assert event.witnesses


def test_a_failure_is_kept_before_anything_else_happens(tmp_path: Path) -> None:
    kept: list[Case] = []

    def keep(finding: Finding, case: Case) -> Path:
        kept.append(case)
        return tmp_path / f"{len(kept)}.json"

    options = CampaignOptions(seed=1, graphs=60, operators=("tanh",), keep=keep)
    seen = 0
    with wrong_rule("tanh", wrong_tanh):
        for event in run(ZenEngine(), options):
            if isinstance(event, FailureMinimised):
                seen += 1
                assert kept[-1] is event.case
                assert event.path == str(tmp_path / f"{seen}.json")
            assert len(kept) == seen
    assert seen


def test_a_budget_ends_the_run() -> None:
    end = finished(list(run(ZenEngine(), CampaignOptions(seed=1, budget=0.2))))
    assert (end.stop_reason, end.exit_code) == ("budget", 0)
    assert end.cases > 0


def test_an_interrupted_run_tells_what_it_has() -> None:
    class Interrupted(ZenEngine):
        calls = 0

        def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
            Interrupted.calls += operator == "tanh"
            if Interrupted.calls > 40:
                raise KeyboardInterrupt
            return super().apply(operator, operands, attributes)

    events = list(run(Interrupted(), CampaignOptions(seed=1, operators=("tanh",))))
    end = finished(events)
    assert (end.stop_reason, end.exit_code) == ("interrupted", 130)
    assert 0 < end.cases < 40


def test_only_what_the_engine_has_is_drawn_and_the_rest_is_said() -> None:
    class Small(ZenEngine):
        operators = frozenset({"add", "tanh"})

    events = list(run(Small(), CampaignOptions(seed=1, graphs=20)))
    end = finished(events)
    assert set(end.coverage) == {"add", "tanh"}
    assert "conv2d" in end.unsupported
    assert Verdict.UNSUPPORTED not in end.verdicts


def test_operators_that_are_not_there() -> None:
    class Small(ZenEngine):
        operators = frozenset({"add"})

    with pytest.raises(GraphError, match="there is no operator 'softmx'; did you mean 'softmax'"):
        run(ZenEngine(), CampaignOptions(seed=1, operators=("softmx",)))
    with pytest.raises(UsageError, match="engine 'zen' offers none of the operators exp, tanh"):
        run(Small(), CampaignOptions(seed=1, operators=("exp", "tanh")))


def test_a_limit_is_set_unless_a_budget_is() -> None:
    assert CampaignOptions(seed=1).limit == 20_000
    assert CampaignOptions(seed=1, graphs=5, budget=1.0).limit == 5
    assert CampaignOptions(seed=1, budget=1.0).limit is None


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    options = CampaignOptions(seed=3, graphs=30)
    before = [*map(comparable, run(ZenEngine(), options))]
    monkeypatch.setenv("CI", "1")
    assert [*map(comparable, run(ZenEngine(), options))] == before


@pytest.mark.parametrize("budget", [None, 60.0])
def test_a_run_in_which_nothing_fits_the_engine_ends_and_says_why(budget: float | None) -> None:
    class Scalars(ZenEngine):
        operators = frozenset({"matmul", "conv2d"})
        limits = Limits(arrays=False)

    events = list(run(Scalars(), CampaignOptions(seed=1, budget=budget)))
    end = finished(events)
    assert (end.stop_reason, end.exit_code, end.cases) == ("limits", 2, 0)


def test_a_budget_ends_a_run_in_which_nothing_fits() -> None:
    class Scalars(ZenEngine):
        operators = frozenset({"matmul", "conv2d"})
        limits = Limits(arrays=False)

    end = finished(list(run(Scalars(), CampaignOptions(seed=1, budget=0.0))))
    assert (end.stop_reason, end.exit_code) == ("budget", 2)


def test_calls_that_are_all_refused_are_no_test() -> None:
    class Refusing(ZenEngine):
        def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
            raise UnsupportedError(operator)

    end = finished(list(run(Refusing(), CampaignOptions(seed=1, graphs=5, operators=("tanh",)))))
    assert end.verdicts == {"UNSUPPORTED": 5}
    assert (end.stop_reason, end.exit_code) == ("finished", 2)
