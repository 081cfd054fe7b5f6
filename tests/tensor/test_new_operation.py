"""Operations of your own: recorded, differentiated and refused like any other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zenverify.tensor import Tensor, new_operation

ratio = new_operation(
    "ratio",
    lambda a, b: a / b,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    broadcasts=True,
)


def test_it_broadcasts_and_sums() -> None:
    a, b = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([2.0, 4.0])
    result = ratio(a, b)
    assert result.operation == "ratio"
    result.get_gradients()
    np.testing.assert_array_equal(a.gradient, [[0.5, 0.25], [0.5, 0.25]])
    np.testing.assert_array_equal(b.gradient, [-1.0, -0.375])


def test_numbers_and_arrays_are_constants() -> None:
    b = Tensor(np.array([2.0], np.float32))
    result = ratio(1, b)
    assert result.value.dtype == np.float32
    result.get_gradients()
    np.testing.assert_array_equal(b.gradient, np.array([-0.25], np.float32), strict=True)
    assert not ratio(1.0, np.array([2.0])).trainable


def test_attributes_reach_both_rules() -> None:
    power = new_operation(
        "power_of",
        lambda x, exponent: x**exponent,
        lambda g, y, x, exponent: g * exponent * x ** (exponent - 1),
    )
    x = Tensor([3.0])
    result = power(x, exponent=2)
    result.get_gradients()
    assert result.attributes == {"exponent": 2}
    np.testing.assert_array_equal(x.gradient, [6.0])
    np.testing.assert_array_equal(result.grads[0](np.array([1.0])), [6.0])


def test_another_operation_in_its_place_takes_effect() -> None:
    own = new_operation("own", lambda x: 2 * x, lambda g, y, x: 2 * g)
    other = new_operation("own", lambda x: 3 * x, lambda g, y, x: 3 * g)
    own.operation = other.operation
    x = Tensor(1.0)
    own(x).get_gradients()
    assert x.gradient == 3


@pytest.mark.parametrize("broadcasts", [True, False])
def test_a_contribution_of_another_shape_is_an_error(broadcasts: bool) -> None:
    def wrong(g: Any, y: Any, x: Any) -> Any:
        return np.ones((5,))

    own = new_operation("own", lambda x: x, wrong, broadcasts=broadcasts)
    with pytest.raises(
        ValueError,
        match=r"pullback 0 of own: contribution of shape \(5,\) to an operand of shape \(2,\)",
    ):
        own(Tensor([1.0, 2.0])).get_gradients()


def test_the_number_of_operands_is_checked() -> None:
    with pytest.raises(TypeError, match="ratio: expected 2 operands, got 1"):
        ratio(Tensor(1.0))


def test_an_operation_needs_a_pullback() -> None:
    with pytest.raises(ValueError, match="own: expected a pullback for each operand, got none"):
        new_operation("own", np.negative)


def test_what_numpy_refuses_names_the_operation() -> None:
    with pytest.raises(ValueError, match=r"ratio of \(2,\) float64 and \(3,\) float64"):
        ratio(Tensor([1.0, 2.0]), Tensor([1.0, 2.0, 3.0]))


def test_repr_names_it() -> None:
    assert repr(ratio) == "<operation ratio>"
