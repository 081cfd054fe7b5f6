"""Attention: against its formula, with masks, and where a query sees nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Array = np.ndarray
random = np.random.default_rng(5)
attend: Callable[..., Tensor] = zt.scaled_dot_product_attention


def normal(*shape: int) -> Array:
    return random.normal(size=shape)


def by_formula(q: Array, k: Array, v: Array, seen: Array | None = None) -> Array:
    scores = np.einsum("...le,...se->...ls", q, k) / np.sqrt(q.shape[-1])
    powers = np.exp(scores) if seen is None else np.exp(scores) * seen
    return np.asarray(powers @ v / powers.sum(-1, keepdims=True))


SHAPES = [
    [(3, 2), (4, 2), (4, 5)],
    [(2, 3, 2), (2, 1, 2), (2, 1, 1)],
    [(2, 2, 3, 4), (2, 1, 5, 4), (1, 1, 5, 2)],
    [(3, 4), (2, 5, 4), (5, 2)],
]


@pytest.mark.parametrize("shapes", SHAPES)
def test_attention(shapes: Any) -> None:
    q, k, v = (normal(*shape) for shape in shapes)
    np.testing.assert_allclose(attend(q, k, v).value, by_formula(q, k, v), rtol=1e-12)
    assert_gradients(attend, q, k, v)


@pytest.mark.parametrize(
    "mask",
    [
        np.array([True, False, True, True]),
        np.arange(12).reshape(3, 4) % 3 != 0,
        np.arange(24).reshape(2, 3, 4) % 5 != 1,
        np.array([[True], [True], [True]]),
    ],
)
def test_masks(mask: Array) -> None:
    q, k, v = normal(2, 3, 2), normal(2, 4, 2), normal(2, 4, 2)
    np.testing.assert_allclose(attend(q, k, v, mask).value, by_formula(q, k, v, mask), rtol=1e-12)
    assert_gradients(lambda *o: attend(*o, mask), q, k, v)


@pytest.mark.parametrize("queries, keys", [(3, 3), (2, 4), (4, 2)])
def test_a_causal_query_sees_what_is_not_after_it(queries: int, keys: int) -> None:
    q, k, v = normal(queries, 2), normal(keys, 2), normal(keys, 3)
    before = np.tril(np.ones((queries, keys), bool))
    found = attend(q, k, v, is_causal=True)
    np.testing.assert_array_equal(found.value, attend(q, k, v, before).value)
    assert_gradients(lambda *o: attend(*o, is_causal=True), q, k, v)
    mask = np.arange(keys) > 0
    both = attend(q, k, v, mask, is_causal=True)
    np.testing.assert_array_equal(both.value, attend(q, k, v, before & mask).value)


def test_a_query_that_sees_nothing_gives_zero_and_passes_nothing_back() -> None:
    q, k, v = (Tensor(normal(2, 3)) for _ in range(3))
    result = attend(q, k, v, np.array([[False, False], [True, True]]))
    np.testing.assert_array_equal(result.value[0], 0)
    result.get_gradients([[1.0] * 3, [0.0] * 3])
    for operand in (q, k, v):
        np.testing.assert_array_equal(operand.gradient, 0)
    assert_gradients(lambda *o: attend(*o, np.zeros((2, 2), bool)), *[normal(2, 3)] * 3)


def test_no_keys_and_no_queries() -> None:
    result = attend(np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 2)))
    np.testing.assert_array_equal(result.value, np.zeros((2, 2)))
    assert_gradients(attend, np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 2)))
    assert_gradients(attend, np.ones((0, 3)), np.ones((2, 3)), np.ones((2, 2)))


def test_scores_that_are_huge_do_not_overflow() -> None:
    q, k = Tensor([[1e160]]), Tensor([[1e140], [-1e140], [0.0]])
    result = attend(q, k, [[2.0], [3.0], [4.0]])
    np.testing.assert_array_equal(result.value, [[2.0]])
    result.get_gradients()
    np.testing.assert_array_equal(q.gradient, [[0.0]])


def test_a_key_that_is_not_seen_may_be_nan() -> None:
    q, k, v = Tensor(normal(2, 2)), Tensor([[1.0, 2.0], [np.nan, np.nan]]), normal(2, 2)
    result = attend(q, k, v, np.array([True, False]))
    np.testing.assert_array_equal(result.value, [v[0], v[0]])


def test_an_infinite_cotangent_does_not_reach_a_key_that_is_not_seen() -> None:
    q, k, v = normal(2, 2), Tensor(normal(3, 2)), np.ones((3, 2))
    attend(q, k, v, np.array([True, True, False])).get_gradients([[1.0, np.inf], [1.0, 1.0]])
    np.testing.assert_array_equal(k.gradient[2], 0)


def test_precision_follows_numpy() -> None:
    single = [normal(2, 3).astype(np.float32) for _ in range(3)]
    for number in range(3):
        arrays = [a.astype(np.float64) if i == number else a for i, a in enumerate(single)]
        leaves = [Tensor(array) for array in arrays]
        result = attend(*leaves)
        exact = attend(*[array.astype(np.float64) for array in arrays])
        np.testing.assert_allclose(result.value, exact.value, rtol=1e-13)
        result.get_gradients()
        assert [leaf.gradient.dtype for leaf in leaves] == [array.dtype for array in arrays]


def test_the_mask_is_kept_as_it_was() -> None:
    mask = np.array([True, False])
    result = attend(Tensor(normal(2, 2)), normal(2, 2), normal(2, 2), mask)
    mask[:] = False
    np.testing.assert_array_equal(result.attributes["mask"], [True, False])
    assert result.attributes["is_causal"] is False


@pytest.mark.parametrize(
    "shapes, mask, error, message",
    [
        ([(2,), (2, 2), (2, 2)], None, ValueError, r"of \(2,\) .* expected \(..., L, E\)"),
        ([(2, 3), (2, 2), (2, 2)], None, ValueError, r"expected \(..., L, E\), \(..., S, E\)"),
        ([(2, 2), (3, 2), (2, 2)], None, ValueError, r"expected .* \(..., S, D\)"),
        ([(2, 0), (3, 0), (3, 2)], None, ValueError, "expected"),
        ([(2, 2, 2), (3, 2, 2), (2, 2)], None, ValueError, "the leading axes do not broadcast"),
        ([(2, 2), (3, 2), (3, 2)], np.ones((2, 3)), TypeError, "a mask of dtype float64; expected"),
        (
            [(2, 2), (3, 2), (3, 2)],
            np.ones((3, 2), bool),
            ValueError,
            r"a mask of shape \(3, 2\) does not broadcast to \(2, 3\)",
        ),
        (
            [(2, 2), (3, 2), (3, 2)],
            np.ones((4, 2, 3), bool),
            ValueError,
            r"a mask of shape \(4, 2, 3\) does not broadcast to \(2, 3\)",
        ),
    ],
)
def test_errors(shapes: Any, mask: Any, error: type[Exception], message: str) -> None:
    operands = [np.ones(shape) for shape in shapes]
    with pytest.raises(error, match=f"scaled_dot_product_attention.*{message}"):
        attend(*operands, mask)
