"""Norms and their like: at zero, away from it, and where balls do not tell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from flint import arb

from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import ANYTHING, Ball, precision
from zenverify.operators.declarations import kernels
from zenverify.operators.declarations.elementwise import piecewise
from zenverify.operators.kinks import ANY, LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.builder import Buffer, ProgramBuilder
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.step import Balls

WHOLE = {"axis": None, "keepdims": False}


def program_of(name: str, *shapes: tuple[int, ...], **attributes: Any) -> Program:
    return catalogue.get(name).program(shapes, freeze_attributes(attributes))


def norm_of(ord: float | None, count: int) -> Program:  # noqa: A002 - the attribute's name
    return program_of("norm", (count,), ord=ord, axis=0, keepdims=False)


def balls(*numbers: float) -> Balls:
    return [arb(number) for number in numbers]


def floats(items: Sequence[Ball] | None) -> list[float]:
    assert items is not None
    return list(map(float, items))


def assert_near(found: Sequence[Ball] | None, *expected: float) -> None:
    assert found is not None
    assert len(found) == len(expected)
    assert all(abs(ball - number) < 1e-13 for ball, number in zip(found, expected, strict=True))


def slopes(program: Program, operands: Sequence[Balls], at: AtKink = MEAN) -> list[Ball]:
    linear = program.linearise(operands, at)
    return [
        item
        for part in linear.pull([arb(1)] * len(linear.value))
        if part is not None
        for item in part
    ]


def assert_holds(found: Sequence[Ball], low: float, high: float) -> None:
    """Each ball encloses the interval, and not much more."""
    for ball in found:
        assert ball.contains(arb(low))
        assert ball.contains(arb(high))
        assert ball.lower() > low - 1e-6
        assert ball.upper() < high + 1e-6


@pytest.mark.parametrize("ord", [None, 2.0, 3.0, 4.0, 1.5, 0.5])
def test_a_norms_slopes_at_zero(ord: float | None) -> None:  # noqa: A002 - the attribute's name
    program = norm_of(ord, 3)
    zero = [balls(0, 0, 0)]
    assert floats(program.value(zero)) == [0]
    assert program.kinked(zero)
    assert floats(slopes(program, zero, MEAN)) == [0, 0, 0]
    assert floats(slopes(program, zero, LEFT)) == [-1, -1, -1]
    assert floats(slopes(program, zero, RIGHT)) == [1, 1, 1]
    assert_holds(slopes(program, zero, ANY), -1, 1)


@pytest.mark.parametrize(
    "ord, along, expected",
    [
        (2.0, (3, -4, 0), 5),
        (2.0, (0, 0, -2), 2),
        (3.0, (0, 2, 0), 2),
        (1.5, (-1, 0, 0), 1),
        (0.5, (1, 1, 0), 4),
    ],
)
def test_the_derivative_of_a_norm_at_zero_along_a_direction_is_the_directions_norm(
    ord: float,  # noqa: A002 - the attribute's name
    along: tuple[float, ...],
    expected: float,
) -> None:
    assert_near(norm_of(ord, 3).push([balls(0, 0, 0)], [balls(*along)]), expected)


def test_rows_that_are_zero_and_rows_that_are_not() -> None:
    program = program_of("norm", (3, 2), ord=None, axis=1, keepdims=True)
    x = [balls(0, 0, 3, 4, 0, 0)]
    linear = program.linearise(x)
    assert_near(linear.value, 0, 5, 0)
    assert_near(linear.pull(balls(2, 10, 7))[0], 0, 0, 6, 8, 0, 0)
    right = program.linearise(x, RIGHT)
    assert_near(right.pull(balls(2, 10, 7))[0], 2, 2, 6, 8, 7, 7)
    assert_near(right.push([balls(1, 1, 5, 0, 1, -1)]), 2, 3, 0)
    assert_near(program.push(x, [balls(3, -4, 5, 0, 0, -1)]), 5, 3, 1)


def test_away_from_zero_a_norm_is_smooth() -> None:
    program = norm_of(None, 2)
    assert not program.kinked([balls(0, 1e-300)])
    assert_near(slopes(program, [balls(0, -3)]), 0, -1)


@pytest.mark.parametrize("dead_is_zero", [True, False])
def test_no_cotangent_at_zero_is_no_contribution(dead_is_zero: bool) -> None:
    linear = norm_of(None, 2).linearise([balls(0, 0)], RIGHT)
    (pulled,) = linear.pull(balls(0), dead_is_zero=dead_is_zero)
    assert floats(pulled) == [0, 0]


def test_hypot_at_zero_and_beside_it() -> None:
    program = program_of("hypot", (2,), ())
    x = [balls(0, 3), balls(0)]
    assert program.kinked(x)
    assert_near(program.value(x), 0, 3)
    assert_near(slopes(program, x, MEAN), 0, 1, 0)
    assert_near(slopes(program, x, RIGHT), 1, 1, 1)
    assert_near(program.push(x, [balls(3, 1), balls(4)]), 5, 1)


def test_a_deviation_bends_where_all_elements_are_equal() -> None:
    program = program_of("std", (4,), ddof=0, **WHOLE)
    equal = [balls(0.1, 0.1, 0.1, 0.1)]
    # One element that moves by t puts them t * sqrt(3) / 4 apart.
    apart = 3**0.5 / 4
    with precision(128):
        assert program.kinked(equal)
        assert floats(program.value(equal)) == [0]
        assert_near(slopes(program, equal, MEAN), 0, 0, 0, 0)
        assert_near(slopes(program, equal, RIGHT), apart, apart, apart, apart)
        assert_near(slopes(program, equal, LEFT), -apart, -apart, -apart, -apart)
        assert_near(program.push(equal, [balls(1, 1, -1, -1)]), 1)
        assert_near(program.push(equal, [balls(2, 2, 2, 2)]), 0)
    assert not program.kinked([balls(0.1, 0.1, 0.1, 0.2)])


@pytest.mark.parametrize("count", [3, 7, 10, 1000, 9999])
def test_the_mean_of_equal_numbers_is_exact_in_balls(count: int) -> None:
    program = program_of("std", (count,), ddof=1, **WHOLE)
    with precision(128):
        assert floats(program.value([[arb(0.1)] * count])) == [0]


def test_a_single_number_has_no_deviation() -> None:
    program = program_of("std", (1,), ddof=0, **WHOLE)
    for at in (MEAN, LEFT, RIGHT):
        assert floats(slopes(program, [balls(3)], at)) == [0]


def test_no_degrees_of_freedom_leave_nothing() -> None:
    program = program_of("std", (2,), ddof=2, **WHOLE)
    for x in ([1, 2], [1, 1]):
        assert not program.value([balls(*x)])[0].is_finite()
        assert not any(slope.is_finite() for slope in slopes(program, [balls(*x)]))


@pytest.mark.parametrize("radius", [1e-3, 1.0])
@pytest.mark.parametrize("ord", [2.0, 3.0, 4.0])
def test_balls_around_zero_are_enclosed(ord: float, radius: float) -> None:  # noqa: A002
    program = norm_of(ord, 2)
    around = [[arb(0, radius), arb(radius / 2, radius)]]
    (value,) = program.value(around)
    found = slopes(program, around)
    (moved,) = program.push(around, [balls(1, -2)])
    assert program.kinked(around)
    generator = np.random.default_rng(0)
    for x, y in generator.uniform([-radius, -radius / 2], [radius, 1.5 * radius], (50, 2)):
        point = [balls(x, y)]
        assert value.overlaps(program.value(point)[0])
        assert all(a.overlaps(b) for a, b in zip(found, slopes(program, point), strict=True))
        assert moved.overlaps(program.push(point, [balls(1, -2)])[0])
    assert value.upper() < 5 * radius
    assert_holds(found, -1, 1)


def test_nothing_is_known_of_a_function_that_is_not_convex_near_zero() -> None:
    program = norm_of(0.5, 2)
    around = [[arb(0, 1), arb(0, 1)]]
    assert ANYTHING in program.value(around)
    assert not any(slope.is_finite() or slope.is_nan() for slope in slopes(program, around))
    assert ANYTHING in program.push(around, [balls(1, 1)])


@pytest.mark.parametrize("wrong", ["nan", "inf"])
def test_what_is_not_finite_is_passed_on(wrong: str) -> None:
    for program in (norm_of(None, 2), norm_of(3.0, 2)):
        assert not program.value([[arb(wrong), arb(0)]])[0].is_finite()
        assert not slopes(program, [[arb(wrong), arb(0)]])[0].is_finite()


def positive_part(builder: ProgramBuilder, rows: Buffer) -> Buffer:
    """``2 max(x_0, 0) - x_1``: neither even nor symmetric."""
    first, second = (rows[:, k] for k in (0, 1))
    relu = builder.map(kernels.of(piecewise.RELU), first)
    twice = relu * 2
    return twice - second


def test_a_function_that_is_neither_even_nor_symmetric() -> None:
    builder = ProgramBuilder(((2, 2),))
    program = builder.program(builder.homogeneous(positive_part, builder.operands[0], 1))
    zero = [balls(0, 0, 1, 5)]
    assert floats(slopes(program, zero, LEFT)) == [0, -1, 2, -1]
    assert floats(slopes(program, zero, RIGHT)) == [2, -1, 2, -1]
    assert floats(slopes(program, zero, MEAN)) == [1, -1, 2, -1]
    assert floats(program.push(zero, [balls(-1, 1, 0, 1)])) == [-1, -1]


def test_rounding_costs_a_deviation_what_rounding_the_mean_costs() -> None:
    program = program_of("std", (3,), ddof=0, **WHOLE)
    equal = [balls(0.1, 0.1, 0.1)]
    with precision(53, rounding=True):
        (value,) = program.value(equal)
        found = slopes(program, equal)
    assert 1e-18 < value.upper() < 1e-15
    assert_holds(found, -(2**0.5) / 3, 2**0.5 / 3)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_a_norm_of_nothing(shape: tuple[int, ...]) -> None:
    program = program_of("norm", shape, ord=None, axis=0, keepdims=False)
    count = program.shape[0] if program.shape else 1
    linear = program.linearise([[]])
    assert floats(linear.value) == [0] * count
    assert floats(linear.pull([arb(1)] * count)[0]) == []
