"""Convolutions and their adjoints, against loops over their definition."""

from itertools import product
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Array = np.ndarray
random = np.random.default_rng(7)


def normal(*shape: int) -> Array:
    return random.normal(size=shape)


def looped(x: Array, w: Array, stride: Any, padding: Any, dilation: Any, groups: int) -> Array:
    """A convolution element by element; axes without a batch of positions are a loop each."""
    count = w.ndim - 2
    s, p, d = (np.broadcast_to(given, count) for given in (stride, padding, dilation))
    sizes = [
        (n + 2 * p[a] - d[a] * (w.shape[2 + a] - 1) - 1) // s[a] + 1
        for a, n in enumerate(x.shape[2:])
    ]
    result = np.zeros((len(x), len(w), *sizes))
    each = w.shape[1]
    for image, output, *place in np.ndindex(result.shape):
        first = output // (len(w) // groups) * each
        for channel, *offset in np.ndindex(w.shape[1:]):
            at = [place[a] * s[a] + offset[a] * d[a] - p[a] for a in range(count)]
            if all(0 <= i < n for i, n in zip(at, x.shape[2:], strict=True)):
                factor = w[(output, channel, *offset)]
                result[(image, output, *place)] += factor * x[(image, first + channel, *at)]
    return result


def looped_transposed(
    x: Array, w: Array, stride: Any, padding: Any, added: Any, dilation: Any, groups: int
) -> Array:
    """Each element adds its multiple of the kernel."""
    count = w.ndim - 2
    s, p, o, d = (np.broadcast_to(given, count) for given in (stride, padding, added, dilation))
    sizes = [
        (n - 1) * s[a] - 2 * p[a] + d[a] * (w.shape[2 + a] - 1) + o[a] + 1
        for a, n in enumerate(x.shape[2:])
    ]
    result = np.zeros((len(x), groups * w.shape[1], *sizes))
    for (image, channel, *place), (output, *offset) in product(
        np.ndindex(x.shape), np.ndindex(w.shape[1:])
    ):
        at = [place[a] * s[a] + offset[a] * d[a] - p[a] for a in range(count)]
        if all(0 <= i < n for i, n in zip(at, sizes, strict=True)):
            first = channel // (x.shape[1] // groups) * w.shape[1]
            factor = w[(channel, output, *offset)]
            result[(image, first + output, *at)] += factor * x[(image, channel, *place)]
    return result


@pytest.mark.parametrize(
    "x, w, arguments",
    [
        ((2, 3, 7), (4, 3, 3), (1, 0, 1, 1)),
        ((2, 4, 7), (6, 2, 3), (2, 1, 2, 2)),
        ((1, 3, 5), (3, 1, 2), (3, 2, 1, 3)),
        ((1, 1, 1), (1, 1, 3), (1, 1, 1, 1)),
    ],
)
def test_conv1d(x: Any, w: Any, arguments: Any) -> None:
    signals, kernels = normal(*x), normal(*w)
    result = zt.conv1d(signals, kernels, *arguments)
    np.testing.assert_allclose(result.value, looped(signals, kernels, *arguments), atol=1e-13)
    assert_gradients(lambda x, w: zt.conv1d(x, w, *arguments), signals, kernels)


@pytest.mark.parametrize(
    "x, w, arguments",
    [
        ((2, 2, 4, 5), (3, 2, 2, 3), (1, 0, 1, 1)),
        ((2, 2, 4, 5), (3, 2, 2, 2), ((1, 2), (2, 1), (3, 2), 1)),
        ((1, 4, 3, 3), (6, 2, 2, 1), (2, (0, 1), 1, 2)),
        ((2, 3, 3, 2), (3, 1, 2, 2), (1, 1, (2, 1), 3)),
    ],
)
def test_conv2d_with_dilation_and_groups(x: Any, w: Any, arguments: Any) -> None:
    images, kernels = normal(*x), normal(*w)
    result = zt.conv2d(images, kernels, *arguments)
    np.testing.assert_allclose(result.value, looped(images, kernels, *arguments), atol=1e-13)
    assert_gradients(lambda x, w: zt.conv2d(x, w, *arguments), images, kernels)


@pytest.mark.parametrize(
    "x, w, arguments",
    [
        ((2, 3, 4), (3, 2, 3), (1, 0, 0, 1, 1)),
        ((2, 4, 4), (4, 3, 3), (2, 1, 1, 1, 2)),
        ((1, 2, 3), (2, 1, 2), (3, 0, 2, 1, 1)),
        ((1, 3, 3), (3, 2, 2), (1, 1, 2, 3, 3)),
        ((1, 1, 4), (1, 1, 1), (2, 2, 0, 1, 1)),
    ],
)
def test_conv_transpose1d(x: Any, w: Any, arguments: Any) -> None:
    signals, kernels = normal(*x), normal(*w)
    result = zt.conv_transpose1d(signals, kernels, *arguments)
    np.testing.assert_allclose(
        result.value, looped_transposed(signals, kernels, *arguments), atol=1e-13
    )
    assert_gradients(lambda x, w: zt.conv_transpose1d(x, w, *arguments), signals, kernels)


@pytest.mark.parametrize(
    "x, w, arguments",
    [
        ((2, 2, 2, 3), (2, 3, 2, 2), (1, 0, 0, 1, 1)),
        ((1, 2, 2, 3), (2, 2, 3, 2), ((2, 1), (1, 0), (1, 0), 1, 1)),
        ((1, 4, 2, 2), (4, 1, 2, 1), ((1, 3), 0, (1, 2), (2, 1), 2)),
    ],
)
def test_conv_transpose2d(x: Any, w: Any, arguments: Any) -> None:
    images, kernels = normal(*x), normal(*w)
    result = zt.conv_transpose2d(images, kernels, *arguments)
    np.testing.assert_allclose(
        result.value, looped_transposed(images, kernels, *arguments), atol=1e-13
    )
    assert_gradients(lambda x, w: zt.conv_transpose2d(x, w, *arguments), images, kernels)


def test_a_transposed_convolution_is_the_adjoint_of_the_convolution() -> None:
    images, kernels = Tensor(normal(2, 4, 5, 6)), normal(6, 2, 3, 2)
    settings = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
    result = zt.conv2d(images, kernels, **settings)  # type: ignore[arg-type]
    cotangent = normal(*result.shape)
    result.get_gradients(cotangent)
    enlarged = zt.conv_transpose2d(
        cotangent,
        kernels,
        output_padding=(0, 0),
        **settings,  # type: ignore[arg-type]
    )
    rows, columns = enlarged.shape[2:]
    np.testing.assert_allclose(enlarged.value, images.gradient[:, :, :rows, :columns], atol=1e-13)


@pytest.mark.parametrize(
    "function, x, w",
    [
        (zt.conv1d, (0, 2, 3), (1, 2, 2)),
        (zt.conv1d, (2, 0, 3), (1, 0, 2)),
        (zt.conv1d, (1, 2, 3), (0, 2, 2)),
        (zt.conv_transpose1d, (0, 2, 3), (2, 1, 2)),
        (zt.conv_transpose2d, (1, 0, 2, 2), (0, 3, 1, 2)),
        (zt.conv_transpose1d, (1, 2, 2), (2, 0, 2)),
    ],
)
def test_arrays_without_elements(function: Any, x: Any, w: Any) -> None:
    assert not zt.sum(function(np.ones(x), np.ones(w))).value
    assert_gradients(function, np.ones(x), np.ones(w))


def test_where_no_element_reaches_the_result_is_zero_and_nan_stays_away() -> None:
    x, w = Tensor([[[1.0, np.nan, 2.0]]]), Tensor([[[3.0]]])
    result = zt.conv_transpose1d(x, w, stride=2)
    np.testing.assert_array_equal(result.value, [[[3, 0, np.nan, 0, 6]]])
    result.get_gradients([[[1.0, np.nan, 1.0, np.nan, 1.0]]])
    np.testing.assert_array_equal(x.gradient, [[[3, 3, 3]]])


@pytest.mark.parametrize("number", [0, 1])
def test_precision_follows_numpy(number: int) -> None:
    arrays = [normal(1, 2, 4), normal(2, 2, 2)]
    arrays[number] = arrays[number].astype(np.float32)
    functions: list[Any] = [zt.conv1d, zt.conv_transpose1d]
    for function in functions:
        leaves = [Tensor(array) for array in arrays]
        result = function(*leaves)
        assert result.value.dtype == np.float64
        result.get_gradients()
        assert [leaf.gradient.dtype for leaf in leaves] == [array.dtype for array in arrays]


def test_attributes_are_recorded_one_integer_per_axis() -> None:
    x = Tensor(np.ones((1, 2, 4)))
    assert zt.conv1d(x, np.ones((2, 1, 2)), 2, np.int64(1), [2], 2).attributes == {
        "stride": (2,),
        "padding": (1,),
        "dilation": (2,),
        "groups": 2,
    }
    images = Tensor(np.ones((1, 1, 2, 2)))
    assert zt.conv_transpose2d(images, images, (2, 3), 0, (1, 0)).attributes == {
        "stride": (2, 3),
        "padding": (0, 0),
        "output_padding": (1, 0),
        "dilation": (1, 1),
        "groups": 1,
    }


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"x": np.ones((1, 2))}, r"expected signals \(N, C, L\) and kernels \(O, C / groups, k\)"),
        ({"groups": 3}, "groups 3 must be from 1 up and divide 4 channels"),
        ({"groups": 0}, "groups 0 must be from 1 up"),
        ({"groups": 4, "w": np.ones((6, 1, 2))}, "groups 4 must be .* divide 6 kernels"),
        ({"groups": 2}, "signals have 2 channels in each of 2 groups, kernels 4"),
        ({"w": np.ones((4, 1, 2))}, "signals have 4 channels, kernels 1"),
        ({"dilation": 4}, r"a kernel of 2 dilated by 4 does not fit 4 padded by 0"),
        ({"dilation": 0}, "dilation 0 must be an integer from 1 up"),
        ({"stride": (1, 1)}, r"stride \(1, 1\) must be an integer from 1 up"),
        ({"padding": -1}, "padding -1 must be an integer from 0 up"),
        ({"x": np.ones((1, 4, 0))}, "a kernel of 2 does not fit 0 padded by 0"),
    ],
)
def test_errors_of_conv1d(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"x": np.ones((1, 4, 4)), "w": np.ones((4, 4, 2))}
    with pytest.raises(ValueError, match=f"conv1d.*{message}"):
        zt.conv1d(**(usual | arguments))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"w": np.ones((2, 1, 2))}, r"expected images \(N, C, H, W\) and kernels \(C, O / groups"),
        ({"w": np.ones((3, 1, 2, 2))}, "x has 2 channels, expected as many kernels, got 3"),
        ({"groups": 3}, "groups 3 must be from 1 up and divide 2 channels"),
        ({"output_padding": 1}, "output_padding 1 must be less than the stride 1 or the dilation"),
        ({"output_padding": -1}, "output_padding -1 must be one or two integers from 0 up"),
        ({"padding": 2}, "2 by a kernel of 2, 2 cut off, leaves none"),
        ({"x": np.ones((1, 2, 0, 2))}, "0 by a kernel of 2, 0 cut off, leaves none"),
        ({"w": np.ones((2, 1, 2, 0))}, "2 by a kernel of 0, 0 cut off, leaves none"),
    ],
)
def test_errors_of_conv_transpose2d(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"x": np.ones((1, 2, 2, 2)), "w": np.ones((2, 1, 2, 2))}
    with pytest.raises(ValueError, match=f"conv_transpose2d.*{message}"):
        zt.conv_transpose2d(**(usual | arguments))
