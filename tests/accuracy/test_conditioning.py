"""What is unavoidable: how far the truth moves when the inputs do by a rounding error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.accuracy.prepared import case_of
from zenverify.accuracy.conditioning import unavoidable
from zenverify.accuracy.errors import measure
from zenverify.accuracy.exact import Signature
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import GraphBuilder

UNIT = 2.0**-53


def allowed(case: Case, argument: int | None = None) -> Array:
    """What is unavoidable of the value or of a gradient, in units of u * |truth|."""
    measured = measure(ZenEngine(), Signature.of(case), case)
    for errors, found in zip(measured.errors, unavoidable(measured), strict=True):
        if errors.argument == argument:
            return np.asarray(found / (UNIT * errors.sizes))
    raise AssertionError(f"no gradient of argument {argument}")


@pytest.mark.parametrize(
    "name, x, condition",
    [
        ("exp", 3.0, 3.0),  # x f'(x) / f(x) = x
        ("exp", -200.0, 200.0),
        ("log", 1.001, 1 / math.log(1.001)),
        ("sqrt", 7.0, 0.5),
        ("sin", math.pi, math.pi / 1.2246467991473532e-16),
        ("cos", 0.0, 0.0),
        ("log1p", 1e-17, 1.0),
        ("tanh", 30.0, 0.0),
    ],
)
def test_the_value_of_a_function(name: str, x: float, condition: float) -> None:
    (found,) = allowed(case_of(name, [x]))
    assert found == pytest.approx(1 + condition, rel=0.01)


@pytest.mark.parametrize(
    "name, x, condition",
    [
        ("tanh", 20.0, 40.0),  # sech^2 falls like exp(-2 x)
        ("exp", 5.0, 5.0),
        ("sin", math.pi / 2, math.pi / 2 / 6.123233995736766e-17),
        ("square", 3.0, 1.0),
    ],
)
def test_a_gradient_depends_on_the_cotangent_too(name: str, x: float, condition: float) -> None:
    (found,) = allowed(case_of(name, [x]), 0)
    assert found == pytest.approx(2 + condition, rel=0.01)


def test_points_that_are_independent_are_moved_together() -> None:
    together = allowed(case_of("subtract", [1.0, 1.0, 5.0], [-1.0, 0.999, 1e-9]))
    alone = [
        allowed(case_of("subtract", [x], [y]))[0]
        for x, y in zip([1.0, 1.0, 5.0], [-1.0, 0.999, 1e-9], strict=True)
    ]
    np.testing.assert_allclose(together, alone)
    np.testing.assert_allclose(together, [2.0, 2000.0, 2.0], rtol=1e-3)


def test_each_element_of_an_array_is_moved_by_itself() -> None:
    build = GraphBuilder()
    build.apply("sum", build.variable((3,)), axis=None, keepdims=False)
    case = Case(build.graph(), (np.array([1e6, 1.0, -1e6]),), np.array(1.0))
    assert allowed(case).item() == pytest.approx(2e6, rel=1e-3)


def test_a_zero_does_not_move() -> None:
    assert allowed(case_of("exp", [0.0]))[0] == pytest.approx(1.0)


def test_an_end_of_the_domain_is_left_towards_the_inside() -> None:
    assert np.isfinite(allowed(case_of("arcsin", [1.0]))).all()


def test_nothing_is_asked_where_there_is_no_way_to_move() -> None:
    # Beyond both neighbours there is no real result.
    (found,) = allowed(case_of("power", [-2.0], [3.0]))
    assert math.isinf(found)


def test_a_matrix_that_is_solved_with_moves_by_its_largest_element() -> None:
    build = GraphBuilder()
    build.apply("inv", build.variable((2, 2)))
    case = Case(build.graph(), (np.diag([1.0, 1e6]),), np.ones((2, 2)))
    found = allowed(case).reshape(2, 2)
    # 1 / 1 may be off by the rounding of 1e6, which is what backward stable solvers do.
    assert found[0, 0] > 1e5


def test_what_may_underflow_on_the_way_is_allowed() -> None:
    measured = measure(
        ZenEngine(), Signature.of(case_of("exp", [-708.0])), case_of("exp", [-708.0])
    )
    assert unavoidable(measured)[0][0] > 2.0**-1022
