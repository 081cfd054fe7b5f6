"""Runs as a campaign would tell them, made by hand."""

from collections.abc import Iterable

import numpy as np

from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.output.model.run import Collector, Discrepancy, RunModel
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
from zenverify.verification.verdict import Blame, Interval, Verdict, Witnesses

STARTED = RunStarted("zen", "0.1.0", "0.1.0", 42, ("multiply", "relu", "tanh"))

AGREED = CaseVerified(
    number=1,
    verdict=Verdict.AGREE,
    operations=3,
    nodes=5,
    elements=9,
    sampled="",
    coverage=(("tanh", "seen", 2), ("multiply", "broadcast", 1)),
    worst_units=1.5,
    notes=("difference unreliable: kink",),
    accuracy=(("tanh", "value", 0.5), ("multiply", "gradient", 12.0), ("tanh", "gradient", 4.0)),
)
FAILED = CaseVerified(
    number=2,
    verdict=Verdict.ENGINE_WRONG,
    operations=4,
    nodes=6,
    elements=6,
    sampled="",
    coverage=(("tanh", "seen", 1),),
    worst_units=3e9,
)


def tanh_case() -> Case:
    """``tanh(v0 * v0 * 2)``."""
    build = GraphBuilder()
    x = build.variable()
    two = build.leaf(LeafKind.NUMBER)
    square = build.apply("multiply", x, x)
    product = build.apply("multiply", square, two)
    build.apply("tanh", product)
    return Case(build.graph(), (np.array(0.75), np.array(2.0)), np.array(1.0))


def ball(value: float, decimal: str = "") -> Interval:
    return Interval(value, value, decimal)


def witness(node: int, verdict: Verdict = Verdict.AGREE, index: int = 0) -> Witnesses:
    return Witnesses(
        node=node,
        index=index,
        quantity="gradient",
        engine=0.5,
        symbolic=ball(0.25, "0.2500000000000000000012345"),
        difference=Interval(0.2499, 0.2501),
        error=None if verdict is Verdict.AGREE else 4.5e15,
        verdict=verdict,
    )


WITNESSES = (
    witness(0, Verdict.ENGINE_WRONG),
    witness(2, Verdict.ENGINE_WRONG),
    witness(3, Verdict.ENGINE_WRONG),
    witness(4),
)

FINDING = Finding(
    Verdict.ENGINE_WRONG,
    Blame(4, "tanh", 0, "always"),
    "local adjoint",
    "The derivative of tanh at v4 is wrong.",
    (witness(3, Verdict.ENGINE_WRONG),),
)

CASE = tanh_case()
BUCKET = FINDING.bucket
FOUND = FailureFound(BUCKET, 2, FINDING, CASE)
MINIMISED = FailureMinimised(BUCKET, FINDING, CASE, 17, 45, WITNESSES, "corpus/tanh-0.json")

FINISHED = RunFinished(
    stop_reason="finished",
    exit_code=1,
    cases=1200,
    nodes=34_567,
    elements=123_456,
    seconds=93.4,
    seed=42,
    buckets=(Bucket(BUCKET, FINDING, CASE, 7, 2, "corpus/tanh-0.json"),),
    coverage={"tanh": {"seen": 1500}, "multiply": {"broadcast": 3}},
    verdicts={"AGREE": 1193, "ENGINE_WRONG": 7},
    unsupported=("conv2d",),
    worst_units=2.75,
    notes={"difference unreliable: kink": 31},
)

WHOLE_RUN: tuple[Event, ...] = (STARTED, AGREED, FAILED, FOUND, MINIMISED, FINISHED)


def model_of(*events: Event) -> RunModel:
    collector = Collector()
    for event in events:
        collector.add(event)
    return collector.model()


def discrepancy(case: Case, finding: Finding, witnesses: Iterable[Witnesses] = ()) -> Discrepancy:
    return Discrepancy(finding.bucket, finding, case, 1, tuple(witnesses))


def blamed(node: int, operation: str, argument: int | None = None) -> Finding:
    return Finding(
        Verdict.ENGINE_WRONG, Blame(node, operation, argument, "always"), "probes", "Wrong."
    )
