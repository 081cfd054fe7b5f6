"""Is a number of the engine's right? The error unit, its threshold, and what is undefined.

The unit is u * S: u the unit roundoff of the number's dtype, S a running error bound of the formula
that computes it (see `docs/how-a-verdict-is-reached.md`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from flint import arb

from zenverify.operators.balls.arithmetic import Ball, FloatRange, precision, settings_key
from zenverify.operators.balls.narrowing import until
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import PRECISION, SIGNIFICAND, THRESHOLD, UNIT_ROUNDOFF

_ANYTHING: Ball = arb("nan")

_HIGHER = (4 * PRECISION, 16 * PRECISION)
_HIGHEST = 64 * PRECISION
"""Before a number is called wrong since there is no truth: a determinant of four rows may be all
that is left of 6,300 bits."""

_SCALE_BITS = (80, PRECISION, _HIGHER[0])
_ENOUGH_BITS = 60

Evaluate = Callable[[bool], Balls]
"""Evaluates the truths at the current precision; the argument says whether a cotangent that is
exactly zero contributes zero even through an undefined partial."""


class Status(StrEnum):
    """What one number turned out to be."""

    RIGHT = "right"
    UNDEFINED = "undefined"
    WRONG = "wrong"
    NON_FINITE = "non-finite"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one number.

    Attributes
    ----------
    status
        See `Status`; the first two are passes.
    truth
        The enclosure.
    units
        The residual in units of u * S; NaN where there is no finite truth.
    relative
        The residual relative to the truth (to S where the truth is zero).
    """

    status: Status
    truth: Ball
    units: float = math.nan
    relative: float = math.nan

    @property
    def passes(self) -> bool:
        return self.status in (Status.RIGHT, Status.UNDEFINED)


def judge(
    numbers: Sequence[float],
    elements: Sequence[int],
    dtype: str,
    terms: int,
    evaluate: Evaluate,
    *,
    infinite_input: Sequence[bool],
    infinite_result: Sequence[bool] | None = None,
    between: Evaluate | None = None,
    mixes: bool = True,
    vanishes: Callable[[int], bool] | None = None,
    known: Balls | None = None,
) -> list[Judgement]:
    """Judge numbers of the engine's against their enclosures.

    Parameters
    ----------
    numbers
        The engine's.
    elements
        Which of the enclosures that `evaluate` gives belongs to each of them.
    dtype
        The dtype that they were computed in.
    terms
        The largest number of terms that were added up for one of them.
    evaluate
        Gives the enclosures; called at several precisions.
    infinite_input
        Per number, whether an infinity enters: the expression is undefined there.
    infinite_result
        Per number, whether it is a contribution of a result that overflowed, is at a pole, or is
        NaN: a rule that uses that result may give NaN.
    between
        Given where every number inside an enclosure is right, as between the two sides of a kink;
        evaluated for S in its place.
    mixes
        Whether elements are added or multiplied up. Then an intermediate result that overflows
        excuses infinity and NaN. A function of single numbers that overflows where its result is
        finite, as log(1 + exp(x)) far out, is a known fault, and there is a formula without it.
    vanishes
        Given where an operand is so large, or so small, that its square is beyond the floats, and
        any power may be: takes an element to whether nothing is left of what is computed for it, as
        of exp(-x) x^1.5. Then an intermediate result beyond the floats excuses infinity and NaN.
        So it does where all digits are lost in any case, as those of cos(x) / x - sin(x) / x^2.
    known
        What `evaluate` gives at `PRECISION` where no zero is dead, if that is at hand.
    """
    evaluate = _once(evaluate, known)
    scale = evaluate if between is None else _once(between)
    results = infinite_result or [False] * len(numbers)
    # Where no truth could speak against a number, no pains are taken to find it.
    free = [
        not math.isfinite(number) and (entered or left)
        for number, entered, left in zip(numbers, infinite_input, results, strict=True)
    ]
    sought = [
        element for element, any_will_do in zip(elements, free, strict=True) if not any_will_do
    ]
    truths = dict(zip(sought, _narrow(evaluate, sought, False), strict=True))
    finite = [e for e, truth in truths.items() if truth.is_finite()]
    scales = dict(zip(finite, _scales(scale, finite, dtype, False), strict=True))

    def measured(
        number: float, element: int, truth: Ball, size: float, dead_is_zero: bool
    ) -> Judgement:
        inside = between is not None
        found = _measure(number, dtype, terms, truth, size, 0.0, inside=inside)
        if found.passes:
            return found
        if not math.isfinite(number):
            unit = UNIT_ROUNDOFF[dtype]
            may = mixes or (
                vanishes is not None
                and (vanishes(element) or abs(truth) <= (THRESHOLD + terms) * unit * size)
            )
            excused = may and _leaves_range(scale, element, dtype, dead_is_zero)
            return Judgement(Status.UNDEFINED, truth) if excused else found
        if not inside and _measure(number, dtype, terms, truth, size, 0.0, inside=True).passes:
            # An enclosure that stays wide decides nothing, and accuses nobody.
            return Judgement(Status.UNDEFINED, truth)
        lost = _lost_below_normal(scale, element, dtype, dead_is_zero)
        if not lost:
            return found
        if math.isinf(lost):
            return Judgement(Status.UNDEFINED, truth)
        # What passes only since underflow may have cost it, has no digits to be counted.
        widened = _measure(number, dtype, terms, truth, size, lost, inside=inside)
        return Judgement(Status.UNDEFINED, truth) if widened.passes else widened

    def judged(number: float, element: int, entered: bool) -> Judgement:
        truth = truths[element]
        if truth.is_finite():
            if not math.isfinite(number) and not _is_determined(scale, element, dtype):
                return Judgement(Status.UNDEFINED, truth)
            return measured(number, element, truth, scales[element], False)
        if entered or not math.isfinite(number) or not truth.is_nan():
            return Judgement(Status.UNDEFINED, truth)
        (alive,) = _narrow(evaluate, [element], True)
        if alive.is_finite():
            (size,) = _scales(scale, [element], dtype, True)
            return measured(number, element, alive, size, True)
        if _may_be_defined(evaluate, element, number, dtype, terms):
            return Judgement(Status.UNDEFINED, truth)
        found = _at_last(evaluate, element)
        if found.is_finite():
            (size,) = _scales(scale, [element], dtype, False)
            return measured(number, element, found, size, False)
        return Judgement(Status.NON_FINITE if found.is_nan() else Status.UNDEFINED, found)

    return [
        Judgement(Status.UNDEFINED, _ANYTHING) if any_will_do else judged(number, element, entered)
        for number, element, entered, any_will_do in zip(
            numbers, elements, infinite_input, free, strict=True
        )
    ]


def _once(evaluate: Evaluate, known: Balls | None = None) -> Evaluate:
    """The same, evaluated once under each setting of ball arithmetic, however many ask."""
    made: dict[Hashable, Balls] = {}
    if known is not None:
        with precision(PRECISION):
            made[*settings_key(), False] = known

    def evaluated(dead_is_zero: bool) -> Balls:
        key = (*settings_key(), dead_is_zero)
        if key not in made:
            made[key] = evaluate(dead_is_zero)
        return made[key]

    return evaluated


def _narrow(evaluate: Evaluate, elements: Sequence[int], dead_is_zero: bool) -> list[Ball]:
    """The truths, with more precision as long as an enclosure is wide for its size."""

    def evaluated(places: Sequence[int]) -> list[Ball]:
        every = evaluate(dead_is_zero)
        return [every[place] for place in places]

    return until(_is_narrow, evaluated, elements, (PRECISION, *_HIGHER))


def _at_last(evaluate: Evaluate, element: int) -> Ball:
    """The truth with most bits; anything, where a part of an expression is still too wide."""
    with precision(_HIGHEST, doubting=True):
        return evaluate(False)[element]


def _is_narrow(truth: Ball) -> bool:
    return bool(truth.is_finite() and truth.rel_accuracy_bits() > _ENOUGH_BITS)


def _scales(
    evaluate: Evaluate, elements: Sequence[int], dtype: str, dead_is_zero: bool
) -> list[float]:
    """S: what the dtype's precision costs the formula, by running error analysis, in units of it.

    More precision is taken where so little leaves nothing, as near a zero of a denominator.
    """
    scales = dict.fromkeys(elements, math.inf)
    for bits in (SIGNIFICAND[dtype], *_SCALE_BITS):
        missing = [element for element, scale in scales.items() if not math.isfinite(scale)]
        if not missing:
            break
        with precision(bits, rounding=True):
            every = evaluate(dead_is_zero)
        with precision(PRECISION):
            for element in missing:
                rough = every[element]
                if rough.is_finite():
                    size = abs(rough.mid()) + rough.rad() * arb(2) ** bits
                    scales[element] = float(size.abs_upper())
    return [scales[element] for element in elements]


def _lost_below_normal(evaluate: Evaluate, element: int, dtype: str, dead_is_zero: bool) -> float:
    """What underflow may cost: the absolute part of the running error bound.

    Each step may lose the smallest normal number, where its result may be that small, and later
    factors multiply that. Infinite where underflow may leave nothing at all, as in 1 / (x * x).
    """
    within = FloatRange(float(np.finfo(dtype).tiny))
    for bits in (SIGNIFICAND[dtype], *_SCALE_BITS):
        with precision(bits, rounding=True):
            without = evaluate(dead_is_zero)[element]
        if not without.is_finite():
            continue
        with precision(bits, rounding=True, within=within):
            ball = evaluate(dead_is_zero)[element]
        if ball.is_finite():
            return max(0.0, float((ball.rad() - without.rad()).upper()))
    return math.inf


def _leaves_range(evaluate: Evaluate, element: int, dtype: str, dead_is_zero: bool) -> bool:
    """Whether an intermediate result may overflow, or underflow and then be divided by."""
    limits = np.finfo(dtype)
    within = FloatRange(float(limits.tiny), float(limits.max))
    for bits in (SIGNIFICAND[dtype], *_SCALE_BITS):
        with precision(bits, rounding=True, within=within):
            if evaluate(dead_is_zero)[element].is_finite():
                return False
    return True


def _is_determined(evaluate: Evaluate, element: int, dtype: str) -> bool:
    """Whether the dtype's precision is enough to tell that there is a finite answer at all.

    The logarithm of a determinant that rounding may make zero may come out as minus infinity.
    """
    with precision(SIGNIFICAND[dtype], rounding=True):
        return bool(evaluate(False)[element].is_finite())


def _may_be_defined(
    evaluate: Evaluate, element: int, number: float, dtype: str, terms: int
) -> bool:
    """Whether rounding and underflow may lead from a pole to where this is the answer.

    A determinant that is exactly zero may come out as 1e-16, and then it has a logarithm: -36.8 or
    less, and not 5.
    """
    bits = SIGNIFICAND[dtype] - (THRESHOLD + terms).bit_length()
    within = FloatRange(float(np.finfo(dtype).tiny))
    with precision(bits, rounding=True, nearby=True, within=within):
        reached = evaluate(True)[element]
        return not reached.is_nan() and bool(reached.contains(arb(number)))


def _measure(
    number: float,
    dtype: str,
    terms: int,
    truth: Ball,
    scale: float,
    lost: float,
    *,
    inside: bool,
) -> Judgement:
    if not math.isfinite(number):
        largest = float(np.finfo(dtype).max)
        overflows = not scale < largest * (1 - 2.0**-10)
        return Judgement(Status.UNDEFINED if overflows else Status.NON_FINITE, truth)
    with precision(PRECISION):
        distance = arb(number) - truth
        residual = float(distance.abs_lower() if inside else distance.abs_upper())
        if inside:
            # The sides of a kink may have lost what one between them takes up.
            scale = max(scale, float(truth.abs_upper()))
    residual -= (THRESHOLD + terms) * lost
    if residual <= terms * float(np.finfo(dtype).tiny):
        return Judgement(Status.RIGHT, truth)
    yardstick = UNIT_ROUNDOFF[dtype] * scale
    units = residual / yardstick if yardstick else math.inf
    size = float(abs(truth).mid()) or scale
    relative = residual / size if size else math.inf
    status = Status.RIGHT if units <= THRESHOLD + terms else Status.WRONG
    return Judgement(status, truth, units, relative)
