"""A search of the inputs of one call: evolution towards larger errors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from zenverify.accuracy.errors import Measured, Numbers, measure
from zenverify.accuracy.inaccuracies import NOTABLE, Inaccuracies, inaccuracies_of
from zenverify.accuracy.inputs import Point, Space
from zenverify.accuracy.moves import Mover
from zenverify.accuracy.record import OBJECTIVES, Quantity, WorstFound
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.verification.trace import EngineFault

_BATCH = {True: 40, False: 6}
"""Points that are moved at a time, of pointwise calls and of others."""

_STARTS = 3
"""One of so many points is a start, the others are moved."""

_AFRESH = 6
"""One of so many points is moved from a start, whatever was found meanwhile."""

_ELITE = 5
_STRATA = 10


class _Elite:
    """The best few points for one objective, no two of them neighbours.

    Parameters
    ----------
    dtype
        Neighbours have half of its digits in common.
    """

    def __init__(self, dtype: str) -> None:
        self._near = math.sqrt(float(np.finfo(dtype).eps))
        self._members: list[tuple[float, Point]] = []

    @property
    def points(self) -> list[Point]:
        """The points, the best one first."""
        return [point for _, point in self._members]

    def offer(self, score: float, point: Point) -> None:
        """Take in a point if it is among the best."""
        for place, (held, other) in enumerate(self._members):
            if np.all(np.abs(point - other) <= self._near * np.abs(other)):
                if score > held:
                    del self._members[place]
                    break
                return
        self._members.append((score, point))
        self._members.sort(key=lambda member: -member[0])
        del self._members[_ELITE:]


class Search:
    """A search of one space.

    Parameters
    ----------
    engine, space
        What to search.
    seed
        The same seed makes the same search.
    record
        Where to write down what is found.
    """

    def __init__(self, engine: Engine, space: Space, seed: int, record: WorstFound) -> None:
        self._engine = engine
        self._space = space
        self._record = record
        self._seed = seed
        random = np.random.default_rng(seed)
        self._random = random
        self._mover = Mover(space, random)
        self._elites: dict[tuple[Quantity, str], _Elite] = {}
        self._pool: list[Point] = []

    def run(self, evaluations: int) -> None:
        """Start all over the space, and climb until the evaluations are spent."""
        each = sum(self._space.call.program.sizes) + math.prod(self._space.call.program.shape)
        count = max(1, evaluations // each)
        starts = self._space.starts(max(1, count // _STARTS), self._seed)
        self._pool = starts
        left = count - len(starts)
        try:
            self._try(starts)
            while left > 0:
                batch = min(left, _BATCH[self._space.call.pointwise])
                self._try([self._mover.child(self._parents()) for _ in range(batch)])
                left -= batch
        except EngineFault as fault:
            self._record.stop(fault.finding)

    def _parents(self) -> list[Point]:
        """One of the elites, or any of the starting points."""
        elites = list(self._elites.values())
        if not elites or self._random.integers(_AFRESH) == 0:
            return self._pool
        return elites[int(self._random.integers(len(elites)))].points

    def _try(self, points: Sequence[Point]) -> None:
        """Measure points, and look closely at the promising ones."""
        record = self._record
        ulps: dict[Quantity, Numbers] = {}
        for start, measured in self._measured(points):
            for errors in measured.errors:
                argument = record.quantity(errors.argument)
                known = ~np.isnan(errors.ulps)
                record.count(argument, int(known.sum()))
                every = ulps.setdefault(argument, np.full(len(points), -1.0))
                found = np.where(known, errors.ulps, -1.0)
                if self._space.call.pointwise:
                    every[:] = found
                elif found.size:
                    every[start] = max(every[start], found.max())
        chosen: set[int] = set()
        for argument, amounts in ulps.items():
            finite = np.where(np.isfinite(amounts), amounts, -1.0)
            for place in np.argsort(-finite, kind="stable")[:_ELITE].tolist():
                if finite[place] > 0:
                    self._elite(argument, "ulp").offer(finite[place], points[place])
            chosen |= self._promising(argument, amounts, points)
        if chosen:
            self._examine([points[place] for place in sorted(chosen)])

    def _measured(self, points: Sequence[Point]) -> Iterator[tuple[int, Measured]]:
        for start, (call, case) in enumerate(self._space.cases(points)):
            yield start, measure(self._engine, call, case)

    def _promising(self, argument: Quantity, amounts: Numbers, points: Sequence[Point]) -> set[int]:
        """Points that may hold a record: no measure exceeds twice the units in the last place."""
        record = self._record
        beyond = (
            (amounts > record.amount(argument, "ulp"))
            | (2 * amounts > record.amount(argument, "units"))
            | ((amounts > NOTABLE) & (2 * amounts > 10.0 ** record.amount(argument, "digits_lost")))
        )
        places = np.flatnonzero(beyond & (amounts >= 0))
        if not places.size:
            return set()
        best = places[np.argsort(-amounts[places], kind="stable")]
        chosen = set(best[:2].tolist())
        # Ill-conditioned inputs must not be all that is looked at.
        across = places[np.argsort([points[place][0] for place in places.tolist()], kind="stable")]
        for part in np.array_split(across, _STRATA):
            if part.size and amounts[top := part[np.argmax(amounts[part])]] > NOTABLE:
                chosen.add(int(top))
        return chosen

    def _examine(self, points: Sequence[Point]) -> None:
        for start, measured in self._measured(points):
            for inaccuracies in inaccuracies_of(self._engine, measured):
                self._take(inaccuracies, measured.case, points[start:])

    def _take(self, inaccuracies: Inaccuracies, case: Case, points: Sequence[Point]) -> None:
        record = self._record
        argument = record.quantity(inaccuracies.argument)
        pointwise = self._space.call.pointwise
        for element, inaccuracy in inaccuracies.items():
            point = points[element if pointwise else 0]
            for objective in OBJECTIVES:
                amount = inaccuracy.amount(objective)
                if not 0 < amount < math.inf:
                    continue
                self._elite(argument, objective).offer(amount, point)
                if amount > record.amount(argument, objective):
                    place = 0 if pointwise else element
                    where = inaccuracy.at(self._space.alone(point), inaccuracies.node, place)
                    record.best[argument, objective] = where
        if inaccuracies.failing:
            record.fail(argument, case)

    def _elite(self, argument: Quantity, objective: str) -> _Elite:
        return self._elites.setdefault((argument, objective), _Elite(self._space.dtype))
