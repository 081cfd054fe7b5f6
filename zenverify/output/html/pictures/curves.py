"""Curves over one axis, as an SVG file that stands alone."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from zenverify.output.html.pictures.plot import Tick
from zenverify.output.html.render import render_svg

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 40, 36

Curve = Sequence[tuple[float, float]]
"""Points, from left to right."""


def write_curves(
    path: str | os.PathLike[str],
    title: str,
    curves: Mapping[str, Curve],
    *,
    across: str = "",
    mark: float | None = None,
) -> None:
    """Draw up to four curves, each by its name, and write them to a file.

    Parameters
    ----------
    path
        The file.
    title
        What it shows.
    curves
        By their names.
    across
        What the axis is that they are drawn over.
    mark
        A place on that axis to draw a line at.

    Raises
    ------
    ValueError
        If there is no point, or one is not finite.
    """
    points = [point for curve in curves.values() for point in curve]
    if not points or not all(math.isfinite(number) for point in points for number in point):
        raise ValueError(f"{title}: expected points with finite coordinates")
    ticks_x = _round_numbers([x for x, _ in points])
    ticks_y = _round_numbers([y for _, y in points])

    def at_x(x: float) -> float:
        share = (x - ticks_x[0]) / (ticks_x[-1] - ticks_x[0])
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * share, 1)

    def at_y(y: float) -> float:
        share = (y - ticks_y[0]) / (ticks_y[-1] - ticks_y[0])
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 1)

    text = render_svg(
        "curves.svg.j2",
        title=title,
        across=across,
        width=WIDTH,
        height=HEIGHT,
        box=(_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM),
        lines=[
            (name, " ".join(f"{at_x(x)},{at_y(y)}" for x, y in curve))
            for name, curve in curves.items()
        ],
        ticks_x=[Tick(at_x(x), f"{x:g}") for x in ticks_x],
        ticks_y=[Tick(at_y(y), f"{y:g}") for y in ticks_y],
        mark=None if mark is None else at_x(mark),
    )
    Path(path).write_text(text, encoding="utf-8")


def _round_numbers(numbers: Sequence[float]) -> list[float]:
    """Four to nine round numbers that reach around all of these."""
    low, high = min(numbers), max(numbers)
    width = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(width))
    step = next(s for s in (power / 5, power / 2, power, 2 * power) if width / s <= 7)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]
