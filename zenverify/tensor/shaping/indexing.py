"""Indexing with integers, slices, arrays, Ellipsis and None."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.indices import add_at
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, as_tensor, record, record_single
from zenverify.tensor.walk import sum_to_shape

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["index", "set_at"]

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


def _set_at(x: Array, values: Array, key: Key) -> Array:
    made = x.astype(np.result_type(x, values))
    made[key] = values
    return made


def _pull_set_at(g: Array, y: Array, x: Array, values: Array, key: Key) -> Array:
    kept = g.copy()
    kept[key] = 0
    return kept


def _pull_set_values(g: Array, y: Array, x: Array, values: Array, key: Key) -> Array:
    return sum_to_shape(g[key], values.shape)


define("set_at", _set_at, _pull_set_at, _pull_set_values)


def set_at(x: Operand, key: Any, values: Operand) -> Tensor:
    """``x`` with `values` in place of ``x[key]``, as JAX's ``x.at[key].set``; `x` is unchanged.

    Parameters
    ----------
    x : Tensor or array
        What to change a part of.
    key : int, slice, integer or boolean array, list, Ellipsis, None, or a tuple of these
        Which part, as for `index`. No element may be named twice.
    values : Tensor, array or number
        What to put there, broadcast to the part's shape.

    Raises
    ------
    IndexError
        If the key does not fit the shape.
    TypeError
        If the key holds anything else.
    ValueError
        If an element is named twice, or the values do not broadcast to the part.
    """
    operands = as_operands("set_at", (x, values))
    entries = tuple(_checked(entry) for entry in (key if isinstance(key, tuple) else (key,)))
    found = _without_masks(operands[0], entries)
    places = np.arange(operands[0].array.size).reshape(operands[0].shape)[found]
    call = f"set_at of {describe(one.array for one in operands)}"
    if np.unique(places).size < np.size(places):
        raise ValueError(f"{call}: the key names an element twice")
    try:
        np.broadcast_to(operands[1].array, np.shape(places))
    except ValueError:
        raise ValueError(
            f"{call}: values of shape {operands[1].shape} do not fit a part of {np.shape(places)}"
        ) from None
    return record("set_at", operands, {"key": found})


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
