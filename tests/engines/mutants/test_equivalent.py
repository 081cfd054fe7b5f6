"""Faults that are proven to be none, and some that are not."""

from itertools import islice

import pytest

from benchmarks.rule_calls import RuleCalls
from zenverify.engines.faults import faults_of, find_fault
from zenverify.engines.mutants.bounds import between_powers_of_two, octaves, powers_of_two
from zenverify.engines.mutants.drawn import calls_drawn
from zenverify.engines.zen import ZenEngine
from zenverify.operators import catalogue
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions


@pytest.mark.parametrize(
    "name, reason",
    [
        ("add/0/exchanged", "the rule does not read the operands"),
        ("add/0/rule-of-1", "both rules are the same"),
        ("exp/0/result-for-operand", "the rule does not read the operand"),
        ("sin/0/operand-for-result", "the rule does not read the result"),
        ("multiply/0/operand-transposed", "the rule does not read the operand"),
        ("add/1/next-transposed", "the rule does not read the other operand"),
        ("flip/0/next-axis", ""),
        ("squeeze/0/next-axis", "the rule does not read the axis"),
        ("floor/0/twice", "the rule does not read the cotangent: what it hands on is zero"),
        ("floor/0/cotangent-ignored", "the rule does not read the cotangent"),
        ("floor/0/overflow", ""),
        ("log/0/negative", "outside the domain, x > 0"),
        ("log/0/zero", "outside the domain, x > 0"),
        ("sqrt/0/negative", "outside the domain, x >= 0"),
        ("arccos/0/above-20", "outside the domain, x >= -1, x <= 1"),
        ("absolute/0/zero", "the slope at zero is zero, or there is none"),
        ("hypot/0/zero", "the slope at zero is zero, or there is none"),
        ("sin/0/zero", ""),
        ("relu6/0/above-20", "the slope there is zero"),
        ("relu6/0/below-5", "the slope there is zero"),
        ("leaky_relu/0/below-5", ""),
        ("tanh/0/above-20", "its effect, at most 1.7e-23, is below the error unit"),
        ("erf/0/above-20", ""),
        (
            "sort/0/right-of-kink",
            "kinks are ties, and elements that tie still do when all of them move",
        ),
        ("relu/0/right-of-kink", ""),
        ("conv1d/1/empty", "no operand has such a shape"),
        ("det/0/square", ""),
        ("cumsum/0/uncounted", "the result never has fewer elements than the operand"),
        ("mean/0/uncounted", ""),
        ("det/0/result-for-operand", "the result never has the operand's shape"),
        (
            "adaptive_max_pool2d/0/result-for-operand",
            "where the result has the operand's shape, it is the operand",
        ),
        (
            "nan_to_num/0/result-for-operand",
            "where the result has the operand's shape, it is the operand",
        ),
        (
            "logsumexp/0/result-for-operand",
            "where the result has the operand's shape, the slope does not depend on the operand",
        ),
        (
            "einsum/each/result-for-operand",
            "where the result has the operand's shape, the slope does not depend on the operand",
        ),
        ("hardshrink/0/result-for-operand", "the slope at the result is that at the operand"),
        ("softshrink/0/result-for-operand", ""),
        ("absolute/0/result-for-operand", ""),
        ("power/1/result-for-operand", ""),
        ("nan_to_num/0/operand-transposed", "the slope does not depend on the operand"),
        ("average/1/operand-transposed", ""),
        ("norm/0/zero", "the slope at zero is zero, or there is none"),
        (
            "std/0/left-of-kink",
            "kinks are ties, and elements that tie still do when all of them move",
        ),
        ("norm/0/left-of-kink", ""),
        ("repeat/0/uncounted", "the result always has more than half of the operand's elements"),
        ("repeat/0/count-less-one", ""),
        ("matrix_power/0/source-6", "it is the same polynomial in every call that is drawn"),
        ("matrix_power/0/source-5", ""),
        ("accumulation/recursive", ""),
    ],
)
def test_why_a_fault_is_none(name: str, reason: str) -> None:
    assert find_fault(ZenEngine(), name).mutant.equivalent() == reason


@pytest.mark.parametrize(
    "operation",
    [
        "multiply",
        "matmul",
        "relu6",
        "floor",
        "max",
        "concatenate",
        "squeeze",
        "sqrt",
        "hardshrink",
        "norm",
        "nan_to_num",
        "ptp",
        "matrix_power",
    ],
)
def test_what_is_proven_to_be_none_makes_no_difference(operation: str) -> None:
    engine = ZenEngine()
    drawn = cases_of(CampaignOptions(seed=1), (operation, "negative", "sum"))
    cases = [
        (number, case)
        for number, case in enumerate(islice(drawn, 400))
        if operation in case.graph.operators
    ]
    calls = RuleCalls(engine, operation, cases)
    for fault in faults_of(engine, [operation]):
        reason = fault.mutant.equivalent()
        if reason and not reason.startswith("outside the domain"):
            with fault.mutant.plant():
                assert not list(calls.differing()), fault.name


def test_octaves_hold_every_float_of_an_interval() -> None:
    above = list(octaves(20.0, float("inf")))
    both = list(octaves(float("-inf"), float("inf")))
    for number in (20.0 + 2**-40, 40.0, 1e5, 1.7976931348623157e308):
        assert any(number in ball for ball in above)
        assert any(-number in ball for ball in both)
    assert any(5e-324 in ball for ball in both)
    assert not any(Ball(19.99) in ball for ball in above)


def test_between_powers_of_two_lies_every_other_float() -> None:
    with precision(128):
        balls = list(between_powers_of_two())
        for number in (1 + 2**-52, 1.5, 2 - 2**-52, 3e-320, 1.7976931348623157e308):
            assert any(number in ball for ball in balls), number
            assert any(-number in ball for ball in balls), number
        assert not any(number in ball for ball in balls for number in (0.5, 1.0, -2.0, 0.0))
    assert {1.0, 2.0**-1074, 2.0**1023} <= set(powers_of_two())


def test_calls_of_many_shapes_are_drawn() -> None:
    shapes = {call.shapes[0] for call in calls_drawn(catalogue.get("sum"))}
    assert {(), (0,), (3, 3, 3), (1, 2, 0, 3)} <= shapes
