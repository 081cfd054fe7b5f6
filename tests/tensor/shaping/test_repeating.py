"""Elements repeated and padded, held against NumPy and against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

inf, nan = np.inf, np.nan
MODES = ["edge", "reflect", "symmetric", "wrap"]


def mixed(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3), (0, 2)])
@pytest.mark.parametrize("reps", [(), 2, 0, (1,), (2, 1), (2, 3), (1, 2, 1), (2, 1, 1, 2), [2, 0]])
def test_tile(shape: tuple[int, ...], reps: Any) -> None:
    x = mixed(shape)
    np.testing.assert_array_equal(zt.tile(x, reps).value, np.tile(x, reps), strict=True)
    assert_gradients(lambda x: zt.tile(x, reps), x)


@pytest.mark.parametrize(
    "shape, repeats, axis",
    [
        ((), 3, None),
        ((), [2], None),
        ((3,), 2, None),
        ((3,), 0, 0),
        ((2, 3), 2, None),
        ((2, 3), 2, -1),
        ((2, 3), 3, -2),
        ((1, 3), 2, 0),
        ((2, 3), [2], 1),
        ((2, 3), (0, 3), 0),
        ((2, 3), [2, 0, 1], -1),
        ((2, 3), [0, 0, 0], 1),
        ((2, 3), np.array([1, 0, 2, 3, 0, 0]), None),
        ((2, 3, 2), np.array([0, 2, 1], np.uint8), 1),
        ((0, 2), 2, 1),
        ((0, 2), [], 0),
        ((2, 0), [1, 2], 0),
    ],
)
def test_repeat(shape: tuple[int, ...], repeats: Any, axis: int | None) -> None:
    x = mixed(shape)
    expected = np.repeat(x, np.array(repeats, int), axis)
    np.testing.assert_array_equal(zt.repeat(x, repeats, axis).value, expected, strict=True)
    np.testing.assert_array_equal(Tensor(x).repeat(repeats, axis).value, expected)
    assert_gradients(lambda x: zt.repeat(x, repeats, axis), x)


def test_an_element_that_is_left_out_is_not_reached_by_nan() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    zt.repeat(x, [1, 0, 2]).get_gradients([nan, 4, inf])
    np.testing.assert_array_equal(x.gradient, [nan, 0, inf])


def test_what_is_recorded_of_repeat() -> None:
    x, counts = Tensor(np.ones((2, 3))), np.array([1, 2])
    recorded = zt.repeat(x, counts, 0).attributes
    counts[:] = 0
    np.testing.assert_array_equal(recorded["repeats"], [1, 2])
    assert zt.repeat(x, np.int8(2)).attributes == {"repeats": 2, "axis": None}
    assert zt.tile(x, 2).attributes == {"reps": (2,)}


@pytest.mark.parametrize(
    "width",
    [
        0,
        2,
        (1,),
        (1, 2),
        ((0, 2),),
        ((1,), (2,)),
        ((1, 0), (0, 3)),
        np.array([[7, 1], [2, 8]]),
        {1: 2},
        {0: (1, 2), -1: 3},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["constant", *MODES])
def test_pad(width: Any, mode: Any) -> None:
    x = mixed((2, 3))
    expected = np.pad(x, width, mode=mode)
    np.testing.assert_array_equal(zt.pad(x, width, mode).value, expected, strict=True)
    assert_gradients(lambda x: zt.pad(x, width, mode), x)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (1, 2), (2, 1, 3)])
@pytest.mark.parametrize("mode", ["constant", *MODES])
def test_pad_of_other_shapes(shape: tuple[int, ...], mode: Any) -> None:
    x = mixed(shape)
    np.testing.assert_array_equal(zt.pad(x, (5, 1), mode).value, np.pad(x, (5, 1), mode=mode))
    assert_gradients(lambda x: zt.pad(x, (5, 1), mode), x)


def test_pad_with_a_constant() -> None:
    x = np.ones((1, 2), np.float32)
    for value in (-1.5, 3, inf, nan, True):
        expected = np.pad(x, 1, constant_values=value)
        result = zt.pad(x, 1, constant_values=value)
        np.testing.assert_array_equal(result.value, expected, strict=True)
    assert_gradients(lambda x: zt.pad(x, 1, constant_values=7), x)
    np.testing.assert_array_equal(zt.pad(np.ones((0, 1)), 1).value, np.zeros((2, 3)))


def test_nan_reaches_the_element_that_was_repeated_and_no_other() -> None:
    for mode, expected in zip(
        ["constant", *MODES],
        [[1, 1, 1], [1, 1, nan], [1, nan, 1], [1, 1, nan], [nan, 1, 1]],
        strict=True,
    ):
        x = Tensor([1.0, 2.0, 3.0])
        zt.pad(x, (0, 1), mode).get_gradients([1, 1, 1, nan])
        np.testing.assert_array_equal(x.gradient, expected)


def test_what_is_recorded_of_pad() -> None:
    x = Tensor(np.ones((2, 3), np.float32))
    recorded = zt.pad(x, {1: (0, 2)}, constant_values=0.1).attributes
    assert recorded["pad_width"] == ((0, 0), (0, 2))
    assert recorded["mode"] == "constant"
    assert recorded["constant_values"] == float(np.float32(0.1))
    assert zt.pad(1.0, 3).attributes == {}
    assert zt.pad(Tensor(1.0), ()).attributes["pad_width"] == ()


X = np.ones((2, 3))
HALF: Any = 1.5
PAIR: Any = [1, 2]
WORD: Any = "1"


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: zt.tile(X, (2, -1)), ValueError, r"tile of \(2, 3\) .* \(2, -1\) must not be neg"),
        (lambda: zt.tile(X, HALF), TypeError, "cannot be interpreted as an integer"),
        (lambda: zt.repeat(X, 1.5), TypeError, r"repeat: repeats of shape \(\) and dtype float64"),
        (lambda: zt.repeat(X, -1), ValueError, r"repeat of \(2, 3\) .* -1 must not be negative"),
        (lambda: zt.repeat(X, [1, -1], 0), ValueError, "must not be negative"),
        (
            lambda: zt.repeat(X, [1, 2], 1),
            ValueError,
            r"repeats of shape \(2,\) for 3 elements; expected one number, or one for each",
        ),
        (lambda: zt.repeat(X, [[1, 2]], 0), ValueError, r"repeats of shape \(1, 2\) for 2"),
        (lambda: zt.repeat(X, 1, 2), ValueError, "repeat of .* axis 2 is out of range"),
        (lambda: zt.pad(X, 1.0), TypeError, r"pad: pad_width of shape \(\) and dtype float64"),
        (lambda: zt.pad(X, -1), ValueError, r"pad of \(2, 3\) .* pad_width -1 must not be neg"),
        (lambda: zt.pad(X, {0: (0, -1)}), ValueError, "must not be negative"),
        (
            lambda: zt.pad(X, [(1, 1)] * 3),
            ValueError,
            r"pad of \(2, 3\) float64: pad_width of shape \(3, 2\) for 2 axes; expected one",
        ),
        (lambda: zt.pad(X, {2: 1}), ValueError, "pad of .* axis 2 is out of range"),
        (lambda: zt.pad(X, 1, "mean"), ValueError, "no mode 'mean'; expected one of constant,"),
        (lambda: zt.pad(X, 1, "wrap", 2), ValueError, "'wrap' takes no constant_values"),
        (lambda: zt.pad(X, 1, "constant", PAIR), TypeError, r"constant_values of shape \(2,\)"),
        (lambda: zt.pad(X, 1, "constant", WORD), TypeError, "pad: constant_values: a str of shape"),
        (lambda: zt.pad(np.ones(0), 1, "edge"), ValueError, r"pad of \(0,\) float64: .*empty"),
    ],
)
def test_errors(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
