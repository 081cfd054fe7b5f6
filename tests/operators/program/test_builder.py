"""The builder's vocabulary against NumPy, and its errors."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb

from zenverify.errors import GraphError
from zenverify.operators.program import arithmetic
from zenverify.operators.program.builder import (
    Buffer,
    ProgramBuilder,
    normalise_axis,
    reduced_shape,
)
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.map import Map

Shape = tuple[int, ...]
Build = Callable[..., Buffer]


def run(build: Build, *arrays: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    builder = ProgramBuilder(tuple(array.shape for array in arrays))
    program = builder.program(build(builder, *builder.operands))
    items = program.value([list(map(arb, array.ravel().tolist())) for array in arrays])
    return np.array(list(map(float, items))).reshape(program.shape)


X = np.arange(1.0, 7.0).reshape(2, 3)


def doubled_sum(builder: ProgramBuilder, rows: Buffer) -> Buffer:
    return rows.sum(1) * 2


@pytest.mark.parametrize(
    "build, expected",
    [
        (lambda b, x: b.move(np.transpose, x), X.T),
        (lambda b, x: b.move(lambda n: np.pad(n, 1, constant_values=-1), x), np.pad(X, 1)),
        (lambda b, x: b.move(lambda n: n[:0], x), X[:0]),
        (lambda b, x: b.broadcast(x, (2, 2, 3)), np.broadcast_to(X, (2, 2, 3))),
        (lambda b, x: x * 3, 3 * X),
        (lambda b, x: x + x[:, :1], X + X[:, :1]),
        (lambda b, x: b.sum(x), np.array(21.0)),
        (lambda b, x: b.sum(x, 0), X.sum(0)),
        (lambda b, x: b.sum(x, (-1, 0), keepdims=True), X.sum((0, 1), keepdims=True)),
        (lambda b, x: b.sum(x, ()), X),
        (lambda b, x: b.extremum(x, 0, largest=False), X.min(0)),
        (lambda b, x: b.extremum(x, 1, keepdims=True, largest=True), X.max(1, keepdims=True)),
        (lambda b, x: b.fold(arithmetic.MULTIPLY, 1.0, x), np.array(720.0)),
        (
            lambda b, x: b.fold(arithmetic.MULTIPLY, 1.0, x, 1, keepdims=True),
            X.prod(1, keepdims=True),
        ),
        (
            lambda b, x: b.fold(arithmetic.ADD, 7.0, b.move(lambda n: n[:, :0], x), 1),
            np.full(2, 7.0),
        ),
        (lambda b, x: b.scan(lambda m, n: m + n, x, 0), X.cumsum(0)),
        (lambda b, x: b.scan(lambda m, n: m * n, x, -1), X.cumprod(1)),
        (
            lambda b, x: b.scan(lambda m, n: m + n, b.move(lambda n: n[:, :0], x), 1),
            X[:, :0],
        ),
        (lambda b, x: b.sort(x * -1, 1), -X[:, ::-1]),
        (lambda b, x: b.sort(x), X.ravel()),
        (lambda b, x: b.sort(x, (-1, 0)), X.ravel()),
        (lambda b, x: b.sort(x, 0), X.T),
        (lambda b, x: b.homogeneous(doubled_sum, x, 0), 2 * X.sum(0)),
        (lambda b, x: b.homogeneous(doubled_sum, x, keepdims=True), np.array([[42.0]])),
        (lambda b, x: b.detach(x), X),
        (lambda b, x: x, X),
        (lambda b, x: x - x[:1] * 2 + 1, X - X[:1] * 2 + 1),
        (lambda b, x: 1 + 2 * (3 - x), 1 + 2 * (3 - X)),
        (lambda b, x: -x / 2, -X / 2),
        (lambda b, x: 2 / x[:1, ::3], 2 / X[:1, ::3]),
        (lambda b, x: x**2, X**2),
        (lambda b, x: np.float64(2) * x - np.int64(1), 2 * X - 1),
        (lambda b, x: np.int64(2) * x / np.float32(4), X / 2),
        (lambda b, x: x.reshape(3, -1).swapaxes(0, 1), X.reshape(3, 2).T),
        (lambda b, x: x.reshape((6,))[::2], X.ravel()[::2]),
        (lambda b, x: x.move(np.flipud).broadcast((2, 2, 3)), [X[::-1]] * 2),
        (lambda b, x: x.max(0) - x.min(1, keepdims=True), X.max(0) - X.min(1, keepdims=True)),
        (lambda b, x: x.detach().sum(), np.array(21.0)),
    ],
)
def test_values_are_those_of_numpy(build: Build, expected: np.ndarray[Any, Any]) -> None:
    found = run(build, X)
    assert found.shape == np.shape(expected)
    np.testing.assert_array_equal(found, expected)


def test_infix_operators_append_their_steps_in_the_order_of_evaluation() -> None:
    builder = ProgramBuilder(((2,), (2,)))
    x, y = builder.operands
    subtract, half, _, multiply = builder.program((x - y) * 0.5).steps
    assert isinstance(subtract, Map)
    assert isinstance(half, Fill)
    assert isinstance(multiply, Map)
    assert (subtract.kernel, half.items) == (arithmetic.SUBTRACT, (0.5,))
    assert multiply.kernel is arithmetic.MULTIPLY


def test_the_bound_of_constants_holds_all_of_them() -> None:
    bound = Fill((1.0, -5.0, 3.0)).bound(())
    assert all(bound.contains(arb(item)) for item in (1, -5, 3))
    assert not bound.contains(arb(4))


def test_several_operands_are_moved_together() -> None:
    y = X[:1] * 10
    found = run(lambda b, x, z: b.move(lambda m, n: np.concatenate([n, m]), x, z), X, y)
    np.testing.assert_array_equal(found, np.concatenate([y, X]))


def test_nothing_flows_back_through_a_detached_move() -> None:
    builder = ProgramBuilder(((2,),))
    (x,) = builder.operands
    program = builder.program(x * x.detach())
    (pulled,) = program.linearise([[arb(3), arb(5)]]).pull([arb(1), arb(1)])
    assert pulled is not None
    assert list(map(float, pulled)) == [3, 5]
    assert list(map(float, program.push([[arb(3), arb(5)]], [[arb(1), arb(1)]]))) == [3, 5]


def test_what_is_known_to_lie_between_two_numbers_is_otherwise_as_it_was() -> None:
    builder = ProgramBuilder(((2, 3),))
    program = builder.program(builder.within(builder.operands[0], 0, 1))
    items = [arb(item) for item in range(6)]
    linear = program.linearise([items])
    assert list(linear.value) == items
    (pulled,) = linear.pull(items)
    assert pulled == items
    bound = program.steps[-1].bound([arb(-5, 3)])
    assert (float(bound.lower()), float(bound.upper())) == pytest.approx((0, 1), abs=1e-6)


@pytest.mark.parametrize(
    "build, terms",
    [
        (lambda b, x: x, 1),
        (lambda b, x: b.sum(x), 6),
        (lambda b, x: b.sum(x, 0), 2),
        (lambda b, x: b.broadcast(x, (5, 2, 3)), 5),
        (lambda b, x: b.fold(arithmetic.MULTIPLY, 1.0, x, 1), 3),
        (lambda b, x: b.move(lambda n: n[[0, 0, 0, 1]], x), 3),
        (lambda b, x: x * 3, 1),
        (lambda b, x: b.scan(lambda m, n: m + n, x, -1), 3),
        (lambda b, x: b.sort(x, 0), 2),
    ],
)
def test_the_longest_sum_is_known_forward_or_backward(build: Build, terms: int) -> None:
    builder = ProgramBuilder((X.shape,))
    assert builder.program(build(builder, *builder.operands)).terms == terms


@pytest.mark.parametrize(
    "axis, ndim, expected",
    [(None, 3, (0, 1, 2)), (-1, 3, (2,)), ((2, 0), 3, (0, 2)), ((), 2, ()), (None, 0, ())],
)
def test_axes(axis: int | Shape | None, ndim: int, expected: Shape) -> None:
    assert normalise_axis(axis, ndim) == expected


@pytest.mark.parametrize(
    "axis, message",
    [
        (2, "axis 2 is out of range for 2 dimensions"),
        (-3, "axis -3 is out of range"),
        ((0, 5), r"axis \(0, 5\) is out of range"),
        ((0, -2), r"axis \(0, -2\) names a dimension twice"),
    ],
)
def test_axes_that_do_not_exist(axis: int | Shape, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        normalise_axis(axis, 2)


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()])
def test_reduced_shapes(axis: int | Shape | None, keepdims: bool) -> None:
    expected = np.zeros((2, 1, 3)).sum(axis=axis, keepdims=keepdims).shape
    assert reduced_shape((2, 1, 3), axis, keepdims=keepdims) == expected


def test_there_is_no_extremum_of_nothing() -> None:
    builder = ProgramBuilder(((2, 0),))
    with pytest.raises(GraphError, match=r"the extremum of no elements \(shape \(2, 0\), axis 1\)"):
        builder.operands[0].max(1)
    empty = builder.operands[0].max(0)
    assert math.prod(empty.shape) == 0


def test_a_function_of_rows_must_give_one_number_per_row() -> None:
    builder = ProgramBuilder(((2, 3),))
    (x,) = builder.operands
    with pytest.raises(
        GraphError, match=r"a function of rows gives shape \(2, 3\) for \(2, 3\); expected \(2,\)"
    ):
        builder.homogeneous(lambda inner, rows: rows, x, 1)
