"""Faults of shapes: wrong axes, counts and sums made of a right contribution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from zenverify.faults.call import (
    Alteration,
    Array,
    Pullback,
    PullbackCall,
    Traits,
    WayToBeWrong,
    several_operands,
)

AXES = ("axis", "axes", "dim", "axis1")


def _reversed(call: PullbackCall, rule: Pullback) -> Any:
    right = call.again(rule)
    return np.flip(right, -1) if right.ndim else right


def _square(array: Array) -> bool:
    return array.ndim > 1 and array.shape[-1] == array.shape[-2]


def _transposed(call: PullbackCall, rule: Pullback) -> Any:
    right = call.again(rule)
    return right.swapaxes(-1, -2) if _square(right) else right


def _operand_transposed(step: int) -> Alteration:
    """A square operand, this one or the next, taken for its transpose."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        position = (call.position + step) % len(call.operands)
        operand = call.operands[position]
        # For one operand, "the next" is itself: that fault has another name.
        if not _square(operand) or (step and position == call.position):
            return call.again(rule)
        return call.with_operand(position, operand.swapaxes(-1, -2)).again(rule)

    return alter


def _other_axis(axis: Any, ndim: int) -> Any:
    match axis:
        case None:
            return 0 if ndim > 1 else None
        case bool():
            return axis
        case int():
            return (axis + 1) % ndim if ndim else axis
        case tuple() if ndim and all(isinstance(part, int) for part in axis):
            moved = tuple((part + 1) % ndim for part in axis)
            return moved if set(moved) != {part % ndim for part in axis} else axis[:1]
    return axis


def _wrong_axis(call: PullbackCall, rule: Pullback) -> Any:
    changed = {
        name: _other_axis(value, call.operand.ndim) if name in AXES else value
        for name, value in call.attributes.items()
    }
    return replace(call, attributes=changed).again(rule)


def _axes_forgotten(call: PullbackCall, rule: Pullback) -> Any:
    """The cotangent of a reduction, spread over the operand without the axes that it lost.

    NumPy aligns shapes at their ends: that raises, or goes wrong in silence.
    """
    right = call.again(rule)
    if call.attributes.get("keepdims") is not False or call.result.ndim in (0, call.operand.ndim):
        return right
    # A reduction's contribution is the cotangent, spread, times what does not depend on it.
    weights = replace(call, cotangent=np.ones_like(call.cotangent)).again(rule)
    return (weights * np.broadcast_to(call.cotangent, right.shape)).astype(right.dtype)


def _counted(factor: Callable[[int], float]) -> Alteration:
    """The right contribution of a reduction times a factor made of the number of its elements."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        right = call.again(rule)
        if "axis" not in call.attributes or not 0 < call.result.size < call.operand.size:
            return right
        return (right * factor(call.operand.size // call.result.size)).astype(right.dtype)

    return alter


def _first_for_sum(call: PullbackCall, rule: Pullback) -> Any:
    """One slice of what had to be summed over the axes along which the operand was broadcast."""
    return _reduced(call, rule, lambda right, axis: right.take([0], axis))


def _mean_for_sum(call: PullbackCall, rule: Pullback) -> Any:
    return _reduced(call, rule, lambda right, axis: right.mean(axis, keepdims=True))


def _reduced(call: PullbackCall, rule: Pullback, reduce: Callable[[Array, int], Array]) -> Any:
    """The right contribution with the axes of the operand's broadcasting reduced in some way."""
    right, shape = call.again(rule), call.operand.shape
    if right.shape == shape or not right.size:
        return right
    added = right.ndim - len(shape)
    for axis, size in enumerate((*(1,) * added, *shape)):
        if size == 1 and right.shape[axis] != 1:
            right = reduce(right, axis)
    return right.reshape(shape)


def _summed_too_far(call: PullbackCall, rule: Pullback) -> Any:
    """Summed over an axis along which nothing was broadcast, and spread again."""
    right = call.again(rule)
    if right.shape != call.operand.shape or not right.ndim:
        return right
    return np.broadcast_to(right.sum(0, keepdims=True), right.shape)


def _has_axes(traits: Traits) -> bool:
    return not traits.attributes.isdisjoint(AXES)


def _has_axis(traits: Traits) -> bool:
    return "axis" in traits.attributes


def _keeps_dims(traits: Traits) -> bool:
    return "keepdims" in traits.attributes


def _broadcasts(traits: Traits) -> bool:
    return traits.broadcasts and traits.operands > 1


FAULTS: tuple[WayToBeWrong, ...] = (
    WayToBeWrong("reversed", "last axis reversed", "wrong axis", _reversed),
    WayToBeWrong("next-axis", "next axis taken", "wrong axis", _wrong_axis, _has_axes),
    WayToBeWrong("transposed", "square matrices transposed", "transposed operand", _transposed),
    WayToBeWrong(
        "operand-transposed",
        "a square operand transposed",
        "transposed operand",
        _operand_transposed(0),
    ),
    WayToBeWrong(
        "next-transposed",
        "the next operand transposed, if square",
        "transposed operand",
        _operand_transposed(1),
        several_operands,
    ),
    WayToBeWrong(
        "keepdims", "reduced axes not put back", "missing keepdims", _axes_forgotten, _keeps_dims
    ),
    WayToBeWrong(
        "uncounted", "not divided by the count", "wrong count", _counted(float), _has_axis
    ),
    WayToBeWrong(
        "count-less-one",
        "divided by n - 1",
        "wrong count",
        _counted(lambda n: n / (n - 1)),
        _has_axis,
    ),
    WayToBeWrong(
        "first-slice",
        "first slice for the sum over broadcast axes",
        "broadcasting",
        _first_for_sum,
        _broadcasts,
    ),
    WayToBeWrong(
        "mean-slice",
        "mean for the sum over broadcast axes",
        "broadcasting",
        _mean_for_sum,
        _broadcasts,
    ),
    WayToBeWrong(
        "summed-too-far", "summed over the first axis too", "broadcasting", _summed_too_far
    ),
)
