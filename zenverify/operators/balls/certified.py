"""Certified solutions of many small systems of equations, by balls.

An approximate solution, however it was obtained, is refined by Newton's method and then *proven*:
Krawczyk's operator maps a box around it into the box's interior, so that the box holds exactly one
solution, for every value that the operands' balls hold. See Krawczyk, "Newton-Algorithmen zur
Bestimmung von Nullstellen mit Fehlerschranken" (1969), and Rump, "Verification methods: rigorous
results using floating-point arithmetic" (2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flint import arb, arb_mat, ctx

from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.balls.blurring import Kinds, errors_of_matrix, levelled

Vector = list[Ball]

_GUARD_BITS = 64
"""Solutions are refined, and linear systems solved, with so many bits more than asked for."""

_START_BITS = 2
"""What a start is good for, at least; from there on every refinement triples it."""

_SPARE_BITS = 24
"""Of those that solutions are refined with; the rounding of the refinement itself takes them."""

_LEEWAY = 16
"""How much larger a midpoint may be than its radius, and yet be nothing but rounding."""

_INFLATIONS = 3

_SMALLEST = arb(2) ** -2200
"""The least half-width of a box: no double's rounding comes near it."""

_GROWTH = arb(1.25)


class Equations(Protocol):
    """The equations of all systems, evaluated at one point of each.

    Attributes
    ----------
    kinds, unknown_kinds
        What `zenverify.operators.balls.blurring` wants to know of the equations and the unknowns.
    remainder
        Whether the last kind of unknowns is what the first kind of equations leaves, b - A y. It is
        computed from these, and so rounded as they are, also where nothing is left.
    """

    @property
    def kinds(self) -> Kinds: ...

    @property
    def unknown_kinds(self) -> Kinds: ...

    @property
    def remainder(self) -> bool: ...

    def residuals(self, points: Sequence[Vector]) -> list[Vector]:
        """Per system, what should be zero."""
        ...

    def linearise(self, points: Sequence[Vector]) -> tuple[Any, list[arb_mat]]:
        """The partials at the points in the caller's form, and per system the Jacobian."""
        ...


@dataclass(frozen=True, slots=True)
class Inverted:
    """A matrix of balls, with an approximate inverse of it that makes solving with it accurate.

    Multiplied by the inverse it is close to the identity, where Gaussian elimination in balls
    loses nothing (Hansen and Smith, 1967).
    """

    inverse: arb_mat
    left: arb_mat
    right: arb_mat

    def solve(self, right_side: Vector) -> Vector | None:
        """The solutions x of J x = b; None if J may be singular."""
        return _solved(self.left, self.inverse, right_side)

    def solve_transposed(self, right_side: Vector) -> Vector | None:
        """The solutions x of J^T x = b; None if J may be singular."""
        return _solved(self.right.transpose(), self.inverse.transpose(), right_side)


def _solved(near_identity: arb_mat, inverse: arb_mat, right_side: Vector) -> Vector | None:
    found: Vector = near_identity.solve(
        inverse * _column(right_side), nonstop=True, algorithm="lu"
    ).entries()
    return found if all(map(arb.is_finite, found)) else None


def approximate_inverse(matrix: arb_mat) -> arb_mat | None:
    """An inverse of the midpoint, rounded to exact numbers; None if there is none near."""
    found = matrix.mid().inv(nonstop=True).mid()
    return found if all(map(arb.is_finite, found.entries())) else None


@dataclass(slots=True)
class Solved:
    """What came of solving.

    Attributes
    ----------
    solutions
        Per system, the enclosure; None where nothing could be proven: the equations may have no
        solution there, or several that run together.
    inverted
        Per system that is solved, its Jacobian.
    linear
        The partials over all enclosures, in the caller's form.
    """

    solutions: list[Vector | None]
    inverted: list[Inverted | None]
    linear: Any

    def forget(self, row: int) -> None:
        """Take a system for unsolved."""
        self.solutions[row] = self.inverted[row] = None


def solve(equations: Equations, starts: Sequence[Vector], unit: float) -> Solved:
    """Solve every system, from a start for each.

    Parameters
    ----------
    equations
        What to solve, at the current precision.
    starts
        Approximate solutions. A start that is not finite has none.
    unit
        The rounding error to allow for, as `arithmetic.rounding_unit` has it.

    Notes
    -----
    With a unit, the solutions of all equations are enclosed that a backward stable solver may have
    taken for these; see `zenverify.operators.balls.blurring`.
    """
    return _Solving(equations, starts, unit).run()


class _Solving:
    def __init__(self, equations: Equations, starts: Sequence[Vector], unit: float) -> None:
        self.equations = equations
        self.unit = unit
        self.bits = max(ctx.prec, _GUARD_BITS) + _GUARD_BITS
        self.points = [list(start) for start in starts]
        self.pending = [row for row, start in enumerate(starts) if all(map(arb.is_finite, start))]
        count = len(starts)
        self.inverses: dict[int, arb_mat] = {}
        self.residuals: dict[int, arb_mat] = {}
        self.errors: dict[int, arb_mat] = {}
        self.steps: dict[int, Vector] = {}
        self.solutions: list[Vector | None] = [None] * count
        self.inverted: list[Inverted | None] = [None] * count
        self.linear: Any = None

    def run(self) -> Solved:
        far = self.pending
        good_bits = _START_BITS
        while far and good_bits < self.bits:
            self._refine()
            far = [row for row in self.pending if not self._is_near(row)]
            good_bits *= 3
        self.pending = [row for row in self.pending if row not in far]
        if self.pending:
            self._certify()
        return Solved(self.solutions, self.inverted, self.linear)

    def _refine(self) -> None:
        """Two steps of Newton's method with one Jacobian, which give three times as many digits."""
        with precision(self.bits):
            _, jacobians = self.equations.linearise(self.points)
            self.inverses = {
                row: inverse
                for row in self.pending
                if (inverse := approximate_inverse(jacobians[row])) is not None
            }
            self.pending = list(self.inverses)
            for _ in range(2):
                residuals = self.equations.residuals(self.points)
                for row, inverse in self.inverses.items():
                    step = (inverse * _column(residuals[row])).entries()
                    point = self.points[row]
                    self.points[row] = [(a - b).mid() for a, b in zip(point, step, strict=True)]
        residuals = self.equations.residuals(self.points)
        with precision(self.bits):
            for row, inverse in self.inverses.items():
                self._blur(row, residuals[row], jacobians[row])
                self.steps[row] = (inverse * self.residuals[row]).entries()

    def _blur(self, row: int, residual: Vector, jacobian: arb_mat) -> None:
        """A row's residual with the rounding errors allowed for, and those of its Jacobian."""
        size = len(residual)
        self.residuals[row], self.errors[row] = _column(residual), arb_mat(size, size)
        if self.unit:
            kinds, unknown_kinds = self.equations.kinds, self.equations.unknown_kinds
            errors = errors_of_matrix(jacobian, kinds, unknown_kinds, self.unit)
            self.errors[row] = errors
            self.residuals[row] = _column(levelled(residual, kinds))
            self.residuals[row] += errors * _column(self.points[row])

    def _is_near(self, row: int) -> bool:
        """Whether another step would be lost in what is uncertain of it, or of the number."""
        small = arb(2) ** (_SPARE_BITS - self.bits)
        return all(
            abs(step.mid()) <= abs(item) * small + step.rad() * _LEEWAY
            for item, step in zip(self.points[row], self.steps[row], strict=True)
        )

    def _certify(self) -> None:
        """Look for boxes that Krawczyk's operator maps into themselves."""
        reaches = {row: self._reach(row, self.steps[row], _GROWTH) for row in self.pending}
        boxes = list(self.points)
        for _ in range(_INFLATIONS):
            with precision(self.bits):
                for row in self.pending:
                    boxes[row] = _around(self.points[row], reaches[row])
            self.linear, jacobians = self.equations.linearise(boxes)
            with precision(self.bits):
                for row in list(self.pending):
                    jacobian = jacobians[row] + self.errors[row]
                    reaches[row] = self._map(row, jacobian, reaches[row])
            if not any(all(map(arb.is_finite, reaches[row])) for row in self.pending):
                return

    def _reach(self, row: int, items: Sequence[Ball], factor: Ball) -> Vector:
        """How far a box reaches from a row's point on each side: a factor wider than some balls."""
        found = _wider(items, factor)
        if self.unit and self.equations.remainder:
            left = self.residuals[row].entries()[: self.equations.kinds[0]]
            rounded = arb(max(float(ball.rad()) for ball in left))
            for place in range(len(found) - self.equations.unknown_kinds[-1], len(found)):
                found[place] = found[place].max(rounded)
        return found

    def _map(self, row: int, jacobian: arb_mat, reach: Vector) -> Vector:
        """Krawczyk's operator on a row's box: settles the row, or gives a wider reach to try."""
        inverse = self.inverses[row]
        left = inverse * jacobian
        size = len(reach)
        identity = arb_mat(size, size, 1)
        halves = [arb(0, item) for item in reach]
        moved = (identity - left) * _column(halves) - _column(self.steps[row])
        mapped = moved.entries()
        if not all(a.contains_interior(b) for a, b in zip(halves, mapped, strict=True)):
            return self._reach(row, mapped, 2 * _GROWTH)
        point = self.points[row]
        self.solutions[row] = [a + b for a, b in zip(point, mapped, strict=True)]
        self.inverted[row] = Inverted(inverse, left, jacobian * inverse)
        self.pending.remove(row)
        return reach


def _wider(items: Sequence[Ball], factor: Ball) -> Vector:
    return [arb(item.abs_upper()) * factor + _SMALLEST for item in items]


def _around(point: Vector, reach: Vector) -> Vector:
    return [a + arb(0, b) for a, b in zip(point, reach, strict=True)]


def _column(items: Sequence[Ball]) -> arb_mat:
    return arb_mat(len(items), 1, list(items))
