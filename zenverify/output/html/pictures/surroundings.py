"""The error near a place, as plain SVG: bits over the domain, with the difference's noise floor."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zenverify.output.html.pictures.plot import Tick, ticks_across
from zenverify.verification.surroundings import Sample

WIDTH, HEIGHT = 560, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 12, 44
_BITS = {"float64": 53, "float32": 24}
_TOLERANCE = 3.0
"""Bits that a sane rule may lose: eight units."""


@dataclass(frozen=True, slots=True)
class ErrorPlot:
    """Lines in pixels, and what stands at the axes.

    Attributes
    ----------
    engine
        Per stretch without gaps, the points of the engine's line.
    noise
        The points of the difference's line.
    here
        Where the case is.
    tolerance
        How high a sane rule's line may reach.
    """

    title: str
    axis: str
    engine: tuple[str, ...]
    noise: str
    here: float
    tolerance: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def error_plot(
    samples: Sequence[Sample], here: float, dtype: str, title: str, axis: str
) -> ErrorPlot | None:
    """The plot; None where too little is known."""
    if sum(one.error is not None for one in samples) < 3:
        return None
    bits = _BITS[dtype]
    low, high = math.asinh(samples[0].at), math.asinh(samples[-1].at)
    width = (high - low) or 1.0

    def across(at: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (math.asinh(at) - low) / width, 1)

    def up(ulp: float) -> float:
        lost = min(math.log2(1 + ulp), bits)
        return _up(lost, bits)

    return ErrorPlot(
        title=title,
        axis=axis,
        engine=tuple(_stretches(samples, across, up)),
        noise=" ".join(
            f"{across(one.at)},{up(one.noise)}" for one in samples if one.noise is not None
        ),
        here=across(here),
        tolerance=_up(_TOLERANCE, bits),
        across=tuple(ticks_across(across, samples[0].at, samples[-1].at)),
        up=tuple(Tick(_up(lost, bits), str(lost)) for lost in (0, bits // 2, bits)),
    )


def _up(lost: float, bits: int) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * lost / bits, 1)


def _stretches(
    samples: Sequence[Sample], across: Callable[[float], float], up: Callable[[float], float]
) -> list[str]:
    """The engine's line, broken where it has no error to show."""
    found: list[list[str]] = [[]]
    for one in samples:
        if one.error is None:
            found.append([])
        else:
            found[-1].append(f"{across(one.at)},{up(one.error)}")
    return [" ".join(points) for points in found if points]
