"""Rules compared as polynomials."""

from typing import Any

import numpy as np
import pytest

from zenverify.engines.mutants.drawn import calls_drawn
from zenverify.engines.mutants.polynomials import same_polynomials
from zenverify.operators import catalogue

OUTER = catalogue.get("outer")
CALLS = calls_drawn(OUTER)[:40]


def _right(g: Any, y: Any, a: Any, b: Any) -> Any:
    return (g @ b.reshape(-1)).reshape(a.shape)


def _same_otherwise(g: Any, y: Any, a: Any, b: Any) -> Any:
    return (-(0 - b.reshape(-1)) @ g.T).reshape(a.shape)


def _commuted(g: Any, y: Any, a: Any, b: Any) -> Any:
    return (b.reshape(-1) @ g.T * 1).reshape(a.shape)


def _twice(g: Any, y: Any, a: Any, b: Any) -> Any:
    return _right(g, y, a, b) + _right(g, y, a, b)


def _in_another_shape(g: Any, y: Any, a: Any, b: Any) -> Any:
    return _right(g, y, a, b).reshape(-1, 1)


def _by_value(g: Any, y: Any, a: Any, b: Any) -> Any:
    return np.where(b.reshape(-1) == 0, 0, _right(g, y, a, b))


def _by_truth(g: Any, y: Any, a: Any, b: Any) -> Any:
    return _right(g, y, a, b) if all(b.flat) else g


def _function(g: Any, y: Any, a: Any, b: Any) -> Any:
    return np.exp(np.log(_right(g, y, a, b)))


@pytest.mark.parametrize(
    "rule, same",
    [
        (_right, True),
        (_commuted, True),
        (_twice, False),
        (_in_another_shape, False),
        (_by_value, False),
        (_by_truth, False),
        (_function, False),
    ],
)
def test_whether_two_rules_are_the_same_polynomial(rule: Any, same: bool) -> None:
    assert same_polynomials(_right, rule, OUTER, CALLS, 0) is same


def test_what_is_subtracted_from_a_number_is_not_told() -> None:
    assert not same_polynomials(_right, _same_otherwise, OUTER, CALLS, 0)


def test_a_variadic_rule_is_told_which_operand_it_is_for() -> None:
    einsum = catalogue.get("einsum")
    calls = [call for call in calls_drawn(einsum) if len(call.shapes) == 2][:5]
    given: list[int] = []

    def rule(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
        given.append(position)
        return g

    assert same_polynomials(rule, rule, einsum, calls, 1)
    assert set(given) == {1}
