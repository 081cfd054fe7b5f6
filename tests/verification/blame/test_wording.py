"""What a finding says."""

import math

import numpy as np
import pytest

from tests.verification.prepared import finding_of, unary, wrong_rule, wrong_value
from zenverify.verification.blame.wording import value_message, walk_message
from zenverify.verification.verdict import Interval, Verdict, Witnesses


def test_a_message_holds_both_numbers_and_their_distance() -> None:
    with wrong_rule("tanh", lambda g, y, x: g * (1 - y)):
        finding = finding_of(unary("tanh", at=0.5))
    wrong, truth = float(1 - np.tanh(0.5)), float(1 - np.tanh(0.5) ** 2)
    assert f"the engine gives {wrong!r}, the truth is {str(truth)[:10]}" in finding.message
    assert finding.message.endswith("units in the last place apart")


def test_a_message_about_a_value() -> None:
    with wrong_value("tanh", lambda x: np.tanh(x) + 1):
        finding = finding_of(unary("tanh", at=0.5))
    assert finding.message.startswith("the value of tanh is wrong: the engine gives 1.46211715726")
    assert ", the expression 0.46211715726000976" in finding.message
    assert finding.message.endswith("units in the last place apart")


def witness(engine: float, decimal: str) -> Witnesses:
    exact = Interval(0.5, 0.5, decimal) if decimal else Interval(math.nan, math.nan)
    return Witnesses(0, 0, "gradient", engine, exact, None, None, Verdict.ENGINE_WRONG)


@pytest.mark.parametrize(
    "decimal, number, shown",
    [
        # seventeen digits tell floats apart
        ("0.333333333333333333333333333333", 0.25, "0.33333333333333333"),
        # the nearest float agrees with the truth in more than seventeen
        ("1.00000000000000000004", 1.0, "1.00000000000000000004"),
        ("1.000000000000000000041234", 1.0, "1.00000000000000000004"),
        # the same number
        ("0.250000000000000000000000000000", 0.25, "0.25000000000000000"),
        ("-1.00000000000000008333642e-30", math.inf, "-1.0000000000000001e-30"),
        ("2.5", math.nan, "2.5"),
        ("0", 0.0, "0"),
    ],
)
def test_the_truth_has_the_digits_that_tell_it_from_the_number(
    decimal: str, number: float, shown: str
) -> None:
    assert Interval(0.0, 0.0, decimal).beside(number) == shown


def test_a_leaf_with_one_consumer_is_told_as_such() -> None:
    message = walk_message(0, "variable", 1, witness(2.0, "1.0"), is_leaf=True)
    assert message == (
        "the gradient of node 0, a variable, which has 1 consumer, is not what that contributes, "
        "although its rule is right alone: the engine gives 2.0, the truth is 1.0"
    )


def test_where_there_is_no_truth_that_is_said() -> None:
    message = value_message(Verdict.NON_FINITE, "log", witness(3.0, ""))
    assert message == (
        "the value of log is wrong: the engine gives 3.0, the expression is undefined there"
    )
    message = walk_message(4, "add", 2, witness(2.0, ""), is_leaf=False)
    assert message.endswith("the engine gives 2.0, the expression is undefined there")
