"""What holds for every operation alike, over one call of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.calls import CALLS, RANGES
from zenverify.tensor import OPERATIONS, Tensor, walk
from zenverify.tensor.operation import Pullback

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))


def arrays_for(name: str, dtype: type = np.float64) -> list[np.ndarray]:
    source = np.random.default_rng(0)
    limits = RANGES.get(name, (0.5, 1.5))
    return [source.uniform(*limits, shape).astype(dtype) for shape in CALLS[name][1]]


def applied(name: str, arrays: list[np.ndarray]) -> tuple[Tensor, list[Tensor]]:
    leaves = [Tensor(array) for array in arrays]
    return CALLS[name][0](*leaves), leaves


@every_operation
def test_the_node_tells_how_to_run_the_operation_again(name: str) -> None:
    result, leaves = applied(name, arrays_for(name))
    assert result.operation == name
    assert result.dependencies == tuple(leaves)
    again = OPERATIONS[name].forward(*[leaf.value for leaf in leaves], **result.attributes)
    np.testing.assert_array_equal(result.value, again, strict=True)


@every_operation
def test_float32_stays_float32_at_every_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    contribution, dtypes = walk.contribution, []

    def observed(*arguments: Any) -> Any:
        result = contribution(*arguments)
        dtypes.append(result.dtype)
        return result

    monkeypatch.setattr(walk, "contribution", observed)
    result, leaves = applied(name, arrays_for(name, np.float32))
    result.get_gradients()
    assert result.value.dtype == np.float32
    assert dtypes == [np.float32] * len(leaves)
    assert all(leaf.gradient.dtype == np.float32 for leaf in leaves)


@every_operation
def test_nothing_is_written_to_and_no_memory_is_shared(name: str) -> None:
    arrays = arrays_for(name)
    copies = [array.copy() for array in arrays]
    result, leaves = applied(name, arrays)
    value = result.value.copy()
    cotangent = np.random.default_rng(1).normal(size=result.shape)
    result.get_gradients(cotangent)
    np.testing.assert_array_equal(result.value, value)
    np.testing.assert_array_equal(result.gradient, cotangent)
    gradients = [tensor.gradient for tensor in (result, *leaves)]
    for array, copy, leaf in zip(arrays, copies, leaves, strict=True):
        np.testing.assert_array_equal(array, copy)
        np.testing.assert_array_equal(leaf.value, copy)
        assert not np.shares_memory(leaf.value, array)
    for number, gradient in enumerate(gradients):
        others = [*arrays, cotangent, *(t.value for t in (result, *leaves)), *gradients[:number]]
        assert not any(np.shares_memory(gradient, other) for other in others)


@every_operation
def test_grads_are_the_pullbacks_that_the_walk_uses(name: str) -> None:
    result, leaves = applied(name, arrays_for(name))
    cotangent = np.random.default_rng(1).normal(size=result.shape)
    result.get_gradients(cotangent)
    assert len(result.grads) == len(leaves)
    for pullback, leaf in zip(result.grads, leaves, strict=True):
        np.testing.assert_array_equal(pullback(cotangent), leaf.gradient, strict=True)
        assert not np.shares_memory(pullback(cotangent), cotangent)


@every_operation
def test_the_second_backward_doubles_the_first(name: str) -> None:
    result, leaves = applied(name, arrays_for(name))
    result.get_gradients()
    first = [leaf.gradient.copy() for leaf in leaves]
    result.get_gradients()
    for leaf, once in zip(leaves, first, strict=True):
        np.testing.assert_array_equal(leaf.gradient, 2 * once)


@every_operation
def test_constants_are_computed_with_and_not_recorded(name: str) -> None:
    arrays = arrays_for(name)
    result, _ = applied(name, arrays)
    constant = CALLS[name][0](*[Tensor(array, trainable=False) for array in arrays])
    assert (constant.trainable, constant.operation, constant.dependencies) == (False, None, ())
    np.testing.assert_array_equal(constant.value, result.value)
    np.testing.assert_array_equal(CALLS[name][0](*arrays).value, result.value)


@every_operation
def test_a_replaced_rule_takes_effect(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result, leaves = applied(name, arrays_for(name))
    called = []

    def planted(pullback: Pullback) -> Pullback:
        def rule(*arguments: Any, **attributes: Any) -> Any:
            called.append(name)
            return pullback(*arguments, **attributes)

        return rule

    operation = OPERATIONS[name]
    pullbacks = tuple(planted(pullback) for pullback in operation.pullbacks)
    monkeypatch.setitem(OPERATIONS, name, replace(operation, pullbacks=pullbacks))
    result.get_gradients()
    assert called == [name] * len(leaves)


METHODS = sorted(
    set(OPERATIONS)
    & set(dir(Tensor))
    - {"reshape", "transpose", "expand_dims", "broadcast_to"}
    - {"dot", "gradient", "repeat", "swapaxes", "take"}
)


@pytest.mark.parametrize("name", METHODS)
def test_methods_do_what_the_functions_do(name: str) -> None:
    x = Tensor(arrays_for("exp")[0])
    method, function = getattr(x, name)(), getattr(zt, name)(x)
    assert method.operation == function.operation == name
    assert method.attributes == function.attributes
    np.testing.assert_array_equal(method.value, function.value)


@every_operation
def test_the_order_of_an_operand_in_memory_does_not_matter(name: str) -> None:
    arrays = arrays_for(name)
    gradients = []
    orders: tuple[Literal["C", "F"], ...] = ("C", "F")
    for order in orders:
        result, leaves = applied(name, [np.array(array, order=order) for array in arrays])
        result.get_gradients(np.arange(1.0, 1 + result.value.size).reshape(result.shape))
        gradients.append([leaf.gradient for leaf in leaves])
    for row_major, column_major in zip(*gradients, strict=True):
        np.testing.assert_allclose(column_major, row_major, rtol=1e-9, atol=1e-12)
