"""What is evaluated is not always what was written: where it decides nothing, it accuses nobody."""

import math

import numpy as np
import pytest
from flint import arb

from zenverify.operators.balls.arithmetic import precision
from zenverify.operators.program.kernel import Kernel
from zenverify.verification.checks.judge import Status, judge

FAR = -1.16e51


def log_ndtr() -> Kernel:
    """SymPy writes erfc(-x) as 2 - erfc(x), of which nothing is left far out."""
    return Kernel("log_ndtr", 1, lambda sp, x: sp.log(sp.erfc(-x / sp.sqrt(2)) / 2))


def status(kernel: Kernel, x: float, number: float) -> Status:
    value = kernel.derived.value
    from zenverify.operators.balls.arithmetic import stepwise

    (found,) = judge(
        [number],
        [0],
        "float64",
        1,
        lambda _: [arb(stepwise(value)(arb(x)))],
        infinite_input=[False],
        mixes=False,
    )
    return found.status


def test_an_enclosure_that_rewriting_has_spoiled_accuses_nobody() -> None:
    right = -(FAR**2) / 2
    assert status(log_ndtr(), FAR, right) is Status.UNDEFINED


@pytest.mark.parametrize("x", [-3.0, -40.0, -90.0])
def test_where_more_digits_decide_a_number_is_judged(x: float) -> None:
    """At -90 it takes 5,900 bits."""
    with precision(20_000):
        right = float((arb(x) / arb(2).sqrt() * -1).erfc().log() - arb(2).log())
    assert status(log_ndtr(), x, right) is Status.RIGHT
    if x > -10:  # further out S is what the expression loses, as it is evaluated
        assert status(log_ndtr(), x, right * (1 + 1e-12)) is Status.WRONG


def test_what_is_surely_undefined_stays_so() -> None:
    log = Kernel("log_of", 1, lambda sp, x: sp.log(x - 1))
    assert status(log, 1.0, -700.0) is Status.NON_FINITE, "exactly at the pole"
    assert status(log, 0.5, -0.7) is Status.NON_FINITE, "beyond it"
    assert status(log, 0.1, -0.7) is Status.NON_FINITE
    root = Kernel("root_of", 1, lambda sp, x: sp.sqrt(sp.sin(x) - 2))
    assert status(root, 0.5, 1.0) is Status.NON_FINITE, (
        "surely below zero, though not exactly known"
    )
    assert status(log, 1.0, -math.inf) is Status.UNDEFINED


def test_only_the_parts_at_an_exact_point_are_doubted() -> None:
    """A singular matrix has no determinant's logarithm, however its elements are rounded."""
    from tests.verification.prepared import unary
    from zenverify.verification.checks.local import LocalCheck

    case = unary("slogdet", at=[[1.0, 3.0], [2.0, 6.0]])
    check = LocalCheck(case.graph, [case.values[0], np.array([0.0, 5.0])], {})
    assert [found.passes for found in check.judge_value(1, [0, 1])] == [True, False]
