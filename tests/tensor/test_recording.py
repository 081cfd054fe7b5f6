"""Dtypes, refused operands and floating-point warnings."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from zenverify.tensor import Tensor

single, double = Tensor(np.ones(2, np.float32)), Tensor(np.ones(2))


@pytest.mark.parametrize(
    "result, dtype",
    [
        (lambda: single + 1, np.float32),
        (lambda: 0.1 * single, np.float32),
        (lambda: single**True, np.float32),
        (lambda: zt.maximum(0, single), np.float32),
        (lambda: zt.stack([1, np.float32(2)]), np.float32),
        (lambda: zt.where([True, False], single, 0.5), np.float32),
        (lambda: single + np.ones(2, np.float32), np.float32),
        (lambda: single * np.float64(2), np.float64),
        (lambda: np.ones(2) - single, np.float64),
        (lambda: single * np.ones(2, np.int8), np.float64),
        (lambda: single / double, np.float64),
        (lambda: zt.concatenate([single, double]), np.float64),
        (lambda: zt.add(1, 2), np.float64),
        (lambda: zt.exp(1), np.float64),
    ],
)
def test_dtypes_of_results(result: Callable[[], Tensor], dtype: type) -> None:
    assert result().value.dtype == dtype


@pytest.mark.parametrize("value", [1j, "text", None, np.ones(3, np.float16), np.ones(3, object)])
def test_operands_of_other_dtypes_are_refused(value: Any) -> None:
    message = r"add: a \w+ of shape \(.*\) and dtype .* is not supported"
    for call in (lambda: double + value, lambda: value + double, lambda: zt.add(value, value)):
        with pytest.raises(TypeError, match=message):
            call()


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: double + np.ones(3, np.float32),
            ValueError,
            r"add of \(2,\) float64 and \(3,\) float32: .*broadcast",
        ),
        (lambda: double @ Tensor(np.ones((3, 2))), ValueError, r"matmul of \(2,\) .* \(3, 2\)"),
        (lambda: double @ 2, ValueError, r"matmul of \(2,\) float64 and \(\) float64"),
        (lambda: double.sum(1), ValueError, r"sum of \(2,\) float64: axis 1 is out of range"),
        (lambda: double.sum((0, -1)), ValueError, r"sum of \(2,\) .* names an axis twice"),
        (lambda: zt.max(np.ones((2, 0)), 1), ValueError, r"max of \(2, 0\) float64: zero-size"),
        (lambda: double.softmax(3), ValueError, "softmax of .* axis 3 is out of range"),
        (lambda: double.reshape(3), ValueError, r"reshape of \(2,\) .* \(3,\) does not hold 2"),
        (lambda: double.reshape(-1, -1), ValueError, r"\(-1, -1\) does not hold"),
        (lambda: double.reshape(-1, 0), ValueError, r"\(-1, 0\) does not hold"),
        (lambda: double.reshape(-2, -1), ValueError, r"reshape of \(2,\)"),
        (lambda: double.transpose(0, 1), ValueError, r"transpose of \(2,\) .* axis 1 is out of"),
        (lambda: Tensor([[1.0]]).transpose(0, 0), ValueError, "names an axis twice"),
        (lambda: Tensor([[1.0]]).transpose(0), ValueError, r"transpose of \(1, 1\) float64"),
        (lambda: double.expand_dims(3), ValueError, "expand_dims .* axis 3 is out of range for 2"),
        (lambda: double.squeeze(0), ValueError, r"squeeze of \(2,\) float64"),
        (lambda: double.broadcast_to(3), ValueError, r"broadcast_to of \(2,\) float64"),
        (lambda: zt.stack([]), ValueError, "stack of no operands"),
        (lambda: zt.stack([double, 1]), ValueError, r"stack of \(2,\) float64 and \(\) float64"),
        (lambda: zt.stack([double], 5), ValueError, r"stack of \(2,\) float64: axis 5"),
        (lambda: zt.concatenate([double], 1), ValueError, r"concatenate of \(2,\) .*axis 1"),
        (lambda: double[2], IndexError, r"index of \(2,\) float64: index 2 is out of bounds"),
        (lambda: double[0, 0], IndexError, r"index of \(2,\) float64: too many indices"),
        (lambda: double[[True]], IndexError, r"index of \(2,\) float64: boolean index"),
        (lambda: double[1.0], TypeError, r"index: a float of shape \(\) and dtype float64 is no"),
        (lambda: double[True], TypeError, "index: a bool .* is no index; expected integers"),
        (lambda: double[Tensor(1)], TypeError, "index: a Tensor of shape .* is no index"),
        (lambda: zt.where([0, 1], 1, 2), TypeError, r"where: .* shape \(2,\) and dtype int64"),
        (lambda: double.clip(2, 1), ValueError, "lower limit 2.0 is above upper limit 1.0"),
        (lambda: double.clip(np.nan), ValueError, "clip: a limit must not be NaN"),
    ],
)
def test_errors_name_the_operation_and_its_operands(
    call: Callable[[], Tensor], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"x": np.ones((1, 1, 2))}, r"expected images \(N, C, H, W\) and kernels"),
        ({"x": np.ones((1, 2, 4, 4))}, "images have 2 channels, kernels 1"),
        ({"w": np.ones((1, 1, 7, 2))}, "a kernel of 7 does not fit 4 padded by 1"),
        ({"w": np.ones((1, 1, 2, 0))}, "a kernel of 0 does not fit"),
        ({"stride": 0}, "stride 0 must be one or two integers from 1 up"),
        ({"padding": (1, 2, 3)}, r"padding \(1, 2, 3\) must be one or two integers from 0 up"),
    ],
)
def test_errors_of_conv2d(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {
        "x": np.ones((1, 1, 4, 4)),
        "w": np.ones((1, 1, 2, 2)),
        "stride": 1,
        "padding": 1,
    }
    with pytest.raises(ValueError, match=f"conv2d.*{message}"):
        zt.conv2d(**(usual | arguments))


def test_what_a_node_keeps_of_a_call_cannot_be_changed_from_outside() -> None:
    rows, chosen = np.array([0, 1]), np.array([True, False])
    picked, where = double[rows], zt.where(chosen, double, 0)
    rows[:], chosen[:] = 0, False
    np.testing.assert_array_equal(picked.attributes["key"][0], [0, 1])
    np.testing.assert_array_equal(where.attributes["condition"], [True, False])


def test_attributes_are_recorded_as_the_call_meant_them() -> None:
    x = Tensor(np.ones((2, 3)))
    assert x.sum(np.int64(-1)).attributes == {"axis": -1, "keepdims": False}
    assert x.reshape(-1, 2).attributes == {"shape": (3, 2)}
    assert x.clip(upper=2).attributes == {"lower": None, "upper": 2.0}
    assert x[..., 0].attributes == {"key": (Ellipsis, 0)}
    assert x[np.int64(1)].attributes == {"key": (1,)}
    assert x.exp().attributes == {}
    images = Tensor(np.ones((1, 1, 4, 4)))
    recorded = zt.conv2d(images, images, stride=2, padding=(0, 1)).attributes
    assert recorded == {"stride": (2, 2), "padding": (0, 1), "dilation": (1, 1), "groups": 1}


def test_floating_point_warnings_are_never_raised() -> None:
    x = Tensor([0.0, -1.0, 1e308, -np.inf, np.nan])
    total = x.log() + 1 / x + x * x + x**0.5 + x.exp() + x.softmax() + x - x.sum()
    total.get_gradients()
    total.get_gradients()
    assert np.isnan(x.gradient).any()
    assert Tensor(np.float32(1)).grads == ()
    assert (single * 1e300).value[0] == np.inf
    assert single.clip(upper=1e300).attributes["upper"] == np.inf
    assert total.grad(x, np.full(5, 1e308)).shape == (5,)
    assert x.log().grads[0](np.ones(5))[0] == np.inf


def test_threads_do_not_get_in_each_others_way() -> None:
    def work(seed: int) -> float:
        x = Tensor(np.full((200, 200), 1e200 * seed))
        for _ in range(20):
            root = (x * x - x * x).sum()
        root.get_gradients()
        return float(root.value)

    with ThreadPoolExecutor(4) as pool:
        assert np.isnan(list(pool.map(work, range(1, 9)))).all()
