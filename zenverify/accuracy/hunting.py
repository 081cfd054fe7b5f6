"""A search for the inputs where an operation loses most: it climbs towards larger errors."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from zenverify.accuracy.errors import Measured, Numbers, measure
from zenverify.accuracy.inputs import Point, Space, spaces_of
from zenverify.accuracy.losses import NOTABLE, Loss, Losses, losses_of
from zenverify.accuracy.moves import Mover
from zenverify.engines.protocol import Engine, limits_of
from zenverify.graph.graph import DTYPES
from zenverify.operators.operator import Operator
from zenverify.verification.trace import EngineFault
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

DEFAULT_EVALUATIONS = 4_000
DEFAULT_SEED = 1

FINDING = 2.0
"""Decimal digits. A correct rule of several operations loses one; so many are a finding."""

_BATCH = {True: 160, False: 6}
"""Points that are moved at a time, of pointwise calls and of others."""
_ELITE = 5
_STRATA = 10
Quantity = int | None
"""The argument whose gradient it is; None for the result."""


@dataclass(frozen=True, slots=True)
class Worst:
    """The largest losses that a search has found in one kind of number.

    Attributes
    ----------
    operation
        The operator's name.
    quantity
        ``"value"``, or ``"gradient in x"``.
    dtype
        The dtype of inputs and results.
    measured
        How many numbers were measured.
    units, ulp, digits
        Where most units of u * S, most units in the last place, and most digits beyond the
        conditioning are lost. None where nothing was measured.
    verdict
        ``AGREE``, or what the engine's number amounts to where it fails its check.
    message
        What the finding says; empty where there is none.
    """

    operation: str
    quantity: str
    dtype: str
    measured: int
    units: Loss | None = None
    ulp: Loss | None = None
    digits: Loss | None = None
    verdict: Verdict = Verdict.AGREE
    message: str = ""

    @property
    def digits_lost(self) -> float:
        """Decimal digits that a better formula would keep; zero if none."""
        return 0.0 if self.digits is None else self.digits.digits_lost

    @property
    def is_finding(self) -> bool:
        """Whether digits are lost that a better formula would keep."""
        return self.digits_lost >= FINDING


def hunt(
    engine: Engine,
    operator: Operator,
    dtype: str,
    *,
    evaluations: int = DEFAULT_EVALUATIONS,
    seed: int = DEFAULT_SEED,
) -> tuple[Worst, ...]:
    """Search an operation's inputs for the largest losses.

    Parameters
    ----------
    engine, operator
        What to search.
    dtype
        ``"float64"`` or ``"float32"``.
    evaluations
        How many numbers, of results and of gradients, to measure at most.
    seed
        The same seed gives the same inputs.

    Returns
    -------
    tuple of Worst
        One for the result, and one for each argument's gradient, those that there are. A single
        one without losses where the engine cannot do the operation.
    """
    limits = limits_of(engine)
    drawn = zlib.crc32(f"{operator.name} {dtype} {seed}".encode())
    spaces = spaces_of(operator, dtype, arrays=limits.arrays, seed=drawn)
    record = _Record(operator, dtype)
    for number, space in enumerate(spaces):
        _Search(engine, space, drawn + number, record).run(evaluations // len(spaces))
    return record.rows()


def hunt_all(
    engine: Engine,
    operators: Sequence[Operator],
    dtypes: Sequence[str] = DTYPES,
    *,
    evaluations: int = DEFAULT_EVALUATIONS,
    seed: int = DEFAULT_SEED,
) -> Iterator[Worst]:
    """`hunt` for several operations, in each precision that the engine has."""
    for operator in operators:
        for dtype in dtypes:
            if dtype in limits_of(engine).dtypes:
                yield from hunt(engine, operator, dtype, evaluations=evaluations, seed=seed)


class _Record:
    """The worst that was found of an operation in one dtype."""

    def __init__(self, operator: Operator, dtype: str) -> None:
        self._operator = operator
        self._dtype = dtype
        self.best: dict[tuple[Quantity, str], Loss] = {}
        self.counts: dict[Quantity, int] = {}
        self.verdicts: dict[Quantity, tuple[Verdict, str]] = {}

    def quantity(self, argument: Quantity) -> Quantity:
        """Variadic arguments are all alike."""
        return 0 if argument is not None and self._operator.variadic else argument

    def amount(self, argument: Quantity, objective: str) -> float:
        """The largest so far; zero if there is none."""
        held = self.best.get((argument, objective))
        return 0.0 if held is None else held.amount(objective)

    def rows(self) -> tuple[Worst, ...]:
        order = sorted({*self.counts, *self.verdicts}, key=lambda one: -1 if one is None else one)
        return tuple(self._row(argument) for argument in order)

    def _row(self, argument: Quantity) -> Worst:
        name = "value"
        if argument is not None:
            name = f"gradient in {self._operator.argument(argument).name}"
        verdict, message = self.verdicts.get(argument, (Verdict.AGREE, ""))
        found = [self.best.get((argument, objective)) for objective in OBJECTIVES]
        count = self.counts.get(argument, 0)
        return Worst(
            self._operator.name, name, self._dtype, count, *found, verdict=verdict, message=message
        )


OBJECTIVES = ("units", "ulp", "digits_lost")


@dataclass
class _Elite:
    """The best few points for one objective."""

    members: list[tuple[float, Point]] = field(default_factory=list)

    def offer(self, score: float, point: Point) -> None:
        if any(np.array_equal(point, other) for _, other in self.members):
            return
        self.members.append((score, point))
        self.members.sort(key=lambda member: -member[0])
        del self.members[_ELITE:]


class _Search:
    """A search of one space."""

    def __init__(self, engine: Engine, space: Space, seed: int, record: _Record) -> None:
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
        starts = self._space.starts(max(1, count // 3), self._seed)
        self._pool = starts
        left = count - len(starts)
        try:
            self._try(starts)
            while left > 0:
                batch = min(left, _BATCH[self._space.call.pointwise])
                self._try([self._mover.child(self._parents()) for _ in range(batch)])
                left -= batch
        except EngineFault as fault:
            finding = fault.finding
            self._record.verdicts.setdefault(None, (finding.verdict, finding.message))

    def _parents(self) -> list[Point]:
        """One of the elites, or any of the starting points."""
        elites = list(self._elites.values())
        if not elites or self._random.integers(6) == 0:
            return self._pool
        elite = elites[self._random.integers(len(elites))]
        return [point for _, point in elite.members]

    def _try(self, points: Sequence[Point]) -> None:
        """Measure points, and look closely at the promising ones."""
        record = self._record
        ulps: dict[Quantity, Numbers] = {}
        for start, measured in self._measured(points):
            for errors in measured.errors:
                argument = record.quantity(errors.argument)
                known = ~np.isnan(errors.ulps)
                record.counts[argument] = record.counts.get(argument, 0) + int(known.sum())
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

    def _promising(
        self, argument: Quantity, amounts: Numbers, points: Sequence[Point]
    ) -> set[int]:
        """Points that may hold a record: no measure exceeds twice the units in the last place."""
        record = self._record
        beyond = (
            (amounts > record.amount(argument, "ulp"))
            | (2 * amounts > record.amount(argument, "units"))
            | (
                (amounts > NOTABLE)
                & (2 * amounts > 10.0 ** record.amount(argument, "digits_lost"))
            )
        )
        places = np.flatnonzero(beyond & (amounts >= 0))
        if not places.size:
            return set()
        best = places[np.argsort(-amounts[places], kind="stable")]
        chosen = set(best[:2].tolist())
        # Ill-conditioned inputs must not be all that is looked at.
        across = places[np.argsort([points[place][0] for place in places], kind="stable")]
        for part in np.array_split(across, _STRATA):
            if part.size and amounts[top := part[np.argmax(amounts[part])]] > NOTABLE:
                chosen.add(int(top))
        return chosen

    def _examine(self, points: Sequence[Point]) -> None:
        start = 0
        for call, case in self._space.cases(points):
            measured = measure(self._engine, call, case)
            for losses in losses_of(self._engine, measured):
                self._take(losses, points[start:])
            start += 1

    def _take(self, losses: Losses, points: Sequence[Point]) -> None:
        record = self._record
        argument = record.quantity(losses.argument)
        pointwise = self._space.call.pointwise
        for element, loss in losses.items():
            point = points[element if pointwise else 0]
            for objective in OBJECTIVES:
                amount = loss.amount(objective)
                if not 0 < amount < math.inf:
                    continue
                self._elite(argument, objective).offer(amount, point)
                if amount > record.amount(argument, objective):
                    case = self._space.alone(point)
                    where = loss.at(case, 0 if pointwise else element)
                    record.best[argument, objective] = where
        for element in losses.failing:
            if record.verdicts.get(argument) is None:
                self._verify(argument, points[element if pointwise else 0])

    def _verify(self, argument: Quantity, point: Point) -> None:
        result = verify_case(self._engine, self._space.alone(point))
        for finding in result.findings:
            if finding.verdict.is_failure:
                self._record.verdicts[argument] = finding.verdict, finding.message
                return

    def _elite(self, argument: Quantity, objective: str) -> _Elite:
        return self._elites.setdefault((argument, objective), _Elite())
