"""The steps that programs are made of: move, fill, map, sum, extremum.

A step knows four things about itself: its values on balls, its values together with its partials,
how a cotangent is pulled back through it, and how a tangent is pushed forward through it. Buffers
are flat lists of balls in C order; none is written to once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from operator import itemgetter, mul, neg
from typing import Any, Protocol

from flint import arb

from zenverify.operators.balls import (
    ANYTHING,
    UNIT_STEP,
    ZERO,
    Ball,
    addition,
    maximum,
    minimum,
    step,
    total,
)
from zenverify.operators.kernel import DerivedSlice, Kernel
from zenverify.operators.kinks import MEAN, AtKink

Balls = Sequence[Ball]


class Step(Protocol):
    """One step of a program; `sources` are positions of the buffers it reads."""

    @property
    def sources(self) -> tuple[int, ...]: ...

    def value(self, sources: Sequence[Balls]) -> Balls: ...

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        """The values, and what `pull` and `kinked` need."""
        ...

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        """Per source, the contribution to its cotangent.

        With `dead_is_zero`, a cotangent that is exactly zero contributes zero even where the
        partial is undefined, and so does any cotangent where the partial is exactly zero.
        """
        ...

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        """The derivative along the tangents by the partials that `linearise` saved."""
        ...

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        """The one-sided directional derivative along the tangents, also at a kink."""
        ...

    def kinked(self, sources: Sequence[Balls]) -> bool:
        """Whether some element lies exactly at a kink, or may."""
        ...


def pick(indices: tuple[int, ...]) -> Callable[[Balls], Balls]:
    """A function that takes the elements at `indices`."""
    if len(indices) == 1:
        only = indices[0]
        return lambda items: (items[only],)
    return itemgetter(*indices) if indices else lambda _: ()


@dataclass(frozen=True)
class Move:
    """Takes elements from the sources, laid end to end; an index past the end is a zero.

    A `detached` move passes no derivative: its result only shifts something that does not depend
    on the shift.
    """

    sources: tuple[int, ...]
    sizes: tuple[int, ...]
    indices: tuple[int, ...]
    detached: bool = False

    @cached_property
    def _pick(self) -> Callable[[Balls], Balls]:
        return pick(self.indices)

    @cached_property
    def _keeps_order(self) -> bool:
        """Whether all elements stay where they are, as in a reshape."""
        return len(self.sizes) == 1 and self.indices == tuple(range(self.sizes[0]))

    @cached_property
    def _takes_from_one(self) -> bool:
        """Whether there is nothing to join: one source, and no zeros."""
        return len(self.sizes) == 1 and self.sizes[0] not in self.indices

    @cached_property
    def _give_back(self) -> tuple[Callable[[Balls], Balls], ...] | None:
        """Per source, how its elements' cotangents are taken from the result's and a zero.

        None if an element is moved to several places, so that sums are needed.
        """
        count = sum(self.sizes)
        taken = [index for index in self.indices if index < count]
        places = {index: place for place, index in enumerate(self.indices)}
        if len(set(taken)) < len(taken):
            return None
        zero = len(self.indices)
        ends = accumulate(self.sizes)
        return tuple(
            pick(tuple(places.get(index, zero) for index in range(end - size, end)))
            for size, end in zip(self.sizes, ends, strict=True)
        )

    def value(self, sources: Sequence[Balls]) -> Balls:
        if self._keeps_order:
            return sources[0]
        if self._takes_from_one:
            return self._pick(sources[0])
        joined = [item for source in sources for item in source]
        joined.append(ZERO)
        return self._pick(joined)

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        return self.value(sources), None

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        if self.detached:
            return [None] * len(self.sources)
        if self._keeps_order:
            return (cotangent,)
        if self._give_back is not None:
            padded = [*cotangent, ZERO]
            return [give_back(padded) for give_back in self._give_back]
        return self._sum_up(cotangent)

    def _sum_up(self, cotangent: Balls) -> list[Balls | None]:
        """Per source, the sums of its elements' cotangents."""
        plus = addition()
        if self._takes_from_one and self.sizes[0] == 1:
            return [[reduce(plus, cotangent)]]
        gathered: list[Ball | None] = [None] * (sum(self.sizes) + 1)
        for index, item in zip(self.indices, cotangent, strict=True):
            before = gathered[index]
            gathered[index] = item if before is None else plus(before, item)
        filled = [ZERO if item is None else item for item in gathered]
        contributions: list[Balls | None] = []
        start = 0
        for size in self.sizes:
            contributions.append(filled[start : start + size])
            start += size
        return contributions

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        return [ZERO] * len(self.indices) if self.detached else self.value(tangents)

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.carry(None, tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False


@dataclass(frozen=True)
class Fill:
    """A constant: a number that the declaration or an attribute brings in."""

    items: tuple[float, ...]
    sources: tuple[int, ...] = ()

    def value(self, sources: Sequence[Balls]) -> Balls:
        return [arb(item) for item in self.items]

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        return self.value(sources), None

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        return ()

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        return [ZERO] * len(self.items)

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.carry(None, tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False


@dataclass(frozen=True)
class Map:
    """Maps a kernel over sources of equal length."""

    kernel: Kernel
    sources: tuple[int, ...]

    def value(self, sources: Sequence[Balls]) -> Balls:
        return list(map(self.kernel.derived.value, *sources))

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        derived = self.kernel.derived
        if None not in derived.constants:
            return list(map(derived.value, *sources)), derived.constants
        if derived.kinks is None:
            results = list(map(derived.linear, *sources))
        else:
            at_zero = at_kink.at_zero
            results = [
                derived.linear(*point, *[step(kink, at_zero) for kink in derived.kinks(*point)])
                for point in zip(*sources, strict=True)
            ]
        return self._unzip(results, sources)

    def _unzip(
        self, results: list[tuple[Ball, ...]], sources: Sequence[Balls]
    ) -> tuple[Balls, Sequence[int | Balls]]:
        derived = self.kernel.derived
        if not results:
            return [], [1] * len(sources)
        values, *varying = zip(*results, strict=True)
        columns: Iterator[Balls] = iter(varying)
        partials = [
            next(columns) if constant is None else constant for constant in derived.constants
        ]
        for piece in derived.slices:
            partials[piece.argument] = _mend(partials[piece.argument], piece, sources)
        return values, partials

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        return [_scale(partial, cotangent, dead_is_zero) for partial in saved]

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        derived = self.kernel.derived
        if derived.kinks is None:
            _, partials = self.linearise(sources, MEAN)
        else:
            steps = [
                self._steps_along(point, direction)
                for point, direction in zip(
                    zip(*sources, strict=True), zip(*tangents, strict=True), strict=True
                )
            ]
            results = [
                derived.linear(*point, *at)
                for point, at in zip(zip(*sources, strict=True), steps, strict=True)
            ]
            _, partials = self._unzip(results, sources)
        return self.carry(partials, tangents)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        moved: list[Ball] = [ZERO] * len(tangents[0])
        for partial, tangent in zip(saved, tangents, strict=True):
            moved = list(map(addition(), moved, _scale(partial, tangent, True)))
        return moved

    def _steps_along(self, point: tuple[Ball, ...], direction: tuple[Ball, ...]) -> list[Ball]:
        """The side of each kink that a small move in a direction leads to."""
        derived = self.kernel.derived
        assert derived.kinks is not None
        assert derived.kink_partials is not None
        slopes = derived.kink_partials(*point)
        count = len(point)
        steps = []
        for number, kink in enumerate(derived.kinks(*point)):
            row = slopes[number * count : (number + 1) * count]
            moved = sum((a * b for a, b in zip(row, direction, strict=True)), ZERO)
            steps.append(step(kink, step(moved, arb(0.5))))
        return steps

    def kinked(self, sources: Sequence[Balls]) -> bool:
        kinks = self.kernel.derived.kinks
        if kinks is None:
            return False
        return any(
            kink.contains(ZERO) for point in zip(*sources, strict=True) for kink in kinks(*point)
        )


def _mend(partial: int | Balls, piece: DerivedSlice, sources: Sequence[Balls]) -> int | Balls:
    """Replace a partial's NaNs by that of the slice, where its conditions hold."""
    if isinstance(partial, int) or not any(ball.is_nan() for ball in partial):
        return partial
    return [
        arb(piece.partial(*point)) if ball.is_nan() and piece.holds_at(point) else ball
        for ball, point in zip(partial, zip(*sources, strict=True), strict=True)
    ]


def _scale(partial: int | Balls, items: Balls, dead_is_zero: bool) -> Balls:
    """Each partial times its cotangent or tangent."""
    if isinstance(partial, int):
        if partial == 1:
            return items
        return list(map(neg, items)) if partial == -1 else [partial * item for item in items]
    if dead_is_zero:
        return [
            ZERO if item.is_zero() or slope.is_zero() else slope * item
            for slope, item in zip(partial, items, strict=True)
        ]
    return list(map(mul, partial, items))


@dataclass(frozen=True)
class Sum:
    """Sums rows of `width` consecutive elements."""

    sources: tuple[int, ...]
    width: int
    rows: int

    def value(self, sources: Sequence[Balls]) -> Balls:
        (items,) = sources
        width = self.width
        if self.rows == 1:
            return [total(items)]
        return [total(items[row * width : (row + 1) * width]) for row in range(self.rows)]

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        return self.value(sources), None

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        if self.rows == 1:
            return ([cotangent[0]] * self.width,)
        return ([item for item in cotangent for _ in range(self.width)],)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        return self.value(tangents)

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.value(tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False


@dataclass(frozen=True)
class Extremum:
    """The largest (or smallest) of each row of `width` consecutive elements, at least one."""

    sources: tuple[int, ...]
    width: int
    rows: int
    largest: bool

    def _best(self, items: Balls) -> Ball:
        choose = maximum if self.largest else minimum
        best = items[0]
        for item in items[1:]:
            best = choose(best, item)
        return best

    def _rows(self, items: Balls) -> list[Balls]:
        return [items[row * self.width : (row + 1) * self.width] for row in range(self.rows)]

    def value(self, sources: Sequence[Balls]) -> Balls:
        return [self._best(row) for row in self._rows(sources[0])]

    def _reaching(self, row: Balls) -> list[int]:
        """The elements that are, or may be, the extremum."""
        best = self._best(row)
        return [i for i, item in enumerate(row) if item.overlaps(best) or best.is_nan()]

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        values: list[Ball] = []
        shares: list[Ball] = []
        for row in self._rows(sources[0]):
            values.append(self._best(row))
            shares += self._shares(row, at_kink)
        return values, shares

    def _shares(self, row: Balls, at_kink: AtKink) -> list[Ball]:
        if self._best(row).is_nan():
            return [ANYTHING] * len(row)
        reaching = self._reaching(row)
        shares = [ZERO] * len(row)
        exact = all(row[i] == row[reaching[0]] for i in reaching)
        for rank, i in enumerate(reaching):
            if len(reaching) == 1:
                shares[i] = arb(1)
            elif not exact or at_kink.ties is None:
                shares[i] = UNIT_STEP
            elif at_kink.ties == "equal":
                shares[i] = arb(1) / len(reaching)
            else:
                chosen = 0 if at_kink.ties == "first" else len(reaching) - 1
                shares[i] = arb(int(rank == chosen))
        return shares

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        wide = [item for item in cotangent for _ in range(self.width)]
        scaled = _scale(saved, wide, dead_is_zero)
        if ANYTHING in saved:
            scaled = [s if s is ANYTHING else c for s, c in zip(saved, scaled, strict=True)]
        return (scaled,)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        return [
            total(
                share * slope
                for share, slope in zip(shares, slopes, strict=True)
                if not share.is_zero()
            )
            for shares, slopes in zip(self._rows(saved), self._rows(tangents[0]), strict=True)
        ]

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return [
            self._best([slopes[i] for i in self._reaching(row)])
            for row, slopes in zip(self._rows(sources[0]), self._rows(tangents[0]), strict=True)
        ]

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return any(len(self._reaching(row)) > 1 for row in self._rows(sources[0]))
