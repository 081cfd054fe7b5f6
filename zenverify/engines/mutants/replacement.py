"""Faults that put another array in an operand's place, where that changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zenverify.engines.mutants.bounds import powers_of_two, slope_is_settled
from zenverify.engines.mutants.drawn import by_attributes, calls_drawn, gives_back, result_of
from zenverify.engines.mutants.symbolic import slopes_ignore
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.operator import Instance, Operator
from zenverify.tensor import Operation


@dataclass(frozen=True)
class Replacement:
    """The operand of a declared operation, its transpose, and the result in its place.

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
        match key:
            case "result-for-operand" | "operand-for-result":
                return self._replaced(key)
            case "operand-transposed" if all(map(self._is_ignored, calls_drawn(self.declared))):
                return "the slope does not depend on the operand"
        return ""

    def _replaced(self, key: str) -> str:
        same = [call for call in calls_drawn(self.declared) if self._keeps_shape(call)]
        if not same:
            return "the result never has the operand's shape"
        where = "where the result has the operand's shape, "
        if not self.declared.variadic and all(
            gives_back(self.declared, call, self.position) for call in same
        ):
            return f"{where}it is the operand"
        if key == "result-for-operand":
            if all(map(self._is_ignored, same)):
                return f"{where}the slope does not depend on the operand"
            if self._is_settled():
                return "the slope at the result is that at the operand"
        return ""

    def _keeps_shape(self, call: Instance) -> bool:
        own = call.shapes if self.operation.variadic else (call.shapes[self.position],)
        return result_of(self.declared, call) in own

    def _is_ignored(self, call: Instance) -> bool:
        """Whether the slopes do not depend on the operand that they are for."""
        program = self.declared.program(call.shapes, freeze_attributes(call.attributes))
        own = range(len(call.shapes)) if self.operation.variadic else (self.position,)
        return all(slopes_ignore(program, place, place) for place in own)

    def _is_settled(self) -> bool:
        """Whether the rule gives at the result what it gives at the operand, for every operand."""
        if not self.operation.broadcasts or len(self.declared.arguments) > 1:
            return False
        return all(
            self._stays_at_points(call.attributes)
            and slope_is_settled(self.declared, call.attributes)
            for call in by_attributes(self.declared).values()
        )

    def _stays_at_points(self, attributes: Mapping[str, Any]) -> bool:
        """The same for zero and the powers of two, on which kinks lie."""
        rule = self.operation.pullbacks[self.position]
        powers = np.array(powers_of_two())
        for dtype in (np.float64, np.float32):
            with np.errstate(all="ignore"):
                points = np.concatenate([powers, -powers, [0.0, -0.0]]).astype(dtype)
                points = points[np.isfinite(points)]
                result = self.operation.forward(points, **attributes)
                ones = np.ones_like(points)
                there = rule(ones, result, result, **attributes)
                if not np.array_equal(there, rule(ones, result, points, **attributes)):
                    return False
        return True
