"""Contributions: what they declare, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from zenverify import Contribution, Domain
from zenverify.errors import UsageError
from zenverify.operators import catalogue


def identity(x: Any) -> Any:
    return x


def contribution(**fields: Any) -> Contribution:
    return Contribution(**{"name": "own", "function": identity, **fields})


def test_an_expression_declares_an_elementwise_operator() -> None:
    own = contribution(
        expression=lambda sp, a, b: a / b, domains={"b": Domain(nonzero=True)}, summary="a over b"
    )
    declared = own.declaration
    assert own.declaration is declared
    assert declared.signature == "own(a, b)"
    assert [argument.domain for argument in declared.arguments] == ["", "b != 0"]
    assert declared.summary == "a over b"
    assert declared.kernel is not None
    assert own.arguments == ("a", "b")


def test_an_expression_can_be_text() -> None:
    own = contribution(expression="log(1 + exp(t))", domains={"t": Domain(low=-50.0, high=50.0)})
    assert own.arguments == ("t",)
    assert own.declaration.signature == "own(t)"


def test_an_operator_declares_itself() -> None:
    operator = catalogue.get("tanh")
    own = contribution(name="tanh", operator=operator)
    assert own.declaration is operator
    assert own.arguments == ("x",)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"name": "my op", "expression": "x"}, "'my op': the name is no Python identifier"),
        ({"name": "lambda", "expression": "x"}, "'lambda': the name is no Python identifier"),
        ({"function": 3, "expression": "x"}, "function is of type int, expected a callable"),
        ({}, "expected either an expression or an operator"),
        (
            {"expression": "x", "operator": catalogue.get("tanh")},
            "expected either an expression or an operator",
        ),
        (
            {"operator": catalogue.get("tanh")},
            "the operator's name is 'tanh', expected the same",
        ),
        (
            {"name": "tanh", "operator": catalogue.get("tanh"), "kinks": ("x = 0",)},
            "domains, kinks and slices belong into the operator",
        ),
        ({"expression": lambda sp: 1}, "the expression has no arguments"),
        (
            {"expression": "x * y", "domains": {"z": Domain()}},
            "domains names 'z'; the arguments are x, y",
        ),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        contribution(**fields)


def test_a_function_without_a_counterpart_on_balls_is_refused() -> None:
    own = contribution(expression=lambda sp, x: sp.zeta(x))
    with pytest.raises(UsageError, match="contribution 'own': the expression: zeta has no counter"):
        own.declaration  # noqa: B018  the access is the test
