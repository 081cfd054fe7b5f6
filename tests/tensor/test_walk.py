from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zenverify.tensor import Tensor, walk
from zenverify.tensor.operation import Operation


@pytest.fixture
def rules_called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operation of each contribution that is computed."""
    called: list[str] = []
    contribution = walk.contribution

    def counted(operation: Operation, *arguments: Any) -> Any:
        called.append(operation.name)
        return contribution(operation, *arguments)

    monkeypatch.setattr(walk, "contribution", counted)
    return called


def test_a_ladder_of_diamonds_costs_what_its_edges_cost(rules_called: list[str]) -> None:
    x = Tensor(1.0)
    y = x
    for _ in range(50):
        y = abs(y) + y.relu()
    y.get_gradients()
    assert sorted(rules_called) == ["absolute"] * 50 + ["add"] * 100 + ["relu"] * 50
    assert x.gradient == 2.0**50


def test_constants_are_not_walked(rules_called: list[str]) -> None:
    x = Tensor(1.0)
    y = 2 * x + Tensor(3.0, trainable=False).exp()
    y.get_gradients()
    assert rules_called == ["add", "multiply"]


def test_a_chain_of_100_000_operations() -> None:
    x, one = Tensor(1.0), Tensor(1.0, trainable=False)
    y = x
    for _ in range(100_000):
        y = y * one
    y.get_gradients()
    assert x.gradient == 1
    assert y.depends_on(x)
    y.zero_gradients()
    assert x.gradient == 0


def test_postorder_puts_each_tensor_after_its_dependencies_once() -> None:
    x = Tensor(1.0)
    a = x * x
    b = a + x
    c = (b * a) - (x / b)
    order = walk.postorder(c)
    assert len(order) == len(set(order)) == 6
    for position, node in enumerate(order):
        assert all(order.index(dependency) < position for dependency in node.dependencies)


def test_a_tensor_hands_on_its_gradient_only_when_it_is_complete() -> None:
    x = Tensor(2.0)
    shared = x * 3
    late = shared.exp().log()
    (shared + late * late).get_gradients()
    np.testing.assert_allclose(x.gradient, 3 * (1 + 2 * 6))


@pytest.mark.parametrize(
    "shape, operand",
    [
        ((), ()),
        ((3,), ()),
        ((3,), (1,)),
        ((2, 3), (3,)),
        ((2, 3), (2, 1)),
        ((2, 3), (1, 1)),
        ((4, 1, 3), (1, 3)),
        ((4, 0, 3), (1, 3)),
    ],
)
def test_sum_to_shape(shape: tuple[int, ...], operand: tuple[int, ...]) -> None:
    contribution = np.arange(np.prod(shape), dtype=float).reshape(shape)
    summed = walk.sum_to_shape(contribution, operand)
    assert summed.shape == operand
    weights = np.random.default_rng(0).normal(size=operand)
    np.testing.assert_allclose(np.sum(summed * weights), np.sum(contribution * weights))


def test_gradients_of_mixed_dtypes() -> None:
    single, double = Tensor(np.ones((2, 3), np.float32)), Tensor(np.ones(3))
    inner = single.exp()
    root = inner * double + inner
    root.get_gradients()
    assert root.value.dtype == np.float64
    assert inner.gradient.dtype == np.float32
    assert single.gradient.dtype == np.float32
    assert double.gradient.dtype == np.float64
    np.testing.assert_allclose(single.gradient, 2 * np.exp(np.ones((2, 3))), rtol=1e-6)


@pytest.mark.parametrize(
    "name, faulty, expected",
    [
        ("accumulate", lambda held, addend: held, 9.0),
        ("sum_to_shape", lambda contribution, shape: np.zeros(shape), 0.0),
    ],
)
def test_steps_can_be_replaced(
    name: str, faulty: Any, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, name, faulty)
    x = Tensor(1.0)
    (x * 3 + x * np.full(3, 4)).get_gradients()
    assert x.gradient == pytest.approx(expected)
