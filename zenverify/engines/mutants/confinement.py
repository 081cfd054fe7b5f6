"""Faults confined to values or shapes where they change nothing, as a declaration tells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zenverify.engines.mutants.bounds import error_unit_at, octaves, slope_on
from zenverify.engines.mutants.drawn import by_attributes, calls_drawn, result_of
from zenverify.engines.mutants.symbolic import is_even
from zenverify.engines.mutants.ties import bends_only_at_ties
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.operator import Domain, Instance, Operator
from zenverify.operators.program.builder import Shape
from zenverify.tensor import Operation

_REGIONS: dict[str, tuple[tuple[float, float], ...]] = {
    "negative": ((-math.inf, 0.0),),
    "below-5": ((-math.inf, -5.0),),
    "above-20": ((-math.inf, -20.0), (20.0, math.inf)),
    "overflow": ((355.0, math.inf),),
}
"""The open intervals to which faults are confined."""

_SHAPES: dict[str, Callable[[Shape], bool]] = {
    "size-1": lambda shape: 1 in shape,
    "square": lambda shape: _square(shape),
    "transposed": lambda shape: _square(shape),
    "operand-transposed": lambda shape: _square(shape),
    "next-transposed": lambda shape: _square(shape),
    "three-axes": lambda shape: len(shape) > 2,
    "empty": lambda shape: 0 in shape,
}
"""The operand's shapes to which faults are confined."""

_OFF_ABOVE_20 = 1e-6
"""By how much the slope is wrong there."""

_SIGNED_ZEROS = ((0.0, -0.0, 0.0, -0.0), (0.0, 0.0, -0.0, -0.0))


def _square(shape: Shape) -> bool:
    return len(shape) > 1 and shape[-1] == shape[-2]


@dataclass(frozen=True)
class Confinement:
    """The values and shapes that one operand of a declared operation takes.

    Attributes
    ----------
    operation, position
        The operation, and which of its pullbacks.
    declared
        Its declaration.
    """

    operation: Operation
    position: int
    declared: Operator

    def reason(self, key: str) -> str:
        """Why a fault can never change a number; empty if that is not proven."""
        declared = self.declared
        limits = declared.argument(self.position).limits
        extended = declared.integers_extend is not None and self.position == 0
        if key in _REGIONS and not extended and _is_outside(_REGIONS[key], limits):
            return f"outside the domain, {limits.describe('x')}"
        if key == "zero" and not extended and _excludes_zero(limits):
            return f"outside the domain, {limits.describe('x')}"
        if key == "zero" and (self._is_flat_at_zero(declared) or self._is_even(declared)):
            return "the slope at zero is zero, or there is none"
        if key in _REGIONS and key != "overflow" and self._is_flat(_REGIONS[key], declared):
            return "the slope there is zero"
        if key == "above-20" and (bound := self._effect_above_20(declared)):
            return f"its effect, at most {bound:.1e}, is below the error unit"
        if key in ("right-of-kink", "left-of-kink") and bends_only_at_ties(declared):
            return "kinks are ties, and elements that tie still do when all of them move"
        return self._unreached(key, declared)

    def _unreached(self, key: str, declared: Operator) -> str:
        """Faults confined to shapes of which the declaration draws none."""
        calls = calls_drawn(declared)
        holds = _SHAPES.get(key)
        if holds is not None:
            following = key == "next-transposed"
            shapes = (shape for call in calls for shape in self._shapes(call, following))
            if not any(map(holds, shapes)) and (key != "transposed" or not self._spreads):
                return "no operand has such a shape"
        if key in ("exchanged", "aliased") and not any(map(self._alike, calls)):
            return "the operands never have the same shape"
        if key in ("uncounted", "count-less-one"):
            counts = {self._count(declared, call) for call in calls}
            if counts <= {0}:
                return "the result never has fewer elements than the operand"
            if key == "uncounted" and counts <= {0, 1}:
                return "the result always has more than half of the operand's elements"
        return ""

    def _is_even(self, declared: Operator) -> bool:
        """Whether the sign of no element matters: then both sides' slopes at zero cancel."""
        return len(declared.arguments) == 1 and all(
            is_even(declared.program(call.shapes, freeze_attributes(call.attributes)), 0)
            for call in calls_drawn(declared)
        )

    @property
    def _next(self) -> int:
        return (self.position + 1) % max(2, len(self.operation.pullbacks))

    @property
    def _rule(self) -> Callable[..., Any]:
        return self.operation.pullbacks[self.position]

    @property
    def _spreads(self) -> bool:
        """Whether what the rule hands on may have another shape than the operand."""
        return self.operation.broadcasts

    def _shapes(self, call: Instance, following: bool) -> Sequence[Shape]:
        """The shapes that the operand, or the one that follows, has in a call."""
        if self.operation.variadic:
            return call.shapes
        return (call.shapes[self._next if following else self.position],)

    def _alike(self, call: Instance) -> bool:
        if self.operation.variadic:
            return len(set(call.shapes)) < len(call.shapes)
        return call.shapes[self.position] == call.shapes[self._next]

    def _count(self, declared: Operator, call: Instance) -> int:
        """How many elements make one of the result; zero if it has no fewer than the operand."""
        left = math.prod(result_of(declared, call))
        sizes = map(math.prod, self._shapes(call, False))
        return max((size // left for size in sizes if 0 < left < size), default=0)

    def _is_flat_at_zero(self, declared: Operator) -> bool:
        """Whether doubling what is handed on at zero leaves it as it is."""
        if not self.operation.broadcasts or declared.attribute_names:
            return False
        others = len(declared.arguments) - 1
        if others > 1 or not self._stays_when_doubled(1 + others):
            return False
        # Where the other operand is not zero, the slope must be.
        return not others or all(
            _is_zero(slope_on(declared, self.position, zero_and_other, {}))
            for other in octaves(-math.inf, math.inf)
            for zero_and_other in [_in_turn(Ball(0), other, self.position)]
        )

    def _stays_when_doubled(self, operands: int) -> bool:
        for dtype in (np.float64, np.float32):
            zeros = [np.array(signs, dtype) for signs in _SIGNED_ZEROS[:operands]]
            with np.errstate(all="ignore"):
                result = self.operation.forward(*zeros)
                slopes = self._rule(np.ones_like(result), result, *zeros)
                if not np.array_equal(slopes, np.multiply(slopes, 2), equal_nan=True):
                    return False
        return True

    def _is_flat(self, region: tuple[tuple[float, float], ...], declared: Operator) -> bool:
        """Whether the slope is zero all over a region, in ball arithmetic."""
        if not self.operation.broadcasts or len(declared.arguments) > 1:
            return False
        return all(
            _is_zero(slope_on(declared, 0, [piece], call.attributes))
            for call in by_attributes(declared).values()
            for low, high in region
            for piece in octaves(low, high)
        )

    def _effect_above_20(self, declared: Operator) -> float:
        """What the fault beyond 20 changes at most, if rounding may change more; else zero."""
        single = self.operation.broadcasts and len(declared.arguments) == 1
        if not single or declared.attribute_names:
            return 0.0
        largest = 0.0
        for low, high in _REGIONS["above-20"]:
            for piece in octaves(low, high):
                effect = float(abs(slope_on(declared, 0, [piece], {})).upper()) * _OFF_ABOVE_20
                ends = piece.lower(), piece.upper()
                if not all(effect < error_unit_at(declared, end, {}) for end in ends):
                    return 0.0
                largest = max(largest, effect)
        return largest


def _is_zero(slope: Ball) -> bool:
    return bool(slope.is_zero())


def _in_turn(own: Ball, other: Ball, position: int) -> list[Ball]:
    return [own, other] if position == 0 else [other, own]


def _is_outside(region: tuple[tuple[float, float], ...], limits: Domain) -> bool:
    return all(high <= limits.low or low >= limits.high for low, high in region)


def _excludes_zero(limits: Domain) -> bool:
    at_an_end = 0.0 in (limits.low, limits.high) and not limits.closed
    return limits.nonzero or at_an_end or not limits.low <= 0 <= limits.high
