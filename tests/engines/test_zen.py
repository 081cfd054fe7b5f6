"""The adapter of the Zen engine."""

import numpy as np
import pytest

from zenverify.engines.protocol import Counting, Probing, Recorded
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError
from zenverify.graph.graph import LeafKind
from zenverify.tensor import Tensor

ENGINE = ZenEngine()


def test_it_offers_all_that_is_optional() -> None:
    assert isinstance(ENGINE, Probing)
    assert isinstance(ENGINE, Counting)
    assert isinstance(ENGINE, Recorded)


def test_leaves_are_what_a_user_would_pass() -> None:
    value = np.array(2.0)
    variable = ENGINE.leaf(LeafKind.VARIABLE, value)
    constant = ENGINE.leaf(LeafKind.CONSTANT, value)
    assert (variable.trainable, constant.trainable) == (True, False)
    assert ENGINE.leaf(LeafKind.ARRAY, value) is value
    assert type(ENGINE.leaf(LeafKind.NUMBER, value)) is float


def test_plain_operands_meet_the_reflected_operators() -> None:
    x = Tensor([1.0, 2.0])
    for left in (3.0, np.array([3.0, 3.0])):
        made = ENGINE.apply("subtract", [left, x], {})
        np.testing.assert_array_equal(ENGINE.value(made), [2.0, 1.0])


def test_an_operation_that_is_not_there() -> None:
    with pytest.raises(UnsupportedError, match="teleport"):
        ENGINE.apply("teleport", [Tensor(1.0)], {})


def test_probes_seed_every_node_at_once() -> None:
    x, y = Tensor(2.0), Tensor([1.0, 3.0])
    root = ENGINE.probe([x, y], [np.array(0.5), np.array([7.0, 11.0])])
    ENGINE.backward(root, np.array(2.0))
    np.testing.assert_array_equal(ENGINE.gradient(x), 1.0)
    np.testing.assert_array_equal(ENGINE.gradient(y), [14.0, 22.0])


def test_calls_of_a_rule_are_counted() -> None:
    calls: list[int] = []
    x = Tensor(2.0)
    counted = ENGINE.counted(x, lambda: calls.append(1))
    assert ENGINE.value(counted) == 2.0
    ENGINE.backward(counted * counted, np.array(1.0))
    assert calls == [1]
    assert x.gradient == 4.0


def test_a_live_graph_is_read_back() -> None:
    x = Tensor([1.0, 2.0])
    y = x.sum(axis=0, keepdims=True)
    assert list(ENGINE.operands_of(y)) == [x]
    assert ENGINE.operation_of(y) == ("sum", {"axis": 0, "keepdims": True})
    assert ENGINE.operation_of(x) is None
    assert ENGINE.is_trainable(y)
    assert not ENGINE.is_trainable(Tensor(1.0, trainable=False))
    assert ENGINE.recognises(y)
    assert not ENGINE.recognises(np.ones(2))


def test_gradients_are_put_aside_and_back() -> None:
    x = Tensor(3.0)
    (x * x).get_gradients()
    saved = ENGINE.saved_gradients([x])
    assert x.gradient == 0
    (x * 5).get_gradients()
    ENGINE.restore_gradients([x], saved)
    assert x.gradient == 6
