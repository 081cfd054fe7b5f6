"""Where an argument is defined: what a domain holds, where its edges are, its ordinary values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import UsageError

__all__ = ["EVERYWHERE", "Domain", "Interval", "Matrix"]

Points = NDArray[np.floating] | np.floating


class Matrix(StrEnum):
    """What the matrices along an argument's last two axes must be.

    Ordinary ones have singular values (or eigenvalues, where only the lower triangle is read)
    between 0.5 and 2, whose distances are at least 0.2.
    """

    INVERTIBLE = "invertible"
    FULL_RANK = "of full rank"
    DISTINCT_SINGULAR_VALUES = "with distinct singular values other than zero"
    POSITIVE_DEFINITE = "positive definite"
    DISTINCT_EIGENVALUES = "with distinct eigenvalues"

    @property
    def symmetric(self) -> bool:
        """Whether only the lower triangle is read."""
        return self in (Matrix.POSITIVE_DEFINITE, Matrix.DISTINCT_EIGENVALUES)


class Interval(NamedTuple):
    """Two ends, and whether each belongs to it; an infinite one never does."""

    low: float = -math.inf
    high: float = math.inf
    holds_low: bool = False
    holds_high: bool = False

    def contains(self, points: Points) -> NDArray[np.bool_]:
        """Which numbers of an array belong to it."""
        above = points >= self.low if self.holds_low else points > self.low
        below = points <= self.high if self.holds_high else points < self.high
        return np.asarray(above & below)

    @property
    def ends(self) -> dict[float, bool]:
        """The finite ends, and whether each belongs to it."""
        ends = {self.low: self.holds_low, self.high: self.holds_high}
        return {end: held for end, held in ends.items() if math.isfinite(end)}

    def describe(self, name: str) -> str:
        """For example ``"x > 0"`` or ``"0 < x <= 1"``; empty for all numbers."""
        low, high = "=" * self.holds_low, "=" * self.holds_high
        if len(self.ends) == 2:
            return f"{self.low:g} <{low} {name} <{high} {self.high:g}"
        if math.isfinite(self.low):
            return f"{name} >{low} {self.low:g}"
        return f"{name} <{high} {self.high:g}" if math.isfinite(self.high) else ""

    def stretch(self, reach: float) -> tuple[float, float]:
        """The ends of the part that is no farther from zero than `reach`.

        Of an interval that lies farther away the part next to its end that is nearer to zero, as
        long as that end is large.
        """
        low, high = max(self.low, -reach), min(self.high, reach)
        if low < high:
            return low, high
        if self.low >= reach:
            return self.low, min(self.high, self.low + max(reach, self.low))
        return max(self.low, self.high - max(reach, -self.high)), self.high

    def meet(self, other: Interval) -> Interval:
        """What belongs to both: nothing, where its ends are in the wrong order."""
        low, is_open = max((one.low, not one.holds_low) for one in (self, other))
        high, is_held = min((one.high, one.holds_high) for one in (self, other))
        return Interval(low, high, not is_open, is_held)


@dataclass(frozen=True, slots=True)
class Domain:
    """The real numbers at which an argument is defined: intervals, but for single points.

    ``Domain(high=-1.0) | Domain(low=1.0)`` is the union of two, ``&`` what they have in common.

    Attributes
    ----------
    low, high
        The ends of all of it; an infinite one is open.
    closed
        Whether finite ends belong to the domain.
    nonzero
        Whether zero is left out.
    matrix
        What the matrices along the last two axes must be; None where it is elements that matter.
    marks
        Places inside that are to be tried, such as kinks, or where an obvious formula cancels:
        beside 0, 1/2 and the integers up to 2 in size, which always are.
    without
        Points that are left out.
    integer
        Whether only integers belong to the domain.
    intervals
        The intervals, where `low`, `high` and `closed` cannot say it: where there are several, or
        one end belongs to the domain and the other does not.

    Raises
    ------
    UsageError
        If an interval holds nothing, or one point, or no integer although these are asked for.
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    nonzero: bool = False
    matrix: Matrix | None = None
    marks: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    integer: bool = False
    intervals: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        given = self.intervals or (Interval(self.low, self.high, self.closed, self.closed),)
        for one in given:
            if not one.low < one.high:
                what = "more than one point" if one.low == one.high else "two ends in order"
                raise UsageError(f"domain: expected {what}, got {one.low:g} and {one.high:g}")
        left_out = {*map(float, self.without)} | ({0.0} if self.nonzero else set())
        intervals, points = _normal(given, left_out)
        low, high = intervals[0].low, intervals[-1].high
        if self.intervals and (self.low, self.high) not in ((-math.inf, math.inf), (low, high)):
            raise UsageError("domain: expected low and high, or intervals, and not both")
        held = [is_held for one in intervals for is_held in one.ends.values()]
        normal = {
            "low": low,
            "high": high,
            "closed": bool(held) and all(held),
            "nonzero": 0.0 in points,
            "without": points,
            "intervals": intervals,
        }
        for name, value in normal.items():
            object.__setattr__(self, name, value)
        if self.integer and not self._cells():
            raise UsageError("domain: expected at least one integer in it")

    def __or__(self, other: Domain) -> Domain:
        """What belongs to either.

        Raises
        ------
        UsageError
            If one is of integers only, and the other is not.
        """
        if self.integer != other.integer:
            raise UsageError("domain: expected integers on both sides, or on neither")
        points = {*self.without, *other.without}
        return Domain(
            marks=(*self.marks, *other.marks),
            without=tuple(p for p in points if not (self.holds(p) or other.holds(p))),
            integer=self.integer,
            intervals=(*self.intervals, *other.intervals),
        )

    def __and__(self, other: Domain) -> Domain:
        """What belongs to both.

        Raises
        ------
        UsageError
            If that is nothing, or there is a point of it by itself.
        """
        without = {*self.without, *other.without}
        met = [one.meet(another) for one in self.intervals for another in other.intervals]
        for one in met:
            if one.low == one.high and all(one.ends.values()) and one.low not in without:
                raise UsageError(f"domain: expected more than one point, got {one.low:g}")
        if not any(one.low < one.high for one in met):
            raise UsageError("domain: expected something in common, and there is nothing")
        return Domain(
            marks=(*self.marks, *other.marks),
            without=tuple(without),
            integer=self.integer or other.integer,
            intervals=tuple(one for one in met if one.low < one.high),
        )

    def describe(self, name: str) -> str:
        """For example ``"x > 0"``; empty where there is no restriction."""
        if len(self.intervals) == 1:
            (one,) = self.intervals
            sides = one._replace(high=math.inf), one._replace(low=-math.inf)
            parts = [words for side in sides if (words := side.describe(name))]
        else:
            parts = [" or ".join(one.describe(name) for one in self.intervals)]
        parts += [f"{name} != {point:g}" for point in self.without]
        if self.integer:
            parts.append(f"{name} integer")
        if self.matrix is not None:
            parts.append(f"{name} {self.matrix}")
        return ", ".join(parts)

    @property
    def ends(self) -> tuple[float, ...]:
        """The finite ends of its intervals."""
        return tuple(dict.fromkeys(end for one in self.intervals for end in one.ends))

    @property
    def edges(self) -> tuple[float, ...]:
        """The finite places where the domain ends, and the points that are left out."""
        return (*self.ends, *self.without)

    def holds(self, number: float) -> bool:
        """Whether a number belongs to the domain; NaN never does."""
        return bool(self.contains(np.float64(number)))

    def contains(self, points: Points) -> NDArray[np.bool_]:
        """Which numbers of an array belong to the domain; NaN and, in open ends, infinities don't.

        What is asked of matrices (see `Matrix`) is not looked at.
        """
        found = _any(one.contains(points) for one in self.intervals)
        for point in self.without:
            found = found & (points != point)
        return np.asarray(found & (points == np.rint(points)) if self.integer else found)

    def leaves_out(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which numbers of an array are surely outside: neither NaN nor infinite, and not held.

        Infinities and NaN are no points of the real line, and are judged by rules of their own.
        """
        return np.asarray(np.isfinite(points) & ~self.contains(points))

    def closure(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which numbers lie between the ends or on them, left out or not."""
        return _any((points >= one.low) & (points <= one.high) for one in self.intervals)

    def interior(self, points: Points) -> NDArray[np.bool_]:
        """Which numbers lie strictly between the ends, left out or not."""
        return _any((points > one.low) & (points < one.high) for one in self.intervals)

    def admits(self, low: float, high: float) -> bool:
        """Whether all numbers from `low` to `high` lie well inside.

        Matrices are never known to: their elements' size does not tell.
        """
        inside = any(one.low < low and high < one.high for one in self.intervals)
        whole = not any(low <= point <= high for point in self.without)
        return inside and whole and not self.integer and self.matrix is None

    def spread(self, random: np.random.Generator, reach: float, count: int) -> NDArray[np.float64]:
        """Draw numbers from the parts that are no farther from zero than `reach`.

        About as many from each; for those that lie farther away see `Interval.stretch`.
        """
        if self.integer:
            parts = [_integers(cell, reach) for cell in self._cells()]
        else:
            parts = [one.stretch(reach) for one in self.intervals]
        each = random.integers(len(parts), size=count) if len(parts) > 1 else np.zeros(count, int)
        drawn = np.asarray(random.uniform(*np.array(parts)[each].T))
        return np.rint(drawn) if self.integer else drawn

    def moderate(self, *, negative: bool) -> tuple[float, float]:
        """The ends of ordinary values for graphs: of order one, away from the domain's edges.

        Of several parts, between intervals or points that are left out, `negative` asks for the
        lowest, else it is the highest. Of integers the ends are integers, and ordinary too.
        """
        cells = self._cells()
        cell = cells[0] if negative else cells[-1]
        if self.integer:
            return _integers(cell, 2.0)
        low = -2.0 if cell.low == -math.inf else cell.low + self._margin(cell.low)
        high = 2.0 if cell.high == math.inf else cell.high - self._margin(cell.high)
        if cell.low == 0.0:
            high = min(high, 2.5)
        if cell.low < low < high < cell.high:
            return low, high
        # A narrow domain, or one far from zero: the middle of what there is.
        low, high = cell.stretch(2.0)
        margin = (high - low) / 5
        return low + margin, high - margin

    def _margin(self, end: float) -> float:
        return 0.4 if end in self.without else 0.3

    def _cells(self) -> list[Interval]:
        """The parts between intervals and points that are left out; those that hold integers."""
        cells = []
        for one in self.intervals:
            cuts = [one.low, *(point for point in self.without if one.contains(np.float64(point)))]
            cells += [Interval(low, high) for low, high in pairwise([*cuts, one.high])]
            cells[-1] = cells[-1]._replace(holds_high=one.holds_high)
            first = -len(cuts)
            cells[first] = cells[first]._replace(holds_low=one.holds_low)
        return [cell for cell in cells if not self.integer or _holds_integers(cell)]


def _normal(
    given: Iterable[Interval], without: set[float]
) -> tuple[tuple[Interval, ...], tuple[float, ...]]:
    """Intervals in order that do not touch, and the points inside them that are left out."""
    joined: list[Interval] = []
    for one in sorted(given, key=lambda one: (one.low, not one.holds_low)):
        low, high = one.low, one.high
        holds_low, holds_high = (one.ends.get(end, False) and end not in without for end in one[:2])
        if joined and low <= joined[-1].high:
            last = joined.pop()
            if low == last.high and not (holds_low or last.holds_high):
                without = without | {low}
            low, holds_low = last.low, last.holds_low
            high, holds_high = max((last.high, last.holds_high), (high, holds_high))
        joined.append(Interval(low, high, holds_low, holds_high))
    points = [point for point in sorted(without) if any(i.low < point < i.high for i in joined)]
    return tuple(joined), tuple(points)


def _holds_integers(cell: Interval) -> bool:
    first, last = _ends_of_integers(cell)
    return first <= last


def _integers(cell: Interval, reach: float) -> tuple[float, float]:
    """The first and the last of its integers that are near zero, or as near as there are."""
    first, last = _ends_of_integers(cell)
    low = max(first, min(-reach, last - reach))
    return low, min(last, max(reach, low + reach))


def _ends_of_integers(cell: Interval) -> tuple[float, float]:
    first, last = (end if math.isinf(end) else float(np.rint(end)) for end in cell[:2])
    first += first < cell.low or (first == cell.low and not cell.holds_low)
    last -= last > cell.high or (last == cell.high and not cell.holds_high)
    return first, last


def _any(masks: Iterable[NDArray[np.bool_] | np.bool_]) -> NDArray[np.bool_]:
    first, *others = masks
    for mask in others:
        first = first | mask
    return np.asarray(first)


EVERYWHERE = Domain()
