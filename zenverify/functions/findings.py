"""From a number that is wrong to a finding with the three witnesses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zenverify.functions.differences import BothSides, allowance, largest_of, slope
from zenverify.functions.occurrence import Occurrence
from zenverify.graph.case import Array
from zenverify.oracles.difference import Estimate
from zenverify.verification.blame import arbitrate
from zenverify.verification.blame.intervals import interval_of_estimate, witness_of
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import Suspect
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Interval, Verdict, Witnesses

CHECK_STRUCTURE = "structure"
CHECK_ENCLOSURE = "local adjoint"
CHECK_DIFFERENCE = "difference"
CHECK_VALUE = "forward"

SAME = 1e-5
"""A result that differs by more, relative to its largest element, is another one."""

MOST_DIFFERENCED = 48
"""Elements of an operand that differences are taken of; more are sampled."""


def finding_about(verdict: Verdict, operation: str, message: str) -> Finding:
    """A finding about the function as a whole."""
    return Finding(verdict, Blame(-1, operation, None, "always"), CHECK_STRUCTURE, message)


def where(name: str, element: int, shape: tuple[int, ...]) -> str:
    """An element of a value, by the value's name."""
    if not shape:
        return name
    index = ", ".join(str(int(i)) for i in np.unravel_index(element, shape))
    return f"{name} at [{index}]"


def finite(arrays: Iterable[Array]) -> bool:
    """Whether all their elements are finite."""
    return all(np.isfinite(array).all() for array in arrays)


def by_enclosure(seen: Occurrence, suspects: Sequence[tuple[int, Suspect]]) -> list[Finding]:
    """One finding per operand (or value) of a declared operation that has suspects.

    Parameters
    ----------
    seen
        The operation.
    suspects
        Each with the result that the cotangent entered at: the difference is that of this one.
    """
    found = []
    for place in dict.fromkeys(suspect.node for _, suspect in suspects):
        mine = [(result, suspect) for result, suspect in suspects if suspect.node == place]
        result, worst = max(mine, key=lambda one: _seriousness(one[1]))
        if worst.quantity == "value":
            found.append(_value_finding(seen, result, worst, len(mine)))
            continue
        cotangents = [
            cotangent if number == result else np.zeros_like(cotangent)
            for number, cotangent in enumerate(seen.cotangents)
        ]
        slopes = _asked(seen, cotangents, place, worst.element)
        difference = None
        if slopes is not None and slopes.left is slopes.right:
            difference = slopes.left
        operand = seen.operands[place]
        dtype = str(operand.dtype)
        verdict = arbitrate.settle(worst.judgement, worst.number, dtype, difference)
        small = worst.judgement.relative < seen.node.unit(operand) ** 0.4
        if verdict is Verdict.ENGINE_WRONG and small:
            verdict = Verdict.INACCURATE
        witness = witness_of(worst, dtype, difference, verdict)
        at = where(seen.names[place], worst.element, operand.shape)
        message = f"the gradient of {at} is {_apart(worst)}{_among(len(mine))}"
        blame = Blame(seen.number, seen.node.name, place, "always")
        found.append(Finding(verdict, blame, CHECK_ENCLOSURE, message, (witness,)))
    return found


def _seriousness(suspect: Suspect) -> float:
    relative = suspect.judgement.relative
    return relative if math.isfinite(relative) else math.inf


def _value_finding(seen: Occurrence, result: int, suspect: Suspect, count: int) -> Finding:
    dtype = str(seen.results[result].dtype)
    small = suspect.judgement.relative < seen.node.unit(seen.results[result]) ** 0.4
    verdict = Verdict.INACCURATE if small else Verdict.ENGINE_WRONG
    if suspect.judgement.status is Status.NON_FINITE:
        verdict = Verdict.NON_FINITE
    witness = witness_of(suspect, dtype, None, verdict)
    message = f"the value, element {suspect.element}, is {_apart(suspect)}{_among(count)}"
    blame = Blame(seen.number, seen.node.name, None, "always")
    return Finding(verdict, blame, CHECK_VALUE, message, (witness,))


def _apart(suspect: Suspect) -> str:
    if math.isfinite(suspect.judgement.relative):
        return f"off by {suspect.judgement.relative:.1e} of the truth"
    return "not what it should be"


def _among(count: int) -> str:
    return f" (and {count - 1:,} more elements)" if count > 1 else ""


def _asked(
    seen: Occurrence,
    cotangents: Sequence[Array],
    slot: int,
    element: int,
    enough: float = 0.0,
    *,
    otherwise: bool = False,
) -> BothSides | None:
    node, operands = seen.node, seen.operands
    try:
        return slope(node, operands, cotangents, slot, element, enough, otherwise=otherwise)
    except Exception:  # noqa: BLE001  the library's own, at a neighbouring point
        return None


@dataclass(frozen=True, slots=True)
class Differenced:
    """What differences say about one operation.

    Attributes
    ----------
    findings
        What is wrong.
    elements, of
        How many numbers were decided on, and how many there are.
    undecided
        How many were looked at without result.
    resolution
        The relative error above which all of those that were decided on would have been found.
    errors
        Per operand with a finding, how far off each element is, as far as it is known.
    """

    findings: list[Finding]
    elements: int
    of: int
    undecided: int
    resolution: float
    errors: Mapping[int, Array]


def by_differences(seen: Occurrence, most: int = MOST_DIFFERENCED) -> Differenced:
    """Check the rule of an operation that has no declaration, at `most` elements per operand."""
    findings: list[Finding] = []
    errors: dict[int, Array] = {}
    decided, of, undecided, resolution = 0, 0, 0, 0.0
    draw = np.random.default_rng(0)
    met = (*seen.operands, *seen.results)
    cotangents = [_thinned(cotangent, most, draw) for cotangent in seen.cotangents]
    for slot, part in enumerate(seen.node.pull(list(cotangents))):
        gradient = np.zeros_like(seen.operands[slot]) if part is None else part
        of += gradient.size
        chosen = _chosen(gradient, most, draw)
        terms = sum(c.size for c in cotangents).bit_length()
        noise = allowance(gradient, terms, seen.node.unit(gradient, *met))
        own = largest_of(gradient)
        asked = {
            element: _asked(seen, cotangents, slot, element, _ENOUGH * own)
            for element in chosen.tolist()
        }
        largest = max(own, _largest_slope(asked.values()))
        # Where both say zero, what counts is what the results are made of.
        vague = _VAGUE * largest or _ENOUGH * _usual_slope(seen, cotangents, slot)
        off = np.zeros(gradient.shape)
        apart: list[tuple[float, int, BothSides]] = []
        for element, slopes in asked.items():
            if slopes is None or not slopes.known or slopes.width > max(vague, noise):
                undecided += 1
                continue
            decided += 1
            resolution = max(resolution, (slopes.width + noise) / largest if largest else 0.0)
            engine = float(gradient.ravel()[element])
            distance = max(slopes.low - engine, engine - slopes.high)
            off.flat[element] = engine - slopes.middle
            if not distance <= noise:
                apart.append((distance, element, slopes))
        apart.sort(key=lambda one: -one[0] if math.isfinite(one[0]) else -math.inf)
        believed = (one for one in apart[:_DOUBTED] if _is_confirmed(seen, cotangents, slot, one))
        worst = next(believed, None)
        doubted = len(apart) if worst is None else apart.index(worst)
        decided -= doubted
        undecided += doubted
        if worst is not None:
            findings.append(_difference_finding(seen, slot, gradient, worst, largest))
            errors[slot] = off
    return Differenced(findings, decided, of, undecided, resolution, errors)


_DOUBTED = 6
"""So many differences may be sure of themselves and wrong; then none of the operand is believed."""

_CONSISTENT = 0.25
"""Of how far a number is off, so much may two differences be apart."""


def _is_confirmed(
    seen: Occurrence, cotangents: Sequence[Array], slot: int, claim: tuple[float, int, BothSides]
) -> bool:
    """Whether steps of another family say the same of a number that is called wrong."""
    distance, element, slopes = claim
    again = _asked(seen, cotangents, slot, element, otherwise=True)
    if again is None or not again.known:
        return False
    return not math.isfinite(distance) or (
        abs(again.middle - slopes.middle) - again.width <= _CONSISTENT * distance
    )


def _thinned(cotangent: Array, most: int, draw: np.random.Generator) -> Array:
    """A cotangent that is zero but in some places: a long sum would drown a difference in noise."""
    if cotangent.size <= most:
        return cotangent
    thin = np.zeros_like(cotangent)
    places = draw.choice(cotangent.size, most // 4, replace=False)
    thin.flat[places] = cotangent.flat[places]
    return thin


def _chosen(gradient: Array, most: int, draw: np.random.Generator) -> NDArray[np.intp]:
    """Elements to look at: all of a few; of many a sample, mostly of those that are not zero."""
    if gradient.size <= most:
        return np.arange(gradient.size)
    alive = np.flatnonzero(gradient)
    alive = draw.choice(alive, min(alive.size, most * 3 // 4), replace=False)
    rest = draw.choice(gradient.size, most - alive.size, replace=False)
    return np.union1d(alive, rest)


_ENOUGH = 1e-10
"""Relative to the largest element: what is good enough for a difference."""

_VAGUE = 1e-2
"""A difference that is less exact, relative to the largest element, decides nothing."""


def _largest_slope(found: Iterable[BothSides | None]) -> float:
    """The largest slope that is surely there."""
    known = [one for one in found if one is not None and one.known]
    return max(
        (max(abs(one.low), abs(one.high)) for one in known if not one.low <= 0 <= one.high),
        default=0.0,
    )


def _usual_slope(seen: Occurrence, cotangents: Sequence[Array], slot: int) -> float:
    """How large a slope would be that made the results what they are."""
    with np.errstate(all="ignore"):
        made = sum(
            float(np.nansum(np.abs(cotangent * result)))
            for cotangent, result in zip(cotangents, seen.results, strict=True)
        )
        operand = np.abs(seen.operands[slot])
    finite = operand[np.isfinite(operand) & (operand > 0)]
    usual = float(np.median(finite)) if finite.size else 1.0
    return made / usual if math.isfinite(made) else 0.0


def _difference_finding(
    seen: Occurrence,
    slot: int,
    gradient: Array,
    worst: tuple[float, int, BothSides],
    largest: float,
) -> Finding:
    apart, element, slopes = worst
    engine = float(gradient.ravel()[element])
    finite = math.isfinite(engine)
    verdict = Verdict.ENGINE_WRONG if finite else Verdict.NON_FINITE
    unit = seen.node.unit(*seen.operands, *seen.results)
    if finite and apart < unit**0.4 * largest:
        verdict = Verdict.INACCURATE
    middle = Estimate((slopes.low + slopes.high) / 2, (slopes.high - slopes.low) / 2)
    interval: Interval = interval_of_estimate(middle)
    witness = Witnesses(slot, element, "gradient", engine, None, interval, None, verdict)
    size = f"off by at least {apart:.1e}" if finite else "not finite, and should be"
    message = f"the gradient of {where(seen.names[slot], element, gradient.shape)} is {size}"
    blame = Blame(seen.number, seen.node.name, slot, "always")
    return Finding(verdict, blame, CHECK_DIFFERENCE, message, (witness,))
