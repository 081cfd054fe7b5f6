"""Axes and elements in another order, held against NumPy and against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

CALLS: list[tuple[str, tuple[int, ...], tuple[Any, ...]]] = [
    ("swapaxes", (2, 3, 4), (0, 2)),
    ("swapaxes", (2, 3, 4), (-1, 1)),
    ("swapaxes", (2, 3, 4), (1, -2)),
    ("moveaxis", (2, 3, 4), (0, -1)),
    ("moveaxis", (2, 2, 2), (0, 2)),
    ("moveaxis", (2, 3, 4), ((0, 1), (-1, 0))),
    ("moveaxis", (2, 2, 2, 2), ((3, 0, 1), (0, 1, 2))),
    ("moveaxis", (), ((), ())),
    ("rollaxis", (2, 3, 4), (2,)),
    ("rollaxis", (2, 3, 4), (0, 3)),
    ("rollaxis", (2, 2, 2), (0, 2)),
    ("rollaxis", (2, 3, 4), (-1, 1)),
    ("rollaxis", (2, 3, 4), (0, -1)),
    ("rollaxis", (2, 3, 4), (1, 1)),
    ("roll", (2, 3, 4), (5,)),
    ("roll", (2, 3, 4), (-1, -1)),
    ("roll", (2, 3, 4), (10**30, 1)),
    ("roll", (2, 3, 4), ((1, -2), (0, 2))),
    ("roll", (2, 3, 4), (1, (0, -1))),
    ("roll", (2, 3, 4), ((1, 1), (2, 2))),
    ("roll", (2, 3), ((1, 2),)),
    ("roll", (), (3,)),
    ("roll", (0, 2), (1, 0)),
    ("flip", (2, 3, 4), ()),
    ("flip", (2, 3, 4), (-2,)),
    ("flip", (2, 3, 4), ((0, -1),)),
    ("flip", (2, 3, 4), ((),)),
    ("flip", (0,), ()),
]


@pytest.mark.parametrize("name, shape, arguments", CALLS)
def test_values_and_gradients(name: str, shape: tuple[int, ...], arguments: Any) -> None:
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    function, reference = getattr(zt, name), getattr(np, name)
    result = function(x, *arguments)
    np.testing.assert_array_equal(result.value, reference(x, *arguments), strict=True)
    assert_gradients(lambda x: function(x, *arguments), x)


def test_swapaxes_is_a_method() -> None:
    x = Tensor(np.ones((2, 3, 4)))
    assert x.swapaxes(0, -1).shape == (4, 3, 2)


@pytest.mark.parametrize(
    "recorded, attributes",
    [
        (lambda x: zt.swapaxes(x, np.int64(0), -1), {"axis1": 0, "axis2": -1}),
        (lambda x: zt.moveaxis(x, [0], np.array([1])), {"source": (0,), "destination": (1,)}),
        (lambda x: zt.moveaxis(x, 0, -1), {"source": 0, "destination": -1}),
        (lambda x: zt.rollaxis(x, 1), {"axis": 1, "start": 0}),
        (lambda x: zt.roll(x, [1, 2], (0, 0)), {"shift": (1, 2), "axis": (0, 0)}),
        (lambda x: zt.roll(x, True), {"shift": 1, "axis": None}),
        (lambda x: zt.flip(x, [0, -1]), {"axis": (0, -1)}),
    ],
)
def test_attributes(recorded: Callable[[Tensor], Tensor], attributes: dict[str, Any]) -> None:
    assert recorded(Tensor(np.ones((2, 3)))).attributes == attributes


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: zt.swapaxes(x, 0, 2), r"swapaxes of \(2, 3\) float64: axis 2 is out of range"),
        (lambda x: zt.moveaxis(x, 3, 0), r"moveaxis of \(2, 3\) float64: axis 3 is out of range"),
        (lambda x: zt.moveaxis(x, 0, -3), r"moveaxis of \(2, 3\) float64: axis -3 is out of"),
        (lambda x: zt.moveaxis(x, (0, -2), (0, 1)), r"moveaxis .* names an axis twice"),
        (lambda x: zt.moveaxis(x, (0, 1), 0), r"moveaxis of \(2, 3\) float64: .*same number"),
        (lambda x: zt.rollaxis(x, 2), r"rollaxis of \(2, 3\) float64: axis 2 is out of range"),
        (lambda x: zt.rollaxis(x, 0, 3), r"rollaxis of \(2, 3\) float64: .*start"),
        (lambda x: zt.roll(x, 1, 2), r"roll of \(2, 3\) float64: axis 2 is out of range"),
        (lambda x: zt.roll(x, (1, 2), (0, 1, 1)), r"roll of \(2, 3\) float64: .*broadcast"),
        (lambda x: zt.flip(x, (0, 0)), r"flip of \(2, 3\) .* names an axis twice"),
        (lambda x: zt.flip(x, -3), r"flip of \(2, 3\) float64: axis -3 is out of range"),
    ],
)
def test_errors(call: Callable[[Tensor], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(Tensor(np.ones((2, 3))))


def test_a_shift_must_be_an_integer() -> None:
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        zt.roll(np.ones(3), 1.5)  # type: ignore[arg-type]
