"""Results that are declared by the equations which they satisfy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from zenverify.operators.balls.arithmetic import ANYTHING, NAN, ZERO, Ball, largest, rounding_unit
from zenverify.operators.balls.blurring import Kinds, errors_of_vector, spans
from zenverify.operators.balls.certified import Inverted, Solved, Vector, solve
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls

if TYPE_CHECKING:
    from zenverify.operators.program.program import Linearised, Program

Start = Callable[..., Sequence[NDArray[np.floating[Any]]]]
"""Takes the operands as float arrays to approximate solutions, one array per unknown."""

Branch = Callable[..., NDArray[np.bool_]]
"""Takes the unknowns as object arrays of balls to whether each row's solution is the one meant."""

Bound = Callable[..., Ball]
"""Takes one ball per operand, which holds all its elements, to one that holds all solutions'."""


@dataclass(frozen=True, eq=False)
class Implicit:
    """Solves F(y, x) = 0 for y, many small systems at once: one to a row.

    The partials of y are those of F, by the implicit function theorem: a cotangent g of y gives x
    the contribution -(dF/dx)^T z, with (dF/dy)^T z = g. Where no solution can be proven to exist
    and to be the only one near the start, the result and its partials can be anything: that is
    where dF/dy is singular, so that nothing is defined.

    Attributes
    ----------
    sources
        The operands' buffers; each begins with the axis of rows.
    rows
        How many systems there are.
    equations
        F, over all rows: a program of y, of shape (rows, n), and the operands to (rows, n).
    shapes
        The operands' shapes.
    unknowns
        The shape of each of the arrays that make up the unknowns of one row.
    kinds
        How many equations each of the arrays holds that make up one row of F.
    start, branch, bound
        See `Start`, `Branch` and `Bound`.
    remainder
        See `zenverify.operators.balls.certified.Equations`.
    """

    sources: tuple[int, ...]
    rows: int
    equations: Program
    shapes: tuple[tuple[int, ...], ...]
    unknowns: tuple[tuple[int, ...], ...]
    kinds: tuple[int, ...]
    start: Start
    branch: Branch | None = None
    bound_by: Bound | None = None
    remainder: bool = False

    @cached_property
    def size(self) -> int:
        """The number of equations, and of unknowns, to a row."""
        return sum(self.kinds)

    @cached_property
    def unknown_kinds(self) -> tuple[int, ...]:
        """How many numbers each of the unknowns of a row holds."""
        return tuple(int(np.prod(shape, dtype=np.int64)) for shape in self.unknowns)

    @cached_property
    def _units(self) -> list[Vector]:
        """Per equation, the cotangent that picks it out of every row."""
        count, one = self.size, arb(1)
        return [
            [one if place == equation else ZERO for place in range(count)] * self.rows
            for equation in range(count)
        ]

    def _split(self, items: Balls) -> list[Vector]:
        count = self.size
        return [list(items[row * count : (row + 1) * count]) for row in range(self.rows)]

    def length(self, sources: Sequence[int]) -> int:
        return self.rows * self.size

    def value(self, sources: Sequence[Balls]) -> Balls:
        return self._result(self._solve(sources))

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        solved = self._solve(sources)
        return self._result(solved), solved

    def _solve(self, sources: Sequence[Balls]) -> Solved:
        if not self.rows or not self.size:
            return Solved([[]] * self.rows, [None] * self.rows, None)
        starts = self._starts(sources)
        solved = solve(_AtOperands(self, sources), starts, rounding_unit())
        if self.branch is not None:
            self._leave_branch(solved)
        return solved

    def _starts(self, sources: Sequence[Balls]) -> list[Vector]:
        arrays = [
            np.array([float(ball.mid()) for ball in source]).reshape(shape)
            for source, shape in zip(sources, self.shapes, strict=True)
        ]
        with np.errstate(all="ignore"):
            found = self.start(*arrays)
        wide = np.concatenate([np.reshape(part, (self.rows, -1)) for part in found], axis=1)
        return [list(map(arb, row)) for row in wide.tolist()]

    def _leave_branch(self, solved: Solved) -> None:
        """Forget the solutions that are not the ones meant."""
        assert self.branch is not None
        rows = np.array([row or [NAN] * self.size for row in solved.solutions], dtype=object)
        parts = [
            rows[:, start:end].reshape(self.rows, *shape)
            for (start, end), shape in zip(spans(self.unknown_kinds), self.unknowns, strict=True)
        ]
        for row, meant in enumerate(np.asarray(self.branch(*parts)).tolist()):
            if not meant:
                solved.forget(row)

    def _result(self, solved: Solved) -> Balls:
        nothing = [ANYTHING] * self.size
        return [item for row in solved.solutions for item in (nothing if row is None else row)]

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        solved: Solved = saved
        weights: list[Ball] = []
        undefined: list[int] = []
        for row, here in enumerate(self._split(cotangent)):
            weight: Vector | None = [ZERO] * self.size
            dead = all(map(arb.is_zero, here))
            inverted = solved.inverted[row]
            if inverted is not None and not dead:
                weight = self._weights(inverted, here)
            elif inverted is None and not (dead and dead_is_zero):
                weight = None
            if weight is None or self._overflows(solved.solutions[row], here, weight):
                undefined.append(row)
            weights += weight or [ZERO] * self.size
        if solved.linear is None:
            parts: list[Balls | None] = [[ZERO] * (size * self.rows) for size in self._widths]
        else:
            parts = list(solved.linear.pull(weights, dead_is_zero=True)[1:])
        return self._with_undefined(parts, undefined)

    def _overflows(self, solution: Vector | None, cotangent: Vector, weight: Vector) -> bool:
        """Whether products that a rule may form on its way leave the range of the floats.

        A rule multiplies by the result, as that of cholesky does by the factor, from both sides.
        """
        limit = largest()
        if math.isinf(limit) or solution is None:
            return False
        arriving = reduce(arb.max, map(abs, [*cotangent, *weight]), ZERO)
        factor = reduce(arb.max, map(abs, solution), arb(1))
        return not arriving * factor * factor <= limit

    def _weights(self, inverted: Inverted, cotangent: Vector) -> Vector | None:
        """The equations' cotangents in one row; None if they cannot be told."""
        unit = rounding_unit()
        marks = [arb(1) if ball.is_nan() else ZERO for ball in cotangent]
        if not all(map(arb.is_zero, marks)):
            # What surely depends on a NaN is NaN.
            reached = inverted.solve_transposed(marks)
            return reached and [ANYTHING if ball.contains(ZERO) else NAN for ball in reached]
        if unit:
            errors = errors_of_vector(cotangent, self.unknown_kinds, unit)
            cotangent = list(map(add, cotangent, errors))
        return _negative(inverted.solve_transposed(cotangent))

    @cached_property
    def _widths(self) -> tuple[int, ...]:
        """Per operand, the number of its elements in one row."""
        return tuple(int(np.prod(shape[1:], dtype=np.int64)) for shape in self.shapes)

    def _with_undefined(
        self, parts: Sequence[Balls | None], undefined: Sequence[int]
    ) -> list[Balls | None]:
        if not undefined:
            return list(parts)
        marked: list[Balls | None] = []
        for part, width in zip(parts, self._widths, strict=True):
            items = None if part is None else list(part)
            if items is not None:
                for row in undefined:
                    items[row * width : (row + 1) * width] = [ANYTHING] * width
            marked.append(items)
        return marked

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        solved: Solved = saved
        if solved.linear is None:
            return [ANYTHING] * (self.rows * self.size)
        still = [ZERO] * (self.rows * self.size)
        moved: list[Ball] = []
        for row, here in enumerate(self._split(solved.linear.push([still, *tangents]))):
            inverted = solved.inverted[row]
            found = None if inverted is None else _negative(inverted.solve(here))
            moved += found or [ANYTHING] * self.size
        return moved

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.carry(self._solve(sources), tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False

    @property
    def can_kink(self) -> bool:
        return False

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return NAN if self.bound_by is None else self.bound_by(*sources)


class _AtOperands:
    """The equations at given operands."""

    def __init__(self, step: Implicit, operands: Sequence[Balls]) -> None:
        self._step = step
        self._operands = operands

    def _buffers(self, points: Sequence[Vector]) -> list[Balls]:
        return [[item for point in points for item in point], *self._operands]

    @property
    def kinds(self) -> Kinds:
        return self._step.kinds

    @property
    def unknown_kinds(self) -> Kinds:
        return self._step.unknown_kinds

    @property
    def remainder(self) -> bool:
        return self._step.remainder

    def residuals(self, points: Sequence[Vector]) -> list[Vector]:
        return self._step._split(self._step.equations.value(self._buffers(points)))

    def linearise(self, points: Sequence[Vector]) -> tuple[Linearised, list[arb_mat]]:
        step = self._step
        linear = step.equations.linearise(self._buffers(points))
        columns = [linear.pull(unit, dead_is_zero=True)[0] for unit in step._units]
        found = [step._split(c or [ZERO] * (step.rows * step.size)) for c in columns]
        size = step.size
        return linear, [
            arb_mat(size, size, [item for equation in found for item in equation[row]])
            for row in range(step.rows)
        ]


def _negative(items: Vector | None) -> Vector | None:
    return None if items is None else [-item for item in items]
