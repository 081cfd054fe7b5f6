"""The function as a whole, held against differences of itself.

Each rule may be right and the whole wrong: values that leave the recording (``detach``,
``no_grad``, ``item``, NumPy, ``stop_gradient``, a write that autograd does not see) enter again as
constants, and show here only. The gradient at the user's inputs must be the derivative along a
line, for a few random lines: two in all inputs at once, and one in each array alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

import numpy as np

from zenverify.functions.cotangents import cotangents_of
from zenverify.functions.differences import sampled_dtype
from zenverify.functions.recording import UNDERFLOW, Function, Node, Value, by_magnitude
from zenverify.graph.case import Array
from zenverify.oracles.difference import Estimate, differentiate, uneven
from zenverify.oracles.enclosure import SMALLEST, THRESHOLD, UNIT_ROUNDOFF
from zenverify.verification.blame.intervals import interval_of_estimate
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict, Witnesses

CHECK = "whole function"

_STEPS = {
    "float64": uneven(2.0**-6, 2.0**-9, 2.0**-13),
    "float32": uneven(2.0**-3, 2.0**-5, 2.0**-7),
}

_TOGETHER = 2
"""Lines that move all arrays at once."""

_MOST_ALONE = 12
"""Arrays that are moved alone; of more, these many."""

_VAGUE = 0.05
"""A difference that is less exact than this share of the slope decides nothing."""


@dataclass(frozen=True, slots=True)
class InputLine:
    """A direction in the inputs.

    Attributes
    ----------
    moves
        How far each element of each array goes.
    array
        The only array that moves; None if all do.
    tied
        Whether elements of the same magnitude move alike, and zeros stay.
    """

    moves: tuple[Array, ...]
    array: int | None
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Along:
    """What gradient and difference say about one line.

    Attributes
    ----------
    line
        The line.
    engine
        The slope by the gradient.
    estimate
        The slope by the difference.
    allowed
        What rounding may do to the gradient's slope.
    unit
        The unit roundoff of the least precision that the function meets.
    """

    line: InputLine
    engine: float
    estimate: Estimate
    allowed: float
    unit: float

    @property
    def scale(self) -> float:
        return max(abs(self.engine), abs(self.estimate.value))

    @property
    def decided(self) -> bool:
        if not math.isfinite(self.estimate.error):
            return False
        return self.estimate.error <= max(_VAGUE * self.scale, self.allowed)

    @property
    def wrong(self) -> bool:
        if not self.decided:
            return False
        if not math.isfinite(self.engine):
            return True
        apart = abs(self.engine - self.estimate.value) - self.estimate.error
        # Relative errors up to here are a matter of accuracy, which the rules are judged for.
        return bool(apart > self.allowed + self.unit**0.4 * self.scale)


@dataclass(frozen=True, slots=True)
class WholeCheck:
    """What the lines say about a function.

    Attributes
    ----------
    finding
        What is wrong, if anything is.
    note
        What is to be said and no failure: why nothing could be decided, a kink.
    decided
        Whether at least one line in all arrays could be decided on.
    """

    finding: Finding | None
    note: str
    decided: bool


def check_whole(
    function: Function, node: Node, values: Sequence[Value], left: Sequence[str] = ()
) -> WholeCheck:
    """Hold a function's gradient against differences of the function.

    A discrepancy must be there beside the inputs too: exactly at a kink, what an operation chooses
    need not be the slope along a line.

    Parameters
    ----------
    function
        The function.
    node, values
        As its method `whole` gives them.
    left
        How values were seen to leave the recording, for the message.
    """
    looked = list(_lines(node, values))
    wrong = [one for one in looked if one.wrong]
    wrong = _without_noise(function, wrong) if wrong else []
    decided = any(one.decided for one in looked if one.line.array is None)
    if not wrong:
        reasons = {one.estimate.reason for one in looked if not one.decided}
        note = ""
        if not decided:
            why = ", ".join(sorted(reason for reason in reasons if reason)) or "not finite nearby"
            note = f"the function as a whole could not be held against differences: {why}"
        return WholeCheck(None, note, decided)
    wrong = [one for one in wrong if _also_beside(function, tied=one.line.tied)]
    if not wrong:
        note = (
            "at these inputs, and not beside them, the gradient of the whole function is not its "
            "slope along a line: a kink"
        )
        return WholeCheck(None, note, decided)
    # What moves one array alone says most about where it comes from.
    worst = max(wrong, key=lambda one: (one.line.array is not None, one.scale))
    return WholeCheck(_finding(node, values, worst, left), "", decided)


_NEIGHBOURS = 3
"""So many, at inputs that differ by rounding, show how much of a slope is rounding."""

_NOISE = 16
"""What a slope may be off by, in units of what so few neighbours show of its rounding."""


def _without_noise(function: Function, wrong: Sequence[Along]) -> list[Along]:
    """Those lines along which rounding does not explain what is wrong.

    Where contributions cancel on the way, as in a normalisation of one element, what is left of the
    gradient is rounding; and at inputs that differ by rounding it is as large, and another.
    """
    draw = np.random.default_rng(26)
    noise = np.zeros(len(wrong))
    try:
        for _ in range(_NEIGHBOURS):
            node, values, _ = function.beside(draw, 4 * wrong[0].unit).whole(parameters=True)
            gradients = _gradients(node, _operands(node, values), cotangents_of(node, values))
            for number, one in enumerate(wrong):
                slope = sum(float(part.sum()) for part in _along_line(gradients, one.line))
                noise[number] = np.fmax(noise[number], abs(slope - one.engine))
    except Exception:  # noqa: BLE001  the library's own, at a neighbouring point
        return list(wrong)
    allowed = (one.allowed + _NOISE * more for one, more in zip(wrong, noise, strict=True))
    return [
        one for one, most in zip(wrong, allowed, strict=True) if replace(one, allowed=most).wrong
    ]


def is_made_up_for(node: Node, values: Sequence[Value], errors: Mapping[int, Array]) -> bool:
    """Whether the function's gradient is right with a rule's error, and would be wrong without.

    So it is where the rule makes up for a value that leaves the graph: half of a symmetric sum of
    products is computed from copies that are detached, and a rule doubles what arrives.

    Parameters
    ----------
    node, values
        As the function's method `whole` gives them.
    errors
        What of the gradient is the rule's error, by operand of `node`.
    """
    looked = _agreeing(node, values)

    def without(one: Along) -> float:
        return one.engine - sum(
            float((error.astype(np.float64) * one.line.moves[slot]).sum())
            for slot, error in errors.items()
        )

    return bool(looked) and all(replace(one, engine=without(one)).wrong for one in looked)


def disagrees(node: Node, values: Sequence[Value]) -> bool:
    """Whether the function's gradient is surely not its slope along some line."""
    return any(one.wrong for one in islice(_lines(node, values), _TOGETHER))


def _agreeing(node: Node, values: Sequence[Value]) -> list[Along]:
    looked = [one for one in islice(_lines(node, values), _TOGETHER) if one.decided]
    return [] if any(one.wrong for one in looked) else looked


_ALONE = 4
"""Elements of an array with a gradient that is not finite, each moved alone."""

_FLAT = 1e-6
"""Relative to the size of the results: a slope that is known to so much may be zero."""


@dataclass(frozen=True, slots=True)
class Masked:
    """An element whose gradient is not finite though the function has a slope there.

    Attributes
    ----------
    slot, element
        Which of the function's operands, and where in it.
    engine
        Its gradient.
    slope
        By differences.
    """

    slot: int
    element: int
    engine: float
    slope: Estimate


def masked_nan(node: Node, values: Sequence[Value]) -> Masked | None:
    """Where the gradient is not finite, and differences of the function converge to one slope.

    Each such element is moved alone, to either side. A side on which the function has no value,
    beyond the edge of its domain, does not count.

    Raises
    ------
    Exception
        Whatever the library raises.
    """
    operands = _operands(node, values)
    cotangents = cotangents_of(node, values)
    pulled = node.pull(list(cotangents))
    for slot, gradient in enumerate(pulled):
        if gradient is None:
            continue
        for element in np.flatnonzero(~np.isfinite(gradient)).tolist()[:_ALONE]:
            if not math.isfinite(float(operands[slot].flat[element])):
                continue
            slope = _one_slope(node, operands, cotangents, slot, element)
            if slope is not None:
                return Masked(slot, element, float(gradient.flat[element]), slope)
    return None


def _one_slope(
    node: Node, operands: Sequence[Array], cotangents: Sequence[Array], slot: int, element: int
) -> Estimate | None:
    """The slope along one element; None where the two sides differ, or one is not known."""
    dtype = sampled_dtype(node, operands)
    wide = [np.array(operand, dtype) for operand in operands]
    size = abs(float(operands[slot].flat[element])) or 1.0
    sizes: list[float] = []

    def function(t: float) -> tuple[float, float]:
        moved = [np.array(x) for x in wide]
        moved[slot].flat[element] += t * size
        terms = [
            np.where(c == 0, 0.0, c.astype(np.float64) * r)
            for c, r in zip(cotangents, node.forward(moved), strict=True)
        ]
        magnitude = sum(float(np.abs(term).sum()) for term in terms)
        sizes.append(magnitude)
        return sum(float(term.sum()) for term in terms), magnitude

    found: list[Estimate] = []
    with np.errstate(all="ignore"):
        if not math.isfinite(function(0.0)[0]):
            return None
        for side in ("right", "left"):
            sign = 1.0 if side == "right" else -1.0
            if not math.isfinite(function(sign * _STEPS[dtype][-1])[0]):
                continue
            estimate = differentiate(
                function, unit=UNIT_ROUNDOFF[dtype], side=side, steps=_STEPS[dtype]
            )
            scale = max(_VAGUE * abs(estimate.value), _FLAT * max(sizes))
            if not estimate.error <= scale:
                return None
            found.append(Estimate(estimate.value / size, estimate.error / size))
    if not found or not found[0].meets(found[-1]):
        return None
    return min(found, key=lambda one: one.error)


def _also_beside(function: Function, *, tied: bool) -> bool:
    try:
        beside = function.beside(None if tied else np.random.default_rng(22))
        node, values, _ = beside.whole(parameters=True)
        return any(one.wrong for one in _lines(node, values) if one.line.tied is tied)
    except Exception:  # noqa: BLE001  the library's own, at a neighbouring point
        return True  # there is nothing beside these inputs to excuse what is wrong at them


def _lines(node: Node, values: Sequence[Value]) -> Iterator[Along]:
    operands = _operands(node, values)
    cotangents = cotangents_of(node, values)
    gradients = _gradients(node, operands, cotangents)
    draw = np.random.default_rng(23)
    unit = node.unit(*operands, *cotangents)
    for line in _directions(operands, draw):
        yield _along(node, operands, cotangents, gradients, line, unit)


def wrong_where_tied(
    node: Node, operands: Sequence[Array], cotangents: Sequence[Array]
) -> Along | None:
    """What a rule says of a line along which equal elements stay equal, if it is wrong.

    Where elements tie, a maximum may hand its cotangent to any of them, and each share between none
    and all of it is right by itself. All of it to each is not: along such a line the function is
    smooth, since what it may choose from is equal all along, and the shares must add up.
    """
    line = _keeping_ties(operands)
    if line is None:
        return None
    gradients = _gradients(node, operands, cotangents)
    found = _along(node, operands, cotangents, gradients, line, node.unit(*operands, *cotangents))
    return found if found.wrong else None


def _keeping_ties(operands: Sequence[Array]) -> InputLine | None:
    """A line on which elements that are of the same magnitude stay so; None if none are."""
    sizes = np.concatenate([np.abs(operand).ravel() for operand in operands])
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if np.unique(sizes).size == sizes.size:
        return None

    def move(operand: Array) -> Array:
        size = np.where(np.isfinite(operand), operand, 0.0).astype(np.float64)
        factor = by_magnitude(operand)
        return np.asarray(size * (0.5 + np.abs(factor) / 2) * np.sign(factor))

    return InputLine(tuple(map(move, operands)), None, tied=True)


def _operands(node: Node, values: Sequence[Value]) -> list[Array]:
    return [values[place].array for place in node.operands]


def _gradients(node: Node, operands: Sequence[Array], cotangents: Sequence[Array]) -> list[Array]:
    """Per operand, zeros where the library gives nothing."""
    parts = zip(operands, node.pull(list(cotangents)), strict=True)
    return [np.zeros_like(operand) if part is None else part for operand, part in parts]


def _along_line(gradients: Sequence[Array], line: InputLine) -> list[Array]:
    """What each element contributes to the slope; a NaN in what stays is no matter of this line."""
    with np.errstate(all="ignore"):
        return [
            np.where(move != 0, gradient.astype(np.float64) * move, 0.0)
            for gradient, move in zip(gradients, line.moves, strict=True)
        ]


def _directions(operands: Sequence[Array], draw: np.random.Generator) -> Iterator[InputLine]:
    def move(operand: Array) -> Array:
        size = np.abs(operand.astype(np.float64))
        usual = float(np.median(size[np.isfinite(size)])) if np.isfinite(size).any() else 0.0
        size = np.where(np.isfinite(size) & (size > 0), size, usual or 1.0)
        return np.asarray(size * draw.uniform(0.5, 1.0, operand.shape) * _signs(draw, operand))

    for _ in range(_TOGETHER):
        yield InputLine(tuple(map(move, operands)), None)
    if (tied := _keeping_ties(operands)) is not None:
        yield tied
    if len(operands) > 1:
        for number in range(min(len(operands), _MOST_ALONE)):
            still: list[Array] = [np.zeros(operand.shape) for operand in operands]
            still[number] = move(operands[number])
            yield InputLine(tuple(still), number)


def _signs(draw: np.random.Generator, operand: Array) -> Array:
    return np.asarray(draw.integers(0, 2, operand.shape) * 2.0 - 1.0)


def _along(
    node: Node,
    operands: Sequence[Array],
    cotangents: Sequence[Array],
    gradients: Sequence[Array],
    line: InputLine,
    unit: float,
) -> Along:
    dtype = sampled_dtype(node, operands)
    wide = [np.array(operand, dtype) for operand in operands]
    weights = [cotangent.astype(np.float64) for cotangent in cotangents]

    @cache
    def function(t: float) -> tuple[float, float]:
        moved = [np.asarray(x + t * move, dtype) for x, move in zip(wide, line.moves, strict=True)]
        terms = [w * r for w, r in zip(weights, node.forward(moved), strict=True)]
        size = sum(float(np.abs(term).sum()) for term in terms)
        return sum(float(term.sum()) for term in terms), size

    with np.errstate(all="ignore"):
        parts = _along_line(gradients, line)
        engine = sum(float(part.sum()) for part in parts)
        sizes = sum(float(np.abs(part).sum()) for part in parts)
        reached = sum(
            float(np.nansum(np.abs(g.astype(np.float64) * x.astype(np.float64))))
            for g, x, m in zip(gradients, operands, line.moves, strict=True)
            if m.any()
        )
        natural = function(0.0)[1]
        estimate = _differentiated(function, dtype, abs(engine))
    # Every moved array is rounded, and so is what comes of it.
    rounding = 8 * UNIT_ROUNDOFF[dtype] * reached / _STEPS[dtype][-1]
    error = estimate.error + (rounding if math.isfinite(rounding) else 0.0)
    # Contributions may cancel in the gradients, as those of x / x do. Along a line that moves each
    # element by its own size at most they are as large as the results: what differences in this
    # precision cannot resolve either.
    sizes += natural if math.isfinite(natural) else 0.0
    allowed = (THRESHOLD + sum(g.size for g in gradients).bit_length()) * unit * sizes
    # What underflows in the function's own precision need not in that of the difference.
    reach = sum(float(np.abs(move).sum()) for move in line.moves)
    lost = SMALLEST["float32" if unit > UNIT_ROUNDOFF["float64"] else "float64"]
    allowed += max(lost, UNDERFLOW.get(node.least, 0.0)) * reach
    return Along(
        line,
        engine,
        Estimate(estimate.value, error, estimate.reason),
        allowed if math.isfinite(allowed) else 0.0,
        unit,
    )


def _differentiated(
    function: Callable[[float], tuple[float, float]], dtype: str, size: float
) -> Estimate:
    try:
        return differentiate(
            function,
            unit=UNIT_ROUNDOFF[dtype],
            steps=_STEPS[dtype],
            enough=UNIT_ROUNDOFF[dtype] ** 0.5 * (size if math.isfinite(size) else 0.0),
        )
    except Exception as error:  # noqa: BLE001  the library's own, at a neighbouring point
        return Estimate(math.nan, math.inf, f"it raised {type(error).__name__} nearby")


def _finding(node: Node, values: Sequence[Value], worst: Along, left: Sequence[str]) -> Finding:
    array = worst.line.array
    names = [values[place].name for place in node.operands]
    where = "in all inputs at once" if array is None else f"in {names[array]} alone"
    if worst.line.tied:
        where += ", along which equal elements stay equal,"
    estimate = worst.estimate
    verdict = Verdict.ENGINE_WRONG if math.isfinite(worst.engine) else Verdict.NON_FINITE
    reason = (
        "; ".join(left)
        if left
        else "a value leaves the graph, or the function depends on something else than it records"
    )
    message = (
        f"each rule is right by itself, and the gradient of the whole function is not: its slope "
        f"along a random line {where} is {worst.engine:.9g}, differences of the function give "
        f"{estimate.value:.9g} +- {estimate.error:.1e}: {reason}"
    )
    witness = Witnesses(
        -1 if array is None else array,
        0,
        "gradient",
        worst.engine,
        None,
        interval_of_estimate(estimate),
        None,
        verdict,
    )
    blame = Blame(-1, node.name, array, "always")
    return Finding(verdict, blame, CHECK, message, (witness,))
