"""Rows of a table, chosen by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from zenverify.tensor.arrays import describe
from zenverify.tensor.indices import Indices, add_at, integer_array
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["embedding"]


def _pull_rows(g: Array, y: Array, weight: Array, indices: Indices) -> Array:
    contribution = np.zeros_like(weight)
    add_at(contribution, indices, g)  # a row chosen twice gets both cotangents
    return contribution


define("embedding", lambda weight, indices: weight[indices], _pull_rows)


def embedding(weight: Operand, indices: ArrayLike) -> Tensor:
    """Rows of a table.

    Parameters
    ----------
    weight : (V, D)
        The table.
    indices : array of integers from 0 to V - 1
        Which rows; each may be chosen repeatedly, and then gets the sum of what is passed back.

    Returns
    -------
    Tensor, (*indices.shape, D)

    Raises
    ------
    TypeError
        If the indices are no integers.
    ValueError
        If the table has not two axes, or not so many rows.
    """
    table = as_tensor("embedding", weight)
    chosen = integer_array("embedding", "indices", indices)
    call = f"embedding of {describe((table.array,))}"
    if len(table.shape) != 2:
        raise ValueError(f"{call}: expected a table (V, D)")
    strange = chosen[(chosen < 0) | (chosen >= table.shape[0])]
    if strange.size:
        raise ValueError(f"{call}: index {strange[0]} is not from 0 to {table.shape[0] - 1}")
    return record_single("embedding", table, {"indices": chosen})
