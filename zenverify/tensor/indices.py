"""Integer arrays that choose elements, and sums at the elements they choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Indices", "add_at", "integer_array"]

Indices: TypeAlias = NDArray[np.intp]

add_at: Callable[..., None] = np.add.at  # NumPy's own types leave most keys out
"""``add_at(array, key, terms)``: an element chosen twice gets both terms."""


def integer_array(name: str, what: str, value: Any) -> Indices:
    """Copy an argument that must consist of integers, read-only.

    Parameters
    ----------
    name, what : str
        The operation and the argument, for the error message.
    value : int, sequence or array
        As the user gave it; an empty sequence counts as integers.

    Raises
    ------
    TypeError
        If it holds anything else.
    """
    array = np.array(value)
    if array.size == 0 and not isinstance(value, np.ndarray):
        array = array.astype(np.intp)
    if array.dtype.kind not in "iu" or not np.can_cast(array.dtype, np.intp):
        raise TypeError(
            f"{name}: {what} of shape {array.shape} and dtype {array.dtype}; expected integers"
        )
    indices = array.astype(np.intp, copy=False)
    indices.setflags(write=False)
    return indices
