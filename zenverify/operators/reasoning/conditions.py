"""The conditions under which an expression has a real value, read from its tree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sympy

from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.domain import Domain
from zenverify.operators.reasoning.wording import formula

Renaming: TypeAlias = Mapping[sympy.Symbol, sympy.Symbol]

_POSITIVE = Domain(low=0.0)
_NONNEGATIVE = Domain(low=0.0, closed=True)
_NONZERO = Domain(nonzero=True)
_UNIT = Domain(-1.0, 1.0, closed=True)
_INSIDE_UNIT = Domain(-1.0, 1.0)

_LIMITS = {
    "log": _POSITIVE,
    "log1p": Domain(low=-1.0),
    "asin": _UNIT,
    "acos": _UNIT,
    "acosh": Domain(low=1.0, closed=True),
    "atanh": _INSIDE_UNIT,
}
"""By SymPy's name of a function, where it is real."""


@dataclass(frozen=True, slots=True)
class Within:
    """An operand must lie in an interval.

    Attributes
    ----------
    origin
        The part of the expression that needs it.
    operand
        What must lie there.
    limits
        The interval.
    """

    origin: sympy.Expr
    operand: sympy.Expr
    limits: Domain

    def renamed(self, names: Renaming) -> Within:
        return Within(self.origin.xreplace(names), self.operand.xreplace(names), self.limits)

    @property
    def operands(self) -> tuple[sympy.Expr, ...]:
        return (self.operand,)

    @property
    def words(self) -> str:
        return self.limits.describe(formula(self.operand))

    @property
    def ends(self) -> tuple[sympy.Expr, ...]:
        """What is zero where the interval ends and does not hold its end."""
        if self.limits.closed:
            return ()
        return tuple(self.operand - sympy.Rational(end) for end in self.limits.edges)

    @property
    def is_isolated(self) -> bool:
        """Whether it fails at single points only."""
        return self.limits.nonzero

    @property
    def numbers(self) -> sympy.Set:
        """The interval as SymPy has it."""
        low, high = (_exactly(end) for end in (self.limits.low, self.limits.high))
        is_open = not self.limits.closed
        whole = sympy.Interval(low, high, is_open, is_open)
        return whole - sympy.FiniteSet(0) if self.limits.nonzero else whole

    @property
    def is_certain(self) -> bool:
        """Whether it holds for all real arguments, by what SymPy knows about signs."""
        if self.limits == _POSITIVE:
            return bool(self.operand.is_positive)
        if self.limits == _NONNEGATIVE:
            return bool(self.operand.is_nonnegative)
        if self.limits == _NONZERO:
            return bool(self.operand.is_nonzero)
        if self.limits.low <= 0 and self.limits.high == math.inf:
            return bool(self.operand.is_nonnegative)
        return False

    def holds(self, operand: Ball) -> bool | None:
        """Whether a ball lies there; None where it is not known."""
        low, high = self.limits.low, self.limits.high
        if self.limits.nonzero:
            return False if operand.is_zero() else None if operand.contains(0) else True
        if self.limits.closed:
            if operand >= low and operand <= high:
                return True
            return False if operand < low or operand > high else None
        if operand > low and operand < high:
            return True
        return False if operand <= low or operand >= high else None


@dataclass(frozen=True, slots=True)
class NoPole:
    """An operand of Gamma's logarithm, or of that one's derivatives: no integer up to zero."""

    origin: sympy.Expr
    operand: sympy.Expr

    def renamed(self, names: Renaming) -> NoPole:
        return NoPole(self.origin.xreplace(names), self.operand.xreplace(names))

    @property
    def operands(self) -> tuple[sympy.Expr, ...]:
        return (self.operand,)

    @property
    def words(self) -> str:
        return f"{formula(self.operand)} != 0, -1, -2, ..."

    @property
    def ends(self) -> tuple[sympy.Expr, ...]:
        return ()

    @property
    def is_isolated(self) -> bool:
        return True

    @property
    def is_certain(self) -> bool:
        return bool(self.operand.is_positive)

    def holds(self, operand: Ball) -> bool | None:
        if operand > 0:
            return True
        if not operand.contains_integer():
            return True
        return False if operand.is_integer() else None


@dataclass(frozen=True, slots=True)
class RealPower:
    """A power whose exponent holds arguments: real for bases above zero, and in some more cases."""

    origin: sympy.Expr
    base: sympy.Expr
    exponent: sympy.Expr

    def renamed(self, names: Renaming) -> RealPower:
        parts = (self.origin, self.base, self.exponent)
        return RealPower(*(part.xreplace(names) for part in parts))

    @property
    def operands(self) -> tuple[sympy.Expr, ...]:
        return (self.base, self.exponent)

    @property
    def words(self) -> str:
        base, exponent = formula(self.base), formula(self.exponent)
        return f"{base} > 0, or {base} = 0 and {exponent} >= 0, or {exponent} is an integer"

    @property
    def ends(self) -> tuple[sympy.Expr, ...]:
        return (self.base,)

    @property
    def is_isolated(self) -> bool:
        return False

    @property
    def is_certain(self) -> bool:
        return bool(self.base.is_positive)

    def holds(self, base: Ball, exponent: Ball) -> bool | None:
        if base > 0 or (base >= 0 and exponent >= 0):
            return True
        if base.is_zero():
            return False if exponent < 0 else None
        if exponent.is_integer():
            return True if base < 0 else None
        return False if base < 0 and not exponent.contains_integer() else None


Condition: TypeAlias = Within | NoPole | RealPower


def conditions_of(expressions: Sequence[sympy.Expr]) -> list[Condition]:
    """What expressions need to have a real value, except what always holds; each once."""
    found = dict.fromkeys(
        condition
        for expression in expressions
        for part in sympy.preorder_traversal(expression)
        for condition in _needed_by(part)
    )
    return [condition for condition in found if not condition.is_certain]


def _needed_by(part: sympy.Basic) -> Iterator[Condition]:
    name = type(part).__name__
    if name in _LIMITS:
        yield Within(part, part.args[0], _LIMITS[name])
    elif name in ("loggamma", "polygamma"):
        yield NoPole(part, part.args[-1])
    elif name == "tan":
        yield Within(part, sympy.cos(part.args[0]), _NONZERO)
    elif isinstance(part, sympy.Pow):
        yield from _needed_by_power(part)


def _needed_by_power(power: sympy.Pow) -> Iterator[Condition]:
    base, exponent = power.as_base_exp()
    if exponent.free_symbols:
        yield RealPower(power, base, exponent)
    elif exponent.is_Integer:
        if exponent < 0:
            yield Within(power, base, _NONZERO)
    elif base.free_symbols:
        yield Within(power, base, _NONNEGATIVE if exponent.is_positive else _POSITIVE)


def _exactly(end: float) -> sympy.Expr:
    if math.isinf(end):
        return sympy.oo if end > 0 else -sympy.oo
    return sympy.Rational(end)
