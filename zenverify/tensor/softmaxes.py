"""Softmax and its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.axes import Axis, AxisArgument, checked_axis
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single
from zenverify.tensor.reductions import add_up, exponentials, proportions

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["log_softmax", "root_proportions", "softmax"]


def root_proportions(x: Array, axis: Axis) -> Array:
    """Return the square roots of `proportions`, which are never subnormal where those are not 0."""
    shift, terms = exponentials(x, axis)
    return np.exp((x - shift) / 2) / np.sqrt(add_up(terms, axis=axis, keepdims=True))


def _pull_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    return y * (g - add_up(g * y, axis=axis, keepdims=True))


define("softmax", proportions, _pull_softmax)


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
    shift, terms = exponentials(x, axis)
    return x - shift - np.log(add_up(terms, axis=axis, keepdims=True))


def _pull_log_softmax(g: Array, y: Array, x: Array, axis: Axis) -> Array:
    return g - np.exp(y) * add_up(g, axis=axis, keepdims=True)


define("log_softmax", _log_softmax, _pull_log_softmax)


def log_softmax(x: Operand, axis: AxisArgument = -1) -> Tensor:
    """Logarithm of `softmax`, accurate where that underflows.

    Arguments, result and errors are those of `softmax`.
    """
    operand = as_tensor("log_softmax", x)
    return record_single(
        "log_softmax", operand, {"axis": checked_axis("log_softmax", operand, axis)}
    )
