"""Largest and smallest elements of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from zenverify.operators.balls.arithmetic import (
    ANYTHING,
    UNIT_STEP,
    ZERO,
    Ball,
    maximum,
    minimum,
    total,
)
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls, scale


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

    def length(self, sources: Sequence[int]) -> int:
        return self.rows

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
        scaled = scale(saved, wide, dead_is_zero)
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

    @property
    def can_kink(self) -> bool:
        return True

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return sources[0]
