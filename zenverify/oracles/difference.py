"""The third witness: finite differences of an engine's forward pass, each with an error estimate.

Central differences of order 8 on nine points, one-sided ones of order 6 on seven; the weights
solve the moment conditions. The error is estimated from the order below on the same points and
from the rounding noise of the function, and the step is the best of several, as
FiniteDifferences.jl and Chapter 5 of Dahlquist & Bjorck, "Numerical Methods" (1974) do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["both", "right", "left"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A derivative and a bound on its error that was estimated, not proven.

    Attributes
    ----------
    value
        NaN where there is none.
    error
        Absolute; infinite where nothing is known.
    reason
        Why the error is large, for the reader.
    """

    value: float
    error: float
    reason: str = ""

    @property
    def low(self) -> float:
        return self.value - self.error

    @property
    def high(self) -> float:
        return self.value + self.error

    def meets(self, other: Estimate) -> bool:
        """Whether the two intervals have a point in common."""
        return self.low <= other.high and other.low <= self.high


_UNRESOLVED = 0.03
"""How far the value at 0 may be from what those around it say, for their spread."""

_UNKNOWN = Estimate(math.nan, math.inf, "the function bends or jumps nearby")


_UNEVEN = (0.8191, 0.7437, 0.9109)


def uneven(*steps: float) -> tuple[float, ...]:
    """Up to three steps, made such that neither they nor their ratios are round numbers.

    Points that lie almost a whole number of periods apart see a slow wave in place of a fast one.
    With steps of which one is a multiple of another, each would confirm it.
    """
    return tuple(factor * step for factor, step in zip(_UNEVEN, steps, strict=False))


@dataclass(frozen=True, slots=True)
class _Stencil:
    """Where to look, the weights of two orders, and what is zero for smooth functions.

    The first point is 0. A central difference does not use the value there. So it is the one to
    tell whether anything happens between the points, such as a pole on one side of 0.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    lower: NDArray[np.float64]
    residual: NDArray[np.float64]


def _weights(points: NDArray[np.float64], used: int) -> NDArray[np.float64]:
    """Weights w on the first `used` points with sum w f(points) = f'(0) for all polynomials."""
    chosen = points[:used]
    moments = np.vander(chosen, increasing=True).T
    target = np.zeros(used)
    target[1] = 1.0
    weights = np.zeros(len(points))
    weights[:used] = np.linalg.solve(moments, target)
    return weights


def _stencil(points: list[float], lower: int) -> _Stencil:
    array = np.array(points)
    return _Stencil(array, _weights(array, len(points)), _weights(array, lower), _residual(array))


def _residual(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the value at 0 less that of the polynomial through all other points."""
    others = points[1:]
    target = np.zeros(len(others))
    target[0] = 1.0
    return np.array([1.0, *-np.linalg.solve(np.vander(others, increasing=True).T, target)])


_STENCILS: dict[str, _Stencil] = {
    "both": _stencil([0.0, 1, -1, 2, -2, 3, -3, 4, -4], 7),
    "right": _stencil([0.0, 1, 2, 3, 4, 5, 6], 6),
}


def differentiate(
    function: Callable[[float], tuple[float, float]],
    *,
    unit: float,
    side: Side = "both",
    steps: Sequence[float],
    enough: float = 0.0,
) -> Estimate:
    """Differentiate a function of one variable at 0.

    Parameters
    ----------
    function
        Takes t to the value there and to what scales its rounding noise: the sum of the magnitudes
        of the terms that make it up.
    unit
        Unit roundoff of the arithmetic in which the function is evaluated.
    side
        ``"right"`` and ``"left"`` look at one side of 0 only: for kinks and domain edges.
    steps
        Step sizes to try, largest first; see `uneven`.
    enough
        An error that needs no smaller step.

    Returns
    -------
    Estimate
        The best of those steps that the next smaller one confirms.
    """
    return differentiate_sampled(
        lambda points: map(function, points), unit=unit, side=side, steps=steps, enough=enough
    )


def differentiate_sampled(
    sample: Callable[[Sequence[float]], Iterable[tuple[float, float]]],
    *,
    unit: float,
    side: Side = "both",
    steps: Sequence[float],
    enough: float = 0.0,
) -> Estimate:
    """What `differentiate` does, of a function that takes many points at once.

    Parameters
    ----------
    sample
        Takes points t to what `differentiate` calls the function's, for each.
    """
    stencil = _STENCILS["both" if side == "both" else "right"]
    direction = -1.0 if side == "left" else 1.0
    at_zero: list[tuple[float, float]] = []
    best = _UNKNOWN
    previous: Estimate | None = None
    for step in steps:
        around = [direction * step * p for p in stencil.points[1:].tolist()]
        values = [*at_zero, *sample(around if at_zero else [0.0, *around])]
        at_zero = values[:1]
        samples = np.array([value for value, _ in values])
        if not np.isfinite(samples).all():
            continue
        scale = max(magnitude for _, magnitude in values)
        estimate = _estimate(stencil, samples, scale, step, unit, direction)
        if previous is not None and math.isfinite(max(estimate.error, previous.error)):
            # Where they do not meet, there is a kink, or an error bound is too low.
            agreed = min(estimate, previous, key=lambda e: e.error)
            if not estimate.meets(previous):
                best = _UNKNOWN
            elif agreed.error < best.error:
                best = agreed
        elif math.isinf(estimate.error):
            best = _UNKNOWN  # what the larger steps saw does not hold closer by
        previous = estimate
        if best.error <= enough:
            break
    return best


def _estimate(
    stencil: _Stencil,
    samples: NDArray[np.float64],
    scale: float,
    step: float,
    unit: float,
    direction: float,
) -> Estimate:
    value = float(stencil.weights @ samples) / step
    lower = float(stencil.lower @ samples) / step
    noise = 8 * unit * scale * float(np.abs(stencil.weights).sum()) / step
    truncation = 2 * abs(value - lower)
    missed = abs(float(stencil.residual @ samples))
    spread = float(np.abs(samples - samples[0]).max())
    audible = 8 * unit * scale * float(np.abs(stencil.residual).sum())
    if missed > audible and missed > _UNRESOLVED * spread:
        return Estimate(direction * value, math.inf, "something happens within the step")
    reason = "the function bends within the step" if truncation > noise else "rounding noise"
    return Estimate(direction * value, truncation + noise, reason)
