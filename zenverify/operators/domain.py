"""Where an argument is defined: what a domain holds, where its edges are, its ordinary values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVERYWHERE", "Domain", "Matrix"]


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


@dataclass(frozen=True, slots=True)
class Domain:
    """The real interval on which an argument is defined, and where ordinary values lie.

    Attributes
    ----------
    low, high
        The ends; an infinite one is open.
    closed
        Whether finite ends belong to the domain.
    nonzero
        Whether zero is left out.
    matrix
        What the matrices along the last two axes must be; None where it is elements that matter.
    marks
        Places inside that are to be tried, such as kinks, or where an obvious formula cancels:
        beside 0, 1/2 and the integers up to 2 in size, which always are.
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    nonzero: bool = False
    matrix: Matrix | None = None
    marks: tuple[float, ...] = ()

    def describe(self, name: str) -> str:
        """For example ``"x > 0"``; empty where there is no restriction."""
        relation = "=" if self.closed else ""
        parts = []
        if self.low > -math.inf:
            parts.append(f"{name} >{relation} {self.low:g}")
        if self.high < math.inf:
            parts.append(f"{name} <{relation} {self.high:g}")
        if self.nonzero:
            parts.append(f"{name} != 0")
        if self.matrix is not None:
            parts.append(f"{name} {self.matrix}")
        return ", ".join(parts)

    @property
    def ends(self) -> tuple[float, ...]:
        """The finite ends."""
        return tuple(end for end in (self.low, self.high) if math.isfinite(end))

    @property
    def edges(self) -> tuple[float, ...]:
        """The finite places where the domain ends, zero included where it is left out."""
        return (*self.ends, 0.0) if self.nonzero else self.ends

    def holds(self, number: float) -> bool:
        """Whether a number belongs to the domain; NaN never does."""
        return bool(self.contains(np.float64(number)))

    def contains(self, points: NDArray[np.floating] | np.floating) -> NDArray[np.bool_]:
        """Which numbers of an array belong to the domain; NaN and, in open ends, infinities don't.

        What is asked of matrices (see `Matrix`) is not looked at.
        """
        above = points >= self.low if self.closed else points > self.low
        below = points <= self.high if self.closed else points < self.high
        inside = above & below
        return np.asarray(inside & (points != 0) if self.nonzero else inside)

    def leaves_out(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which numbers of an array are surely outside: neither NaN nor infinite, and not held.

        Infinities and NaN are no points of the real line, and are judged by rules of their own.
        """
        return np.asarray(np.isfinite(points) & ~self.contains(points))

    def closure(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which numbers lie between the ends or on them, zero included."""
        return np.asarray((points >= self.low) & (points <= self.high))

    def interior(self, points: NDArray[np.floating] | np.floating) -> NDArray[np.bool_]:
        """Which numbers lie strictly between the ends, zero included."""
        return np.asarray((points > self.low) & (points < self.high))

    def admits(self, low: float, high: float) -> bool:
        """Whether the interval from `low` to `high` lies well inside.

        Matrices are never known to: their elements' size does not tell.
        """
        inside = self.low < low and high < self.high and self.matrix is None
        return inside and not (self.nonzero and low <= 0 <= high)

    def stretch(self, reach: float) -> tuple[float, float]:
        """The ends of the part that is no farther from zero than `reach`.

        Of a domain that lies farther away the part next to its end that is nearer to zero, as long
        as that end is large.
        """
        low, high = max(self.low, -reach), min(self.high, reach)
        if low < high:
            return low, high
        if self.low >= reach:
            return self.low, min(self.high, self.low + max(reach, self.low))
        return max(self.low, self.high - max(reach, -self.high)), self.high

    def moderate(self, *, negative: bool) -> tuple[float, float]:
        """The ends of ordinary values for graphs: of order one, away from the domain's edges.

        `negative` says on which side of a zero that is left out.
        """
        low = -2.0 if self.low == -math.inf else self.low + 0.3
        high = 2.0 if self.high == math.inf else self.high - 0.3
        if self.low == 0.0:
            high = min(high, 2.5)
        if self.nonzero:
            low, high = (-2.0, -0.4) if negative else (0.4, 2.0)
        if low < high and self.interior(np.array([low, high])).all():
            return low, high
        # A narrow domain, or one far from zero: the middle of what there is.
        low, high = self.stretch(2.0)
        if self.nonzero and low < 0 < high:
            low, high = (low, 0.0) if negative else (0.0, high)
        margin = (high - low) / 5
        return low + margin, high - margin


EVERYWHERE = Domain()
