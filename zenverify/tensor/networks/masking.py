"""Dropout with a mask that the caller has drawn: no operation is random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zenverify.tensor.arrays import describe
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["dropout"]


def _dropout(x: Array, mask: NDArray[np.bool_], p: float) -> Array:
    # A choice, not a product with the mask: a NaN that is dropped must not stay.
    return np.where(mask, x / (1 - p), 0)


define("dropout", _dropout, lambda g, y, x, mask, p: _dropout(g, mask, p))


def dropout(x: Operand, mask: ArrayLike, p: float = 0.5) -> Tensor:
    """Elements that a mask keeps, divided by 1 - p, and 0 elsewhere.

    Parameters
    ----------
    x : array
        The operand.
    mask : array of bool, broadcast to the shape of x
        Which elements are kept.
    p : float
        The probability with which the mask drops an element, from 0 up and below 1.

    Raises
    ------
    TypeError
        If the mask is not boolean.
    ValueError
        If the mask does not broadcast to the shape of x, or p is no such number.
    """
    operand = as_tensor("dropout", x)
    call = f"dropout of {describe((operand.array,))}"
    kept = np.array(mask)
    if kept.dtype != np.bool_:
        raise TypeError(f"{call}: a mask of dtype {kept.dtype}; expected bool")
    try:
        np.broadcast_to(kept, operand.shape)
    except ValueError:
        raise ValueError(f"{call}: a mask of shape {kept.shape} does not broadcast") from None
    if not 0 <= p < 1:
        raise ValueError(f"{call}: p {p} must be from 0 up and below 1")
    kept.setflags(write=False)
    return record_single("dropout", operand, {"mask": kept, "p": float(p)})
