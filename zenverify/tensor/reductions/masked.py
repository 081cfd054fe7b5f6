"""Softmax and the logarithm of a sum of exponentials, of the elements that a mask takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Axis, AxisArgument, checked_axis
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single
from zenverify.tensor.reductions.reductions import proportions, pull_logsumexp, total_logarithm
from zenverify.tensor.reductions.softmaxes import pull_softmax

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["masked_logsumexp", "masked_softmax"]

Mask = NDArray[np.bool_]


def _taken(x: Array, mask: Mask) -> Array:
    """The elements; minus infinity, whose exponential is 0, in place of those left out.

    A choice, not a product: what is left out may be infinite or NaN.
    """
    return np.where(mask, x, x.dtype.type(-np.inf))


def _masked_softmax(x: Array, axis: Axis, mask: Mask) -> Array:
    return proportions(_taken(x, mask), axis)


def _pull_masked_softmax(g: Array, y: Array, x: Array, axis: Axis, mask: Mask) -> Array:
    taken = pull_softmax(np.where(mask, g, g.dtype.type(0)), y, x, axis)
    return np.where(mask, taken, x.dtype.type(0))


define("masked_softmax", _masked_softmax, _pull_masked_softmax)


def masked_softmax(x: Operand, mask: ArrayLike, axis: AxisArgument = -1) -> Tensor:
    """Softmax along the axes of the elements that a mask takes; 0 where it leaves one out.

    Parameters
    ----------
    x : array
        Logits. Those that are left out may be infinite or NaN.
    mask : booleans
        Which to take, broadcast to x. Where it takes none along the axes, the result is NaN.
    axis : int, tuple of int or None
        The axes to sum along; None means all of them.

    Raises
    ------
    TypeError
        If the mask is not of booleans.
    ValueError
        If the mask does not broadcast to x, x has no such axis, or one is named twice.
    """
    operand = as_tensor("masked_softmax", x)
    along = checked_axis("masked_softmax", operand, axis)
    taken = _checked("masked_softmax", operand, mask)
    return record_single("masked_softmax", operand, {"axis": along, "mask": taken})


def _masked_logsumexp(x: Array, axis: Axis, keepdims: bool, mask: Mask) -> Array:
    return total_logarithm(_taken(x, mask), axis, keepdims)


def _pull_masked_logsumexp(
    g: Array, y: Array, x: Array, axis: Axis, keepdims: bool, mask: Mask
) -> Array:
    taken = pull_logsumexp(g, y, _taken(x, mask), axis, keepdims)
    return np.where(mask, taken, x.dtype.type(0))


define("masked_logsumexp", _masked_logsumexp, _pull_masked_logsumexp)


def masked_logsumexp(
    x: Operand, mask: ArrayLike, axis: AxisArgument = None, keepdims: bool = False
) -> Tensor:
    """Logarithm of the sum of exponentials of the elements that a mask takes; -inf for none.

    Arguments and errors are those of `masked_softmax`.
    """
    operand = as_tensor("masked_logsumexp", x)
    along = checked_axis("masked_logsumexp", operand, axis)
    taken = _checked("masked_logsumexp", operand, mask)
    attributes = {"axis": along, "keepdims": bool(keepdims), "mask": taken}
    return record_single("masked_logsumexp", operand, attributes)


def _checked(name: str, x: Tensor, mask: ArrayLike) -> Mask:
    taken = np.array(mask)
    if taken.dtype != np.bool_:
        raise TypeError(
            f"{name}: the mask has shape {taken.shape} and dtype {taken.dtype}; expected bool"
        )
    try:
        np.broadcast_to(taken, x.shape)
    except ValueError:
        call = f"{name} of {describe((x.array,))}"
        raise ValueError(f"{call}: a mask of shape {taken.shape} does not fit") from None
    taken.setflags(write=False)
    return taken
