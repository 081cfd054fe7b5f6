"""One number against its enclosure: right, wrong, undefined."""

import math
from collections.abc import Callable

import pytest
from flint import arb

from zenverify.operators.balls.arithmetic import Ball, addition, rounding_unit
from zenverify.operators.program.steps.step import Balls, scale
from zenverify.oracles.enclosure import THRESHOLD
from zenverify.verification.checks.judge import Judgement, Status, judge

U = {"float64": 2.0**-53, "float32": 2.0**-24}


def judged(
    number: float,
    truth: Ball,
    *,
    alive: Ball | None = None,
    dtype: str = "float64",
    terms: int = 0,
    infinite: bool = False,
) -> Judgement:
    def evaluate(dead_is_zero: bool) -> Balls:
        return [truth if alive is None or not dead_is_zero else alive]

    (found,) = judge([number], [0], dtype, terms, evaluate, infinite_input=[infinite])
    return found


@pytest.mark.parametrize("dtype", U)
@pytest.mark.parametrize("terms", [0, 100])
def test_the_threshold_is_so_many_units_and_one_more_per_term(dtype: str, terms: int) -> None:
    limit = THRESHOLD + terms
    right = judged(1 + 0.99 * limit * U[dtype], arb(1), dtype=dtype, terms=terms)
    wrong = judged(1 + 1.01 * limit * U[dtype] + 2 * U["float64"], arb(1), dtype=dtype, terms=terms)
    assert (right.status, wrong.status) == (Status.RIGHT, Status.WRONG)
    assert right.passes
    assert not wrong.passes
    assert wrong.units == pytest.approx(limit, rel=0.3)
    assert wrong.relative == pytest.approx(limit * U[dtype], rel=0.3)


def test_terms_that_cancel_make_the_unit_larger() -> None:
    wide = arb(1e-6) + arb(0, 1e-13)

    def evaluate(dead_is_zero: bool) -> Balls:
        from zenverify.operators.balls.arithmetic import total

        return [total([arb(1), arb(-1), arb(1e-6)])]

    (found,) = judge([1e-6 + 4e-16], [0], "float64", 0, evaluate, infinite_input=[False])
    assert found.status is Status.RIGHT
    assert wide.contains(found.truth)


@pytest.mark.parametrize("wrong", [0.0, -1.0, 2.0, 1 + 1e-13, 1 - 1e-13])
def test_a_wrong_number_is_wrong(wrong: float) -> None:
    assert judged(wrong, arb(1)).status is Status.WRONG


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_where_the_truth_is_finite(number: float) -> None:
    assert judged(number, arb(1)).status is Status.NON_FINITE
    assert judged(number, arb("1e400")).status is Status.UNDEFINED, "beyond the floats"
    assert judged(number, arb("1e40"), dtype="float32").status is Status.UNDEFINED
    assert judged(number, arb(1), infinite=True).status is Status.UNDEFINED


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_where_there_is_no_truth_no_number_is_right(number: float) -> None:
    assert judged(number, arb("nan")).status is Status.UNDEFINED


def test_a_number_where_there_is_no_truth() -> None:
    assert judged(1.0, arb("nan")).status is Status.NON_FINITE
    assert judged(1.0, arb("nan"), infinite=True).status is Status.UNDEFINED
    assert judged(1.0, arb(0, math.inf)).status is Status.UNDEFINED, "anything is enclosed"


def test_a_dead_branch_may_give_zero_or_nothing() -> None:
    assert judged(2.0, arb("nan"), alive=arb(2)).status is Status.RIGHT
    assert judged(math.nan, arb("nan"), alive=arb(2)).status is Status.UNDEFINED
    assert judged(3.0, arb("nan"), alive=arb(2)).status is Status.WRONG


@pytest.mark.parametrize("dtype, tiny", [("float64", 2.0**-1022), ("float32", 2.0**-126)])
def test_what_underflows_may_be_flushed_to_zero(dtype: str, tiny: float) -> None:
    assert judged(0.0, arb(tiny / 4), dtype=dtype, terms=1).status is Status.RIGHT
    assert judged(0.0, arb(4 * tiny), dtype=dtype, terms=1).status is Status.WRONG


def test_a_zero_where_the_truth_is_zero() -> None:
    assert judged(0.0, arb(0)).status is Status.RIGHT
    assert judged(-0.0, arb(0)).status is Status.RIGHT
    assert judged(1e-300, arb(0)).status is Status.WRONG


def test_more_precision_is_taken_where_it_is_needed() -> None:
    from flint import ctx

    seen = []

    def evaluate(dead_is_zero: bool) -> Balls:
        seen.append(ctx.prec)
        one = arb(1)
        return [(one + arb(2) ** -200 - one) * arb(2) ** 200]

    (found,) = judge([1.0], [0], "float64", 0, evaluate, infinite_input=[False])
    assert found.status is Status.RIGHT
    assert max(seen) > 200


def test_an_infinity_is_no_fault_where_rounding_decides_whether_there_is_an_answer() -> None:
    def evaluate(_: bool) -> Balls:
        small = addition()(arb(1), arb(2.0**-60) - 1)
        return [small.log() if small > 0 else arb("nan")]

    (lost,) = judge([-math.inf], [0], "float64", 1, evaluate, infinite_input=[False])
    assert lost.status is Status.UNDEFINED
    assert lost.truth.is_finite()
    (kept,) = judge([-math.inf], [0], "float64", 1, lambda _: [arb(3)], infinite_input=[False])
    assert kept.status is Status.NON_FINITE


def test_underflow_is_carried_along_and_multiplied_by_later_factors() -> None:
    """(x * 1e-5) * 1e15 for x below the smallest normal number, which the first step may flush."""
    tiny = 2.0**-1022
    x, weight = arb(tiny) / 8, arb(10) ** 15

    def evaluate(dead_is_zero: bool) -> Balls:
        inner = [ball * arb(1) for ball in scale([x], [arb(1)], dead_is_zero)]
        return scale([weight], inner, dead_is_zero)

    def passes(number: float) -> bool:
        (found,) = judge([number], [0], "float64", 0, evaluate, infinite_input=[False])
        return found.passes

    truth = float(weight) * tiny / 8
    assert passes(0.0)
    assert passes(truth + 7.9 * tiny * 1e15)
    assert not passes(truth + 8.1 * tiny * 1e15)


def test_a_large_cotangent_elsewhere_excuses_no_underflow() -> None:
    """Only what is small itself may be flushed: 1e-280 is not, whatever stands beside it."""

    def evaluate(dead_is_zero: bool) -> Balls:
        return [*scale([arb(1e-280)], [arb(1)], dead_is_zero), arb(1e200)]

    (found,) = judge([0.0], [0], "float64", 0, evaluate, infinite_input=[False])
    assert found.status is Status.WRONG


def test_an_intermediate_result_that_overflows_excuses_infinity_and_nan_and_no_number() -> None:
    """(x * y) / x at 1e200 and 1e200; at 1e150 nothing overflows."""

    def statuses(x: float) -> list[Status]:
        def evaluate(dead_is_zero: bool) -> Balls:
            return scale([1 / arb(x)], scale([arb(x)], [arb(x)], dead_is_zero), dead_is_zero)

        numbers = [math.inf, math.nan, x / 2]
        found = judge(numbers, [0] * 3, "float64", 0, evaluate, infinite_input=[False] * 3)
        return [one.status for one in found]

    assert statuses(1e200) == [Status.UNDEFINED, Status.UNDEFINED, Status.WRONG]
    assert statuses(1e150) == [Status.NON_FINITE, Status.NON_FINITE, Status.WRONG]


def status_alone(
    number: float, evaluate: Callable[[bool], Balls], vanishes: Callable[[int], bool] | None
) -> Status:
    """What is said of a number that a function of single numbers gives."""
    (found,) = judge(
        [number],
        [0],
        "float64",
        0,
        evaluate,
        infinite_input=[False],
        mixes=False,
        vanishes=vanishes,
    )
    return found.status


@pytest.mark.parametrize(
    "x, status",
    [(8e212, Status.UNDEFINED), (1000.0, Status.NON_FINITE)],
)
def test_powers_that_overflow_where_nothing_is_left(x: float, status: Status) -> None:
    """x^1.5 exp(-x) of a single number. Where only exp overflows, as at 1000, it is no excuse."""

    def evaluate(dead_is_zero: bool) -> Balls:
        power = scale([arb(x)], [arb(x).sqrt()], dead_is_zero)
        return scale([1 / arb(x).exp()], power, dead_is_zero)

    huge = x > 1.4e154
    assert status_alone(math.nan, evaluate, (lambda _: True) if huge else None) is status


def test_something_is_left() -> None:
    """(x * x) / x at 1e200: a number whose formula overflows, and it is one that floats hold."""

    def evaluate(dead_is_zero: bool) -> Balls:
        return scale(
            [1 / arb(1e200)], scale([arb(1e200)], [arb(1e200)], dead_is_zero), dead_is_zero
        )

    assert status_alone(math.nan, evaluate, lambda _: False) is Status.NON_FINITE


@pytest.mark.parametrize("number, status", [(1.5, Status.UNDEFINED), (2.1, Status.WRONG)])
def test_an_enclosure_that_stays_wide_accuses_nobody_inside_of_it(
    number: float, status: Status
) -> None:
    def evaluate(dead_is_zero: bool) -> Balls:
        return [arb(1, 1)] if rounding_unit() == 0 else [arb(1)]

    (found,) = judge([number], [0], "float64", 0, evaluate, infinite_input=[False])
    assert found.status is status


@pytest.mark.parametrize("x, status", [(1e-219, Status.UNDEFINED), (1e-100, Status.NON_FINITE)])
def test_all_digits_are_lost_where_squares_underflow(x: float, status: Status) -> None:
    """1 / x - (x / x) / x, where the quotient's square may be zero; at 1e-100 none is."""

    def evaluate(dead_is_zero: bool) -> Balls:
        square = scale([arb(x)], [arb(x)], dead_is_zero)
        second = scale([arb(x)], [1 / ball for ball in square], dead_is_zero)
        return [addition()(1 / arb(x), -ball) for ball in second]

    tiny = x * x < 2.0**-1022
    assert status_alone(math.inf, evaluate, (lambda _: False) if tiny else None) is status
