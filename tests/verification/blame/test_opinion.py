"""The second opinion: an expression that is wrong at ordinary values too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.accuracy.card.prepared import softplus
from tests.verification.prepared import unary
from zenverify.accuracy.card.examination import known
from zenverify.contribution import Contribution
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.oracles.difference import Estimate
from zenverify.verification.blame import arbitrate
from zenverify.verification.blame.opinion import expression_is_wrong
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def opinion(own: Contribution, value: float = 300.0, dtype: str = "float32") -> bool:
    with known(own) as (engine, _):
        build = GraphBuilder()
        build.apply(own.name, build.variable((2,), dtype))
        values = np.full(2, value, dtype)
        return expression_is_wrong(engine, Case(build.graph(), (values,), np.ones(2, dtype)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_wrong_expression_is_known_whatever_the_values(dtype: str) -> None:
    assert opinion(softplus(expression=lambda sp, x: sp.log(2 + sp.exp(x))), dtype=dtype)


def test_a_right_expression_is_not_blamed() -> None:
    assert not opinion(softplus())
    assert not opinion(softplus(pullback=lambda g, y, x: g * np.tanh(x)))
    assert not opinion(softplus(forward=lambda x: np.logaddexp(x, 0) + 1))


@pytest.mark.parametrize("size, is_another", [(1e-7, False), (1e-3, True)])
def test_an_engine_that_approximates_is_not_right_because_its_rule_does_too(
    size: float, is_another: bool
) -> None:
    """Polynomials that stand for a function have slopes of their own."""
    own = softplus(
        forward=lambda x: np.logaddexp(x, 0) + size * np.sin(40 * x),
        pullback=lambda g, y, x: g * (1 / (1 + np.exp(-x)) + 40 * size * np.cos(40 * x)),
    )
    assert opinion(own) is is_another
    with known(own) as (engine, _):
        case = unary(own.name, at=[0.3, -1.2])
        verdict = Verdict.EXPRESSION_WRONG if is_another else Verdict.INACCURATE
        assert verify_case(engine, case).verdict is verdict


def test_who_is_wrong_at_one_ordinary_value_is_asked_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[None] = []
    element_difference = arbitrate.element_difference

    def counting(*arguments: Any) -> Estimate:
        asked.append(None)
        return element_difference(*arguments)

    monkeypatch.setattr(arbitrate, "element_difference", counting)
    assert not opinion(softplus(pullback=lambda g, y, x: -g / (1 + np.exp(-x))))
    assert len(asked) == 1


def test_an_engine_that_raises_gives_no_opinion() -> None:
    def raising(*_: object) -> None:
        raise ArithmeticError

    assert not opinion(softplus(forward=raising))
    assert not opinion(softplus(pullback=raising))


def test_at_a_kink_nobody_is_blamed() -> None:
    own = softplus(
        name="kinked",
        forward=lambda x: np.abs(x - x),
        pullback=lambda g, y, x: g,
        expression=lambda sp, x: sp.Abs(x - sp.Max(x, x - 1)),
    )
    assert not opinion(own)
