"""One operation's rule, run alone: which witnesses are asked, and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, binary, finding_of, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.verification.blame import arbitrate, rule
from zenverify.verification.blame.rule import judge_alone
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def doubled(g: Any, y: Any, x: Any) -> Any:
    return 2 * g * (1 - y * y)


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[None]:
    """A list that grows whenever a function of a module is called."""
    calls: list[None] = []
    called: Callable[..., Any] = getattr(module, name)

    def counting(*arguments: Any) -> Any:
        calls.append(None)
        return called(*arguments)

    monkeypatch.setattr(module, name, counting)
    return calls


@pytest.fixture
def opinions(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    return counted(monkeypatch, rule, "expression_is_wrong")


@pytest.fixture
def differences(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    return counted(monkeypatch, arbitrate, "difference_of")


def test_what_a_difference_has_settled_needs_no_second_opinion(opinions: list[None]) -> None:
    with wrong_rule("tanh", doubled):
        assert finding_of(unary("tanh", at=0.5)).verdict is Verdict.ENGINE_WRONG
    assert not opinions


def test_where_no_difference_can_tell_a_second_opinion_is_asked(opinions: list[None]) -> None:
    with wrong_rule("tanh", doubled):
        assert finding_of(unary("tanh", at=1e-300)).verdict is Verdict.ENGINE_WRONG
    assert len(opinions) == 1


def test_a_number_that_is_not_finite_is_settled_too(opinions: list[None]) -> None:
    with wrong_rule("tanh", lambda g, y, x: g * float("nan")):
        assert finding_of(unary("tanh", at=0.5)).verdict is Verdict.NON_FINITE
    assert not opinions


def test_only_the_operands_asked_for_are_judged() -> None:
    case = binary("multiply", 2.0, 3.0)
    with (
        wrong_rule("multiply", lambda g, y, a, b: -g * b, 0),
        wrong_rule("multiply", lambda g, y, a, b: -g * a, 1),
    ):
        for arguments in ([0], [1], [0, 1]):
            found = judge_alone(ZenEngine(), case, arguments)
            assert [wrong.argument for wrong in found] == arguments
            assert all(wrong.settled for wrong in found)


def test_a_rule_that_was_denied_is_not_put_to_the_witnesses_again(
    differences: list[None], opinions: list[None]
) -> None:
    with wrong_rule("tanh", doubled):
        result = verify_case(ZenEngine(), unary("tanh", "tanh", "tanh", at=0.5))
    assert [finding.verdict for finding in result.findings] == [Verdict.ENGINE_WRONG] * 3
    assert (len(differences), len(opinions)) == (1, 0)
    shown = [finding.witnesses[0].difference is not None for finding in result.findings]
    assert shown == [True, False, False]


def sums(*axes: int | None) -> Case:
    build = CaseBuilder()
    node = build.variable([[1.0, 2.0], [3.0, 4.0]])
    for axis in axes:
        node = build.apply("sum", node, axis=axis, keepdims=True)
    return build.case()


@pytest.mark.parametrize("axes, expected", [((0, 1), 2), ((0, 0), 1)])
def test_a_rule_called_with_other_attributes_is_another_rule(
    differences: list[None], axes: tuple[int, int], expected: int
) -> None:
    def negated(g: Any, y: Any, x: Any, **_: Any) -> Any:
        return -g + 0 * x

    with wrong_rule("sum", negated):
        result = verify_case(ZenEngine(), sums(*axes))
    assert len(result.findings) == 2
    assert len(differences) == expected


def test_a_rule_that_ignores_its_cotangent_is_said_to() -> None:
    def slope(y: Any) -> Any:
        return (1 - y * y) * np.ones_like(y)

    case = unary("tanh", at=[0.5, -1.0], cotangent=[2.0, -0.75])
    with wrong_rule("tanh", lambda g, y, x: slope(y)):
        finding = finding_of(case)
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert finding.message.endswith("; the rule ignores its cotangent: right for 1")


@pytest.mark.parametrize("wrong", [lambda g, y, x: g * y, lambda g, y, x: 0 * g + 3.0])
def test_a_rule_that_is_wrong_for_one_too_is_not_said_to(wrong: Any) -> None:
    case = unary("tanh", at=[0.5, -1.0], cotangent=[2.0, -0.75])
    with wrong_rule("tanh", wrong):
        assert "ignores its cotangent" not in finding_of(case).message


def test_one_argument_of_a_product_that_ignores_its_cotangent_is_said_to() -> None:
    build = CaseBuilder()
    build.apply("multiply", build.variable([0.5, 2.0]), build.variable([3.0, -1.0]))
    with wrong_rule("multiply", lambda g, y, a, b: a * np.ones_like(g), argument=1):
        finding = finding_of(build.case([1.0, -2.0]))
    assert finding.message.endswith("; the rule ignores its cotangent: right for 1")
    assert finding.blame.argument == 1


def test_a_lost_edge_is_said_to_be_lost() -> None:
    """A power whose exponent is taken for a constant."""
    case = binary("power", [1.5, 2.0], [2.0, 3.0])
    with wrong_rule("power", lambda g, y, a, b: 0 * g, argument=1):
        finding = finding_of(case)
    assert finding.message.endswith("; an edge is lost: the dependence on y is not recorded")
    with wrong_rule("power", lambda g, y, a, b: 0.5 * g, argument=1):
        assert "lost" not in finding_of(case).message


def test_a_slope_that_cancels_to_zero_is_not_a_lost_edge() -> None:
    """The edge is there: 1 - sigmoid is zero only far out."""
    case = unary("sigmoid", at=49.5)
    with wrong_rule("sigmoid", lambda g, y, x: g * (y * (1 - y))):
        assert "lost" not in finding_of(case).message
    with wrong_rule("sigmoid", lambda g, y, x: 0 * g):
        assert finding_of(case).message.endswith(
            "; an edge is lost: the dependence on x is not recorded"
        )
