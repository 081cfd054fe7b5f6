"""Passing on what is finite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zenverify.operators.balls.arithmetic import ANYTHING, Ball
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls, scale


@dataclass(frozen=True)
class Finite:
    """The identity where the source is finite. Elsewhere any value and any slope will do.

    Balls cannot tell a NaN or an infinity that an engine handed on from what is not known, so
    nothing can be said about what an operation puts in their place.
    """

    sources: tuple[int, ...]

    @property
    def can_kink(self) -> bool:
        return False

    def length(self, sources: Sequence[int]) -> int:
        return sources[0]

    def value(self, sources: Sequence[Balls]) -> Balls:
        return [item if item.is_finite() else ANYTHING for item in sources[0]]

    def _slopes(self, items: Balls) -> int | Balls:
        known = [item.is_finite() for item in items]
        return 1 if all(known) else [Ball(1) if finite else ANYTHING for finite in known]

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        return self.value(sources), self._slopes(sources[0])

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        if saved == 1:
            return (cotangent,)
        # Not a product: what the operation does with a NaN is its own affair there.
        return ([s if s is ANYTHING else c for s, c in zip(saved, cotangent, strict=True)],)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        return scale(saved, tangents[0], True)

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.carry(self._slopes(sources[0]), tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return sources[0]
