"""The inputs of one operation as points of a space: where a search starts, and how it moves."""

from __future__ import annotations

import math
import random as choices
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zenverify.accuracy.exact import Signature
from zenverify.accuracy.points import points_of
from zenverify.graph.case import Array, Case
from zenverify.graph.drawing import instances_of
from zenverify.graph.filling import FILLINGS, Filling, fill
from zenverify.graph.structure import Structure, plan_for
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Operator

Point = NDArray[np.float64]
"""The elements of all operands, and, unless the call is pointwise, of the cotangent."""

_MOST_CALLS = 6
_SMALL = 24
"""Elements of an operand; among larger ones fewer inputs could be tried."""


@dataclass(frozen=True, eq=False)
class Space:
    """All inputs of one call.

    Attributes
    ----------
    call
        Of a pointwise call, one of a single point.
    dtype
        The dtype of everything.
    """

    call: Signature
    dtype: str

    @property
    def domains(self) -> list[Domain]:
        """Per operand, its domain."""
        operator = self.call.operator
        return [operator.argument(place).limits for place in range(len(self.call.shapes))]

    @property
    def sizes(self) -> list[int]:
        """The number of coordinates that each operand has, and the cotangent."""
        sizes = list(self.call.program.sizes)
        return sizes if self.call.pointwise else [*sizes, math.prod(self.call.program.shape)]

    def starts(self, count: int, seed: int) -> list[Point]:
        """Ordinary points, edges, kinks, integers, huge and tiny ones: about so many."""
        if self.call.pointwise:
            columns = points_of(self.domains, self.dtype, seed)
            points = np.stack(columns, axis=-1).astype(np.float64)
            kept = np.random.default_rng(seed).permutation(len(points))[:count]
            return list(points[np.sort(kept)])
        plans = tuple(plan_for(domain, negative=False) for domain in self.domains)
        structure = Structure(self.call.graph(self.dtype), plans)
        found = []
        for number in range(count):
            # Ordinary ones are half of them: the others are undefined now and then.
            filling = FILLINGS[number // 2 % len(FILLINGS)] if number % 2 else Filling.ORDINARY
            case = fill(structure, filling, seed + number)
            arrays = [*case.values, case.cotangent]
            found.append(np.concatenate(arrays, axis=None, dtype=np.float64))
        return found

    def cases(self, points: Sequence[Point]) -> Iterator[tuple[Signature, Case]]:
        """Cases of these points: one for all where they are independent, else one for each."""
        if self.call.pointwise:
            call = self.call.of_length(len(points))
            columns = np.stack(points).astype(self.dtype)
            values = [np.ascontiguousarray(columns[:, place]) for place in range(columns.shape[1])]
            yield call, self._case(call, values, np.ones(len(points), self.dtype))
            return
        for point in points:
            yield self.call, self.alone(point)

    def alone(self, point: Point) -> Case:
        """The case of one point."""
        call = self.call
        ends = np.cumsum(self.sizes)[:-1]
        parts = np.split(point.astype(self.dtype), ends)
        values = [part.reshape(shape) for part, shape in zip(parts, call.shapes, strict=False)]
        shape = call.program.shape
        seed = np.ones(shape, self.dtype) if call.pointwise else parts[-1].reshape(shape)
        return self._case(call, values, seed)

    def _case(self, call: Signature, values: Sequence[Array], cotangent: Array) -> Case:
        return Case(call.graph(self.dtype), tuple(values), cotangent)


def spaces_of(operator: Operator, dtype: str, *, arrays: bool, seed: int) -> list[Space]:
    """The calls of an operation that are searched; other attributes first, then other shapes.

    Parameters
    ----------
    operator, dtype
        What to search.
    arrays
        Whether the engine has arrays; without them only calls with numbers are left.
    seed
        Which calls are taken where there are many.
    """
    if operator.is_elementwise:
        shape = (1,) if arrays else ()
        return [Space(Signature(operator.name, (shape,) * len(operator.arguments)), dtype)]
    found: dict[object, list[Signature]] = {}
    for instance in instances_of(operator):
        attributes = freeze_attributes(instance.attributes)
        sizes = [math.prod(shape) for shape in instance.shapes]
        fits = all(0 < size <= _SMALL for size in sizes) and (arrays or not any(instance.shapes))
        if fits:
            found.setdefault(attributes, []).append(
                Signature(operator.name, instance.shapes, attributes)
            )
    draw = choices.Random(seed)
    groups = list(found.values())
    draw.shuffle(groups)
    chosen = [draw.choice(group) for group in groups[:_MOST_CALLS]]
    rest = [call for group in groups for call in group if call not in chosen]
    chosen += draw.sample(rest, min(len(rest), _MOST_CALLS - len(chosen)))
    return [Space(call, dtype) for call in chosen if math.prod(call.program.shape)]
