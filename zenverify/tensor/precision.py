"""Which precision a rule works in."""

from __future__ import annotations

import numpy as np

from zenverify.tensor.operation import Array

__all__ = ["promoted"]


def promoted(*arrays: Array) -> tuple[Array, ...]:
    """Return arrays in the dtype of their result, as NumPy's functions of several operands work.

    A rule that computes something of a float32 operand first would lose digits of a float64 result.
    """
    dtype = np.result_type(*arrays)
    return tuple([array.astype(dtype, copy=False) for array in arrays])
