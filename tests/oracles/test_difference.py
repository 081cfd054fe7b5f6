"""Differences: a value within its own error, or an error that says it is unknown."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenverify.oracles.difference import Estimate, Side, differentiate, uneven

Function = Callable[[float], float]
DOUBLE, SINGLE = 2.0**-53, 2.0**-24
STEPS = uneven(2.0**-6, 2.0**-9, 2.0**-13)


def estimate(function: Function, side: Side = "both", unit: float = DOUBLE) -> Estimate:
    def measured(t: float) -> tuple[float, float]:
        value = function(t)
        return value, abs(value)

    return differentiate(measured, unit=unit, side=side, steps=STEPS)


SMOOTH: list[tuple[Function, float]] = [
    (math.exp, 1.0),
    (math.sin, 1.0),
    (math.cos, 0.0),
    (lambda t: math.tanh(t + 0.5), 1 - math.tanh(0.5) ** 2),
    (lambda t: math.log(t + 3), 1 / 3),
    (lambda t: 1 / (t + 0.7), -1 / 0.49),
    (lambda t: math.sqrt(t + 2), 0.5 / math.sqrt(2)),
    (lambda t: (t + 1) ** 9, 9.0),
    (lambda t: 5.0, 0.0),
    (lambda t: 1e200 * t + 1e190, 1e200),
    (lambda t: 1e-200 * t, 1e-200),
    (lambda t: math.exp(20 * (t + 1)), 20 * math.exp(20)),
    (lambda t: 1e6 + t, 1.0),
    (lambda t: math.sin(50 * t), 50.0),
]


@pytest.mark.parametrize("side", ["both", "right", "left"])
@pytest.mark.parametrize("number", range(len(SMOOTH)))
def test_the_slope_of_a_smooth_function_lies_within_its_error(number: int, side: Side) -> None:
    function, slope = SMOOTH[number]
    found = estimate(function, side)
    assert found.low <= slope <= found.high
    assert found.error <= 1e-4 * max(abs(slope), abs(function(0.0)))


@settings(deadline=None, database=None)
@given(
    st.floats(-3, 3),
    st.floats(0.1, 5),
    st.floats(-2, 2),
    st.sampled_from(["both", "left", "right"]),
)
def test_so_does_that_of_every_wave(phase: float, speed: float, lift: float, side: Side) -> None:
    found = differentiate(
        lambda t: (math.sin(speed * t + phase) + lift, 1 + abs(lift)),
        unit=DOUBLE,
        side=side,
        steps=STEPS,
    )
    assert found.low <= speed * math.cos(phase) <= found.high


@pytest.mark.parametrize(
    "function",
    [
        lambda t: math.copysign(1.0, t),
        lambda t: float(t > 1e-9),
        lambda t: math.nan,
        lambda t: math.inf,
        lambda t: math.nan if t < 0 else t,
    ],
)
def test_nothing_is_known_where_a_function_jumps_or_ends(function: Function) -> None:
    found = estimate(function)
    assert math.isnan(found.value)
    assert math.isinf(found.error)
    assert found.reason


def test_a_kink_a_little_aside_is_seen() -> None:
    found = estimate(lambda t: abs(t - 1e-3))
    assert not found.error < 0.5 or found.low <= -1 <= found.high


@pytest.mark.parametrize(
    "function, left, right",
    [
        (abs, -1.0, 1.0),
        (lambda t: max(t, 0.0), 0.0, 1.0),
        (lambda t: max(2 * t, -3 * t) + math.sin(t), -2.0, 3.0),
    ],
)
def test_each_side_of_a_kink_has_its_slope(function: Function, left: float, right: float) -> None:
    for side, slope in (("left", left), ("right", right)):
        found = estimate(function, side)  # type: ignore[arg-type]
        assert found.low <= slope <= found.high
        assert found.error < 1e-6


@pytest.mark.parametrize("number", range(4))
def test_rounding_in_float32_is_allowed_for(number: int) -> None:
    function, slope = SMOOTH[number]
    found = estimate(lambda t: float(np.float32(function(t))), unit=SINGLE)
    assert found.low <= slope <= found.high
    assert 1e-9 < found.error < 1e-2
    assert found.reason in ("rounding noise", "the function bends within the step")


def test_an_error_that_is_good_enough_saves_steps() -> None:
    calls: list[float] = []

    def counted(t: float) -> tuple[float, float]:
        calls.append(t)
        return math.exp(t), 1.0

    differentiate(counted, unit=DOUBLE, steps=STEPS, enough=1.0)
    few = len(calls)
    differentiate(counted, unit=DOUBLE, steps=STEPS)
    assert few == 1 + 2 * 8
    assert len(calls) - few == 1 + 3 * 8


def test_estimates_meet_where_their_intervals_do() -> None:
    assert Estimate(1.0, 0.5).meets(Estimate(2.0, 0.5))
    assert not Estimate(1.0, 0.4).meets(Estimate(2.0, 0.5))
    assert not Estimate(math.nan, math.inf).meets(Estimate(1.0, 0.0))


@pytest.mark.parametrize("near", [1e-3, 1e-6])
def test_a_pole_that_the_steps_jump_over(near: float) -> None:
    found = differentiate(lambda t: (1 / (t + near), 1 / near), unit=DOUBLE, steps=STEPS)
    assert math.isinf(found.error) or found.low <= -1 / near**2 <= found.high


@pytest.mark.parametrize("periods", [64, 4096, 2**20])
def test_no_step_is_a_whole_number_of_periods(periods: int) -> None:
    found = estimate(lambda t: math.sin(2 * math.pi * periods * t) + t)
    assert math.isinf(found.error) or found.high > 2 * math.pi * periods


def test_a_wave_that_the_steps_alias_is_not_resolved() -> None:
    """Of two thousand fast waves hardly one is taken for a slow one."""
    draw = np.random.default_rng(1)
    wrong = 0
    for speed, phase in zip(10 ** draw.uniform(3, 7, 2000), draw.uniform(0, 6, 2000), strict=True):
        found = estimate(lambda t, s=speed, p=phase: math.sin(s * (1 + t) + p) + 2)  # type: ignore[misc]
        wrong += math.isfinite(found.error)
    assert wrong < 10


def test_a_step_that_sees_something_happen_confirms_nothing() -> None:
    """A wave beside the point: the large steps are regular by chance, the small one is not."""

    def wave(t: float) -> float:
        return t + (0.0 if abs(t) > 3e-4 else math.sin(1e6 * t))

    assert math.isinf(estimate(wave).error)
