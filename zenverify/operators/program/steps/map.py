"""Mapping a kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from flint import arb

from zenverify.operators.balls.arithmetic import (
    ANYTHING,
    ZERO,
    Ball,
    addition,
    looks_nearby,
    rounding_unit,
    step,
    stepwise,
)
from zenverify.operators.derivation.evaluators import DerivedSlice
from zenverify.operators.kinks import MEAN, AtKink
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.steps.step import Balls, scale

_CLOSEST = 1100
"""Powers of two: floats come no closer to zero."""


@dataclass(frozen=True)
class Map:
    """Maps a kernel over sources of equal length."""

    kernel: Kernel
    sources: tuple[int, ...]

    def length(self, sources: Sequence[int]) -> int:
        return sources[0]

    def value(self, sources: Sequence[Balls]) -> Balls:
        value = stepwise(self.kernel.derived.value)
        values = self._mended(list(map(value, *sources)), sources)
        if looks_nearby() and any(ball is ANYTHING for ball in values):
            return [
                self._around(point) if ball is ANYTHING else ball
                for ball, point in zip(values, zip(*sources, strict=True), strict=True)
            ]
        return values

    def _around(self, point: tuple[Ball, ...]) -> Ball:
        """What holds the values at the ends of the arguments' balls, and ever closer to a pole.

        A pole is where an argument is zero: the kernels of composed programs have no other.
        """
        value = self.kernel.derived.value
        ends = [[ball.lower() for ball in point], [ball.upper() for ball in point]]
        near = [[end * arb(2) ** -_CLOSEST for end in every] for every in ends]
        found = [arb(value(*each)) for each in (*ends, *near)]
        return reduce(arb.union, filter(arb.is_finite, found))

    def _mended(self, values: Balls, sources: Sequence[Balls]) -> Balls:
        """The values, with those of the slices where they hold."""
        for piece in self.kernel.derived.slices:
            if piece.argument is None:
                values = _mend(values, piece, sources)
        if rounding_unit() and any(ball.is_nan() for ball in values):
            return [
                ANYTHING if ball.is_nan() and self._may_have_value(point) else ball
                for ball, point in zip(values, zip(*sources, strict=True), strict=True)
            ]
        return values

    def _may_have_value(self, point: tuple[Ball, ...]) -> bool:
        """Whether rounding decides if there is a value, as it does for log(0.3 - 3 * 0.1)."""
        if all(ball.is_exact() for ball in point) or not all(ball.is_finite() for ball in point):
            return False
        value = self.kernel.derived.value
        ends = [ball.lower() for ball in point], [ball.upper() for ball in point]
        return any(arb(value(*end)).is_finite() for end in ends)

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        derived = self.kernel.derived
        if None not in derived.constants:
            return self.value(sources), derived.constants
        if derived.kinks is None:
            results = list(map(stepwise(derived.linear), *sources))
        else:
            at_zero = at_kink.at_zero
            linear = stepwise(derived.linear)
            results = [
                linear(*point, *[step(kink, at_zero) for kink in derived.kinks(*point)])
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
            if piece.argument is not None:
                partial = partials[piece.argument]
                if not isinstance(partial, int):
                    partials[piece.argument] = _mend(partial, piece, sources)
        mended = self._mended(values, sources)
        if rounding_unit() and any(ball is ANYTHING for ball in mended):
            partials = [_unknown(partial, mended) for partial in partials]
        return mended, partials

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        return [scale(partial, cotangent, dead_is_zero) for partial in saved]

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
            moved = list(map(addition(), moved, scale(partial, tangent, True)))
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

    def jumps(self, sources: Sequence[Balls]) -> bool:
        """Whether some result jumps, or may jump, within the sources."""
        jumps = self.kernel.derived.jumps
        if jumps is None:
            return False
        return not all(
            item.is_exact() for point in zip(*sources, strict=True) for item in jumps(*point)
        )

    @property
    def can_kink(self) -> bool:
        return self.kernel.derived.kinks is not None

    def bound(self, sources: Sequence[Ball]) -> Ball:
        (held,) = self.value([[source] for source in sources])
        return held


def _mend(items: Balls, piece: DerivedSlice, sources: Sequence[Balls]) -> Balls:
    """Replace values or partials that are NaN by those of the slice, where its conditions hold."""
    if not any(ball.is_nan() for ball in items):
        return items
    return [
        arb(piece.function(*point)) if ball.is_nan() and piece.holds_at(point) else ball
        for ball, point in zip(items, zip(*sources, strict=True), strict=True)
    ]


def _unknown(partials: int | Balls, values: Balls) -> int | Balls:
    """Partials of which nothing is known where nothing is known of the value."""
    if isinstance(partials, int):
        return partials
    return [
        ANYTHING if value is ANYTHING and partial.is_nan() else partial
        for partial, value in zip(partials, values, strict=True)
    ]
