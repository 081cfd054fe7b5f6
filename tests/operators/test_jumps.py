"""Operations that jump, and the identity on what is finite: what the declarations say."""

import math
from typing import Any

import numpy as np
import pytest
from flint import arb

from tests.operators.program.test_program import balls, floats, program_of, slopes
from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import ANYTHING, ZERO, precision
from zenverify.operators.declarations.kernels import absolute, sign
from zenverify.operators.kinks import LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.builder import ProgramBuilder
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.step import scale

POINTS = [-7.5, -3.5, -2.5, -2.0, -1.5, -0.75, -0.5, 0.0, 0.25, 0.5, 1.5, 2.0, 2.5, 3.5, 1e30]
POINTS += [math.nextafter(0.5, 0), math.nextafter(0.5, 1), 2.0**52 + 1, 5e-324, 1e300]


@pytest.mark.parametrize("name", ["sign", "floor", "ceil", "rint", "trunc"])
def test_roundings_are_known_exactly_also_at_the_jumps(name: str) -> None:
    program = program_of(name, (len(POINTS),))
    with precision(1200):
        found = program.value([balls(*POINTS)])
    assert floats(found) == getattr(np, name)(POINTS).tolist()
    assert all(item.is_exact() for item in found)
    assert not program.can_kink
    assert slopes(program, [balls(*POINTS)], MEAN) == [[0.0] * len(POINTS)]


@pytest.mark.parametrize("name", ["cbrt", "softsign"])
def test_a_sign_that_meets_a_zero_is_no_jump(name: str) -> None:
    program = program_of(name, (1,))
    assert not program.jumps([[arb(0, 0.5)]])
    kernel = catalogue.get(name).kernel
    assert kernel is not None
    assert kernel.derived.jumps is None


def test_a_jump_inside_a_homogeneous_function_is_seen() -> None:
    """sign(x) |y| grows with its argument, and jumps where x changes its sign."""
    builder = ProgramBuilder(((1, 2),))
    (pairs,) = builder.operands
    program = builder.program(
        builder.homogeneous(lambda _, rows: sign(rows[:, 0]) * absolute(rows[:, 1]), pairs, axis=1)
    )
    assert program.jumps([[arb(0, 0.5), arb(1)]])
    assert not program.jumps([[arb(1, 0.5), arb(1)]])


PAIRS = [(x, y) for x in (-7.5, -6.0, -0.1, 0.0, 0.3, 6.0, 7.5) for y in (-2.0, -0.1, 0.1, 1.5)]


@pytest.mark.parametrize("name", ["fmod", "remainder"])
def test_remainders_are_known_to_all_digits_also_at_the_jumps(name: str) -> None:
    program = program_of(name, (len(PAIRS),), (len(PAIRS),))
    operands = [balls(*column) for column in zip(*PAIRS, strict=True)]
    with precision(128):
        found = program.value(operands)
        by_x, by_y = slopes(program, operands, MEAN)
    for item, one, quotient, (x, y) in zip(found, by_x, by_y, PAIRS, strict=True):
        expected = getattr(np, name)(x, y)
        assert float(item) == pytest.approx(expected, rel=1e-15, abs=1e-17)
        assert one == 1
        assert quotient == -round((x - expected) / y)


@pytest.mark.parametrize(
    "name, operands, within",
    [
        ("floor", [arb(2.5, 0.25)], False),
        ("floor", [arb(2.5, 0.75)], True),
        ("floor", [arb(2)], False),
        ("sign", [arb(0)], False),
        ("sign", [arb(0, 1e-9)], True),
        ("rint", [arb(0.25, 0.125)], False),
        ("rint", [arb(0.5, 1e-9)], True),
        ("trunc", [arb(0.25, 0.125)], False),
        ("fmod", [arb(0.25, 0.125), arb(1)], False),
        ("remainder", [arb(0, 0.5), arb(1)], True),
        ("remainder", [arb(1, 0.01), arb(1e-20)], True),
        ("softsign", [arb(2, 1)], False),
        ("relu", [arb(0, 1)], False),
    ],
)
def test_whether_there_is_a_jump_within_a_ball(
    name: str, operands: list[arb], within: bool
) -> None:
    program = program_of(name, *[()] * len(operands))
    assert program.jumps([[operand] for operand in operands]) == within


def test_a_jump_is_found_inside_a_program_and_not_where_it_has_none() -> None:
    hardshrink = program_of("hardshrink", (2,), lambd=0.5)
    assert hardshrink.jumps([[arb(1), arb(0.5, 0.01)]])
    assert not hardshrink.jumps([[arb(1), arb(0.5)]])
    assert not program_of("hardshrink", (), lambd=0.0).jumps([[arb(0, 1)]])


@pytest.mark.parametrize(
    "alpha, at, expected",
    [(1.0, LEFT, 1), (1.0, MEAN, 1), (1.0, RIGHT, 1), (3.0, LEFT, 3), (3.0, MEAN, 2)],
)
def test_elu_has_a_kink_unless_alpha_is_one(alpha: float, at: AtKink, expected: float) -> None:
    assert slopes(program_of("elu", (), alpha=alpha), [balls(0)], at) == [[expected]]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name, attributes", [("softsign", {}), ("softshrink", {"lambd": 0.0})])
def test_smooth_sums_of_kinks_are_smooth(name: str, attributes: Any, sign: int) -> None:
    program = program_of(name, (), **attributes)
    assert slopes(program, [balls(0)], MEAN) == [[1.0]]
    assert floats(program.push([balls(0)], [balls(sign)])) == [sign]


def test_gelu_keeps_its_digits_far_to_the_left() -> None:
    linear = program_of("gelu", (), approximate="none").linearise([balls(-30)], MEAN)
    (pulled,) = linear.pull([arb(1)])
    assert pulled is not None
    for found, expected in ((linear.value[0], -1.472e-196), (pulled[0], -4.416e-195)):
        assert float(found) == pytest.approx(expected, rel=1e-3)
        assert found.rel_accuracy_bits() > 35


def test_anything_may_stand_for_what_is_not_finite() -> None:
    step = Finite((0,))
    items = [arb(2), arb("nan"), arb("inf"), arb(0, 1)]
    values, saved = step.linearise([items], MEAN)
    assert [values[0], values[3]] == [items[0], items[3]]
    assert values[1] is values[2] is ANYTHING
    (pulled,) = step.pull(saved, balls(5, math.nan, 7, 8), dead_is_zero=False)
    assert pulled is not None
    assert [pulled[0], pulled[3]] == [5, 8]
    assert pulled[1] is pulled[2] is ANYTHING
    moved = step.push([items], [balls(1, 1, 1, 1)])
    assert [item.is_finite() for item in moved] == [True, False, False, True]
    assert not step.kinked([items])
    assert step.bound([arb(0, 1)]).contains(arb(1))


def test_what_is_finite_keeps_its_cotangent() -> None:
    step = Finite((0,))
    cotangent = balls(3, 4)
    values, saved = step.linearise([balls(1, 2)], MEAN)
    assert floats(values) == [1, 2]
    assert step.pull(saved, cotangent, dead_is_zero=False) == (cotangent,)
    assert floats(step.carry(saved, [cotangent])) == [3, 4]


def test_a_slope_that_is_zero_everywhere_stops_what_arrives() -> None:
    assert scale(0, [arb("nan"), arb(2)], True) == [ZERO, ZERO]
    assert not scale(0, [arb("nan")], False)[0].is_finite()
