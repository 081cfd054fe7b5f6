"""What follows from the equation that declares an elementwise operation.

Importing this module loads SymPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray

from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.derivation.derive import differentiate
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Equation, Operator
from zenverify.operators.reasoning import wording

__all__ = ["EquationAnalysis", "analyse_equation", "unsolved"]

_POINTS = 64
_BITS = 64
_REACH = 10.0
"""Ordinary points are no further from zero, if the domain holds such."""


@dataclass(frozen=True, slots=True)
class EquationAnalysis:
    """What SymPy finds in an equation.

    Attributes
    ----------
    residual
        The expression that is zero, in symbols that have the names of result and arguments.
    partials
        Per argument, the partial of the result, by the implicit function theorem.
    slope
        The partial of the residual in the result: where it is zero, no derivative is defined.
    """

    residual: sympy.Expr
    partials: tuple[sympy.Expr, ...]
    slope: sympy.Expr

    @property
    def text(self) -> str:
        """The equation as text."""
        return wording.equation(self.residual)

    @property
    def partial_texts(self) -> tuple[str, ...]:
        """The partials as text."""
        return tuple(map(wording.formula, self.partials))

    @property
    def singularities(self) -> tuple[str, ...]:
        """Where no derivative is defined, in words; none if SymPy knows that there is no such."""
        return () if self.slope.is_nonzero else (wording.equation(self.slope),)


def analyse_equation(equation: Equation, arguments: Sequence[str]) -> EquationAnalysis:
    """Derive the partials of the result of an equation.

    Parameters
    ----------
    equation
        The equation.
    arguments
        The arguments' names.

    Raises
    ------
    ValueError
        If the equation holds a function that has no counterpart on balls.
    """
    found = differentiate(equation.residual)
    names = [sympy.Symbol(name, real=True) for name in (equation.result, *arguments)]
    renaming = dict(zip(found.arguments, names, strict=True))
    residual, slope, *others = (part.xreplace(renaming) for part in (found.value, *found.partials))
    return EquationAnalysis(residual, tuple(-other / slope for other in others), slope)


def unsolved(operator: Operator, seed: int = 1) -> tuple[str, ...]:
    """What to say of ordinary points of the domain at which no solution can be proven.

    Nothing is held against an operation there, so that a start which leads nowhere would make any
    rule pass.
    """
    draw = np.random.default_rng(seed)
    points = [_ordinary(draw, argument.limits) for argument in operator.arguments]
    program = operator.program([(_POINTS,)] * len(points), ())
    with precision(_BITS):
        solutions = program.value([list(map(Ball, one.tolist())) for one in points])
    missing = [place for place, ball in enumerate(solutions) if not Ball.is_finite(ball)]
    if not missing:
        return ()
    names = [argument.name for argument in operator.arguments]
    where = ", ".join(f"{n} = {p[missing[0]]:.6g}" for n, p in zip(names, points, strict=True))
    words = (
        f"no solution is proven at {len(missing)} of {_POINTS} points of the domain, such as "
        f"{where}: either there is none, or the start is too far from it"
    )
    return (words,)


def _ordinary(draw: np.random.Generator, domain: Domain) -> NDArray[np.float64]:
    return domain.spread(draw, _REACH, _POINTS)
