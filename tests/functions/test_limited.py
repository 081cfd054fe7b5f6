"""A function under a time limit."""

from typing import Any

import numpy as np
import pytest

from zenverify import Tensor
from zenverify.functions.limited import CallTimedOut, Limited
from zenverify.functions.zen import ZenFunction
from zenverify.tensor import new_operation
from zenverify.verification.verdict import Verdict

X = np.array([0.5, -1.25, 2.0])


def hangs(*_: Any) -> Any:
    while True:
        pass


def test_a_reverse_pass_that_hangs_names_the_rule() -> None:
    stuck = new_operation("stuck", lambda x: x * 1.0, hangs)
    recorded = Limited(ZenFunction(lambda x: stuck(x.tanh()).exp(), (Tensor(X),)), 0.25).record()
    with pytest.raises(CallTimedOut, match=r"the rule did not return within 0\.25 s") as late:
        recorded.gradients({recorded.roots[0]: np.ones(3)})
    finding = late.value.finding
    assert (finding.verdict, finding.blame.operation) == (Verdict.TIMEOUT, "stuck")


def test_the_function_is_named_where_each_rule_returns() -> None:
    function = ZenFunction(lambda x: x.tanh(), (Tensor(X),))
    recorded = Limited(function, 0.25).record()
    node, values, _ = Limited(function, 0.25).whole(parameters=True)
    assert node.pull([np.ones(3)])[0] is not None
    assert len(values) == 2
    assert set(recorded.gradients({recorded.roots[0]: np.ones(3)})) == {0, 1}


def test_beside_the_inputs_the_limit_holds_too() -> None:
    beside = Limited(ZenFunction(hangs_beside(X), (Tensor(X),)), 0.25).beside(
        np.random.default_rng(0)
    )
    with pytest.raises(CallTimedOut, match="the function did not return"):
        beside.record()


def hangs_beside(array: Any) -> Any:
    return lambda x: x * 2.0 if np.array_equal(x.value, array) else hangs()
