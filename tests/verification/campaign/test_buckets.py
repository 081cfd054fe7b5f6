"""Buckets: one case each, the smallest; what was found is never lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.wrong_tanh import WrongTanh
from tests.verification.prepared import (
    CaseBuilder,
    finding_of,
    unary,
    wrong_rule,
    wrong_value,
)
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError
from zenverify.graph.case import Case
from zenverify.graph.graph import LeafKind
from zenverify.output.model.run import Collector, RunModel
from zenverify.verification.campaign import buckets
from zenverify.verification.campaign.buckets import Collected, collect
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.events import Event, FailureFound, FailureMinimised, Finding
from zenverify.verification.verdict import ACCUMULATION, Blame, BucketKey, Pass, Verdict
from zenverify.verification.verify import verify_case

SMALL = unary("tanh", at=0.5)
LARGE = unary("sin", "tanh", "exp", at=0.5)
OPTIONS = CampaignOptions(seed=1)


def wrong(condition: str) -> Finding:
    blame = Blame(1, "tanh", 0, condition)
    return Finding(Verdict.ENGINE_WRONG, blame, "local adjoint", f"wrong: {condition}")


@pytest.fixture
def reduction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails comes down to tanh by itself, where no condition is left."""
    monkeypatch.setattr(buckets, "reduce", lambda *_: Reduced(SMALL, wrong("always"), 3))


@pytest.mark.usefixtures("reduction")
def test_a_failure_with_the_key_of_a_minimised_bucket_is_that_buckets() -> None:
    tally = Collected()
    first = list(collect(ZenEngine(), OPTIONS, tally, LARGE, [wrong("broadcast")]))
    assert [type(event) for event in first] == [FailureFound, FailureMinimised]
    # As it came, the second one bears the name that the first one got by its reduction.
    assert list(collect(ZenEngine(), OPTIONS, tally, LARGE, [wrong("always")])) == []
    (bucket,) = tally.buckets.values()
    assert (bucket.case, bucket.count) == (SMALL, 2)


def models(events: Iterator[Event]) -> tuple[RunModel, dict[BucketKey, Case]]:
    """What is shown at the end of a run, and what each bucket was minimised to."""
    collector = Collector()
    minimised: dict[BucketKey, Case] = {}
    for event in events:
        collector.add(event)
        if isinstance(event, FailureMinimised):
            minimised[event.bucket] = event.case
        shown = {one.bucket: one.case for one in collector.model().discrepancies}
        for bucket, case in minimised.items():
            assert shown[bucket] is case
    return collector.model(), minimised


def test_the_case_that_is_shown_is_at_each_moment_the_case_that_was_kept() -> None:
    kept: dict[BucketKey, Case] = {}

    def keep(finding: Finding, case: Case) -> Path:
        kept[finding.bucket] = case
        return Path("entry.json")

    names = ("tanh", "multiply", "add", "sum")
    options = CampaignOptions(seed=3, graphs=120, operators=names, keep=keep)
    model, minimised = models(run(WrongTanh(), options))
    assert minimised == kept == {one.bucket: one.case for one in model.discrepancies}
    assert all(one.operations_before is not None for one in model.discrepancies)


@pytest.mark.parametrize("moment", ["reduce", "witnesses_of"])
def test_an_interrupt_leaves_one_case_everywhere(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(buckets, moment, interrupt)
    kept: list[Case] = []

    def keep(finding: Finding, case: Case) -> Path:
        kept.append(case)
        return Path("entry.json")

    options = CampaignOptions(seed=3, operators=("tanh",), keep=keep)
    model, minimised = models(run(WrongTanh(), options))
    assert (model.stop_reason, model.exit_code) == ("interrupted", 130)
    (shown,) = model.discrepancies
    assert [shown.case] == kept == list(minimised.values())
    assert (shown.count, shown.path) == (1, "entry.json")


@pytest.mark.parametrize("part", ["reduce", "witnesses_of"])
def test_a_reduction_that_fails_never_loses_the_finding(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise GraphError("node 3 has no tensor among its operands")

    monkeypatch.setattr(buckets, part, broken)
    model, _ = models(run(WrongTanh(), CampaignOptions(seed=3, graphs=20, operators=("tanh",))))
    assert (model.cases, model.exit_code) == (20, 1)
    assert {one.finding.blame.operation for one in model.discrepancies} == {"tanh"}
    (note,) = [note for note in model.notes if "GraphError" in note]
    said = "not minimised, since the reduction failed" if part == "reduce" else "witnesses not"
    assert note.startswith(said)


class Raising(ZenEngine):
    """Raises in functions of its own, in the forward and in the second reverse pass."""

    passes = 0

    def leaf(self, kind: LeafKind, value: Any) -> Any:
        self.passes = 0
        return super().leaf(kind, value)

    def first(self) -> None:
        [np.zeros(3).reshape(size) for size in (3, 7)]

    def second(self) -> None:
        raise LookupError

    def backward(self, root: Any, cotangent: Any) -> None:
        self.passes += 1
        if self.passes == 2:
            self.second()
        super().backward(root, cotangent)

    def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
        if operator == "sum":
            self.first()
        return super().apply(operator, operands, attributes)


def crash(case: Case) -> BucketKey:
    (finding,) = verify_case(Raising(), case).findings
    return finding.bucket


def test_a_crash_is_known_by_its_pass_its_exception_and_the_engines_function() -> None:
    build = CaseBuilder()
    build.apply("sum", build.variable([1.0, 2.0]), axis=None, keepdims=False)
    here = BucketKey(
        Verdict.CRASH, "sum", None, "always", Pass.FORWARD, "ValueError", "Raising.first"
    )
    assert crash(build.case()) == here
    assert str(here) == "CRASH: sum, forward pass, ValueError in Raising.first"


def test_what_a_second_call_raises_is_of_the_second_reverse_pass() -> None:
    key = crash(SMALL)
    assert (key.operation, key.during) == (ACCUMULATION, Pass.SECOND_REVERSE)
    assert (key.exception, key.function) == ("LookupError", "Raising.second")


def test_a_wrong_value_is_of_the_forward_pass() -> None:
    with wrong_value("exp", lambda x: np.exp(x) * 1.1):
        assert finding_of(unary("exp", at=0.5)).during is Pass.FORWARD
    with wrong_rule("exp", lambda g, y, x: g):
        assert finding_of(unary("exp", at=0.5)).during is Pass.REVERSE


def test_a_reduction_goes_from_no_crash_to_another() -> None:
    class Two(ZenEngine):
        """Raises of large operands here, of small ones there."""

        def large(self) -> None:
            raise ValueError

        def small(self) -> None:
            raise ValueError

        def apply(self, operator: str, operands: Sequence[Any], attributes: Any) -> Any:
            if operator == "tanh":
                (self.large if operands[0].shape == (3,) else self.small)()
            return super().apply(operator, operands, attributes)

    case = unary("tanh", at=[0.5, 0.25, 1.0])
    finding = finding_of(case, Two())
    assert finding.function.endswith("Two.large")
    assert reduce(Two(), case, finding).case.graph.shapes[0] == (3,)
