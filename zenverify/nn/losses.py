"""Losses: functions of a model's results and of what they should be, to one number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zenverify import tensor
from zenverify.tensor import Tensor


def MSE(predicted: Tensor, wanted: ArrayLike) -> Tensor:  # noqa: N802  an acronym, as the field has it
    """The mean of the squared differences.

    Parameters
    ----------
    predicted : Tensor
        The model's results.
    wanted : array
        Of the same shape.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    return tensor.mse_loss(predicted, np.asarray(wanted, predicted.dtype))


def categorical_crossentropy(logits: Tensor, wanted: ArrayLike) -> Tensor:
    """The mean of -log p, where p is the softmax of the logits at the class that is wanted.

    It is computed from the logits, by log-sum-exp, so that nothing overflows.

    Parameters
    ----------
    logits : Tensor, (N, C)
        The model's results, before any softmax.
    wanted : integers (N,), or probabilities (N, C)
        The class of each example; or how probable each class should be.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a class is out of range; says which, and where.
    """
    array = np.asarray(wanted)
    if logits.ndim != 2:
        raise ValueError(
            f"categorical_crossentropy: logits of shape {logits.shape}, expected (N, C)"
        )
    if array.dtype.kind not in "iu":
        return tensor.soft_cross_entropy(logits, np.asarray(array, logits.dtype))
    count, classes = logits.shape
    if array.shape != (count,):
        raise ValueError(
            f"categorical_crossentropy: classes of shape {array.shape}, expected ({count},)"
        )
    if array.size and (array.min() < 0 or array.max() >= classes):
        outside = np.flatnonzero((array < 0) | (array >= classes))
        raise ValueError(
            f"categorical_crossentropy: class {array[outside[0]]} of example {outside[0]}, "
            f"expected 0 to {classes - 1}"
        )
    return tensor.cross_entropy(logits, array)
