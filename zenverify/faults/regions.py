"""Faults confined to a region of values, to a kink, or to a shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.faults.call import (
    Alteration,
    Array,
    Pullback,
    PullbackCall,
    WayToBeWrong,
    with_kinks,
)

_JUMP = 1e-6
"""Where a contribution moves by more than this, when an operand moves by a bit, is a kink."""


def _where(holds: Callable[[Array], Any], factor: float) -> Alteration:
    """Wrong in a region of the operand's values only."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        right = call.again(rule)
        if right.shape != call.operand.shape:
            return right
        return np.where(holds(call.operand), (right * factor).astype(right.dtype), right)

    return alter


def _shaped(holds: Callable[[Array], bool], factor: float) -> Alteration:
    """Wrong for operands of some shapes only."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        right = call.again(rule)
        return (right * factor).astype(right.dtype) if holds(call.operand) else right

    return alter


def _has_size_one(operand: Array) -> bool:
    return 1 in operand.shape


def _is_square(operand: Array) -> bool:
    return operand.ndim > 1 and operand.shape[-1] == operand.shape[-2]


def _raising_when_empty(call: PullbackCall, rule: Pullback) -> Any:
    right = call.again(rule)
    if not right.size:
        raise ValueError("zero-size array")
    return right


def _nudged(call: PullbackCall, rule: Pullback, operand: Array) -> Any:
    """The contribution at an operand that was moved by a bit, where that makes it jump."""
    right = call.again(rule)
    moved = call.with_operand(call.position, operand).valued().again(rule)
    jumps = np.isfinite(moved) & ~np.isclose(moved, right, rtol=_JUMP, atol=_JUMP)
    return np.where(jumps, moved, right)


def _beside_kink(towards: float) -> Alteration:
    """The derivative on one side of a kink."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        with np.errstate(all="ignore"):
            there = np.nextafter(call.operand, call.operand.dtype.type(towards))
            return _nudged(call, rule, there)

    return alter


def _first_of_ties(call: PullbackCall, rule: Pullback) -> Any:
    """The first of several equal elements taken for the only one."""
    operand = np.array(call.operand)
    _, first = np.unique(operand, return_index=True)
    flat = operand.reshape(-1)
    if len(first) == flat.size:
        return call.again(rule)
    with np.errstate(all="ignore"):
        flat[first] = np.nextafter(flat[first], flat.dtype.type(np.inf))
        return _nudged(call, rule, operand)


FAULTS: tuple[WayToBeWrong, ...] = (
    WayToBeWrong(
        "negative", "sign where the operand is negative", "region", _where(lambda x: x < 0, -1.0)
    ),
    WayToBeWrong(
        "zero", "doubled where the operand is zero", "region", _where(lambda x: x == 0, 2.0)
    ),
    WayToBeWrong("below-5", "doubled below -5", "region", _where(lambda x: x < -5, 2.0)),
    WayToBeWrong(
        "above-20", "1e-6 off above 20", "region", _where(lambda x: np.abs(x) > 20, 1 + 1e-6)
    ),
    WayToBeWrong("overflow", "NaN above 355", "overflow", _where(lambda x: x > 355, float("nan"))),
    WayToBeWrong(
        "right-of-kink", "right-hand slope at a kink", "kink", _beside_kink(np.inf), with_kinks
    ),
    WayToBeWrong(
        "left-of-kink", "left-hand slope at a kink", "kink", _beside_kink(-np.inf), with_kinks
    ),
    WayToBeWrong(
        "first-of-ties", "the first of several ties takes all", "tie", _first_of_ties, with_kinks
    ),
    WayToBeWrong("size-1", "doubled if an axis has size 1", "shape", _shaped(_has_size_one, 2.0)),
    WayToBeWrong("square", "doubled if square", "shape", _shaped(_is_square, 2.0)),
    WayToBeWrong(
        "three-axes",
        "halved in more than two dimensions",
        "shape",
        _shaped(lambda x: x.ndim > 2, 0.5),
    ),
    WayToBeWrong("empty", "raises on zero-size arrays", "shape", _raising_when_empty),
)
