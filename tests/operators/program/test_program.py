"""Programs: what they give at kinks, and along directions."""

from collections.abc import Sequence
from typing import Any

import pytest
from flint import arb

from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import ANYTHING
from zenverify.operators.kinks import ANY, LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.step import Balls


def program_of(name: str, *shapes: tuple[int, ...], **attributes: Any) -> Program:
    return catalogue.get(name).program(shapes, freeze_attributes(attributes))


def balls(*numbers: float) -> Balls:
    return [arb(number) for number in numbers]


def floats(items: Balls | None) -> list[float]:
    assert items is not None
    return list(map(float, items))


def slopes(program: Program, operands: Sequence[Balls], at: AtKink) -> list[list[float]]:
    linear = program.linearise(operands, at)
    pulled = linear.pull([arb(1)] * len(linear.value))
    return [floats(part) for part in pulled]


@pytest.mark.parametrize(
    "name, at, expected",
    [
        ("relu", MEAN, 0.5),
        ("relu", LEFT, 0.0),
        ("relu", RIGHT, 1.0),
        ("absolute", MEAN, 0.0),
        ("absolute", LEFT, -1.0),
        ("absolute", RIGHT, 1.0),
    ],
)
def test_the_slope_at_a_kink_is_the_chosen_one(name: str, at: AtKink, expected: float) -> None:
    assert slopes(program_of(name, ()), [balls(0)], at) == [[expected]]


@pytest.mark.parametrize(
    "at, shares",
    [(MEAN, [0.5, 0, 0.5]), (LEFT, [1, 0, 0]), (RIGHT, [0, 0, 1])],
)
@pytest.mark.parametrize("name, tied", [("max", 2.0), ("min", -2.0)])
def test_tied_elements_share_as_chosen(
    name: str, tied: float, at: AtKink, shares: list[float]
) -> None:
    program = program_of(name, (3,), axis=None, keepdims=False)
    assert slopes(program, [balls(tied, 0, tied)], at) == [shares]


def test_any_choice_is_enclosed() -> None:
    relu = program_of("relu", ()).linearise([balls(0)], ANY).pull(balls(1))[0]
    tie = program_of("max", (2,), axis=None, keepdims=False)
    shares = tie.linearise([balls(1, 1)], ANY).pull(balls(1))[0]
    for items in (relu, shares):
        assert items is not None
        assert all(item.contains(arb(0)) and item.contains(arb(1)) for item in items)


def test_extrema_of_balls_that_overlap_enclose_every_choice() -> None:
    tie = program_of("max", (2,), axis=None, keepdims=False)
    (shares,) = tie.linearise([[arb(1, 0.5), arb(1.2, 0.5)]]).pull(balls(1))
    assert shares is not None
    assert all(share.contains(arb(0)) and share.contains(arb(1)) for share in shares)


def test_nothing_is_known_about_the_extremum_of_nan() -> None:
    tie = program_of("max", (2,), axis=None, keepdims=False)
    (shares,) = tie.linearise([[arb("nan"), arb(1)]]).pull(balls(1))
    assert shares == [ANYTHING, ANYTHING]


@pytest.mark.parametrize(
    "name, operands, kinked",
    [
        ("relu", [balls(0)], True),
        ("relu", [balls(1e-300)], False),
        ("relu", [[arb(0, 1)]], True),
        ("maximum", [balls(2), balls(2)], True),
        ("maximum", [balls(2), balls(1)], False),
        ("tanh", [balls(0)], False),
    ],
)
def test_kinks_are_recognised(name: str, operands: list[Balls], kinked: bool) -> None:
    assert program_of(name, *[()] * len(operands)).kinked(operands) is kinked


def test_the_shift_of_softmax_is_no_kink() -> None:
    program = program_of("softmax", (2,), axis=0)
    assert not program.can_kink
    assert not program.kinked([balls(1, 1)])
    assert program_of("clip", (2,), lower=0.0, upper=None).can_kink


@pytest.mark.parametrize(
    "name, operands, direction, expected",
    [
        ("relu", [balls(0)], [balls(1)], 1),
        ("relu", [balls(0)], [balls(-1)], 0),
        ("absolute", [balls(0)], [balls(-2)], 2),
        ("maximum", [balls(1), balls(1)], [balls(1), balls(3)], 3),
        ("minimum", [balls(1), balls(1)], [balls(1), balls(3)], 1),
        ("maximum", [balls(1), balls(0)], [balls(1), balls(3)], 1),
        ("multiply", [balls(2), balls(3)], [balls(1), balls(1)], 5),
    ],
)
def test_one_sided_derivatives(
    name: str, operands: list[Balls], direction: list[Balls], expected: float
) -> None:
    program = program_of(name, *[()] * len(operands))
    assert floats(program.push(operands, direction)) == [expected]


def test_the_derivative_along_a_direction_away_from_kinks() -> None:
    program = program_of("softmax", (3,), axis=0)
    operands, direction = [balls(0.1, 0.2, 0.4)], [balls(1, -1, 2)]
    linear = program.linearise(operands)
    # <w, J d> and <J^T w, d> are the same number.
    weights = balls(3, 1, -2)
    (pulled,) = linear.pull(weights)
    assert pulled is not None
    forward = sum((w * m for w, m in zip(weights, linear.push(direction), strict=True)), arb(0))
    reverse = sum((p * d for p, d in zip(pulled, direction[0], strict=True)), arb(0))
    assert forward.overlaps(reverse)
    one_sided = program.push(operands, direction)
    assert all(a.overlaps(b) for a, b in zip(one_sided, linear.push(direction), strict=True))


@pytest.mark.parametrize("dead_is_zero", [True, False])
def test_a_zero_cotangent_through_an_undefined_partial(dead_is_zero: bool) -> None:
    linear = program_of("sqrt", (2,)).linearise([balls(0, 4)])
    (pulled,) = linear.pull(balls(0, 1), dead_is_zero=dead_is_zero)
    assert pulled is not None
    assert pulled[0].is_zero() is dead_is_zero
    assert pulled[1] == 0.25


def test_elements_that_are_moved_to_several_places_add_up() -> None:
    program = program_of("index", (2,), key=([0, 0, 1],))
    (pulled,) = program.linearise([balls(5, 6)]).pull(balls(1, 2, 4))
    assert floats(pulled) == [3, 4]


def test_padding_is_zero_and_takes_no_cotangent() -> None:
    once = {"stride": (1, 1), "padding": (0, 1), "dilation": (1, 1), "groups": 1}
    program = program_of("conv2d", (1, 1, 1, 1), (1, 1, 1, 2), **once)
    assert floats(program.value([balls(3), balls(5, 7)])) == [21, 15]
    x, w = program.linearise([balls(3), balls(5, 7)]).pull(balls(1, 10))
    assert floats(x) == [57]
    assert floats(w) == [30, 3]
