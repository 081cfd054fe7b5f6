"""Balls: the precision, rounding made visible, powers and steps."""

import math
from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from zenverify.operators import balls
from zenverify.operators.balls import ANYTHING, UNIT_STEP, Ball, power, precision, step


def test_the_precision_is_put_back_also_after_an_error() -> None:
    before = ctx.prec

    def fail() -> None:
        assert ctx.prec == 200
        with precision(30):
            assert ctx.prec == 30
            assert balls.addition()(arb(1), arb(1)).is_exact()
        assert ctx.prec == 200
        assert not balls.addition()(arb(1), arb(1)).is_exact()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), precision(200, rounding=True):
        fail()
    assert ctx.prec == before
    assert balls.addition()(arb(1), arb(1)).is_exact()


terms = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8)


@given(terms, st.permutations(range(8)))
def test_rounding_covers_every_order_of_adding(numbers: list[float], order: list[int]) -> None:
    exact = sum(map(Fraction, numbers))
    shuffled = [numbers[i] for i in order if i < len(numbers)]
    in_floats = 0.0
    for number in shuffled:
        in_floats += number
    with precision(53, rounding=True):
        total = balls.total(map(arb, numbers))
        one_by_one = arb(0)
        for number in numbers:
            one_by_one = balls.addition()(one_by_one, arb(number))
    with precision(2000):
        truth = arb(exact.numerator) / exact.denominator
        assert total.contains(truth)
        assert one_by_one.contains(truth)
        # n terms cost n - 1 roundings; the balls account for at least one each way.
        assert total.rad() * len(numbers) >= abs(truth - in_floats)


def test_without_rounding_an_exact_sum_stays_exact() -> None:
    assert balls.total([arb(1), arb(2)]) == 3
    assert balls.total([]) == 0


@pytest.mark.parametrize(
    "base, exponent, expected",
    [
        (2, 3, 8.0),
        (-2, 3, -8.0),
        (-2, -1, -0.5),
        (0, 0, 1.0),
        (0, 2, 0.0),
        (0, 0.5, 0.0),
        (4, 0.5, 2.0),
        (-3, 0, 1.0),
        (1, 1e300, 1.0),
    ],
)
def test_powers(base: float, exponent: float, expected: float) -> None:
    found = power(arb(base), arb(exponent))
    assert found.contains(arb(expected))
    assert found.rad() < 1e-12


@pytest.mark.parametrize("base, exponent", [(-2, 0.5), (0, -1), (0, -0.5), (-1, math.nan)])
def test_a_power_outside_its_domain_is_no_number(base: float, exponent: float) -> None:
    assert not power(arb(base), arb(exponent)).is_finite()


def test_powers_of_python_numbers() -> None:
    assert power(2, 3) == 8


def test_a_power_of_a_wide_base_holds_all_of_them() -> None:
    wide = arb(2, 1)
    found = power(wide, arb(0.5))
    assert found.contains(arb(1))
    assert found.contains(arb(3).sqrt())


@pytest.mark.parametrize("low_first", [True, False])
def test_extrema_of_overlapping_balls_hold_both_possibilities(low_first: bool) -> None:
    pair = (arb(1, 0.5), arb(1.2, 0.5))
    a, b = pair if low_first else pair[::-1]
    assert balls.maximum(a, b).contains(arb(0.75))
    assert balls.maximum(a, b).contains(arb(1.7))
    assert balls.minimum(a, b).contains(arb(0.5))
    assert balls.minimum(a, b).contains(arb(1.25))


def test_extrema_take_python_numbers_on_either_side() -> None:
    assert balls.maximum(0, arb(2)) == balls.maximum(arb(2), 0) == 2
    assert balls.minimum(0, arb(2)) == balls.minimum(arb(2), 0) == 0


@pytest.mark.parametrize(
    "argument, expected",
    [(arb(2), arb(1)), (arb(-2), arb(0)), (arb(0), arb(0.25)), (arb(0, 1), UNIT_STEP)],
)
def test_steps(argument: Ball, expected: Ball) -> None:
    found = step(argument, arb(0.25))
    assert found.mid() == expected.mid()
    assert found.rad() == expected.rad()


def test_the_step_of_nothing_is_nothing() -> None:
    assert step(arb("nan"), arb(0)).is_nan()


def test_the_enclosures_of_unknown_answers() -> None:
    assert UNIT_STEP.contains(arb(0))
    assert UNIT_STEP.contains(arb(1))
    assert ANYTHING.contains(arb(-1e300))
    assert not ANYTHING.is_finite()
