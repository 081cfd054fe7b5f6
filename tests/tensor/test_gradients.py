"""Every operation's pullbacks against differences, over shapes, axes and ways to broadcast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import OPERATIONS, Tensor

SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3)]
BROADCASTS = [
    ((), (2,)),
    ((1,), ()),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((3, 1), (1, 4)),
    ((2, 1, 3), (4, 1)),
    ((1, 1), (3,)),
]
REDUCED = [None, 0, -1, 1, (0, 2), (-1, 0), (0, 1, 2), ()]


def positive(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape)


def mixed(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "name",
    [
        "negative",
        "absolute",
        "exp",
        "expm1",
        "log",
        "log1p",
        "sqrt",
        "sin",
        "cos",
        "tanh",
        "sigmoid",
        "softplus",
        "relu",
    ],
)
def test_elementwise_of_one_operand(name: str, shape: tuple[int, ...]) -> None:
    function = getattr(zt, name)
    assert_gradients(function, positive(shape))
    if name not in ("log", "log1p", "sqrt"):
        assert_gradients(function, mixed(shape))


@pytest.mark.parametrize("left, right", BROADCASTS)
@pytest.mark.parametrize(
    "name", ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum"]
)
def test_elementwise_of_two_operands(
    name: str, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    function = getattr(zt, name)
    assert_gradients(function, positive(left, 1), positive(right, 2))
    assert_gradients(function, positive(right, 3), positive(left, 4))


@pytest.mark.parametrize("left, right", BROADCASTS)
def test_where_broadcasts_its_condition_too(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    shape = np.broadcast_shapes((2, *(1,) * max(len(left), len(right))), left, right)
    condition = np.random.default_rng(0).random(shape) < 0.5
    assert_gradients(lambda x, y: zt.where(condition, x, y), mixed(left, 1), mixed(right, 2))


@pytest.mark.parametrize("limits", [(None, 0.9), (0.8, None), (0.8, 1.1), (None, None), (-9, 9)])
def test_clip(limits: tuple[float | None, float | None]) -> None:
    assert_gradients(lambda x: x.clip(*limits), positive((3, 4)))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", REDUCED)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "logsumexp"])
def test_reductions(name: str, axis: Any, keepdims: bool) -> None:
    x = mixed((2, 3, 4))
    assert_gradients(lambda x: getattr(zt, name)(x, axis, keepdims), x)
    if name != "logsumexp":
        expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(getattr(zt, name)(x, axis, keepdims).value, expected)


@pytest.mark.parametrize("ddof", [0, 1, 2])
def test_var_ddof(ddof: int) -> None:
    assert_gradients(lambda x: zt.var(x, axis=1, ddof=ddof), mixed((2, 4)))
    x = mixed((2, 4))
    np.testing.assert_allclose(Tensor(x).var(1, ddof=ddof).value, np.var(x, axis=1, ddof=ddof))


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (1, -1)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name: str, axis: Any) -> None:
    assert_gradients(lambda x: getattr(zt, name)(x, axis), mixed((2, 3, 4)))
    total = np.exp(Tensor(mixed((2, 3, 4))).log_softmax(axis).value).sum(axis=axis)
    np.testing.assert_allclose(total, np.ones_like(total))


@pytest.mark.parametrize(
    "left, right",
    [
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((3, 3), (3, 3)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((1, 2, 3), (5, 3, 2)),
    ],
)
def test_matmul(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    assert_gradients(zt.matmul, mixed(left, 1), mixed(right, 2))


@pytest.mark.parametrize(
    "shape, function",
    [
        ((2, 3), lambda x: x.reshape(3, 2)),
        ((2, 3), lambda x: x.reshape((-1, 2))),
        ((), lambda x: x.reshape(1, 1)),
        ((2, 3), lambda x: x.flatten()),
        ((), lambda x: x.flatten()),
        ((2, 3, 4), lambda x: x.T),
        ((2, 3, 4), lambda x: x.transpose(2, 0, 1)),
        ((2, 3, 4), lambda x: x.transpose((-2, -1, 0))),
        ((3, 3, 3), lambda x: x.transpose(1, 2, 0)),
        ((2, 3), lambda x: x.expand_dims(0)),
        ((2, 3), lambda x: x.expand_dims((0, -1, 2))),
        ((2, 1, 1), lambda x: x.squeeze()),
        ((2, 1, 1), lambda x: x.squeeze(-1)),
        ((1, 2, 1), lambda x: x.squeeze((0, 2))),
        ((2, 1), lambda x: x.broadcast_to((4, 2, 3))),
        ((), lambda x: x.broadcast_to((2,))),
    ],
)
def test_shaping(shape: tuple[int, ...], function: Callable[[Tensor], Tensor]) -> None:
    assert_gradients(lambda x: function(x) * positive(function(x).shape), mixed(shape))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack(axis: int) -> None:
    weights = positive(np.stack([np.zeros((2, 3))] * 3, axis).shape)
    assert_gradients(
        lambda x, y: zt.stack([x, y, x], axis) * weights, mixed((2, 3), 1), mixed((2, 3), 2)
    )


@pytest.mark.parametrize("axis", [1, -2])
def test_concatenate(axis: int) -> None:
    weights = positive((2, 6, 2))
    assert_gradients(
        lambda x, y: zt.concatenate([x, y, x], axis) * weights,
        mixed((2, 1, 2), 1),
        mixed((2, 4, 2), 2),
    )


@pytest.mark.parametrize(
    "key",
    [
        1,
        -1,
        (0, 1, 2),
        slice(1, None),
        (slice(None), slice(None, None, -2)),
        (..., 0),
        (None, ..., None, 1),
        [0, 0, 1, -1],
        ([0, 1, 1], slice(None), [2, 2, 0]),
        (slice(None), np.array([[2, 0], [0, 0]])),
        np.array([False, True]),
        (slice(None), np.array([True, False, True]), 0),
        np.arange(24).reshape(2, 3, 4) % 5 == 0,
        [],
    ],
    ids=str,
)
def test_index(key: Any) -> None:
    x = mixed((2, 3, 4))
    np.testing.assert_array_equal(Tensor(x)[key].value, x[key])
    assert_gradients(lambda x: x[key] * positive(x[key].shape), x)


@pytest.mark.parametrize("padding", [0, 2, (1, 0)])
@pytest.mark.parametrize("stride", [1, 3, (2, 1)])
def test_conv2d(stride: Any, padding: Any) -> None:
    images, kernels = mixed((2, 2, 4, 5), 1), mixed((3, 2, 2, 3), 2)
    result = zt.conv2d(images, kernels, stride, padding)
    np.testing.assert_allclose(result.value, _looped(images, kernels, stride, padding))
    assert_gradients(lambda x, w: zt.conv2d(x, w, stride, padding), images, kernels)


def _looped(x: np.ndarray, w: np.ndarray, stride: Any, padding: Any) -> np.ndarray:
    (down, across), (rows, columns) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    x = np.pad(x, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    height, width = w.shape[2:]
    high, wide = (x.shape[2] - height) // down + 1, (x.shape[3] - width) // across + 1
    result = np.zeros((len(x), len(w), high, wide))
    for n, o, i, j in np.ndindex(result.shape):
        top, left = i * down, j * across
        result[n, o, i, j] = np.sum(x[n, :, top : top + height, left : left + width] * w[o])
    return result


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x,
        lambda x: x + x,
        lambda x: x - x,
        lambda x: x / x,
        lambda x: x**x,
        lambda x: x @ x,
        lambda x: x @ x.T,
        lambda x: zt.maximum(x, x) * zt.minimum(x, x),
        lambda x: 2 - x,
        lambda x: 2 / x,
        lambda x: 2**x,
        lambda x: x**2 + x**0 + x**-1.5,
        lambda x: abs(-x),
        lambda x: (x.tanh() * x).sum(0) / x.mean() - x,
    ],
)
def test_composites_and_repeated_operands(function: Callable[[Tensor], Tensor]) -> None:
    assert_gradients(function, positive((3, 3)))


def test_every_operation_is_public_and_knows_its_name() -> None:
    classes = {"OPERATIONS", "Operation", "NewOperation", "new_operation", "Tensor"}
    aliases = {"amax", "amin"}
    comparisons = {"equal", "not_equal"}  # nothing is differentiated there
    assert set(OPERATIONS) == set(zt.__all__) - classes - aliases - comparisons
    assert all(name == operation.name for name, operation in OPERATIONS.items())


@pytest.mark.parametrize(
    "function, shapes",
    [
        (lambda x: x.sum(), [(0,)]),
        (lambda x: x.sum(0), [(0, 3)]),
        (lambda x: x.mean(1), [(0, 3)]),
        (lambda x: x.prod(0), [(0, 3)]),
        (lambda x: x.prod(1), [(0, 3)]),
        (lambda x: x.prod(), [(2, 0)]),
        (lambda x: x.max(1), [(0, 3)]),
        (lambda x: x.logsumexp(1), [(2, 0)]),
        (lambda x: x.softmax(), [(2, 0)]),
        (lambda x: x.log_softmax(0), [(2, 0)]),
        (lambda x: x.reshape(0, 5), [(3, 0)]),
        (lambda x: x.flatten(), [(3, 0)]),
        (lambda x: x[:0] * 2, [(3, 2)]),
        (lambda x: x.broadcast_to((0, 1)), [(1,)]),
        (lambda x, y: x * y, [(0, 3), (1, 3)]),
        (lambda x, y: x @ y, [(2, 0), (0, 3)]),
        (lambda x, y: x @ y, [(0,), (0,)]),
        (lambda x, y: zt.stack([x, y]), [(0,), (0,)]),
        (lambda x, y: zt.concatenate([x, y]), [(0, 2), (3, 2)]),
        (zt.conv2d, [(0, 1, 3, 3), (1, 1, 2, 2)]),
    ],
)
def test_arrays_without_elements(
    function: Callable[..., Tensor], shapes: list[tuple[int, ...]]
) -> None:
    assert_gradients(function, *[np.ones(shape) for shape in shapes])
