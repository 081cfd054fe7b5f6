"""Balls: the precision, rounding made visible, powers and steps."""

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from zenverify.operators.balls import arithmetic as balls
from zenverify.operators.balls.arithmetic import ANYTHING, UNIT_STEP, Ball, power, precision, step


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


@pytest.mark.parametrize("middle", [0.0, 0.25, -0.5])
@pytest.mark.parametrize("radius", [1.0, 1.5, 1e-30])
@pytest.mark.parametrize("exponent", [1, 2, 3, 4, 5])
def test_whole_powers_of_a_ball_around_zero(middle: float, radius: float, exponent: int) -> None:
    middle *= radius
    found = power(arb(middle, radius), exponent)
    ends = middle - radius, middle + radius
    assert found.is_finite()
    assert all(found.contains(arb(x) ** exponent) for x in (*ends, middle, 0.0))
    assert found.abs_upper() <= 1.01 * arb(max(map(abs, ends))) ** exponent


def test_powers_of_a_ball_around_zero_at_the_edge() -> None:
    around = arb(0, 1)
    assert power(around, 0) == 1
    assert power(around, 2).lower() >= -1e-8
    assert not power(around, -1).is_finite()
    assert not power(around, -2).is_finite()
    assert not power(ANYTHING, 2).is_finite()


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


@pytest.mark.parametrize("exact, low, high", [(0, -1, 1), (2, 1, 1), (-2, -1, -1)])
def test_signs(exact: int, low: int, high: int) -> None:
    assert balls.sign(arb(exact)) == (0 if exact == 0 else low)
    around = balls.sign(arb(exact, 0.5))
    assert around.contains(arb(low))
    assert around.contains(arb(high))
    assert balls.sign(arb("nan")).is_nan()


def test_floors_of_a_ball_around_an_integer_hold_both() -> None:
    assert balls.floor(arb(1)) == 1
    for found in (balls.floor(arb(1, 0.5)), balls.ceiling(arb(0.5, 1))):
        assert found.contains(arb(0))
        assert found.contains(arb(1))


@pytest.mark.parametrize("x", [arb(8), arb(4.5, 4.5), arb(0), arb(1, 2)])
def test_roots_of_what_is_not_negative(x: Ball) -> None:
    found = balls.root(x, 3)
    for inside in (0.0, 1e-9, 1.0, 8.0):
        assert not x.contains(arb(inside)) or found.overlaps(balls.root(arb(inside), 3))
    assert found.upper() <= 2.1


@pytest.mark.parametrize("x", [arb(-1), arb(-1, 0.5), arb("nan")])
def test_there_are_no_real_roots_below_zero(x: Ball) -> None:
    assert balls.root(x, 3).is_nan()


def test_the_angle_on_the_cut_may_have_either_sign() -> None:
    found = balls.atan2(arb(0), arb(-2))
    assert found.contains(arb(math.pi))
    assert found.contains(arb(-math.pi))
    assert balls.atan2(arb(0), arb(0)).contains(arb(-math.pi))
    assert balls.atan2(arb(0), arb(2)) == 0
    around = balls.atan2(arb(0, 1e-9), arb(-2))
    assert around.contains(arb(math.pi))
    assert around.contains(arb(-math.pi))
    assert balls.atan2(arb(1), arb(-1)).overlaps(3 * arb.pi() / 4)


@given(st.floats(1e-6, 1e6), st.sampled_from([1, -1]))
def test_loggamma_and_its_derivatives_meet_their_recurrences(size: float, side: int) -> None:
    with precision(200):
        x = arb(side * size)
        if x.contains_integer():
            assert (side > 0) == balls.loggamma(x).is_finite() == balls.digamma(x).is_finite()
            assert (side > 0) == balls.trigamma(x).is_finite()
            return
        for function, stepped in (
            (balls.loggamma, abs(x).log()),
            (balls.digamma, 1 / x),
            (balls.trigamma, -1 / x**2),
        ):
            found = function(x + 1) - function(x)
            assert found.overlaps(stepped)
            assert found.rad() < 1e-9 * (1 + abs(function(x)))


def test_loggamma_is_that_of_the_standard_library() -> None:
    for x in (0.5, 2.5, -0.5, -1.5, -2.25, -30.5):
        assert abs(balls.loggamma(arb(x)) - math.lgamma(x)) < 1e-14 * max(1, abs(math.lgamma(x)))


@pytest.mark.parametrize("function", [balls.loggamma, balls.digamma, balls.trigamma])
@pytest.mark.parametrize("x", [arb(0), arb(-3), arb(0, 1), arb(-2, 0.1), arb("nan")])
def test_there_is_no_number_at_a_pole(function: Callable[[Ball], Ball], x: Ball) -> None:
    assert not function(x).is_finite()


@pytest.mark.parametrize("function", [balls.loggamma, balls.digamma, balls.trigamma])
def test_wide_balls_are_enclosed(function: Callable[[Ball], Ball]) -> None:
    for wide in (arb(1.5, 1.4), arb(30, 20), arb(1e-3, 9e-4)):
        found = function(wide)
        assert found.is_finite()
        for x in (wide.lower(), wide.mid(), wide.upper(), arb(1.4616)):
            assert not wide.contains(x) or found.contains(function(x))


@pytest.mark.parametrize("x", [1e-300, 1e-8, -0.5, -0.99, -1.01, -5.0, -90.0, -3e4, -1e9])
def test_the_hypergeometric_function_is_sharp(x: float) -> None:
    with precision(120):
        found = balls.hypergeometric(balls.ratio(3, 2), arb(x))
        assert found.rel_accuracy_bits() > 80
        with precision(2000):
            z = 2 * abs(arb(x)).sqrt()
            truth = z.sin() / z if x < 0 else (z.exp() - (-z).exp()) / (2 * z)
            assert found.overlaps(truth)


def test_the_hypergeometric_function_of_a_wide_ball() -> None:
    found = balls.hypergeometric(balls.ratio(5, 2), arb(-3, 4))
    for x in (arb(-7), arb(-1), arb(0), arb(1)):
        assert found.contains(balls.hypergeometric(balls.ratio(5, 2), x))


ONE_ARGUMENT = (
    "exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc erf "
    "erfc digamma loggamma trigamma floor ceiling absolute sign"
)


@pytest.mark.parametrize("nothing", [arb("nan"), arb(math.nan), arb(0) * arb(math.inf)])
@pytest.mark.parametrize("name", ONE_ARGUMENT.split())
def test_nothing_comes_of_nothing(name: str, nothing: Ball) -> None:
    assert getattr(balls, name)(nothing).is_nan()


@pytest.mark.parametrize(
    "function", [balls.atan2, balls.maximum, balls.minimum, balls.power], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("other", [arb(2), arb(-2), arb("nan")])
def test_nothing_comes_of_one_number_only(
    function: Callable[[Ball, Ball], Ball], other: Ball
) -> None:
    for nothing in (arb("nan"), arb(math.nan)):
        assert function(nothing, other).is_nan()
        assert function(other, nothing).is_nan()
