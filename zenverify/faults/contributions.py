"""Faults made of a right contribution: what a wrong rule would have handed on.

Each works on the plain arrays that a pullback of `zenverify.tensor` takes and gives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from zenverify.faults import axes, regions
from zenverify.faults.call import (
    Alteration,
    Array,
    Pullback,
    PullbackCall,
    WayToBeWrong,
    several_operands,
)


def scaled(factor: float) -> Alteration:
    """The right contribution times a factor."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        right = call.again(rule)
        return (right * factor).astype(right.dtype)

    return alter


def _with_last(factor: float) -> Alteration:
    """The last element times a factor: a term dropped or counted twice."""

    def alter(call: PullbackCall, rule: Pullback) -> Any:
        wrong = np.array(call.again(rule))
        if wrong.size:
            wrong.flat[-1] *= factor
        return wrong

    return alter


def _ones_for_cotangent(call: PullbackCall, rule: Pullback) -> Any:
    return replace(call, cotangent=np.ones_like(call.cotangent)).again(rule)


def _result_for_operand(call: PullbackCall, rule: Pullback) -> Any:
    if call.result.shape != call.operand.shape:
        return call.again(rule)
    return call.with_operand(call.position, call.result).again(rule)


def _operand_for_result(call: PullbackCall, rule: Pullback) -> Any:
    if call.result.shape != call.operand.shape:
        return call.again(rule)
    return replace(call, result=call.operand).again(rule)


def _other(call: PullbackCall) -> int | None:
    """The next operand, if it could be taken for this one."""
    other = (call.position + 1) % len(call.operands)
    alike = other != call.position and call.operands[other].shape == call.operand.shape
    return other if alike else None


def _exchanged(call: PullbackCall, rule: Pullback) -> Any:
    other = _other(call)
    if other is None:
        return call.again(rule)
    swapped = call.with_operand(call.position, call.operands[other])
    return swapped.with_operand(other, call.operand).again(rule)


def _aliased(call: PullbackCall, rule: Pullback) -> Any:
    other = _other(call)
    return call.again(rule) if other is None else call.with_operand(other, call.operand).again(rule)


def _through_float32(call: PullbackCall, rule: Pullback) -> Any:
    right = call.again(rule)
    return right.astype(np.float32).astype(right.dtype)


def _nan_cleaned(call: PullbackCall, rule: Pullback) -> Any:
    right = call.again(rule)
    return np.where(np.isnan(right), np.zeros_like(right), right)


def _operand_written(call: PullbackCall, rule: Pullback) -> Any:
    right = np.array(call.again(rule))
    _double(call.operand)
    return right


def _cotangent_written(call: PullbackCall, rule: Pullback) -> Any:
    right = np.array(call.again(rule))
    _double(call.cotangent)
    return right


def _double(array: Array) -> None:
    """Double an array in place, if it is its own and not a view."""
    if array.base is None and array.flags.owndata:
        array.setflags(write=True)
        array *= 2


FAULTS: tuple[WayToBeWrong, ...] = (
    WayToBeWrong("sign", "sign", "sign", scaled(-1.0)),
    WayToBeWrong("twice", "factor of 2", "factor", scaled(2.0)),
    WayToBeWrong("half", "factor of 1/2", "factor", scaled(0.5)),
    WayToBeWrong("off-by-1e-3", "factor of 1 + 1e-3", "factor", scaled(1 + 1e-3)),
    WayToBeWrong("off-by-1e-6", "factor of 1 + 1e-6", "factor", scaled(1 + 1e-6)),
    WayToBeWrong("off-by-1e-9", "factor of 1 + 1e-9", "factor", scaled(1 + 1e-9)),
    WayToBeWrong("missing", "missing", "dropped term", scaled(0.0)),
    WayToBeWrong("last-dropped", "last element dropped", "dropped term", _with_last(0.0)),
    WayToBeWrong("last-doubled", "last element counted twice", "duplicated term", _with_last(2.0)),
    WayToBeWrong(
        "cotangent-ignored", "cotangent taken for one", "wrong input", _ones_for_cotangent
    ),
    WayToBeWrong(
        "result-for-operand", "result taken for the operand", "wrong input", _result_for_operand
    ),
    WayToBeWrong(
        "operand-for-result", "operand taken for the result", "wrong input", _operand_for_result
    ),
    WayToBeWrong(
        "exchanged",
        "this operand and the next exchanged",
        "swapped arguments",
        _exchanged,
        several_operands,
    ),
    WayToBeWrong(
        "aliased",
        "this operand taken for the next",
        "aliased arguments",
        _aliased,
        several_operands,
    ),
    *axes.FAULTS,
    WayToBeWrong("float32", "rounded to float32", "precision", _through_float32),
    WayToBeWrong("nan-cleaned", "NaN turned into zero", "NaN cleaned", _nan_cleaned),
    WayToBeWrong(
        "operand-written", "the operand is doubled in place", "mutated input", _operand_written
    ),
    WayToBeWrong(
        "cotangent-written",
        "the cotangent is doubled in place",
        "mutated cotangent",
        _cotangent_written,
    ),
    *regions.FAULTS,
)
"""What can be made of any contribution."""
