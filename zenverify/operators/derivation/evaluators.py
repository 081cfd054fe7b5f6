"""What is derived from a kernel's expression: functions on balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from zenverify.operators.balls.arithmetic import Ball

Condition = Literal["any", "number", "zero", "positive", "limit"]

BallFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class DerivedSlice:
    """A `zenverify.operators.program.kernel.Slice` and what SymPy derived for it, on balls."""

    argument: int | None
    conditions: tuple[Condition, ...]
    function: BallFunction

    def holds_at(self, point: tuple[Ball, ...]) -> bool:
        """Whether a point meets the conditions."""
        return all(map(_meets, self.conditions, point))


def _meets(condition: Condition, ball: Ball) -> bool:
    match condition:
        case "any":
            return True
        case "number":
            return not ball.is_nan()
        case "positive":
            return bool(ball > 0)
    return bool(ball.is_zero())


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from a kernel's expression; every function works on balls.

    Attributes
    ----------
    value
        ``value(*arguments)``.
    linear
        ``linear(*arguments, *steps)`` gives the value and then those partials that are not
        constant. ``steps`` stand for Heaviside's step of each kink.
    constants
        Per argument, the partial where it is the same integer everywhere, else None.
    kinks
        ``kinks(*arguments)`` gives the expressions whose zeros are the kinks; None if there are
        none.
    kink_partials
        ``kink_partials(*arguments)`` gives, per kink, its partials with respect to the arguments.
    kink_count
        How many kinks there are.
    slices
        See `DerivedSlice`.
    jumps
        ``jumps(*arguments)`` gives the values of the signs and roundings in the expression, which
        are known exactly where the arguments' balls hold no jump; None if there are none.
    """

    value: BallFunction
    linear: BallFunction
    constants: tuple[int | None, ...]
    kinks: BallFunction | None = None
    kink_partials: BallFunction | None = None
    kink_count: int = 0
    slices: tuple[DerivedSlice, ...] = ()
    jumps: BallFunction | None = None
