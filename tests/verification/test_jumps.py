"""Jumps, and what takes the place of infinities: no false alarms, and still no fault unseen."""

import math
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, binary, finding_of, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def verdict_of(case: Case) -> Verdict:
    return verify_case(ZenEngine(), case).verdict


INTEGERS = [-2.0, -1.0, -0.0, 0.0, 0.5, 1.5, 2.0, 2.5]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["sign", "floor", "ceil", "rint", "trunc"])
def test_no_alarm_at_a_jump(name: str, dtype: str) -> None:
    assert verdict_of(unary(name, "exp", at=INTEGERS, dtype=dtype)) is Verdict.AGREE


@pytest.mark.parametrize("name", ["fmod", "remainder"])
@pytest.mark.parametrize(
    "x, y",
    [
        ([6.0, -6.0, 0.0, 5.0, 1.0], [2.0, 2.0, 3.0, 0.1, 0.1]),
        ([-1.8918800234585578, 1.0, -3.0], [8.6e-21, 5.9e-24, 2.2e-27]),
        ([18.775266705127976, 1.9], [[-643543.66], [7.95e-21]]),
        ([1.7e308, -1e-300], [-1.2e308, 1.0]),
        ([1.0, 0.0, -5.0, math.inf], [0.0, 0.0, math.inf, 2.0]),
    ],
)
def test_no_alarm_at_remainders(name: str, x: Any, y: Any) -> None:
    """Not by ever so many jumps within a difference's step either, nor where there is no value."""
    assert verdict_of(binary(name, x, y)) is Verdict.AGREE


@pytest.mark.parametrize("name", ["fmod", "remainder"])
def test_a_wrong_rule_is_blamed_on_the_engine_between_ever_so_many_jumps(name: str) -> None:
    case = binary(name, [-1.9, 1.0], [8.6e-21, 5.9e-24])
    with wrong_rule(name, lambda g, y, a, b: -g):
        finding = finding_of(case)
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert (finding.blame.operation, finding.blame.argument) == (name, 0)


def replaced(*operators: str, at: list[float]) -> Case:
    """What some operators make of a variable, less itself, so that infinities become NaN."""
    build = CaseBuilder()
    node = build.variable(at)
    for operator in operators:
        node = build.apply(operator, node)
    node = build.apply("subtract", node, node)
    node = build.apply("nan_to_num", node, nan=0.5, posinf=None, neginf=-1.0)
    build.apply("exp", node)
    return build.case()


@pytest.mark.parametrize("at", [[800.0, 1.0], [1.0, 2.0], [800.0, -800.0]])
def test_no_alarm_where_nan_is_replaced(at: list[float]) -> None:
    assert verdict_of(replaced("exp", at=at)) is Verdict.AGREE


@pytest.mark.parametrize("last", ["tanh", "exp", "sign"])
@pytest.mark.parametrize("cotangent", [[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]])
def test_no_alarm_where_infinities_are_replaced(last: str, cotangent: list[float]) -> None:
    build = CaseBuilder()
    x = build.variable([800.0, 1.0, -2.0])
    overflowed = build.apply("exp", x)
    number = build.apply("nan_to_num", overflowed, nan=0.0, posinf=1.0, neginf=None)
    build.apply("add", build.apply(last, number), build.apply("sigmoid", overflowed))
    assert verdict_of(build.case(cotangent)) is Verdict.AGREE


def test_a_wrong_slope_is_found_beside_what_was_replaced() -> None:
    build = CaseBuilder()
    x = build.apply("exp", build.variable([800.0, 1.0]))
    build.apply("nan_to_num", x, nan=0.0, posinf=None, neginf=None)

    def doubled(g: Any, y: Any, x: Any, **attributes: Any) -> Any:
        return np.where(np.isfinite(x), g * (1 + 1e-9), 0)

    with wrong_rule("nan_to_num", doubled):
        finding = finding_of(build.case())
    assert finding.verdict is Verdict.INACCURATE
    assert finding.blame.operation == "nan_to_num"


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_elu_with_alpha_one_has_one_slope_at_zero(alpha: float) -> None:
    build = CaseBuilder()
    build.apply("elu", build.variable([0.0, 1.0]), alpha=alpha)
    case = build.case()
    assert verdict_of(case) is Verdict.AGREE

    def one_sided(g: Any, y: Any, x: Any, alpha: float) -> Any:
        return g * np.where(x > 0, 1, 0.9 * alpha * np.exp(x))

    with wrong_rule("elu", one_sided):
        finding = finding_of(case)
    assert finding.verdict is (Verdict.CONVENTION if alpha != 1 else Verdict.ENGINE_WRONG)
