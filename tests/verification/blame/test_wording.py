"""What a finding says."""

import numpy as np

from tests.verification.prepared import finding_of, unary, wrong_rule, wrong_value


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
    assert ", the expression 0.46211715726000975850" in finding.message
    assert finding.message.endswith("units in the last place apart")
