"""What a primitive of JAX is, by the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from zenverify.functions.jax.alone import to_array
from zenverify.functions.jax.steps import PrimitiveCall, is_float
from zenverify.functions.jax.table import ELEMENTWISE, MOVEMENTS, PRIMITIVES
from zenverify.functions.terms import (
    Declaration,
    Fixed,
    Slot,
    Term,
    UndeclaredError,
    declare,
    moved,
)


def declaration_of(
    step: PrimitiveCall, given: Sequence[Any], slots: Sequence[int]
) -> Declaration | None:
    """What a primitive is; None where the table does not provide for it."""
    placed = [_placed(number, value, slots) for number, value in enumerate(given)]
    dtype = str(to_array(next(given[slot] for slot in slots)).dtype)
    name = step.primitive.name
    if name in MOVEMENTS:
        keeps = [n for n, one in enumerate(placed) if isinstance(one, Slot | Fixed)]
        return declare(
            _movement(step, given, keeps), [placed[n] for n in keeps], {}, dtype, elementwise=False
        )
    declared = PRIMITIVES.get(name)
    if declared is None:
        return None
    return declare(declared, placed, step.parameters, dtype, elementwise=name in ELEMENTWISE)


def _placed(number: int, value: Any, slots: Sequence[int]) -> Any:
    if number in slots:
        return Slot(list(slots).index(number))
    if jax.dtypes.issubdtype(value.dtype, jax.dtypes.extended):  # a random key
        return value
    return Fixed(to_array(value)) if is_float(value) else np.array(value)


def _movement(step: PrimitiveCall, given: Sequence[Any], keeps: Sequence[int]) -> Any:
    """A primitive that only moves elements: which ones, it says itself, run on their numbers.

    They count from 1, since a gather puts its fill value, here zero, where an index is outside.
    """
    fill = step.parameters.get("fill_value", 0)
    step = replace(step, parameters=step.parameters | {"fill_value": 0}) if fill != 0 else step

    def numbered(*numbers: Any) -> list[Any]:
        arguments = list(given)
        for place, array in zip(keeps, numbers, strict=True):
            arguments[place] = jax.device_put(np.array(array, np.int32, order="C") + 1)
        found = [np.asarray(one) for one in step.run(arguments)]
        return [np.where(one > 0, one - 1, -1) for one in found]

    def declared(*terms: Term) -> tuple[Term, ...]:
        results = numbered(*(np.zeros(term.shape, np.int64) for term in terms))
        if any((one < 0).any() for one in results) and fill != 0:
            raise UndeclaredError("a fill value that is not zero")
        return tuple(
            moved(lambda *numbers, place=place: numbered(*numbers)[place], *terms)
            for place in range(len(results))
        )

    return declared
