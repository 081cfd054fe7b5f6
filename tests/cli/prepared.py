"""Prepared events, and the stand-in of a campaign that yields them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.workers import Workers
from zenverify.verification.events import (
    Bucket,
    CaseVerified,
    Event,
    FailureFound,
    FailureMinimised,
    Finding,
    RunFinished,
    RunStarted,
)
from zenverify.verification.verdict import Blame, Verdict

SEED = 42


@dataclass(frozen=True)
class Done:
    """What a call of the program left behind."""

    code: int
    out: str
    err: str


Zenverify = Callable[..., Done]


class FakeCampaign:
    """Stands where `campaign.run` stands: keeps the options, and yields prepared events."""

    def __init__(self) -> None:
        self.options: list[CampaignOptions] = []
        self.workers: list[Workers | None] = []
        self.events: Callable[[], Iterator[Event]] = clean_run

    def __call__(
        self, engine: Any, options: CampaignOptions, workers: Workers | None = None
    ) -> Iterator[Event]:
        self.options.append(options)
        self.workers.append(workers)
        return self.events()


def small_case() -> Case:
    build = GraphBuilder()
    build.apply("sum", build.apply("tanh", build.variable((2,))), axis=None, keepdims=False)
    return Case(build.graph(), (np.array([0.5, -1.0]),), np.array(1.0))


FINDING = Finding(
    Verdict.ENGINE_WRONG,
    Blame(1, "tanh", 0, "always"),
    "local adjoint",
    "the gradient of tanh is off by [1e9] units",
)


def started() -> RunStarted:
    return RunStarted("zen", "0.1.0", "0.1.0", SEED, ("sum", "tanh"))


def verified(number: int, verdict: Verdict = Verdict.AGREE, notes: tuple[str, ...] = ()) -> Event:
    coverage = (("tanh", "seen", 1), ("sum", "broadcast", 2))
    return CaseVerified(number, verdict, 2, 3, 5, "", coverage, 1.5, notes)


def finished(
    stop_reason: str = "finished", exit_code: int = 0, buckets: tuple[Bucket, ...] = ()
) -> RunFinished:
    return RunFinished(
        stop_reason=stop_reason,
        exit_code=exit_code,
        cases=1200,
        nodes=3600,
        elements=6000,
        seconds=12.5,
        seed=SEED,
        buckets=buckets,
        coverage={"tanh": {"seen": 1200}, "sum": {"seen": 7, "broadcast": 2400}},
        verdicts={"AGREE": 1197, "UNSUPPORTED": 3},
        unsupported=("conv2d",),
        worst_units=2.75,
        notes={"difference unreliable near x = 0": 2},
    )


def clean_run() -> Iterator[Event]:
    yield started()
    yield verified(1)
    yield finished()


def found() -> FailureFound:
    return FailureFound(FINDING.bucket, 17, FINDING, small_case())


def minimised() -> FailureMinimised:
    path = "corpus/zen-tanh.json"
    return FailureMinimised(FINDING.bucket, FINDING, small_case(), 20, 45, (), path)


def failing_run() -> Iterator[Event]:
    yield started()
    yield verified(1)
    yield verified(17, Verdict.ENGINE_WRONG)
    yield found()
    yield minimised()
    path = "corpus/zen-tanh.json"
    bucket = Bucket(FINDING.bucket, FINDING, small_case(), 12, 17, path)
    yield finished(exit_code=1, buckets=(bucket,))
