"""Errors over the domain of an operation, as plain SVG: dots, and a running median."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from zenverify.accuracy.record import Accuracy, Dot

WIDTH, HEIGHT = 560, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 34
_STRETCHES = 24
"""Of so many stretches of the axis the running median has a point each."""
_APART = 46
"""Pixels that two marks of the axis across are apart, at least."""

_HIGHEST = 1e18
"""Errors above this are drawn here: there is nothing left to tell apart."""

_TICKS = (0.1, 1.0, 10.0, 1e3, 1e10, 1e30, 1e100, 1e300)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in pixels, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """The dots of one dtype, in pixels, and the running median as the points of a line."""

    dtype: str
    dots: tuple[tuple[float, float], ...]
    line: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Errors of one quantity over the domain."""

    title: str
    series: tuple[Series, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def plot(title: str, accuracies: Sequence[Accuracy]) -> Plot | None:
    """The plot of one quantity, a series per dtype; None if there is nothing to draw."""
    dots = [dot for one in accuracies for dot in one.dots]
    if not dots:
        return None
    low, high = min(_squeezed(dot.at) for dot in dots), max(_squeezed(dot.at) for dot in dots)
    width = (high - low) or 1.0
    top = min(max(1.0, *(dot.ulp for dot in dots)), _HIGHEST)
    steep = top > 32

    def across(at: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (_squeezed(at) - low) / width, 1)

    def up(ulp: float) -> float:
        shown = min(ulp, top)
        share = math.log1p(shown) / math.log1p(top) if steep else shown / top
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 1)

    series = []
    for one in accuracies:
        placed = tuple((across(dot.at), up(dot.ulp)) for dot in one.dots)
        line = " ".join(f"{across(dot.at)},{up(dot.ulp)}" for dot in _running(one.dots))
        series.append(Series(one.dtype, placed, line))
    ticks = tuple(ticks_across(across, _stretched(low), _stretched(high)))
    return Plot(title, tuple(series), ticks, tuple(Tick(up(u), f"{u:g}") for u in _levels(top)))


def _squeezed(number: float) -> float:
    """All magnitudes on one axis: numbers of order one take a third of it, 1e300 is in sight."""
    return math.asinh(math.asinh(number))


def _stretched(squeezed: float) -> float:
    """What `_squeezed` made of it, undone; beyond the floats, their largest."""
    inner = math.sinh(squeezed)
    return math.copysign(math.sinh(min(abs(inner), 709.0)), inner)


def ticks_across(across: Callable[[float], float], low: float, high: float) -> Iterator[Tick]:
    """Marks for round numbers from `low` to `high`, zero first, as many as have room."""
    taken: list[float] = []
    for mark in (0.0, *(sign * tick for tick in _TICKS for sign in (1, -1))):
        at = across(mark)
        if low <= mark <= high and all(abs(at - other) >= _APART for other in taken):
            taken.append(at)
            yield Tick(at, f"{mark:g}")


def _running(dots: Sequence[Dot]) -> list[Dot]:
    """The median error of each stretch of the axis, at the median of its dots."""
    if not dots:
        return []
    low, high = min(_squeezed(dot.at) for dot in dots), max(_squeezed(dot.at) for dot in dots)
    width = (high - low) / _STRETCHES or 1.0
    stretches: dict[int, list[Dot]] = {}
    for dot in sorted(dots, key=lambda dot: dot.at):
        stretches.setdefault(int((_squeezed(dot.at) - low) / width), []).append(dot)
    return [
        Dot(part[len(part) // 2].at, median(dot.ulp for dot in part)) for part in stretches.values()
    ]


def _levels(top: float) -> list[float]:
    """Round numbers up to the largest error."""
    step = 10.0 ** math.floor(math.log10(top))
    if top > 32:
        powers = range(round(math.log10(step)) + 1)
        return [0.0, *(10.0**power for power in powers)]
    step = next(s for s in (step / 5, step / 2, step, 2 * step) if top / s <= 6)
    return [step * i for i in range(int(top / step) + 1)]
