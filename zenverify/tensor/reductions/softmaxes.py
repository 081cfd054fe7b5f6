"""Softmax and its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.axes import Axis, AxisArgument, checked_axis, reduced_size
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single
from zenverify.tensor.reductions.reductions import (
    add_up,
    exponentials,
    less_largest,
    log_total,
    proportions,
)

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["less_share", "log_softmax", "pull_softmax", "root_proportions", "softmax"]


def root_proportions(x: Array, axis: Axis) -> Array:
    """Return the square roots of `proportions`, which are never subnormal where those are not 0."""
    shift, terms = exponentials(x, axis)
    return np.exp((x - shift) / 2) / np.sqrt(add_up(terms, axis=axis, keepdims=True))


def less_share(g: Array, roots: Array, axis: Axis) -> Array:
    """Return the cotangents less each proportion of their sum.

    Parameters
    ----------
    g : array
        Cotangents.
    roots : array
        The roots of the proportions: one that underflows times a sum that is huge keeps its digits.
    axis : int, tuple of int or None
        Along which the proportions add up to 1.
    """
    shared = g - roots * (roots * add_up(g, axis=axis, keepdims=True))
    if reduced_size(g.shape, axis) == 1:
        return shared
    # The largest proportion may be nearly 1: there it is not taken from 1, but the others are
    # added up.
    largest = roots == np.maximum.reduce(roots, axis=axis, keepdims=True, initial=0)
    alone = largest & (add_up(largest, axis=axis, keepdims=True, dtype=np.intp) == 1)
    own = add_up(np.where(alone, g, 0), axis=axis, keepdims=True)
    kept = add_up(np.where(largest, 0, roots * (roots * own)), axis=axis, keepdims=True)
    others = add_up(np.where(largest, 0, g), axis=axis, keepdims=True)
    return np.where(alone, kept - roots * (roots * others), shared)


def pull_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    """Pull a cotangent of `proportions` back to its operand."""
    # Less the cotangent of the largest, which changes nothing over the reals: next to a proportion
    # that is nearly 1, a cotangent less the average is a difference of nearly equal numbers.
    relative = less_largest(g, y, axis)
    return y * (relative - add_up(relative * y, axis=axis, keepdims=True))


define("softmax", proportions, pull_softmax)


def softmax(x: Operand, axis: AxisArgument = -1) -> Tensor:
    """Exponentials divided by their sum along the axes.

    Parameters
    ----------
    x : array
        Logits. However large they are, nothing overflows: only their differences matter.
    axis : int, tuple of int or None
        The axes to sum along; None means all of them.

    Returns
    -------
    Tensor, of the shape of x

    Raises
    ------
    ValueError
        If x has no such axis, or one is named twice.
    """
    operand = as_tensor("softmax", x)
    return record_single("softmax", operand, {"axis": checked_axis("softmax", operand, axis)})


def _log_softmax(x: Array, axis: Axis) -> Array:
    shift, logarithm = log_total(x, axis)
    return x - shift - logarithm


def _pull_log_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    return less_share(g, np.exp(y / 2), axis)


define("log_softmax", _log_softmax, _pull_log_softmax)


def log_softmax(x: Operand, axis: AxisArgument = -1) -> Tensor:
    """Logarithm of `softmax`, accurate where that underflows.

    Arguments, result and errors are those of `softmax`.
    """
    operand = as_tensor("log_softmax", x)
    return record_single(
        "log_softmax", operand, {"axis": checked_axis("log_softmax", operand, axis)}
    )
