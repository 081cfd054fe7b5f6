"""Certified solutions: what is proven, and what is not."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flint import arb, arb_mat

from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.balls.certified import Solved, Vector, solve

Scalar = Callable[[Ball], Ball]


class Scalars:
    """One equation f(y) = 0 per row."""

    kinds = unknown_kinds = (1,)
    remainder = False

    def __init__(self, function: Scalar, slope: Scalar) -> None:
        self._function = function
        self._slope = slope
        self.jacobians = 0

    def residuals(self, points: Sequence[Vector]) -> list[Vector]:
        return [[self._function(y)] for (y,) in points]

    def linearise(self, points: Sequence[Vector]) -> tuple[Any, list[arb_mat]]:
        self.jacobians += 1
        return None, [arb_mat(1, 1, [self._slope(y)]) for (y,) in points]


def square_root(of: Ball) -> Scalars:
    return Scalars(lambda y: y * y - of, lambda y: 2 * y)


def solved(equations: Scalars, *starts: float, bits: int = 128, unit: float = 0.0) -> Solved:
    with precision(bits):
        return solve(equations, [[arb(start)] for start in starts], unit)


@pytest.mark.parametrize("bits", [24, 53, 128, 512, 2048])
@pytest.mark.parametrize("start", [1.4142135623730951, 1.5, 3.0])
def test_the_solution_is_enclosed_at_every_precision(bits: int, start: float) -> None:
    found = solved(square_root(arb(2)), start, bits=bits).solutions[0]
    assert found is not None
    with precision(4096):
        truth = arb(2).sqrt()
        assert found[0].contains(truth)
        assert found[0].rad() < arb(2) ** (10 - bits)


def test_the_start_decides_which_solution_is_meant() -> None:
    low, high = solved(square_root(arb(4)), -2.1, 1.9).solutions
    assert low is not None
    assert high is not None
    assert (float(low[0]), float(high[0])) == (-2, 2)


def test_a_ball_of_equations_has_a_ball_of_solutions() -> None:
    (found,) = solved(square_root(arb(2, 0.125)), 1.4).solutions
    assert found is not None
    assert found[0].contains(arb(1.875).sqrt())
    assert found[0].contains(arb(2.125).sqrt())
    assert found[0].rad() < 0.06


@pytest.mark.parametrize(
    "equations, start",
    [
        (square_root(arb(0)), 1e-9),
        (square_root(arb(0)), 0.0),
        (square_root(arb(-1)), 0.5),
        (square_root(arb(0, 0.1)), 0.3),
        (square_root(arb("nan")), 1.0),
        (square_root(arb(2)), float("nan")),
        (square_root(arb(2)), float("inf")),
    ],
)
def test_nothing_is_claimed_where_nothing_can_be_proven(equations: Scalars, start: float) -> None:
    result = solved(equations, start)
    assert result.solutions == [None]
    assert result.inverted == [None]


def test_rows_without_a_solution_leave_the_others() -> None:
    result = solved(square_root(arb(2)), float("nan"), 1.4)
    assert result.solutions[0] is None
    assert result.solutions[1] is not None


def test_a_good_start_needs_two_jacobians() -> None:
    equations = square_root(arb(2))
    solved(equations, 1.4142135623730951)
    assert equations.jacobians == 2


def test_rounding_widens_the_solution_by_what_a_stable_solver_may_lose() -> None:
    """Of y^2 = 2 the slope 2 y may be off by a unit of itself, and so is the solution."""
    unit = 2.0**-53
    (found,) = solved(square_root(arb(2)), 1.4, unit=unit).solutions
    assert found is not None
    with precision(128):
        assert found[0].contains(arb(2).sqrt())
    assert 0.9 < float(found[0].rad() / (unit * arb(2).sqrt())) < 1.1


def test_a_system_that_rounding_makes_singular_has_no_solution() -> None:
    slope = arb(2) ** -20
    line = Scalars(lambda y: y * slope - 1, lambda y: slope)
    assert solved(line, 0.0).solutions[0] is not None
    assert solved(line, 0.0, unit=1.5).solutions[0] is None


class Plane:
    """Two equations J y = b in one row."""

    kinds = unknown_kinds = (2,)
    remainder = False

    def __init__(self, matrix: arb_mat) -> None:
        self._matrix = matrix

    def residuals(self, points: Sequence[Vector]) -> list[Vector]:
        images = [self._matrix * arb_mat(2, 1, point) for point in points]
        return [[image[0, 0] - 1, image[1, 0] - 2] for image in images]

    def linearise(self, points: Sequence[Vector]) -> tuple[Any, list[arb_mat]]:
        return None, [self._matrix] * len(points)


def test_linear_systems_are_solved_with_the_jacobian_and_its_transpose() -> None:
    matrix = arb_mat([[2, 1], [1, 1]])
    with precision(128):
        inverted = solve(Plane(matrix), [[arb(0), arb(0)]], 0.0).inverted[0]
        assert inverted is not None
        straight, turned = inverted.solve([arb(1), arb(0)]), inverted.solve_transposed([arb(3)] * 2)
    assert straight is not None
    assert turned is not None
    assert [float(item) for item in straight] == [1, -1]
    assert [float(item) for item in turned] == [0, 3]
    assert inverted.solve([arb("nan"), arb(0)]) is None


def test_a_forgotten_system_counts_as_unsolved() -> None:
    result = solved(square_root(arb(4)), 2.1)
    result.forget(0)
    assert (result.solutions, result.inverted) == ([None], [None])
