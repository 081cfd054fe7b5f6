"""Faults made of a right contribution: what a wrong rule would have handed on.

Each works on the plain arrays that a pullback of `zenverify.tensor` takes and gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pullback = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a pullback.

    Attributes
    ----------
    position
        Which operand it is for.
    cotangent, result, operands, attributes
        What it was given.
    """

    position: int
    cotangent: Array
    result: Array
    operands: tuple[Array, ...]
    attributes: Mapping[str, Any]

    @property
    def operand(self) -> Array:
        return self.operands[self.position]

    def again(self, rule: Pullback) -> Array:
        """What a pullback gives for this call."""
        return np.asarray(rule(self.cotangent, self.result, *self.operands, **self.attributes))


Alteration = Callable[[Call, Pullback], Any]
"""``alteration(call, rule)`` gives a wrong contribution, in which `rule` is the right one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to be wrong.

    Attributes
    ----------
    name
        A few words.
    kind
        The class of faults.
    alter
        What it does.
    """

    name: str
    kind: str
    alter: Alteration


def _scaled(factor: float) -> Alteration:
    def alter(call: Call, rule: Pullback) -> Any:
        right = call.again(rule)
        return (right * factor).astype(right.dtype)

    return alter


def _without_last(call: Call, rule: Pullback) -> Any:
    wrong = np.array(call.again(rule))
    if wrong.size:
        wrong.flat[-1] = 0
    return wrong


def _ones_for_cotangent(call: Call, rule: Pullback) -> Any:
    return replace(call, cotangent=np.ones_like(call.cotangent)).again(rule)


def _result_for_operand(call: Call, rule: Pullback) -> Any:
    if call.result.shape != call.operand.shape:
        return call.again(rule)
    before, after = call.operands[: call.position], call.operands[call.position + 1 :]
    return replace(call, operands=(*before, call.result, *after)).again(rule)


def _reversed(call: Call, rule: Pullback) -> Any:
    right = call.again(rule)
    return np.flip(right, -1) if right.ndim else right


def _transposed(call: Call, rule: Pullback) -> Any:
    right = call.again(rule)
    square = right.ndim > 1 and right.shape[-1] == right.shape[-2]
    return right.swapaxes(-1, -2) if square else right


def _through_float32(call: Call, rule: Pullback) -> Any:
    right = call.again(rule)
    return right.astype(np.float32).astype(right.dtype)


def _where(holds: Callable[[Array], Any], factor: float) -> Alteration:
    """Wrong in a region of the operand's values only."""

    def alter(call: Call, rule: Pullback) -> Any:
        right = call.again(rule)
        if right.shape != call.operand.shape:
            return right
        return np.where(holds(call.operand), (right * factor).astype(right.dtype), right)

    return alter


def _first_for_sum(call: Call, rule: Pullback) -> Any:
    """One slice of what had to be summed over the axes along which the operand was broadcast."""
    right, shape = call.again(rule), call.operand.shape
    if right.shape == shape:
        return right
    added = right.ndim - len(shape)
    first = right[(0,) * added] if right.size else np.zeros(right.shape[added:], right.dtype)
    for axis, size in enumerate(shape):
        if size == 1 and first.shape[axis] != 1:
            first = first.take([0], axis) if first.shape[axis] else np.zeros(shape, right.dtype)
    return first


def _other_axis(axis: Any, ndim: int) -> Any:
    match axis:
        case None:
            return 0 if ndim > 1 else None
        case bool():
            return axis
        case int():
            return (axis + 1) % ndim if ndim else axis
        case tuple() if all(isinstance(part, int) for part in axis):
            moved = tuple((part + 1) % ndim if ndim else part for part in axis)
            return moved if set(moved) != {part % ndim for part in axis} else axis[:1]
    return axis


_AXES = ("axis", "axes", "dim", "axis1")


def _wrong_axis(call: Call, rule: Pullback) -> Any:
    changed = {
        name: _other_axis(value, call.operand.ndim) if name in _AXES else value
        for name, value in call.attributes.items()
    }
    return replace(call, attributes=changed).again(rule)


FAULTS: tuple[Fault, ...] = (
    Fault("sign", "sign", _scaled(-1.0)),
    Fault("factor of 2", "factor", _scaled(2.0)),
    Fault("factor of 1/2", "factor", _scaled(0.5)),
    Fault("factor of 1 + 1e-9", "factor", _scaled(1 + 1e-9)),
    Fault("missing", "dropped term", _scaled(0.0)),
    Fault("last element dropped", "dropped term", _without_last),
    Fault("cotangent taken for one", "wrong input", _ones_for_cotangent),
    Fault("result taken for the operand", "wrong input", _result_for_operand),
    Fault("last axis reversed", "wrong axis", _reversed),
    Fault("square matrices transposed", "wrong axis", _transposed),
    Fault("next axis taken", "wrong axis", _wrong_axis),
    Fault("first slice for the sum over broadcast axes", "broadcasting", _first_for_sum),
    Fault("rounded to float32", "precision", _through_float32),
    Fault("sign where the operand is negative", "region", _where(lambda x: x < 0, -1.0)),
    Fault("doubled where the operand is zero", "region", _where(lambda x: x == 0, 2.0)),
    Fault("1e-6 off above 20", "region", _where(lambda x: np.abs(x) > 20, 1 + 1e-6)),
)
"""What can be made of any contribution."""
