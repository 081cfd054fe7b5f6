"""Programs of operations, run on arrays of pairs: what `Program` does on lists of balls.

A step that is not known here, or a kernel that calls a function without an enclosure of its own,
makes the program one that is not screened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zenverify.operators.derivation.evaluators import BallFunction
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.contraction import Contraction
from zenverify.operators.program.kernel import Kernel
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.extremum import Extremum
from zenverify.operators.program.steps.fill import Fill
from zenverify.operators.program.steps.finite import Finite
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum
from zenverify.oracles.screen.functions import NAMES, step
from zenverify.oracles.screen.pairs import (
    BLOCK,
    Floats,
    Pair,
    as_pair,
    choose,
    in_blocks,
    joined,
    sums,
)
from zenverify.oracles.screen.products import product


@dataclass(frozen=True, slots=True)
class Sized:
    """Numbers, and how large the terms were that they were summed from.

    ``size`` is at least the number's own magnitude where nothing was summed, and never more than
    the magnitudes of the terms of the last sum together: a lower bound of S, to a relative 2^-30.
    """

    number: Pair
    size: Floats


def sized(number: Pair) -> Sized:
    """Numbers that are no sums."""
    return Sized(number, number.magnitude)


_NOTHING = sized(Pair.exact(np.zeros(0)))
"""Stands for a buffer that nobody reads."""


@lru_cache(maxsize=1024)
def _on_pairs(function: BallFunction) -> BallFunction | None:
    """A derived evaluator that calls the functions of pairs; None where one of them lacks."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    if not set(function.__code__.co_names) <= NAMES.keys() | {"pi"}:
        return None
    return FunctionType(function.__code__, NAMES, function.__name__, function.__defaults__)


def can_screen(program: Program) -> bool:
    """Whether every step of a program is known, and every function in its kernels."""
    return not program.free_signs and all(map(_is_known, program.steps))


def _is_known(one: Step) -> bool:
    if isinstance(one, Map):
        derived = one.kernel.derived
        functions = [derived.value, derived.linear, derived.kinks]
        return all(f is None or _on_pairs(f) is not None for f in functions)
    return isinstance(one, Move | Sum | Extremum | Fill | Finite)


class Screened:
    """A program's result at a point in pairs, and its partials there.

    Parameters
    ----------
    program
        One that `can_screen` knows.
    operands
        Their elements.
    at_kink
        What to take at kinks.
    """

    def __init__(
        self,
        program: Program,
        operands: Sequence[Pair],
        at_kink: AtKink,
        *,
        contract: bool = True,
    ) -> None:
        self._program = program
        self._operands = operands
        self._at_kink = at_kink
        self._saved: list[Any] = []
        self.kinked = False
        """Whether some step lies, or may lie, at a kink."""
        self._contractions = program.contractions if contract else {}
        buffers = self._forward()
        if buffers is None:
            self._contractions = {}
            self._saved.clear()
            buffers = self._forward()
            assert buffers is not None
        self.value = buffers[-1]

    def _forward(self) -> list[Sized] | None:
        """All buffers; None where matrices hold numbers whose product is not to be had exactly."""
        program = self._program
        left_out = program.contracted if self._contractions else frozenset()
        buffers = [sized(operand) for operand in self._operands]
        for number, one in enumerate(program.steps):
            contraction = self._contractions.get(number)
            if number in left_out:
                result, kept = _NOTHING, None
            elif contraction is not None:
                left, right = (
                    _taken([buffers[factor.source].number], factor.elements)
                    for factor in (contraction.left, contraction.right)
                )
                found = product(left, right)
                if found is None:
                    return None
                matrix, sizes = found
                places = (contraction.rows, contraction.columns)
                result = Sized(matrix.take(places), sizes[places])
                kept = left, right
            else:
                result, kept = self._run(one, [buffers[source] for source in one.sources])
            buffers.append(result)
            self._saved.append(kept)
        self._lengths = [len(buffer.number.high) for buffer in buffers]
        return buffers

    def _run(self, one: Step, given: Sequence[Sized]) -> tuple[Sized, Any]:
        match one:
            case Move():
                return _moved(one, given), None
            case Sum():
                (source,) = given
                total, magnitudes = sums(source.number.reshape(one.rows, one.width))
                return Sized(total, magnitudes), None
            case Fill():
                return sized(Pair.exact(np.array(one.items, np.float64))), None
            case Finite():
                (source,) = given
                finite = np.isfinite(source.number.high)
                return Sized(_known_where(source.number, finite), source.size), finite
            case Extremum():
                return self._extremum(one, given[0].number)
            case Map():
                return self._mapped(one.kernel, [source.number for source in given])
        raise TypeError(f"no pairs for a {type(one).__name__}")  # `can_screen` tells

    def _mapped(self, kernel: Kernel, points: Sequence[Pair]) -> tuple[Sized, list[int | Pair]]:
        """A kernel's value and its partials, of which the constant ones are numbers."""
        derived = kernel.derived
        varying = [place for place, known in enumerate(derived.constants) if known is None]
        length = len(points[0].high)
        blocks = [
            self._mapped_block(
                kernel, [point.take(slice(start, start + BLOCK)) for point in points]
            )
            for start in range(0, max(length, 1), BLOCK)
        ]
        result, *columns = [joined(*parts) for parts in zip(*blocks, strict=True)]
        partials: list[Any] = list(derived.constants)
        for place, column in zip(varying, columns, strict=True):
            partials[place] = column
        return sized(result), partials

    def _mapped_block(self, kernel: Kernel, points: Sequence[Pair]) -> list[Pair]:
        """A kernel's value, and the partials that vary."""
        derived = kernel.derived
        steps: list[Pair] = []
        if derived.kinks is not None:
            kinks = _on_pairs(derived.kinks)
            assert kinks is not None
            places = [as_pair(kink) for kink in kinks(*points)]
            self.kinked |= any(not (p.positive | p.negative).all() for p in places)
            steps = [step(place, self._at_kink.step) for place in places]
        function = _on_pairs(derived.linear if None in derived.constants else derived.value)
        assert function is not None
        found = function(*points, *steps) if None in derived.constants else [function(*points)]
        return [_wide(one, len(points[0].high)) for one in found]

    def _extremum(self, one: Extremum, source: Pair) -> tuple[Sized, Any]:
        """Of exact numbers only: then it is known which one, or which several, it is."""
        rows = source.reshape(one.rows, one.width)
        exact = np.all((rows.low == 0) & (rows.error == 0), axis=1)
        best = (np.max if one.largest else np.min)(rows.high, axis=1)
        reaching = rows.high == best[:, None]
        count = np.add.reduce(reaching, axis=1)
        unknown = ~exact | np.isnan(best)
        self.kinked |= bool((unknown | (count > 1)).any())
        shares = reaching / np.maximum(count, 1)[:, None]
        if self._at_kink.ties is None:
            unknown_share = unknown | (count > 1)
        else:
            unknown_share = unknown
            if self._at_kink.ties != "equal":
                order = reaching if self._at_kink.ties == "first" else reaching[:, ::-1]
                chosen = np.zeros_like(reaching)
                chosen[np.arange(one.rows), np.argmax(order, axis=1)] = True
                shares = (chosen if self._at_kink.ties == "first" else chosen[:, ::-1]) * 1.0
        error = np.broadcast_to(np.where(unknown_share, np.inf, 0.0)[:, None], shares.shape)
        thirds = as_pair(1.0) / as_pair(np.maximum(count, 1).astype(np.float64))
        exactly = choose(
            (shares == 1.0) | (shares == 0.0),
            Pair.exact(shares),
            Pair(
                np.broadcast_to(thirds.high[:, None], shares.shape),
                np.broadcast_to(thirds.low[:, None], shares.shape),
                np.broadcast_to(thirds.error[:, None], shares.shape),
            ),
        )
        kept = Pair(exactly.high, exactly.low, exactly.error + error).reshape(-1)
        value = Pair(best, np.zeros_like(best), np.where(unknown, np.inf, 0.0))
        return sized(value), kept

    def pull(self, cotangent: Pair) -> list[Sized | None]:
        """Per operand, the contribution of the result's cotangent; None where there is none."""
        program = self._program
        count = len(program.sizes)
        held: list[Sized | None] = [None] * (count + len(program.steps))
        held[-1] = sized(cotangent)
        for number, one in program.backward:
            here = held[count + number]
            if here is None:
                continue
            contraction = self._contractions.get(number)
            if contraction is None:
                parts = self._pulled(one, self._saved[number], here)
                sources = one.sources
            else:
                found = self._pulled_apart(contraction, self._saved[number], here.number)
                if found is None:
                    again = Screened(program, self._operands, self._at_kink, contract=False)
                    return again.pull(cotangent)
                parts = found
                sources = contraction.left.source, contraction.right.source
            for source, part in zip(sources, parts, strict=True):
                if part is not None:
                    held[source] = added(held[source], part)
        return held[:count]

    def _pulled_apart(
        self, one: Contraction, factors: tuple[Pair, Pair], here: Pair
    ) -> list[Sized] | None:
        """The contributions to both sources: the cotangent's matrix times the other matrix."""
        left, right = factors
        places = (one.rows, one.columns)
        shape = (len(left.high), len(right.high))
        spread = Pair(*(np.zeros(shape) for _ in range(3)))
        spread.high[places], spread.low[places] = here.high, here.low
        spread.error[places] = here.error
        parts = []
        for factor, arriving, other in (
            (one.left, spread, right),
            (one.right, _transposed(spread), left),
        ):
            found = product(arriving, _transposed(other))
            if found is None:
                return None
            number, sizes = found
            given = Sized(number.reshape(-1), sizes.ravel())
            length = self._lengths[factor.source]
            parts.append(_summed_by(factor.elements.ravel(), length, given, given.size))
        return parts

    def _pulled(self, one: Step, saved: Any, here: Sized) -> Sequence[Sized | None]:
        match one:
            case Move():
                return [None] * len(one.sources) if one.detached else _given_back(one, here)
            case Sum():
                wide = np.repeat(np.arange(one.rows), one.width)
                return [Sized(here.number.take(wide), here.size[wide])]
            case Fill():
                return []
            case Finite():
                return [Sized(_known_where(here.number, saved), here.size)]
            case Extremum():
                wide = np.repeat(np.arange(one.rows), one.width)
                return [sized(here.number.take(wide) * saved)]
            case Map():
                return [_scaled(partial, here) for partial in saved]
        raise TypeError(f"no pairs for a {type(one).__name__}")  # `can_screen` tells


def added(held: Sized | None, part: Sized) -> Sized:
    """The sum of two contributions, whose sizes add up too."""
    if held is None:
        return part
    number = in_blocks(Pair.__add__, held.number, part.number)
    return Sized(number, (held.size + part.size) * (1 - 2.0**-40))


def _scaled(partial: int | Pair, here: Sized) -> Sized:
    if isinstance(partial, int):
        if partial == 1:
            return here
        if partial == -1:
            return Sized(-here.number, here.size)
        return sized(here.number * partial)
    return sized(in_blocks(Pair.__mul__, here.number, partial))


def _known_where(number: Pair, known: NDArray[np.bool_]) -> Pair:
    return Pair(number.high, number.low, np.where(known, number.error, np.inf))


def _wide(number: Pair | float, length: int) -> Pair:
    """A constant as often as there are elements."""
    number = as_pair(number)
    if number.high.shape == (length,):
        return number
    return Pair(
        np.broadcast_to(number.high, (length,)),
        np.broadcast_to(number.low, (length,)),
        np.broadcast_to(number.error, (length,)),
    )


def _moved(one: Move, given: Sequence[Sized]) -> Sized:
    sizes = np.concatenate([*(source.size for source in given), np.zeros(1)])
    return Sized(_taken([source.number for source in given], one.array), sizes[one.array])


def _taken(numbers: Sequence[Pair], elements: NDArray[np.intp]) -> Pair:
    """Elements of buffers that lie end to end; one past the end is a zero."""
    return joined(*numbers, Pair.exact(np.zeros(1))).take(elements)


def _transposed(matrix: Pair) -> Pair:
    return Pair(matrix.high.T, matrix.low.T, matrix.error.T)


def _given_back(one: Move, here: Sized) -> list[Sized]:
    """Per source, the sums of its elements' cotangents."""
    total = _summed_by(one.array, sum(one.sizes), here, here.number.magnitude)
    found = []
    ends = np.cumsum(one.sizes)
    for end, length in zip(ends, one.sizes, strict=True):
        part = slice(end - length, end)
        found.append(Sized(total.number.take(part), total.size[part]))
    return found


def _summed_by(indices: NDArray[np.intp], count: int, here: Sized, terms: Floats) -> Sized:
    """The sums of those of equal index, by index; what has the index `count` is left out.

    Where several are summed, the sum's size is that of the `terms` together.
    """
    order = np.argsort(indices, kind="stable")
    often = np.bincount(indices, minlength=count + 1)[:count]
    starts = np.concatenate([[0], np.cumsum(often)])
    gathered = here.number.take(order)
    sizes = here.size[order]
    high, low, error, size = (np.zeros(count) for _ in range(4))
    # All elements that were moved to equally many places make one matrix.
    for times in np.unique(often):
        places = np.flatnonzero(often == times)
        if times == 0:
            continue
        rows = starts[places][:, None] + np.arange(times)
        if times == 1:
            total = gathered.take(rows[:, 0])
            magnitudes = sizes[rows[:, 0]]
        else:
            total, _ = sums(gathered.take(rows))
            magnitudes = np.add.reduce(terms[order[rows]], axis=-1) * (1 - 2.0**-30)
        high[places], low[places], error[places] = total.high, total.low, total.error
        size[places] = magnitudes
    return Sized(Pair(high, low, error), size)
