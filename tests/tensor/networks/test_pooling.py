"""Pooling, against loops over its definition; ties, NaN and padding."""

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Array = np.ndarray


def distinct(*shape: int) -> Array:
    """Elements of which no two are close, so that differences see no kink."""
    size = int(np.prod(shape))
    return np.random.default_rng(3).permutation(size).reshape(shape) / 4 - 1


def looped(x: Array, arguments: Any, *, largest: bool) -> Array:
    kernel, stride, padding = arguments
    count = x.ndim - 2
    k, s, p = (np.broadcast_to(given, count) for given in (kernel, stride, padding))
    sizes = [(n + 2 * p[a] - k[a]) // s[a] + 1 for a, n in enumerate(x.shape[2:])]
    result = np.zeros((*x.shape[:2], *sizes))
    for place in np.ndindex(*sizes):
        key: tuple[Any, ...] = tuple(
            slice(max(0, i * s[a] - p[a]), i * s[a] - p[a] + k[a]) for a, i in enumerate(place)
        )
        window = x[(slice(None), slice(None), *key)]
        axes = tuple(range(2, x.ndim))
        reduced = window.max(axes) if largest else window.sum(axes) / k.prod()
        result[(..., *place)] = reduced
    return result


ARGUMENTS_1D = [(1, 1, 0), (3, 1, 1), (2, 3, 1), (3, 2, 0)]
ARGUMENTS_2D = [(2, 2, 0), ((3, 2), 1, (1, 0)), ((1, 4), (2, 1), (0, 2)), (3, (3, 2), 1)]


@pytest.mark.parametrize("arguments", ARGUMENTS_1D)
def test_pooling_along_one_axis(arguments: Any) -> None:
    x = distinct(2, 2, 5)
    largest, mean = zt.max_pool1d(x, *arguments), zt.avg_pool1d(x, *arguments)
    np.testing.assert_array_equal(largest.value, looped(x, arguments, largest=True))
    np.testing.assert_allclose(mean.value, looped(x, arguments, largest=False), atol=1e-15)
    assert_gradients(lambda x: zt.max_pool1d(x, *arguments), x)
    assert_gradients(lambda x: zt.avg_pool1d(x, *arguments), x)


@pytest.mark.parametrize("arguments", ARGUMENTS_2D)
def test_pooling_of_images(arguments: Any) -> None:
    x = distinct(1, 2, 4, 5)
    largest, mean = zt.max_pool2d(x, *arguments), zt.avg_pool2d(x, *arguments)
    np.testing.assert_array_equal(largest.value, looped(x, arguments, largest=True))
    np.testing.assert_allclose(mean.value, looped(x, arguments, largest=False), atol=1e-15)
    assert_gradients(lambda x: zt.max_pool2d(x, *arguments), x)
    assert_gradients(lambda x: zt.avg_pool2d(x, *arguments), x)


@pytest.mark.parametrize("size", [1, 2, (3, 2), (4, 5), (5, 7), (2, 1)])
def test_adaptive_pooling(size: Any) -> None:
    x = distinct(2, 1, 4, 5)
    rows, columns = np.broadcast_to(size, 2)
    largest, mean = zt.adaptive_max_pool2d(x, size), zt.adaptive_avg_pool2d(x, size)
    assert largest.shape == mean.shape == (2, 1, rows, columns)
    for i, j in np.ndindex(rows, columns):
        high = slice(int(np.floor(i * 4 / rows)), int(np.ceil((i + 1) * 4 / rows)))
        wide = slice(int(np.floor(j * 5 / columns)), int(np.ceil((j + 1) * 5 / columns)))
        window = x[:, :, high, wide]
        np.testing.assert_array_equal(largest.value[:, :, i, j], window.max((2, 3)))
        np.testing.assert_allclose(mean.value[:, :, i, j], window.mean((2, 3)), atol=1e-15)
    assert_gradients(lambda x: zt.adaptive_max_pool2d(x, size), x)
    assert_gradients(lambda x: zt.adaptive_avg_pool2d(x, size), x)


def test_elements_that_tie_share_equally_also_in_windows_that_overlap() -> None:
    x = Tensor([[[1.0, 1.0, 0.0, 1.0]]])
    zt.max_pool1d(x, 3, 1).get_gradients([[[6.0, 10.0]]])
    np.testing.assert_array_equal(x.gradient, [[[3, 8, 0, 5]]])
    images = Tensor(np.ones((1, 1, 2, 2)))
    zt.adaptive_max_pool2d(images, (1, 2)).get_gradients()
    np.testing.assert_array_equal(images.gradient, np.full((1, 1, 2, 2), 0.5))


def test_padding_is_never_the_largest_and_does_not_tie() -> None:
    x = Tensor([[[-np.inf, -3.0]]])
    result = zt.max_pool1d(x, 2, 1, 1)
    np.testing.assert_array_equal(result.value, [[[-np.inf, -3, -3]]])
    result.get_gradients([[[2.0, 4.0, 8.0]]])
    np.testing.assert_array_equal(x.gradient, [[[2, 12]]])


@pytest.mark.parametrize(
    "pool", [lambda x: zt.max_pool2d(x, 1), lambda x: zt.adaptive_max_pool2d(x, (2, 2))]
)
def test_nan_stays_in_its_windows(pool: Any) -> None:
    x = Tensor([[[[np.nan, 1.0], [2.0, 3.0]]]])
    result = pool(x)
    np.testing.assert_array_equal(result.value, x.value)
    result.get_gradients()
    np.testing.assert_array_equal(x.gradient, [[[[np.nan, 1], [1, 1]]]])


def test_a_window_with_nan_has_no_largest() -> None:
    x = Tensor([[[np.nan, 1.0, 2.0]]])
    zt.max_pool1d(x, 2, 1).get_gradients()
    np.testing.assert_array_equal(x.gradient, [[[np.nan, np.nan, 1]]])


def test_the_stride_is_the_window_by_default() -> None:
    recorded = zt.max_pool2d(Tensor(np.ones((1, 1, 4, 4))), (1, 2)).attributes
    assert recorded == {"kernel": (1, 2), "stride": (1, 2), "padding": (0, 0)}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: zt.max_pool2d(x, 2),
        lambda x: zt.avg_pool2d(x, 2),
        lambda x: zt.adaptive_avg_pool2d(x, 1),
        lambda x: zt.adaptive_max_pool2d(x, 3),
    ],
)
@pytest.mark.parametrize("shape", [(0, 1, 2, 2), (1, 0, 2, 2)])
def test_no_images(function: Any, shape: Any) -> None:
    assert_gradients(function, np.ones(shape))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"x": np.ones((2, 2))}, r"of \(2, 2\) float64: expected \(N, C, H, W\)"),
        ({"kernel": 5}, "a window of 5 does not fit 4 padded by 0"),
        ({"padding": 2}, "padding 2 is more than half a window of 3"),
        ({"kernel": 0}, "kernel 0 must be one or two integers from 1 up"),
        ({"stride": (1, 2, 3)}, r"stride \(1, 2, 3\) must be one or two integers from 1 up"),
        ({"padding": -1}, "padding -1 must be one or two integers from 0 up"),
        ({"x": np.ones((1, 1, 0, 4)), "kernel": 2, "padding": 1}, "does not fit 0 padded by 1"),
    ],
)
def test_errors_of_pooling(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"x": np.ones((1, 1, 4, 4)), "kernel": 3}
    with pytest.raises(ValueError, match=f"max_pool2d.*{message}"):
        zt.max_pool2d(**(usual | arguments))


@pytest.mark.parametrize(
    "shape, size, message",
    [
        ((1, 4, 4), 1, r"adaptive_avg_pool2d of \(1, 4, 4\) float64: expected \(N, C, H, W\)"),
        ((1, 1, 0, 4), 1, "with H and W from 1 up"),
        ((1, 1, 4, 4), 0, "size 0 must be one or two integers from 1 up"),
    ],
)
def test_errors_of_adaptive_pooling(shape: Any, size: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        zt.adaptive_avg_pool2d(np.ones(shape), size)
