"""Live graphs, verified in place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify
from tests.engines.tape import TapeEngine
from tests.verification.prepared import (
    derived_otherwise,
    planted,
    scaled_partial,
    wrong_rule,
    wrong_value,
)
from zenverify import Tensor, verify
from zenverify.errors import UsageError
from zenverify.verification.verdict import Verdict


def test_the_zen_example() -> None:
    a, b = Tensor(10), Tensor(5)
    d = (a * b) ** 2
    result = verify(d)
    assert result
    assert result.verdict is Verdict.AGREE
    assert (result.nodes, result.findings, result.unsupported) == (5, (), ())


def test_several_results_over_one_graph_are_verified_together() -> None:
    with wrong_rule("exp", lambda g, y, x: 2 * g * y):
        y = Tensor([0.5, -1.5]).tanh()
        total, powers = (y * y).sum(), y.exp()
        assert verify(total)
        for results in ([total, powers], (powers, total), [y, powers, total]):
            (finding,) = verify(results).findings
            assert (finding.blame.operation, finding.blame.argument) == ("exp", 0)
    y = Tensor([0.5, -1.5]).tanh()
    total = (y * y).sum()
    right = verify([total, y, total])
    assert right
    assert right.nodes == 4


@pytest.mark.parametrize(
    "results, message",
    [
        ([], "the list of results is empty"),
        ([Tensor(1.0) * 2, 3.0], "a float is no result of engine 'zen'"),
        ([Tensor(1.0), Tensor(1.0) * 2], "one of the results is a leaf"),
    ],
)
def test_what_are_no_results_is_said(results: list[object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        verify(results)


def training_loss() -> Tensor:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 3))
    w = Tensor(rng.normal(size=(3, 4)))
    b = Tensor(np.zeros(4))
    v = Tensor(rng.normal(size=(4, 2)))
    hidden = (x @ w + b).tanh()
    scores = zenverify.tensor.log_softmax(hidden @ v, axis=-1)
    return -(scores * np.eye(2)[rng.integers(0, 2, 8)]).sum() / 8


def test_a_training_loss_and_its_table() -> None:
    result = verify(training_loss())
    assert result
    lines = str(result).splitlines()
    assert lines[0].split() == ["operation", "nodes", "elements", "worst", "verdict"]
    operations = [line.split()[0] for line in lines[1 : lines.index("")]]
    assert {"matmul", "tanh", "log_softmax", "divide"} <= set(operations)
    assert all("AGREE" in line for line in lines[1 : lines.index("")])
    assert "every value and gradient inside its enclosure" in str(result)
    assert all(one.worst_units < 8 for one in result.operations)


@pytest.mark.parametrize("error", [0.5, 1e-10])
def test_a_wrong_rule_is_named(error: float) -> None:
    with wrong_rule("tanh", lambda g, y, x: g / np.cosh(x) ** 2 * (1 + error)):
        result = verify(training_loss())
    assert not result
    assert result.findings[0].blame.operation == "tanh"
    assert result.verdict is result.findings[0].verdict
    (row,) = [one for one in result.operations if one.operation == "tanh"]
    assert row.verdict.is_failure
    assert f"{result.verdict}  tanh, argument 0" in str(result)


def test_a_masked_rule_is_named() -> None:
    with wrong_rule("tanh", lambda g, y, x: g * 2):
        result = verify((Tensor(0.5).tanh() * 0.0).sum())
    assert (result.findings[0].check, result.findings[0].blame.operation) == ("probes", "tanh")


def test_a_wrong_value_is_named() -> None:
    with wrong_value("tanh", lambda x: x):
        loss = training_loss()
    result = verify(loss)
    assert (result.findings[0].check, result.findings[0].blame.operation) == ("forward", "tanh")


def test_a_wrong_walk_is_named() -> None:
    with planted("gradient overwritten instead of accumulated"):
        x = Tensor([0.5, 1.5]).tanh()
        result = verify((x.exp() + x.sin()).sum())
    assert result.findings[0].blame.operation == "accumulation"


def test_what_differences_deny_is_disputed() -> None:
    with (
        derived_otherwise("tanh", scaled_partial(2.0)),
        wrong_rule("tanh", lambda g, y, x: 2 * g / np.cosh(x) ** 2),
    ):
        result = verify(Tensor([0.3, -0.4]).exp().tanh().sum())
    assert result.verdict is Verdict.DISPUTED
    assert result.findings[0].blame.operation == "tanh"
    assert result.findings[0].check == "whole graph, difference"


def test_a_rule_that_writes_to_its_result_is_named() -> None:
    def writing(g: Any, y: Any, x: Any) -> Any:
        y.setflags(write=True)
        y[...] = 7.0
        return g

    x = Tensor([0.5, 1.5])
    with wrong_rule("tanh", writing):
        result = verify(x.tanh().sum())
    assert result.verdict is Verdict.STRUCTURE
    assert result.findings[0].blame.operation == "tanh"


def test_the_gravest_finding_is_the_first() -> None:
    with (
        wrong_rule("tanh", lambda g, y, x: g / np.cosh(x) ** 2 * (1 + 1e-12)),
        wrong_rule("sin", lambda g, y, x: g * 3),
    ):
        result = verify((Tensor([0.5, 1.5]).sin().tanh() * 2.0).sum())
    assert {f.verdict for f in result.findings} == {Verdict.INACCURATE, Verdict.ENGINE_WRONG}
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == "sin"


def test_gradients_are_as_before() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    loss = (x * y).sum()
    loss.get_gradients()
    x.gradient[...] = 7.0
    before = [t.gradient.copy() for t in (x, y, loss)]
    assert verify(loss)
    for tensor, gradient in zip((x, y, loss), before, strict=True):
        np.testing.assert_array_equal(tensor.gradient, gradient)
    fresh = Tensor(2.0)
    verify(fresh * fresh)
    assert fresh.gradient == 0


def test_gradients_are_put_back_also_after_a_crash() -> None:
    x = Tensor(0.5)
    y = x.tanh()
    y.get_gradients()
    before = float(x.gradient)

    def raising(*args: object) -> object:
        raise RuntimeError("broken")

    with wrong_rule("tanh", raising):
        result = verify(y)
    assert result.verdict is Verdict.CRASH
    assert "broken" in str(result)
    assert float(x.gradient) == before


def test_every_kind_of_operand_can_be_read_back() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    y = zenverify.tensor.where([True, False], x, 2.0) / x[::-1, [1, 0]]
    z = zenverify.tensor.stack([y, np.ones((2, 2)), x], axis=1)
    assert verify((2.0**z).max(axis=0)), str(verify(z))


def test_an_operation_of_the_users_own_is_listed_and_its_rule_is_not_judged() -> None:
    x = Tensor([1.0, 2.0])
    cube = Tensor.from_operation(x.value**3, [x], [lambda g: g * 999.0], name="cube")
    result = verify(cube.exp().sum())
    assert result.unsupported == ("cube",)
    assert "UNSUPPORTED: cube: no declaration, hence not checked" in str(result)
    assert result.findings == ()
    assert result.verdict is Verdict.UNSUPPORTED
    assert not result


def own_tanh(x: Tensor) -> Tensor:
    y = np.tanh(x.value)
    return Tensor.from_operation(y, [x], [lambda g: g * (1 - y * y)], name="own_tanh")


@pytest.mark.parametrize("size", [6, 6000])
@pytest.mark.parametrize(
    "build",
    [
        lambda a: (own_tanh(a.sigmoid()) * 2.0).sum(),
        lambda a: (own_tanh(h := a.sigmoid()) * h).sum(),
        lambda a: (own_tanh(own_tanh(h := a.sigmoid())) * a).sum() + h.exp().sum(),
    ],
    ids=["on the only path", "beside another path", "twice"],
)
def test_what_comes_before_an_operation_of_the_users_own_is_judged(
    build: Callable[[Tensor], Tensor], size: int
) -> None:
    x = Tensor(np.linspace(-2, 2, size))
    result = verify(build(x * 2.0))
    assert result.findings == ()
    assert result.verdict is Verdict.UNSUPPORTED
    with wrong_rule("sigmoid", lambda g, y, _: g * y * (1 - y) * (1 + 1e-6)):
        result = verify(build(x * 2.0))
    assert result.verdict is Verdict.ENGINE_WRONG
    assert {finding.blame.operation for finding in result.findings} == {"sigmoid"}


def test_what_needs_no_gradient_or_is_no_result() -> None:
    with pytest.raises(UsageError, match="the result needs no gradient: nothing it depends on"):
        verify(Tensor(1.0, trainable=False) * 2)
    with pytest.raises(UsageError, match="a ndarray is no result of an engine known here"):
        verify(np.ones(2))
    with pytest.raises(UsageError, match="engine 'tape' keeps no graph that can be read back"):
        verify(Tensor(1.0), engine=TapeEngine())


def test_a_graph_of_three_thousand_nodes() -> None:
    x = Tensor([0.1, 0.2])
    y = x
    for _ in range(1500):
        y = (y * 1.0001).sin()
    result = verify(y.sum())
    assert result
    assert result.nodes > 3000


def test_an_array_of_a_hundred_thousand_elements() -> None:
    x = Tensor(np.linspace(-3, 3, 100_000))
    assert verify((x.tanh() * x).sum())


def test_a_rule_that_a_node_was_recorded_with_is_judged_and_not_the_engines() -> None:
    x = Tensor(np.linspace(-2, 2, 6))
    y = np.tanh(x.value)
    wrong = Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")
    right = Tensor.from_operation(y, [x], [lambda g: g * (1 - y * y)], name="tanh")
    (finding,) = verify(wrong.sum()).findings
    assert (finding.verdict, finding.blame.operation) == (Verdict.ENGINE_WRONG, "tanh")
    assert finding.blame.argument == 0
    assert finding.message.endswith("by the rule that the node was recorded with")
    assert verify(right.sum())
