"""Errors are measured against the truth, and the largest is found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.accuracy.card.prepared import softplus
from zenverify.accuracy.card.examination import known
from zenverify.accuracy.card.scan import scans
from zenverify.accuracy.over_cases import accuracy_of
from zenverify.accuracy.record import Accuracy
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import GraphBuilder
from zenverify.operators import catalogue
from zenverify.output.model.input_text import where_text
from zenverify.verification.verdict import Verdict


def case_of(name: str, *values: float, dtype: str = "float64") -> Case:
    build = GraphBuilder()
    build.apply(name, build.variable((len(values),), dtype))
    return Case(build.graph(), (np.array(values, dtype),), np.ones(len(values), dtype))


def measured(name: str, *values: float, dtype: str = "float64") -> list[Accuracy]:
    case = case_of(name, *values, dtype=dtype)
    return list(accuracy_of(ZenEngine(), catalogue.get(name), [case]))


def test_an_exact_value_has_no_error() -> None:
    value, gradient = measured("negative", 1.0, 2.0, -0.5)
    assert (value.ulp, gradient.ulp) == (0.0, 0.0)
    assert (value.points, value.dtype, value.argument) == (3, "float64", None)
    assert gradient.argument == "x"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("wrong", [1, 4, 1000])
def test_an_error_is_counted_in_units_in_the_last_place(dtype: str, wrong: int) -> None:
    def off(x: Array) -> Array:
        right = np.logaddexp(x, 0)
        return right + np.where(x == 3, wrong, 0).astype(x.dtype) * np.spacing(right)

    own = softplus(name="mine", forward=off)
    with known(own) as (engine, operator):
        case = case_of("mine", 1.0, 3.0, -2.0, dtype=dtype)
        value, _ = accuracy_of(engine, operator, [case])
        assert wrong - 1 < value.ulp < wrong + 1
        assert where_text(value.most_ulp) == "x = 3.0"


def test_numbers_without_a_normal_truth_are_left_out() -> None:
    value, gradient = measured("exp", 1.0, 800.0, -745.0, math.inf)
    assert value.points == gradient.points == 1


def test_gradients_at_a_kink_are_left_out() -> None:
    value, gradient = measured("relu", 0.0, 1.0)
    assert (value.quantity, gradient.quantity, gradient.points) == ("value", "gradient", 1)
    assert measured("relu", 0.0) == []


def test_a_truth_that_cancels_is_known_to_its_last_digit() -> None:
    value, _ = measured("sin", math.pi, 1e22)
    assert value.ulp < 1
    value, _ = measured("expm1", 1e-300)
    assert value.ulp == 0


def test_dots_cover_the_domain_and_hold_the_largest_error() -> None:
    operator = catalogue.get("tanh")
    for one in accuracy_of(ZenEngine(), operator, scans(operator, seed=1)):
        assert 100 < len(one.dots) <= 401
        assert max(dot.ulp for dot in one.dots) == one.ulp
        assert [dot.at for dot in one.dots] == sorted(dot.at for dot in one.dots)


def test_what_fails_its_check_is_said_and_shown_at_one_point() -> None:
    own = softplus(name="mine", pullback=lambda g, y, x: g * np.tanh(x))
    with known(own) as (engine, operator):
        value, gradient = accuracy_of(engine, operator, [case_of("mine", 1.0, 3.0, -2.0)])
    assert value.verdict is Verdict.AGREE
    assert gradient.verdict is Verdict.ENGINE_WRONG
    assert gradient.digits_lost > 14
    assert gradient.most_digits is not None
    assert gradient.most_digits.case is not None
    assert gradient.most_digits.case.cotangent.shape == (1,)
