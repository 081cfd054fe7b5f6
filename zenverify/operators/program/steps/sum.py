"""Sums of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zenverify.operators.balls.arithmetic import Ball, total
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls


@dataclass(frozen=True)
class Sum:
    """Sums rows of `width` consecutive elements."""

    sources: tuple[int, ...]
    width: int
    rows: int

    def length(self, sources: Sequence[int]) -> int:
        return self.rows

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

    @property
    def can_kink(self) -> bool:
        return False

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return sources[0] * self.width
