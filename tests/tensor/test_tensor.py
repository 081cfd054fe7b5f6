from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor


def test_the_example_of_the_interface() -> None:
    a, b, c = Tensor(10), Tensor(5), 2
    d = (a * b) ** c
    d.get_gradients()
    assert a.gradient == 500
    assert b.gradient == 1000
    assert d.value == 2500
    assert d.shape == ()


@pytest.mark.parametrize(
    "given, dtype",
    [
        (3, np.float64),
        (True, np.float64),
        (2.5, np.float64),
        ([1, 2], np.float64),
        (np.arange(3, dtype=np.int8), np.float64),
        (np.ones(2, np.float32), np.float32),
        (np.float32(1), np.float32),
        (np.ones(2, ">f8"), np.dtype("=f8")),
        (np.ones(2, ">f4"), np.dtype("=f4")),
    ],
)
def test_values_are_float_arrays(given: Any, dtype: Any) -> None:
    tensor = Tensor(given)
    assert type(tensor.value) is np.ndarray
    assert tensor.value.dtype == tensor.dtype == dtype
    assert tensor.shape == np.shape(given)
    assert tensor.ndim == np.ndim(given)
    np.testing.assert_array_equal(tensor.value, given)


@pytest.mark.parametrize(
    "given",
    [1j, "text", None, np.float16(1), np.longdouble(1), np.ones(2, object), Tensor(1), 10**400],
    ids=repr,
)
def test_other_values_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"Tensor: a \w+ of shape .* and dtype .* is not supported"):
        Tensor(given)


def test_a_value_is_a_copy_and_cannot_be_written_to() -> None:
    given = np.ones(2)
    x = Tensor(given)
    y = x * 2
    given[:] = 5
    np.testing.assert_array_equal(x.value, [1, 1])
    for tensor in (x, y, x.reshape(2, 1), y.sum()):
        with pytest.raises(ValueError, match="read-only"):
            tensor.value[...] = 0


def test_a_parameter_takes_a_new_value_without_changing_recorded_graphs() -> None:
    x = Tensor(np.array([3.0, 4.0], np.float32))
    y = x * x
    given = np.zeros(2)
    x.value = given
    given[:] = 9
    y.get_gradients()
    np.testing.assert_array_equal(x.value, np.zeros(2, np.float32), strict=True)
    np.testing.assert_array_equal(x.gradient, [6, 8])
    with pytest.raises(ValueError, match=r"value of shape \(3,\) for a tensor of shape \(2,\)"):
        x.value = np.zeros(3)
    with pytest.raises(ValueError, match="the result of multiply cannot be given another value"):
        y.value = given


def test_the_state_of_leaves_and_results() -> None:
    x, constant = Tensor([1.0, 2.0]), Tensor(2, trainable=False)
    y = x * constant
    assert (x.trainable, constant.trainable, y.trainable) == (True, False, True)
    assert (x.operation, x.dependencies, x.grads) == (None, (), ())
    assert y.dependencies == (x, constant)
    assert len({x.id, constant.id, y.id}) == 3
    np.testing.assert_array_equal(y.grads[1](np.array([1.0, 1.0])), 3)


def test_depends_on() -> None:
    x, other = Tensor(1), Tensor(2, trainable=False)
    y = (x + other).exp()
    assert y.depends_on(x)
    assert y.depends_on(other)
    assert y.depends_on(y)
    assert not x.depends_on(y)
    assert not y.depends_on(Tensor(1))


@pytest.mark.parametrize(
    "tensor, text",
    [
        (Tensor(3), "Tensor(3., shape=(), trainable=True)"),
        (Tensor([1.5, 2], trainable=False), "Tensor([1.5, 2. ], shape=(2,), trainable=False)"),
        (Tensor(np.zeros(99)), "Tensor([0., 0., ..., 0., 0.], shape=(99,), trainable=True)"),
    ],
)
def test_repr(tensor: Tensor, text: str) -> None:
    assert repr(tensor) == text


@pytest.mark.parametrize(
    "operator",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / y,
        lambda x, y: x**y,
        lambda x, y: x @ y,
    ],
)
def test_operators_with_arrays_on_either_side(operator: Callable[[Any, Any], Any]) -> None:
    array, other = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.5, 4.0])
    expected = operator(array, other)
    for x, y in ((Tensor(array), other), (array, Tensor(other)), (Tensor(array), Tensor(other))):
        result = operator(x, y)
        assert type(result) is Tensor
        np.testing.assert_array_equal(result.value, expected)


@pytest.mark.parametrize("number", [2, 2.0, np.float64(2), np.int64(2), np.array(2)])
@pytest.mark.parametrize(
    "operator, slopes",
    [
        (lambda x, y: x + y, (1, 1)),
        (lambda x, y: x - y, (1, -1)),
        (lambda x, y: x * y, (2, 2)),
        (lambda x, y: x / y, (0.5, -0.125)),
        (lambda x, y: x**y, (8, 16 * np.log(2))),
    ],
)
def test_operators_with_numbers_on_either_side(
    operator: Callable[[Any, Any], Any], slopes: tuple[float, float], number: Any
) -> None:
    left = Tensor(4.0)
    operator(left, number).get_gradients()
    np.testing.assert_allclose(left.gradient, slopes[0])
    right = Tensor(4.0)
    operator(number, right).get_gradients()
    np.testing.assert_allclose(right.gradient, slopes[1])


def test_unary_operators_and_iteration() -> None:
    x = Tensor([[1.0, -2.0], [3.0, 4.0]])
    np.testing.assert_array_equal((-x).value, -x.value)
    np.testing.assert_array_equal(abs(x).value, np.abs(x.value))
    first, second = x
    (first * second).sum().get_gradients()
    np.testing.assert_array_equal(x.gradient, [[3, 4], [1, -2]])
    with pytest.raises(TypeError, match=r"a tensor of shape \(\) cannot be iterated over"):
        iter(Tensor(1))


def test_gradients_before_after_and_cleared() -> None:
    x, constant = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], trainable=False)
    middle = x * constant
    root = middle.sum()
    np.testing.assert_array_equal(x.gradient, np.zeros(2), strict=True)
    root.get_gradients()
    held = x.gradient
    root.get_gradients()
    np.testing.assert_array_equal(held, [3, 4])
    np.testing.assert_array_equal(x.gradient, [6, 8])
    np.testing.assert_array_equal(middle.gradient, [2, 2])
    np.testing.assert_array_equal(constant.gradient, [0, 0])
    root.zero_gradients()
    assert not any(tensor.gradient.any() for tensor in (x, middle, root))
    root.get_gradients()
    np.testing.assert_array_equal(x.gradient, [3, 4])


def test_a_gradient_belongs_to_the_caller() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    root = x + y
    root.get_gradients()
    x.gradient[:] = 7
    np.testing.assert_array_equal(y.gradient, [1, 1])
    np.testing.assert_array_equal(root.gradient, [1, 1])
    root.get_gradients()
    np.testing.assert_array_equal(x.gradient, [8, 8])


def test_two_roots_over_one_intermediate_accumulate() -> None:
    x = Tensor(3.0)
    middle = x * x
    (middle * 2).get_gradients()
    (middle * 5).get_gradients()
    assert middle.gradient == 7
    assert x.gradient == 42


def test_the_cotangent_is_used_and_copied() -> None:
    x = Tensor(np.array([1.0, 2.0], np.float32))
    root = x * 3
    cotangent = np.array([1.0, 10.0])
    root.get_gradients(cotangent)
    cotangent[:] = 0
    np.testing.assert_array_equal(x.gradient, np.array([3, 30], np.float32), strict=True)
    total = root.sum()
    np.testing.assert_array_equal(total.grad(x, 2), [6, 6])


@pytest.mark.parametrize("grad", [1.0, np.ones((1, 2)), np.ones(3)])
def test_a_cotangent_of_another_shape_is_refused(grad: Any) -> None:
    root = Tensor([1.0, 2.0]) * 3
    for call in (root.get_gradients, lambda grad: root.grad(root, grad), root.grads[0]):
        with pytest.raises(ValueError, match=r"cotangent of shape \(.*\) for a tensor of .*\(2,\)"):
            call(grad)


def test_a_cotangent_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="cotangent: a complex of shape"):
        Tensor(1.0).get_gradients(1j)


def test_grad_by_one_target() -> None:
    x, y = Tensor(np.array([1.0, 2.0], np.float32)), Tensor(2.0)
    root = x * y
    np.testing.assert_array_equal(root.grad(x), np.array([2, 2], np.float32), strict=True)
    np.testing.assert_array_equal(root.grad(y, np.array([1.0, 10.0])), 21)
    np.testing.assert_array_equal(root.grad(root), [1, 1])
    np.testing.assert_array_equal(root.grad(Tensor([[5.0]])), [[0]])
    np.testing.assert_array_equal(x.grad(root), [0, 0])
    constant = Tensor(1.0, trainable=False)
    assert (root * constant).grad(constant) == constant.grad(constant) == 0
    assert not x.gradient.any()
    assert not root.gradient.any()
    with pytest.raises(TypeError, match="the target is a float; expected a Tensor"):
        root.grad(1.0)  # type: ignore[arg-type]


def test_get_gradients_of_a_constant_does_nothing() -> None:
    constant = Tensor(1.0, trainable=False)
    constant.get_gradients()
    constant.zero_gradients()
    assert constant.gradient == 0


def test_a_frozen_parameter_gets_no_gradient() -> None:
    x, y = Tensor(2.0), Tensor(3.0)
    root = x * y
    x.trainable = False
    root.get_gradients()
    assert x.gradient == 0
    assert y.gradient == 2


def test_an_operation_of_your_own() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor(np.float32(3))
    product = Tensor.from_operation(
        x.value * y.value, [x, y], [lambda g: g * y.value, lambda g: (g * x.value).sum()], "product"
    )
    assert product.operation == "product"
    (product * 2).get_gradients()
    np.testing.assert_array_equal(x.gradient, [6, 6])
    np.testing.assert_array_equal(y.gradient, np.array(6, np.float32), strict=True)
    np.testing.assert_array_equal(product.grads[0](np.ones(2)), [3, 3])


def test_an_operation_of_your_own_may_seed_cotangents_at_many_nodes() -> None:
    x = Tensor([1.0, 2.0])
    middle = x.exp()
    seeds = [np.array([1.0, 10.0]), np.array([2.0, 3.0])]
    probed = Tensor.from_operation(0.0, [x, middle], [seed.__mul__ for seed in seeds])
    probed.get_gradients()
    np.testing.assert_array_equal(middle.gradient, seeds[1])
    np.testing.assert_array_equal(x.gradient, seeds[0] + seeds[1] * middle.value)


def test_an_operation_of_your_own_cannot_disturb_the_walk() -> None:
    held = np.array([4.0, 5.0])

    def destructive(cotangent: np.ndarray) -> np.ndarray:
        cotangent[:] = 0
        return held

    x = Tensor([1.0, 2.0])
    result = Tensor.from_operation([1.0, 2.0], [x], [destructive])
    result.get_gradients()
    held[:] = 0
    np.testing.assert_array_equal(result.gradient, [1, 1])
    np.testing.assert_array_equal(x.gradient, [4, 5])


def test_an_operation_of_your_own_on_constants_is_a_constant() -> None:
    constant = Tensor.from_operation(1.0, [Tensor(1.0, trainable=False)], [lambda g: g])
    assert (constant.trainable, constant.dependencies) == (False, ())


def test_mistakes_in_an_operation_of_your_own() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="mine: 0 grads for 1 dependencies; expected one for each"):
        Tensor.from_operation(1.0, [x], [], "mine")
    with pytest.raises(TypeError, match="mine: a dependency is a float; expected a Tensor"):
        Tensor.from_operation(1.0, [1.0], [lambda g: g], "mine")  # type: ignore[list-item]
    wrong = Tensor.from_operation(1.0, [x], [lambda g: g], "mine")
    with pytest.raises(
        ValueError, match=r"pullback 0 of mine: contribution of shape \(\) to a tensor of .*\(2,\)"
    ):
        wrong.get_gradients()
    with pytest.raises(TypeError, match="pullback 0 of mine: a NoneType of shape"):
        Tensor.from_operation(1.0, [x], [lambda g: None], "mine").get_gradients()


def test_training_a_line() -> None:
    source = np.random.default_rng(0)
    inputs = source.normal(size=(50, 2))
    targets = inputs @ [2.0, -3.0] + 1
    weights, bias = Tensor(np.zeros(2)), Tensor(0)
    for _ in range(200):
        loss = zt.mean((inputs @ weights + bias - targets) ** 2)
        loss.zero_gradients()
        loss.get_gradients()
        for parameter in (weights, bias):
            parameter.value = parameter.value - 0.1 * parameter.gradient
    np.testing.assert_allclose(weights.value, [2, -3], atol=1e-6)
    np.testing.assert_allclose(bias.value, 1, atol=1e-6)
