"""Normalisation: values, slopes, and rows that are constant, tiny or huge."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Array = np.ndarray
random = np.random.default_rng(11)


def normal(*shape: int) -> Array:
    return random.normal(size=shape)


def standardised(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    variance = x.var(axis=axes, keepdims=True)
    return np.asarray((x - x.mean(axis=axes, keepdims=True)) / np.sqrt(variance + eps))


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 1, 2, 2), (3, 2, 1, 1)])
@pytest.mark.parametrize("eps", [1e-5, 0.5, 0.0])
def test_batch_norm(shape: tuple[int, ...], eps: float) -> None:
    x, weight, bias = normal(*shape), normal(shape[1]), normal(shape[1])
    column = (-1, *(1,) * (len(shape) - 2))
    expected = standardised(x, (0, *range(2, len(shape))), eps) * weight.reshape(column)
    result = zt.batch_norm(x, weight, bias, eps)
    np.testing.assert_allclose(result.value, expected + bias.reshape(column), rtol=1e-12)
    assert_gradients(lambda *o: BATCH(*o, eps=eps), x, weight, bias)


@pytest.mark.parametrize("shape, count", [((4,), 1), ((2, 3), 1), ((2, 3), 2), ((2, 2, 3), 2)])
@pytest.mark.parametrize("eps", [1e-5, 0.5, 0.0])
def test_layer_norm_and_rms_norm(shape: tuple[int, ...], count: int, eps: float) -> None:
    x, weight, bias = normal(*shape), normal(*shape[-count:]), normal(*shape[-count:])
    axes = tuple(range(len(shape) - count, len(shape)))
    expected = standardised(x, axes, eps) * weight + bias
    np.testing.assert_allclose(zt.layer_norm(x, weight, bias, eps).value, expected, rtol=1e-12)
    root = np.sqrt((x * x).mean(axis=axes, keepdims=True) + eps)
    np.testing.assert_allclose(zt.rms_norm(x, weight, eps).value, x / root * weight, rtol=1e-12)
    assert_gradients(lambda *o: LAYER(*o, eps=eps), x, weight, bias)
    assert_gradients(lambda *o: RMS(*o, eps=eps), x, weight)


ROWS: list[tuple[str, Callable[[Tensor, float], Tensor]]] = [
    ("layer_norm", lambda x, eps: zt.layer_norm(x, np.ones(3), np.zeros(3), eps)),
    ("rms_norm", lambda x, eps: zt.rms_norm(x, np.ones(3), eps)),
    ("batch_norm", lambda x, eps: zt.batch_norm(x.reshape(3, 1), [1.0], [0.0], eps).flatten()),
]
BATCH: Callable[..., Tensor] = zt.batch_norm
LAYER: Callable[..., Tensor] = zt.layer_norm
RMS: Callable[..., Tensor] = zt.rms_norm
every_norm = pytest.mark.parametrize("norm", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])


@every_norm
@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e307])
def test_the_size_of_a_row_does_not_matter_without_eps(norm: Any, size: float) -> None:
    x, small = Tensor([1.0, -2.0, 5.0]), Tensor(np.array([1.0, -2.0, 5.0]) * size)
    cotangent = [1.0, 0.5, 0.25]
    expected, found = norm(x, 0.0), norm(small, 0.0)
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)
    expected.get_gradients(cotangent)
    found.get_gradients(cotangent)
    np.testing.assert_allclose(small.gradient * size, x.gradient, rtol=1e-9, atol=1e-320 * size)


@every_norm
def test_squares_that_underflow_are_nothing_next_to_eps(norm: Any) -> None:
    x = Tensor(np.array([1.0, -2.0, 4.0]) * 1e-200)
    result = norm(x, 1e-4)
    np.testing.assert_allclose(result.value.sum(), 1e-198 * (norm is ROWS[1][1]) * 3, atol=1e-212)
    assert (np.abs(result.value) > 1e-200).any()


@pytest.mark.parametrize("number", [0.1, 1e200, 1.0 / 3.0])
def test_equal_elements_have_no_deviation(number: float) -> None:
    x = Tensor([number] * 3)
    result = zt.layer_norm(x, [2.0, 3.0, 4.0], [5.0, 6.0, 7.0])
    np.testing.assert_array_equal(result.value, [5, 6, 7])
    assert np.isnan(zt.layer_norm(x, [1.0] * 3, [0.0] * 3, 0.0).value).all()
    result.get_gradients()
    assert np.isfinite(x.gradient).all()


@every_norm
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_nan_and_infinity_are_passed_on(norm: Any, number: float) -> None:
    assert np.isnan(norm(Tensor([1.0, 2.0, number]), 1e-5).value[2])


@pytest.mark.parametrize("number", [0, 1, 2])
def test_precision_follows_numpy(number: int) -> None:
    arrays = [normal(4, 3), normal(3), normal(3)]
    arrays[number] = arrays[number].astype(np.float32)
    for function in (LAYER, BATCH):
        leaves = [Tensor(array) for array in arrays]
        result = function(*leaves)
        assert result.value.dtype == np.float64
        exact = function(*[array.astype(np.float64) for array in arrays])
        np.testing.assert_allclose(result.value, exact.value, rtol=1e-12)
        result.get_gradients()
        assert [leaf.gradient.dtype for leaf in leaves] == [array.dtype for array in arrays]


@pytest.mark.parametrize(
    "function, shapes",
    [
        (zt.batch_norm, [(0, 3), (3,), (3,)]),
        (zt.batch_norm, [(2, 0, 2), (0,), (0,)]),
        (zt.layer_norm, [(0, 3), (3,), (3,)]),
        (zt.rms_norm, [(2, 0), (0,)]),
    ],
)
def test_arrays_without_elements(function: Any, shapes: Any) -> None:
    assert_gradients(function, *[np.ones(shape) for shape in shapes])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: zt.batch_norm([1.0], [1.0], [1.0]), r"batch_norm of \(1,\) float64 and .* \(N, C"),
        (lambda: zt.batch_norm(np.ones((2, 3)), np.ones(2), np.ones(3)), r"weight \(C,\)"),
        (lambda: zt.batch_norm(np.ones((2, 3)), np.ones(3), np.ones((1, 3))), r"bias \(C,\)"),
        (lambda: zt.layer_norm(np.ones((2, 3)), np.ones(2), np.ones(2)), "layer_norm of .* weight"),
        (lambda: zt.layer_norm(np.ones(3), np.ones(3), 1.0), "weight and bias of the shape of the"),
        (lambda: zt.layer_norm(np.ones(3), 1.0, 1.0), "weight and bias"),
        (lambda: zt.rms_norm(np.ones(3), np.ones((1, 3))), r"rms_norm of \(3,\) .* a weight of"),
        (lambda: zt.rms_norm(np.ones(3), np.ones(3), -1.0), r"rms_norm: eps -1.0 must be a finite"),
        (lambda: zt.rms_norm(np.ones(3), np.ones(3), np.inf), "eps inf must be a finite number"),
        (lambda: zt.batch_norm(np.ones((1, 1)), [1.0], [1.0], np.nan), "batch_norm: eps nan"),
    ],
)
def test_errors(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
