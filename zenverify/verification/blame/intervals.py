"""The three answers about one number, as intervals of floats."""

from __future__ import annotations

import math

import numpy as np

from zenverify.operators.balls.arithmetic import Ball
from zenverify.oracles.difference import Estimate
from zenverify.verification.checks.local import Suspect
from zenverify.verification.verdict import Interval, Verdict, Witnesses


def witness_of(
    suspect: Suspect, dtype: str, difference: Estimate | None, verdict: Verdict
) -> Witnesses:
    """The three answers about a suspect."""
    return Witnesses(
        suspect.node,
        suspect.element,
        suspect.quantity,
        suspect.number,
        interval_of(suspect.judgement.truth),
        None if difference is None else interval_of_estimate(difference),
        error_in_ulp(suspect.number, suspect.judgement.truth, dtype),
        verdict,
    )


def interval_of(ball: Ball) -> Interval:
    """A ball as an interval of floats, rounded outward, with its midpoint in decimals."""
    if not ball.is_finite():
        return Interval(math.nan, math.nan, reason="undefined")
    low = np.nextafter(float(ball.lower()), -math.inf)
    high = np.nextafter(float(ball.upper()), math.inf)
    if ball.is_exact() and float(ball) == ball:
        low = high = float(ball)
    return Interval(float(low), float(high), ball.str(30, radius=False))


def interval_of_estimate(estimate: Estimate) -> Interval:
    """A finite difference with its error as an interval."""
    if not math.isfinite(estimate.value):
        return Interval(math.nan, math.nan, reason=estimate.reason)
    return Interval(estimate.low, estimate.high, f"{estimate.value:.17g}", estimate.reason)


def error_in_ulp(number: float, truth: Ball, dtype: str) -> float | None:
    """Distance from the truth in units in the last place of the truth; None if not finite."""
    if not truth.is_finite() or not math.isfinite(number):
        return None
    with np.errstate(over="ignore"):
        nearest = np.dtype(dtype).type(float(truth.mid()))
    spacing = float(np.spacing(np.abs(nearest)))
    distance = float(abs(truth - number).mid())
    return distance / spacing if math.isfinite(spacing) else None
