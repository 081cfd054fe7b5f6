"""Every number is held against a truth that is exact enough, or not measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.accuracy.prepared import case_of, losing
from zenverify.accuracy.errors import measure
from zenverify.accuracy.exact import Signature, exact, is_narrow
from zenverify.accuracy.inaccuracies import inaccuracies_of
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.oracles.enclosure import lift


def test_points_at_a_kink_are_left_out_and_the_others_kept() -> None:
    case = case_of("relu", [0.0, 1.0, -2.0])
    value, gradient = measure(ZenEngine(), Signature.of(case), case).errors
    np.testing.assert_array_equal(np.isnan(gradient.residuals), [True, False, True])
    # A zero is no normal number: there is no last place to count in.
    np.testing.assert_array_equal(np.isnan(value.residuals), [True, False, True])


def test_an_infinity_is_infinitely_far_off() -> None:
    engine = losing("exp", lambda x: x * np.inf, lambda g, y, x: g)
    case = case_of("exp", [1.0])
    value, _ = measure(engine, Signature.of(case), case).errors
    assert math.isinf(value.ulps[0])


def test_an_operand_that_is_given_twice_has_no_gradient_of_its_own() -> None:
    build = GraphBuilder()
    x = build.variable((1,))
    build.apply("multiply", x, x)
    case = Case(build.graph(), (np.array([3.0]),), np.ones(1))
    (value,) = measure(ZenEngine(), Signature.of(case), case).errors
    assert value.argument is None


def test_an_operand_may_stand_anywhere_in_the_graph() -> None:
    build = GraphBuilder()
    y, x = build.variable((1,)), build.variable((1,))
    build.apply("subtract", x, y)
    case = Case(build.graph(), (np.array([3.0]), np.array([1.0])), np.ones(1))
    measured = measure(ZenEngine(), Signature.of(case), case)
    assert float(measured.truth.value[0]) == -2.0
    assert measured.operands == (1, 0)
    assert [errors.ulps[0] for errors in measured.errors] == [0.0, 0.0, 0.0]
    assert [one.node for one in inaccuracies_of(ZenEngine(), measured)] == [
        2,
        1,
        0,
    ]


@pytest.mark.parametrize("x", [1e-300, 1e-17, 1e-5])
def test_the_truth_is_exact_where_128_bits_are_not_enough(x: float) -> None:
    call = Signature("log1p", ((3,),))
    found = exact(call, [lift(np.array([1.0, x, 2.0]))], lift(np.ones(3)))
    assert all(map(is_narrow, found.value))
    assert float(found.value[1]) == math.log1p(x)
    assert float(found.value[2]) == math.log(3.0)


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_of_no_elements_nothing_is_found(shape: tuple[int, ...]) -> None:
    found = exact(Signature("exp", (shape,)), [[]], [])
    assert not found.value
    assert not any(found.gradients)


def test_the_digits_that_are_lost_are_no_more_than_there_are() -> None:
    engine = losing("exp", lambda x: 1e30 * np.exp(x), lambda g, y, x: g * np.exp(x))
    case = case_of("exp", [1.0])
    value, gradient = inaccuracies_of(engine, measure(engine, Signature.of(case), case))
    ((_, inaccuracy),) = value.items()
    assert 15 < inaccuracy.digits_lost < 16
    assert value.failing == [0]
    assert gradient.failing == []


def test_the_conditioning_is_asked_for_where_it_matters() -> None:
    case = case_of("sigmoid", [1.0])
    for inaccuracies in inaccuracies_of(
        ZenEngine(), measure(ZenEngine(), Signature.of(case), case)
    ):
        ((_, inaccuracy),) = inaccuracies.items()
        assert inaccuracy.unavoidable is None
        assert inaccuracy.digits_lost == 0.0


def test_nothing_is_lost_where_any_answer_is_right() -> None:
    """The first two factors multiply to 0 in float32; in another order they would not."""
    build = GraphBuilder()
    build.apply("prod", build.variable((3,), "float32"), axis=None, keepdims=False)
    values = np.array([1e-25, 1e-25, 1e25], np.float32)
    case = Case(build.graph(), (values,), np.ones((), np.float32))
    value, *_ = inaccuracies_of(ZenEngine(), measure(ZenEngine(), Signature.of(case), case))
    assert value.errors.ulps.item() > 1e6
    assert list(value.items()) == []
    assert value.failing == []
