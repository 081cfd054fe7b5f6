"""Arrays joined and split, held against NumPy and against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

JOINED: list[tuple[str, list[tuple[int, ...]]]] = [
    ("hstack", [(2,), (3,)]),
    ("hstack", [(), (2,), ()]),
    ("hstack", [(2, 1), (2, 3)]),
    ("hstack", [(2, 1, 2), (2, 2, 2)]),
    ("hstack", [(0,), (2,)]),
    ("hstack", [(3,)]),
    ("vstack", [(2,), (2,)]),
    ("vstack", [(), ()]),
    ("vstack", [(1, 3), (3,), (2, 3)]),
    ("vstack", [(1, 2, 2), (2, 2, 2)]),
    ("vstack", [(0, 2), (2,)]),
    ("dstack", [(), ()]),
    ("dstack", [(3,), (1, 3)]),
    ("dstack", [(2, 3), (2, 3, 2), (2, 3)]),
    ("dstack", [(2, 2, 1, 2), (2, 2, 3, 2)]),
    ("dstack", [(0,), (1, 0, 4)]),
]


def arrays(shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    source = np.random.default_rng(0)
    return [source.normal(size=shape).astype(np.float32) for shape in shapes]


@pytest.mark.parametrize("name, shapes", JOINED)
def test_stacks(name: str, shapes: list[tuple[int, ...]]) -> None:
    operands = arrays(shapes)
    result = getattr(zt, name)(operands)
    np.testing.assert_array_equal(result.value, getattr(np, name)(operands), strict=True)
    assert_gradients(lambda *x: getattr(zt, name)(x), *operands)


@pytest.mark.parametrize("shapes", [[(2, 3), (2,)], [(), (1, 1), (3,)], [(0, 2), (3,)], [(2, 2)]])
def test_concatenate_of_all_elements(shapes: list[tuple[int, ...]]) -> None:
    operands = arrays(shapes)
    result = zt.concatenate(operands, axis=None)
    assert result.shape == (sum(operand.size for operand in operands),)
    np.testing.assert_array_equal(result.value, np.concatenate(operands, axis=None), strict=True)
    assert_gradients(lambda *x: zt.concatenate(x, axis=None), *operands)


def test_an_operand_may_come_twice() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor(3.0)
    joined = zt.hstack([x, y, x])
    joined.get_gradients([1, 10, 100, 1000, 10000])
    np.testing.assert_array_equal(x.gradient, [1001, 10010])
    np.testing.assert_array_equal(y.gradient, 100)


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
@pytest.mark.parametrize(
    "sections", [1, 2, 4, (), (1,), (1, 3), (3, 1), (-1,), (0, 9), (2, 2), np.array([1, 2])]
)
def test_split(sections: Any, axis: int) -> None:
    x = np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32)
    parts, expected = zt.split(x, sections, axis), np.split(x, sections, axis)
    assert len(parts) == len(expected)
    for number, part in enumerate(parts):
        np.testing.assert_array_equal(part.value, expected[number], strict=True)
        assert_gradients(lambda x, number=number: zt.split(x, sections, axis)[number], x)


def test_every_part_is_an_operation_of_its_own() -> None:
    x = Tensor([1.0, 2.0, 3.0, 4.0])
    first, second = zt.split(x, 2)
    assert first.operation == second.operation == "split"
    assert dict(second.attributes) == {"sections": 2, "axis": 0, "part": 1}
    assert dict(zt.split(x, [1])[0].attributes) == {"sections": (1,), "axis": 0, "part": 0}
    (first * second).get_gradients()
    np.testing.assert_array_equal(x.gradient, [3, 4, 1, 2])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: zt.hstack([]), "hstack of no operands"),
        (lambda: zt.vstack([]), "vstack of no operands"),
        (lambda: zt.dstack([]), "dstack of no operands"),
        (lambda: zt.concatenate([], None), "concatenate of no operands"),
        (
            lambda: zt.hstack([np.ones((2, 2)), np.ones((3, 2))]),
            r"hstack of \(2, 2\) float64 and \(3, 2\) float64: .*must match exactly",
        ),
        (lambda: zt.vstack([np.ones(2), np.ones(3)]), r"vstack of \(2,\) .* \(3,\) float64"),
        (lambda: zt.dstack([np.ones(2), np.ones((3, 2))]), r"dstack of \(2,\) .* \(3, 2\)"),
        (
            lambda: zt.split(np.ones((2, 3)), 2, 1),
            r"split of \(2, 3\) float64: 2 equal sections do not fit 3 elements along axis 1",
        ),
        (lambda: zt.split(np.ones(2), 0), "0 equal sections do not fit 2 elements"),
        (lambda: zt.split(np.ones(2), -2), "-2 equal sections do not fit"),
        (lambda: zt.split(1.0, 1), r"split of \(\) float64: axis 0 is out of range"),
    ],
)
def test_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
