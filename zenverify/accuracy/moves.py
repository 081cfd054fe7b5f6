"""How a search moves from good inputs to others that may be better."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zenverify.accuracy.inputs import Point, Space
from zenverify.operators.domain import Domain

_STEEP = np.array([20.0, 40.0, 88.0, 100.0, 700.0, 745.0])


class Mover:
    """Moves points of a space, so that they stay inside its domains.

    Parameters
    ----------
    space
        The space.
    random
        Where choices come from.
    """

    def __init__(self, space: Space, random: np.random.Generator) -> None:
        self._random = random
        self._dtype = np.dtype(space.dtype)
        self._limits = np.finfo(self._dtype)
        everywhere = [Domain()] * (len(space.sizes) - len(space.domains))
        self._domains = [*space.domains, *everywhere]
        self._owner = np.repeat(np.arange(len(space.sizes)), space.sizes)
        self._moves = (
            self._scaled,
            self._scaled,
            self._nudged,
            self._nudged,
            self._near_another,
            self._anywhere,
            self._flipped,
            self._crossed,
            self._between,
            self._between,
            self._between,
        )

    def child(self, parents: Sequence[Point]) -> Point:
        """A point near one of several, now and then one that has something of two."""
        point = parents[int(self._random.integers(len(parents)))].copy()
        if not point.size:
            return point
        other = parents[int(self._random.integers(len(parents)))]
        for _ in range(1 + int(self._random.integers(2))):
            move = self._moves[int(self._random.integers(len(self._moves)))]
            with np.errstate(all="ignore"):
                move(point, other)
        return self._inside(point, other)

    def _place(self, point: Point) -> int:
        return int(self._random.integers(point.size))

    def _some(self, point: Point) -> NDArray[np.bool_]:
        """One element, one operand, or everything."""
        match self._random.integers(4):
            case 0:
                return np.ones(point.size, bool)
            case 1:
                return np.asarray(self._owner == self._owner[self._place(point)])
        chosen = np.zeros(point.size, bool)
        chosen[self._place(point)] = True
        return chosen

    def _scaled(self, point: Point, _: Point) -> None:
        """Other exponents, near or far."""
        reach = self._random.choice([1.0, 4.0, 16.0, 64.0])
        point[self._some(point)] *= 2.0 ** self._random.uniform(-reach, reach)

    def _nudged(self, point: Point, _: Point) -> None:
        """By a few units in the last place, or by any larger share of itself."""
        digits = self._random.uniform(0, -math.log10(self._limits.eps))
        share = 10.0**-digits * self._random.uniform(-1, 1, point.size)
        chosen = self._some(point)
        point[chosen] += (point * share)[chosen]

    def _near_another(self, point: Point, _: Point) -> None:
        """What cancels: an element that is nearly another one, or its opposite."""
        to, source = self._place(point), self._place(point)
        share = self._random.choice([0.0, 10.0 ** -self._random.uniform(0, 17)])
        sign = self._random.choice([1.0, 1.0, -1.0])
        point[to] = sign * point[source] * (1 + share * self._random.uniform(-1, 1))

    def _anywhere(self, point: Point, _: Point) -> None:
        """All magnitudes, counted from zero, from one, from an edge or a kink."""
        place = self._place(point)
        domain = self._domains[self._owner[place]]
        decades = self._random.choice([2.0, 10.0, math.log10(self._limits.max)])
        centre = self._random.choice([0.0, 0.0, 1.0, *domain.edges, *domain.marks])
        distance = 10.0 ** self._random.uniform(-decades, decades)
        if self._random.integers(8) == 0:
            distance = self._random.choice(_STEEP) * self._random.uniform(0.8, 1.2)
        point[place] = centre + self._random.choice([-1.0, 1.0]) * distance

    def _flipped(self, point: Point, _: Point) -> None:
        chosen = self._some(point)
        point[chosen] = -point[chosen]

    def _crossed(self, point: Point, other: Point) -> None:
        """Some elements of another point."""
        if other.size == point.size:
            taken = self._random.integers(0, 2, point.size).astype(bool)
            point[taken] = other[taken]

    def _between(self, point: Point, other: Point) -> None:
        """Between another point and this one, or beyond: steps that shrink as the best come close.

        It is how differential evolution moves (Storn and Price, 1997).
        """
        if other.size == point.size:
            chosen = self._some(point)
            point[chosen] += ((other - point) * self._random.uniform(-1, 1.5))[chosen]

    def _inside(self, point: Point, fallback: Point) -> Point:
        """The point in the dtype; what left the domain is put back to where it came from."""
        with np.errstate(all="ignore"):
            rounded = point.astype(self._dtype).astype(np.float64)
        good = np.isfinite(rounded)
        for number, domain in enumerate(self._domains):
            mine = self._owner == number
            if domain.integer:
                rounded[mine] = np.rint(rounded[mine])
            good[mine] &= domain.contains(rounded[mine])
        return np.where(good, rounded, fallback)
