"""Indexing with integers, slices, arrays, Ellipsis and None."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.indices import add_at
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["index"]

Entry: TypeAlias = int | slice | EllipsisType | np.ndarray | None
Key: TypeAlias = tuple[Entry, ...]


def _pull_index(g: Array, y: Array, x: Array, key: Key) -> Array:
    contribution = np.zeros_like(x)
    if any(isinstance(entry, np.ndarray) for entry in key):
        add_at(contribution, key, g)  # an element chosen twice gets both cotangents
    else:
        contribution[key] = g
    return contribution


define("index", lambda x, key: x[key], _pull_index)


def index(x: Operand, key: Any) -> Tensor:
    """``x[key]``, with the meaning it has in NumPy.

    Parameters
    ----------
    x : Tensor, array or number
        What to choose from.
    key : int, slice, integer or boolean array, list, Ellipsis, None, or a tuple of these
        What to choose. Elements may be chosen repeatedly.

    Raises
    ------
    IndexError
        If the key does not fit the shape.
    TypeError
        If the key holds anything else.
    """
    operand = as_tensor("index", x)
    entries = tuple(_checked(entry) for entry in (key if isinstance(key, tuple) else (key,)))
    return record_single("index", operand, {"key": _without_masks(operand, entries)})


def _checked(entry: Any) -> Entry:
    """Return an entry of a key as one that the graph can keep, arrays copied."""
    if entry is None or entry is Ellipsis or isinstance(entry, slice):
        return entry
    array = np.array(entry)
    if array.size == 0 and isinstance(entry, list):
        array = array.astype(np.intp)
    if array.dtype.kind in "iu" and array.ndim == 0:
        return int(array)
    if array.dtype.kind not in "iu" and (array.dtype.kind != "b" or array.ndim == 0):
        raise TypeError(
            f"index: a {type(entry).__name__} of shape {array.shape} and dtype {array.dtype} is "
            "no index; expected integers, slices, integer or boolean arrays, Ellipsis or None"
        )
    array.setflags(write=False)
    return array


def _without_masks(x: Tensor, entries: Key) -> Key:
    """Replace each boolean array by the indices of its true elements, one array per axis."""
    if not any(_is_mask(entry) for entry in entries):
        return entries
    try:
        x.array[entries]  # the indices alone would not tell whether a mask's shape fits
    except IndexError as error:
        raise IndexError(f"index of {describe((x.array,))}: {error}") from error
    key: list[Entry] = []
    for entry in entries:
        if _is_mask(entry):
            key.extend(np.nonzero(entry))
        else:
            key.append(entry)
    return tuple(key)


def _is_mask(entry: Entry) -> TypeGuard[np.ndarray]:
    return isinstance(entry, np.ndarray) and entry.dtype.kind == "b"
