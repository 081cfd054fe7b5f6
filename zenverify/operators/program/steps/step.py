"""What every step of a program knows about itself.

Its values on balls, its values together with its partials, how a cotangent is pulled back through
it, and how a tangent is pushed forward through it. Buffers are flat lists of balls in C order; none
is written to once it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul, neg
from typing import Any, Protocol, runtime_checkable

from zenverify.operators.balls.arithmetic import ZERO, Ball, kept, leaves_range
from zenverify.operators.kinks import AtKink

Balls = Sequence[Ball]


class Step(Protocol):
    """One step of a program; `sources` are positions of the buffers it reads."""

    @property
    def sources(self) -> tuple[int, ...]: ...

    @property
    def can_kink(self) -> bool:
        """Whether there are any kinks at all."""
        ...

    def length(self, sources: Sequence[int]) -> int:
        """How many elements the result has, by those of the sources."""
        ...

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

    def bound(self, sources: Sequence[Ball]) -> Ball:
        """One ball that holds every element of the result, from one such ball per source."""
        ...


@runtime_checkable
class Jumping(Protocol):
    """A step whose result may jump."""

    def jumps(self, sources: Sequence[Balls]) -> bool:
        """Whether some result jumps, or may jump, within the sources."""
        ...


def scale(partial: int | Balls, items: Balls, dead_is_zero: bool) -> Balls:
    """Each partial times its cotangent or tangent."""
    if isinstance(partial, int):
        if partial == 1:
            return items
        if partial == 0 and dead_is_zero:
            return [ZERO] * len(items)
        return list(map(neg, items)) if partial == -1 else [partial * item for item in items]
    if dead_is_zero:
        products = [
            ZERO if item.is_zero() or slope.is_zero() else slope * item
            for slope, item in zip(partial, items, strict=True)
        ]
    else:
        products = list(map(mul, partial, items))
    return list(map(kept, products)) if leaves_range() else products
