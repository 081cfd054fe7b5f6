"""Taking elements from where they are: gathers, of which every movement is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from operator import itemgetter
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from zenverify.operators.balls.arithmetic import ZERO, Ball, addition, smallest_normal
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls


def pick(indices: tuple[int, ...]) -> Callable[[Balls], Balls]:
    """A function that takes the elements at `indices`."""
    if len(indices) == 1:
        only = indices[0]
        return lambda items: (items[only],)
    return itemgetter(*indices) if indices else lambda _: ()


@dataclass(frozen=True, eq=False)
class Move:
    """Takes elements from the sources, laid end to end; an index past the end is a zero.

    A `detached` move passes no derivative: its result only shifts something that does not depend
    on the shift. What a move is `known` to lie between, if anything, balls are too coarse to see.
    A matrix that is `eliminated` may lose the smallest normal number in each element, whatever its
    size: a product that underflows is subtracted from it.
    """

    sources: tuple[int, ...]
    sizes: tuple[int, ...]
    array: NDArray[np.intp]
    detached: bool = False
    known: tuple[float, float] | None = None
    eliminated: bool = False

    @cached_property
    def indices(self) -> tuple[int, ...]:
        """The array as integers, which lists of balls are indexed with."""
        return tuple(self.array.tolist())

    @cached_property
    def _pick(self) -> Callable[[Balls], Balls]:
        return pick(self.indices)

    @cached_property
    def _keeps_order(self) -> bool:
        """Whether all elements stay where they are, as in a reshape."""
        return len(self.sizes) == 1 and np.array_equal(self.array, np.arange(self.sizes[0]))

    @cached_property
    def _takes_from_one(self) -> bool:
        """Whether there is nothing to join: one source, and no zeros."""
        return len(self.sizes) == 1 and self.sizes[0] not in self.array

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

    def length(self, sources: Sequence[int]) -> int:
        return len(self.array)

    def value(self, sources: Sequence[Balls]) -> Balls:
        moved = self._moved(sources)
        lost = smallest_normal() if self.eliminated else 0.0
        return [item + arb(0, lost) for item in moved] if lost else moved

    def _moved(self, sources: Sequence[Balls]) -> Balls:
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
        return [ZERO] * len(self.array) if self.detached else self._moved(tangents)

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        return self.carry(None, tangents)

    def kinked(self, sources: Sequence[Balls]) -> bool:
        return False

    @property
    def can_kink(self) -> bool:
        return False

    def bound(self, sources: Sequence[Ball]) -> Ball:
        if self.known is not None:
            low, high = self.known
            return Ball(low).union(Ball(high))
        parts = [source for source, size in zip(sources, self.sizes, strict=True) if size]
        if sum(self.sizes) in self.array or not parts:
            parts.append(ZERO)
        joined = parts[0]
        for part in parts[1:]:
            joined = joined.union(part)
        return joined
