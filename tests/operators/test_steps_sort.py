"""Order statistics: of exact numbers, of ties, and of balls that may change places."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from flint import arb

from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.kinks import ANY, LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.step import Balls


def program_of(name: str, *shapes: tuple[int, ...], **attributes: Any) -> Program:
    return catalogue.get(name).program(shapes, freeze_attributes(attributes))


def sort_of(count: int) -> Program:
    return program_of("sort", (count,), axis=0)


def median_of(count: int) -> Program:
    return program_of("median", (count,), axis=None, keepdims=False)


def balls(*numbers: float) -> Balls:
    return [arb(number) for number in numbers]


def floats(items: Sequence[Ball] | None) -> list[float]:
    assert items is not None
    return list(map(float, items))


def pulled(program: Program, x: Balls, cotangent: Balls, at: AtKink = MEAN) -> Balls:
    (found,) = program.linearise([x], at).pull(cotangent)
    assert found is not None
    return found


def test_cotangents_go_back_to_where_the_elements_came_from() -> None:
    program = sort_of(4)
    x = balls(3, 1, 4, 2)
    assert floats(program.value([x])) == [1, 2, 3, 4]
    assert floats(pulled(program, x, balls(10, 20, 30, 40))) == [30, 10, 40, 20]
    assert floats(program.linearise([x]).push([balls(1, 2, 3, 4)])) == [2, 4, 1, 3]
    assert floats(program.push([x], [balls(1, 2, 3, 4)])) == [2, 4, 1, 3]
    assert not program.kinked([x])


@pytest.mark.parametrize(
    "at, expected",
    [
        (MEAN, [35, 25, 35, 25, 50]),
        (LEFT, [30, 20, 40, 30, 50]),
        (RIGHT, [40, 30, 30, 20, 50]),
    ],
)
def test_ties_share_their_places_as_chosen(at: AtKink, expected: list[float]) -> None:
    program = sort_of(5)
    x = balls(2, 1, 2, 1, 3)
    assert program.kinked([x])
    assert floats(pulled(program, x, balls(20, 30, 30, 40, 50), at)) == expected


def test_any_share_of_the_tied_places_is_enclosed() -> None:
    found = pulled(sort_of(4), balls(2, 1, 2, 2), balls(7, 10, 20, 40), ANY)
    assert found[1] == 7
    for ball in (found[0], found[2], found[3]):
        assert ball.contains(arb(10))
        assert ball.contains(arb(40))
        assert ball.lower() > 9.9
        assert ball.upper() < 40.1


@pytest.mark.parametrize(
    "along, expected",
    [
        ((5, 1, -3, 0), [1, -3, 0, 5]),
        ((0, 1, 0, 0), [1, 0, 0, 0]),
        ((-1, 0, -2, -3), [0, -3, -2, -1]),
    ],
)
def test_moving_ties_are_sorted_by_how_fast_they_move(
    along: tuple[float, ...], expected: list[float]
) -> None:
    assert floats(sort_of(4).push([balls(2, 1, 2, 2)], [balls(*along)])) == expected


def test_rows_are_sorted_by_themselves() -> None:
    program = program_of("sort", (2, 2), axis=0)
    x = balls(2, 5, 1, 5)
    assert floats(program.value([x])) == [1, 5, 2, 5]
    assert floats(pulled(program, x, balls(1, 2, 3, 4))) == [3, 3, 1, 3]
    assert program.kinked([x])
    assert not program.kinked([balls(2, 5, 1, 4)])


def test_balls_that_overlap_may_change_places() -> None:
    program = sort_of(3)
    x = [arb(1, 0.3), arb(9), arb(1.2, 0.3)]
    low, middle, high = program.value([x])
    for ball, (start, end) in ((low, (0.7, 1.3)), (middle, (0.9, 1.5))):
        assert ball.contains(arb(start + 0.001))
        assert ball.contains(arb(end - 0.001))
        assert ball.lower() > start - 0.001
        assert ball.upper() < end + 0.001
    assert high == 9
    assert program.kinked([x])
    first, alone, second = pulled(program, x, balls(10, 20, 30))
    assert alone == 30
    for ball in (first, second):
        assert ball.contains(arb(10))
        assert ball.contains(arb(20))
        assert ball.upper() < 20.1
    moved = program.push([x], [balls(1, 5, 2)])
    assert moved[0].contains(arb(1))
    assert moved[0].contains(arb(2))
    assert moved[2] == 5


def test_enclosures_hold_whatever_the_balls_hold() -> None:
    program = sort_of(6)
    generator = np.random.default_rng(0)
    middles, radii = generator.normal(size=6), generator.uniform(0, 0.4, 6)
    x = [arb(m, r) for m, r in zip(middles.tolist(), radii.tolist(), strict=True)]
    weights = balls(1, 2, 4, 8, 16, 32)
    value, found = program.value([x]), pulled(program, x, weights)
    for _ in range(100):
        point = (middles + radii * generator.uniform(-1, 1, 6)).tolist()
        assert all(
            a.contains(b) for a, b in zip(value, program.value([balls(*point)]), strict=True)
        )
        exact = pulled(program, balls(*point), weights)
        assert all(a.contains(b) for a, b in zip(found, exact, strict=True))


def test_nothing_is_known_of_the_order_of_nan() -> None:
    program = sort_of(3)
    x = balls(1, float("nan"), 0)
    found = [
        *program.value([x]),
        *pulled(program, x, balls(1, 1, 1)),
        *program.push([x], [balls(1, 1, 1)]),
        *program.linearise([x]).push([balls(1, 1, 1)]),
    ]
    assert not any(ball.is_finite() or ball.is_nan() for ball in found)
    assert program.kinked([x])


def test_infinities_have_an_order() -> None:
    program = sort_of(4)
    x = balls(float("inf"), 1, float("-inf"), float("inf"))
    assert floats(program.value([x])) == [-np.inf, 1, np.inf, np.inf]
    assert floats(pulled(program, x, balls(1, 2, 3, 5))) == [4, 2, 1, 4]


@pytest.mark.parametrize(
    "x, value, slopes",
    [
        ((3, 1, 2), 2, [0, 0, 1]),
        ((3, 1, 2, 5), 2.5, [0.5, 0, 0.5, 0]),
        ((2, 2, 2), 2, [1 / 3] * 3),
        ((1, 2, 2), 2, [0, 0.5, 0.5]),
        ((1, 2, 2, 3), 2, [0, 0.5, 0.5, 0]),
        ((2, 2, 3, 3), 2.5, [0.25] * 4),
        ((4,), 4, [1]),
    ],
)
def test_medians(x: tuple[float, ...], value: float, slopes: list[float]) -> None:
    program = median_of(len(x))
    assert floats(program.value([balls(*x)])) == [value]
    assert floats(pulled(program, balls(*x), balls(1))) == slopes


@pytest.mark.parametrize(
    "x, along, expected",
    [
        ((2, 2, 2), (1, 0, 0), 0),
        ((2, 2, 2), (1, 1, 0), 1),
        ((1, 2, 2), (0, 1, 0), 0),
        ((1, 2, 2), (0, -1, 0), -1),
    ],
)
def test_one_sided_derivatives_of_medians(
    x: tuple[float, ...], along: tuple[float, ...], expected: float
) -> None:
    assert floats(median_of(len(x)).push([balls(*x)], [balls(*along)])) == [expected]


@pytest.mark.parametrize("shape, axis", [((0,), 0), ((0, 2), -2), ((2, 0), 1)])
def test_sorting_nothing(shape: tuple[int, ...], axis: int) -> None:
    program = program_of("sort", shape, axis=axis)
    assert program.shape == shape
    assert floats(pulled(program, [], [])) == []
