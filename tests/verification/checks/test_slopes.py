"""Kinks: which of them count for a gradient, who is blamed, and what is none."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.operators.kinks import LEFT, MEAN, AtKink
from zenverify.verification import trace
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case


def declaring(**conventions: AtKink) -> ZenEngine:
    engine = ZenEngine()
    engine.conventions = conventions
    return engine


def only_finding(result: CaseResult) -> Finding:
    (finding,) = result.findings
    return finding


def nested_beside(other: str) -> Case:
    """relu(hardtanh(x)) at a corner of both, plus another kink in a branch of its own."""
    build = CaseBuilder()
    inner = build.apply("hardtanh", build.variable(0.0), min_val=-1.0, max_val=0.0)
    branch = build.apply(other, build.variable(0.0))
    build.apply("add", build.apply("relu", inner), branch)
    return build.case()


def test_a_kink_in_another_branch_is_not_named_and_not_asked_for_a_convention() -> None:
    engine = declaring(hardtanh=MEAN, relu=MEAN)
    result = verify_case(engine, nested_beside("absolute"))
    assert result.verdict is Verdict.AGREE
    (note,) = [note for note in result.notes if note.startswith("conventions")]
    assert "at a kink of hardtanh, relu the whole" in note


@pytest.mark.parametrize("free", ["hardtanh", "relu"])
def test_the_operation_on_the_way_that_declares_nothing_is_blamed(free: str) -> None:
    declared = {name: MEAN for name in ("hardtanh", "relu", "absolute") if name != free}
    finding = only_finding(verify_case(declaring(**declared), nested_beside("absolute")))
    assert (finding.verdict, finding.blame.operation) == (Verdict.CONVENTION, free)


def loss(name: str, distance: float, **attributes: Any) -> Case:
    build = CaseBuilder()
    x, target = build.variable(distance), build.variable(0.0)
    build.apply(name, x, target, reduction="sum", **attributes)
    return build.case()


def is_kinked(case: Case) -> bool:
    run = trace.forward(ZenEngine(), case)
    return LocalCheck(case.graph, run.values, {}).kinked(case.graph.root)


@pytest.mark.parametrize("name, width", [("smooth_l1_loss", "beta"), ("huber", "delta")])
@pytest.mark.parametrize("distance", [0.3, -0.3])
def test_the_joint_of_a_parabola_and_its_tangent_is_no_kink(
    name: str, width: str, distance: float
) -> None:
    case = loss(name, distance, **{width: 0.3})
    assert not is_kinked(case)
    assert verify_case(declaring(), case).verdict is Verdict.AGREE
    slope = np.sign(distance) * (1.0 if name == "smooth_l1_loss" else 0.3)
    with wrong_rule(name, lambda g, y, x, t, **_: np.asarray(g * slope * 0.75)):
        result = verify_case(declaring(), case)
    assert result.verdict is Verdict.ENGINE_WRONG, "between nothing and the slope"


def test_real_kinks_stay_kinks() -> None:
    assert is_kinked(loss("l1_loss", 0.0))
    assert is_kinked(unary("relu", at=0.0))
    build = CaseBuilder()
    build.apply("sort", build.variable([1.0, 1.0]), axis=0)
    assert is_kinked(build.case())
    assert not is_kinked(unary("relu", at=1e-300))


def tie(first: float, second: float, engine: ZenEngine) -> CaseResult:
    build = CaseBuilder()
    build.apply("maximum", build.variable(1.0), build.variable(1.0))
    with (
        wrong_rule("maximum", lambda g, y, a, b: g * first, argument=0),
        wrong_rule("maximum", lambda g, y, a, b: g * second, argument=1),
    ):
        return verify_case(engine, build.case())


@pytest.mark.parametrize("shares", [(0.0, 1.0), (1.0, 0.0), (0.5, 0.5), (0.25, 0.75)])
def test_the_arguments_of_a_maximum_may_share_as_they_like(shares: tuple[float, float]) -> None:
    assert tie(*shares, declaring()).verdict is Verdict.AGREE


@pytest.mark.parametrize("shares", [(0.0, 0.0), (1.0, 1.0), (0.5, 0.499)])
def test_the_shares_of_two_arguments_add_up_to_one(shares: tuple[float, float]) -> None:
    finding = only_finding(tie(*shares, declaring()))
    assert (finding.verdict, finding.blame.operation) == (Verdict.CONVENTION, "maximum")
    assert "at nodes 0, 1, all elements moved alike, is 1.0 on both sides" in finding.message
    declared = tie(*shares, declaring(maximum=LEFT))
    assert declared.verdict is Verdict.CONVENTION


def test_a_declaration_beyond_both_sides_is_none() -> None:
    with wrong_rule("relu", lambda g, y, x: g * np.heaviside(x, 1.5)):
        case = unary("relu", at=0.0)
        finding = only_finding(verify_case(declaring(relu=AtKink(1.5, "equal")), case))
    assert (finding.verdict, finding.blame.operation) == (Verdict.CONVENTION, "relu")
