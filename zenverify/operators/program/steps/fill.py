"""Constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from flint import arb

from zenverify.operators.balls.arithmetic import ZERO, Ball
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls


@dataclass(frozen=True)
class Fill:
    """A constant: a number that the declaration or an attribute brings in."""

    items: tuple[float, ...]
    sources: tuple[int, ...] = ()

    @property
    def can_kink(self) -> bool:
        return False

    def length(self, sources: Sequence[int]) -> int:
        return len(self.items)

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

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return reduce(arb.union, map(arb, self.items))
