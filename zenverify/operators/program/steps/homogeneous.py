"""Functions that grow with their argument, f(t x) = t f(x) for t > 0: norms, and their like.

At the zero row the general partials are 0 / 0, but the derivative along a direction t is exactly
f(t), by the definition of both. So the slopes of the two sides are f(e) and -f(-e) with a unit
vector e: computed by the function itself, as everything else is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from flint import arb

from zenverify.operators.balls.arithmetic import ANYTHING, ZERO, Ball, allowance, total
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.program import Linearised, Program
from zenverify.operators.program.steps.step import Balls, scale

Sides = tuple[Balls, Balls]
"""The slopes at zero from the left and from the right, per element of a row."""


class _Row(Enum):
    """Where a row lies, as far as its balls tell."""

    ORDINARY = "away from zero, or not finite"
    ZERO = "exactly zero"
    UNSURE = "perhaps zero"


class _Saved(NamedTuple):
    linear: Linearised
    slopes: Mapping[int, Balls]
    """Per row that is zero, or may be, the slopes that replace those of the program."""


@dataclass(frozen=True)
class Homogeneous:
    """Reduces rows of `width` consecutive elements by a positively homogeneous function.

    Attributes
    ----------
    program
        The function of all rows at once; each row's result depends on that row only.
    symmetric
        Whether the order of a row's elements does not matter.
    convex
        Whether the function is convex. Then all its slopes lie between those at zero, and its
        values between the bounds that these give.
    """

    sources: tuple[int, ...]
    width: int
    rows: int
    program: Program
    symmetric: bool
    convex: bool

    def length(self, sources: Sequence[int]) -> int:
        return self.rows

    def value(self, sources: Sequence[Balls]) -> Balls:
        found = self.program.value(sources)
        return self._bounded(sources[0], found, self._states(sources[0], found))

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        linear = self.program.linearise(sources, at_kink)
        states = self._states(sources[0], linear.value)
        slopes: dict[int, Balls] = {}
        if not all(state is _Row.ORDINARY for state in states):
            sides = self._sides()
            slopes = {
                row: _chosen(sides, at_kink) if state is _Row.ZERO else self._every_slope(sides)
                for row, state in enumerate(states)
                if state is not _Row.ORDINARY
            }
        return self._bounded(sources[0], linear.value, states), _Saved(linear, slopes)

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        (pulled,) = saved.linear.pull(cotangent, dead_is_zero=dead_is_zero)
        if not saved.slopes:
            return (pulled,)
        mended = list(pulled)
        for row, slopes in saved.slopes.items():
            wide = [cotangent[row]] * self.width
            mended[self._slice(row)] = scale(slopes, wide, dead_is_zero)
        return (mended,)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        moved = list(saved.linear.push(tangents))
        for row, slopes in saved.slopes.items():
            moved[row] = total(scale(slopes, tangents[0][self._slice(row)], True))
        return moved

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        states = self._states(sources[0], self.program.value(sources))
        moved = list(self.program.push(sources, tangents))
        if all(state is _Row.ORDINARY for state in states):
            return moved
        along = self.value(tangents)
        against = self.value([[-tangent for tangent in tangents[0]]])
        for row, state in enumerate(states):
            if state is _Row.ZERO:
                moved[row] = along[row]
            elif state is _Row.UNSURE:
                moved[row] = along[row].union(-against[row]) if self.convex else ANYTHING
        return moved

    def kinked(self, sources: Sequence[Balls]) -> bool:
        states = self._states(sources[0], self.program.value(sources))
        return any(state is not _Row.ORDINARY for state in states) or self.program.kinked(sources)

    def jumps(self, sources: Sequence[Balls]) -> bool:
        """Whether the function jumps, or may jump, within the rows."""
        return self.program.jumps(sources)

    @property
    def can_kink(self) -> bool:
        return True

    def bound(self, sources: Sequence[Ball]) -> Ball:
        buffers = list(sources)
        for one in self.program.steps:
            buffers.append(one.bound([buffers[source] for source in one.sources]))
        if buffers[-1].is_finite() or not self.convex or not self.rows:
            return buffers[-1]
        return self._reach([sources[0]] * self.width, self._sides())

    def _slice(self, row: int) -> slice:
        return slice(row * self.width, (row + 1) * self.width)

    def _states(self, items: Balls, results: Balls) -> list[_Row]:
        return [self._state(items[self._slice(row)], result) for row, result in enumerate(results)]

    def _state(self, row: Balls, result: Ball) -> _Row:
        if result > 0 or result < 0:
            return _Row.ORDINARY
        if all(item.is_zero() for item in row):
            return _Row.ZERO
        return _Row.UNSURE if all(item.is_finite() for item in row) else _Row.ORDINARY

    def _bounded(self, items: Balls, results: Balls, states: Sequence[_Row]) -> Balls:
        """The results, with an enclosure of those that the program has none for near zero."""
        lost = [
            state is _Row.UNSURE and not result.is_finite()
            for result, state in zip(results, states, strict=True)
        ]
        if not any(lost):
            return results
        sides = self._sides()
        return [
            self._reach(items[self._slice(row)], sides) if lost[row] else result
            for row, result in enumerate(results)
        ]

    def _reach(self, row: Balls, sides: Sides) -> Ball:
        """A ball that holds the function's value at a row.

        A convex and homogeneous function is subadditive, so f(x) is at most the sum of
        |x_i| f(e_i), or of |x_i| f(-e_i), and no less than -f(-x).
        """
        if not self.convex:
            return ANYTHING
        slopes = (slope.abs_upper() for slope in _between(sides))
        parts = (abs(item) * slope for item, slope in zip(row, slopes, strict=True))
        return total(parts).abs_upper() * arb(0, 1)

    def _sides(self) -> Sides:
        places = range(min(self.width, 1) if self.symmetric else self.width)
        left = [-self._along(place, -1) for place in places]
        right = [self._along(place, 1) for place in places]
        return (left * self.width, right * self.width) if self.symmetric else (left, right)

    def _along(self, place: int, sign: int) -> Ball:
        """The function of a unit vector."""
        items = [ZERO] * (self.rows * self.width)
        items[place] = arb(sign)
        return self.program.value([items])[0]

    def _every_slope(self, sides: Sides) -> Balls:
        if not self.convex:
            return [ANYTHING] * self.width
        return [slope * allowance() for slope in _between(sides)]


def _between(sides: Sides) -> Balls:
    return [left.union(right) for left, right in zip(*sides, strict=True)]


def _chosen(sides: Sides, at_kink: AtKink) -> Balls:
    """The slopes at zero that a convention takes."""
    if at_kink.step is None:
        return _between(sides)
    share = at_kink.at_zero
    return [left * (1 - share) + right * share for left, right in zip(*sides, strict=True)]
