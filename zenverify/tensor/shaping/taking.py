"""Elements taken by arrays of integers, and added at the places that these name."""

from __future__ import annotations

from math import prod
from operator import index as as_index
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import Shape, checked_axis
from zenverify.tensor.indices import Indices, add_at, integer_array
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, as_tensor, record, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["gather", "scatter_add", "take", "take_along_axis"]

Key: TypeAlias = tuple[Indices | slice, ...]


def _pull_take(g: Array, y: Array, x: Array, indices: Indices, axis: int | None) -> Array:
    # Flat places, since add.at is several times as fast on one dimension.
    along = None if axis is None else axis % x.ndim
    size = x.size if along is None else x.shape[along]
    outer = 1 if along is None else prod(x.shape[:along])
    inner = 1 if along is None else prod(x.shape[along + 1 :])
    chosen = np.where(indices < 0, indices + size, indices).reshape(-1, 1)
    slices = np.arange(outer).reshape(-1, 1, 1) * size
    places = (slices + chosen) * inner + np.arange(inner)
    contribution = np.zeros(x.size, x.dtype)
    add_at(contribution, places.reshape(-1), g.reshape(-1))
    return contribution.reshape(x.shape)


define("take", lambda x, indices, axis: np.take(x, indices, axis), _pull_take)


def take(x: Operand, indices: Any, axis: SupportsIndex | None = None) -> Tensor:
    """Slices along an axis by their numbers, or elements by theirs in row-major order.

    Parameters
    ----------
    x : Tensor, array or number
        What to take from.
    indices : integers of any shape
        Which ones; negative numbers count from the end, and any number may come repeatedly.
    axis : int or None
        The axis, in whose place the result has the axes of `indices`.

    Raises
    ------
    TypeError
        If `indices` are no integers.
    ValueError
        If the axis is out of range.
    IndexError
        If an index is out of range.
    """
    operand = as_tensor("take", x)
    along = None if axis is None else as_index(axis)
    checked_axis("take", operand, along)
    chosen = integer_array("take", "indices", indices)
    return record_single("take", operand, {"indices": chosen, "axis": along})


def _across(indices: Indices, axis: int, sizes: Shape) -> Key:
    """A key that varies along one axis with the indices, and along the others step by step."""
    key: list[Indices | slice] = []
    for number, size in enumerate(sizes):
        shape = [1] * len(sizes)
        shape[number] = size
        key.append(indices if number == axis else np.arange(size).reshape(shape))
    return tuple(key)


def _pull_take_along_axis(
    g: Array, y: Array, x: Array, indices: Indices, axis: int | None
) -> Array:
    # In row-major order whatever the operand's: only then are its elements in a row a view.
    contribution = np.zeros(x.shape, x.dtype)
    if axis is None:
        add_at(contribution.reshape(-1), indices, g)
    else:
        add_at(contribution, _across(indices, axis % x.ndim, x.shape), g)
    return contribution


define(
    "take_along_axis",
    lambda x, indices, axis: np.take_along_axis(x, indices, axis),
    _pull_take_along_axis,
)


def take_along_axis(x: Operand, indices: Any, axis: SupportsIndex | None = -1) -> Tensor:
    """Elements of each line along an axis, by their numbers in that line.

    Parameters
    ----------
    x : Tensor, array or number
        What to take from.
    indices : integers
        Of as many dimensions as the operand; the others than `axis` broadcast against it. Negative
        numbers count from the end.
    axis : int or None
        The axis; None takes from the elements in row-major order, by indices in one dimension.

    Raises
    ------
    TypeError
        If `indices` are no integers.
    ValueError
        If the axis is out of range, or the numbers of dimensions differ.
    IndexError
        If an index is out of range, or the shapes do not broadcast.
    """
    operand = as_tensor("take_along_axis", x)
    along = None if axis is None else as_index(axis)
    checked_axis("take_along_axis", operand, along)
    chosen = integer_array("take_along_axis", "indices", indices)
    return record_single("take_along_axis", operand, {"indices": chosen, "axis": along})


def _gather(x: Array, dim: int, index: Indices) -> Array:
    return x[_across(index, dim % x.ndim, index.shape)]


def _pull_gather(g: Array, y: Array, x: Array, dim: int, index: Indices) -> Array:
    contribution = np.zeros_like(x)
    add_at(contribution, _across(index, dim % x.ndim, index.shape), g)
    return contribution


define("gather", _gather, _pull_gather)


def gather(x: Operand, dim: SupportsIndex, index: Any) -> Tensor:
    """Elements of each line along a dimension, as PyTorch's `gather` has it.

    In two dimensions, and with ``dim=0``, element (i, j) of the result is ``x[index[i, j], j]``.

    Parameters
    ----------
    x : Tensor or array
        What to take from.
    dim : int
        The dimension that the indices run along.
    index : integers
        Of as many dimensions as the operand, and no larger than it except along `dim`.

    Returns
    -------
    Tensor
        Of the shape of `index`.

    Raises
    ------
    TypeError
        If `index` holds no integers.
    ValueError
        If the dimension is out of range, or the shape of `index` does not fit.
    IndexError
        If an index is negative or too large.
    """
    operand = as_tensor("gather", x)
    along, places = _checked_places("gather", (operand,), dim, index)
    return record_single("gather", operand, {"dim": along, "index": places})


def _scatter_add(x: Array, src: Array, dim: int, index: Indices) -> Array:
    total = x.astype(np.result_type(x, src))
    add_at(total, _across(index, dim % x.ndim, index.shape), src[_corner(index)])
    return total


def _pull_source(g: Array, y: Array, x: Array, src: Array, dim: int, index: Indices) -> Array:
    contribution = np.zeros_like(src)
    contribution[_corner(index)] = g[_across(index, dim % x.ndim, index.shape)]
    return contribution


def _corner(index: Indices) -> Key:
    """The leading part of an array that is as large as the indices."""
    return tuple(slice(size) for size in index.shape)


define("scatter_add", _scatter_add, lambda g, y, x, src, dim, index: g, _pull_source)


def scatter_add(x: Operand, dim: SupportsIndex, index: Any, src: Operand) -> Tensor:
    """The elements of `src` added to those of `x`, as PyTorch's `scatter_add` has it.

    In two dimensions, and with ``dim=0``, ``src[i, j]`` is added to ``x[index[i, j], j]``.

    Parameters
    ----------
    x : Tensor or array
        What to add to; itself unchanged.
    dim : int
        The dimension that the indices run along.
    index : integers
        Of as many dimensions as `x` and `src`, no larger than `src`, and no larger than `x` except
        along `dim`. An element named repeatedly gets every addend.
    src : Tensor or array
        What to add; elements beyond the shape of `index` are left out.

    Raises
    ------
    TypeError
        If `index` holds no integers.
    ValueError
        If the dimension is out of range, or the shapes do not fit.
    IndexError
        If an index is negative or too large.
    """
    operands = as_operands("scatter_add", (x, src))
    along, places = _checked_places("scatter_add", operands, dim, index)
    return record("scatter_add", operands, {"dim": along, "index": places})


def _checked_places(
    name: str, operands: tuple[Tensor, ...], dim: SupportsIndex, index: Any
) -> tuple[int, Indices]:
    """A dimension and indices along it into the first operand; the others must hold as many."""
    along = as_index(dim)
    checked_axis(name, operands[0], along)
    places = integer_array(name, "index", index)
    call = f"{name} of {describe(operand.array for operand in operands)}"
    shape = operands[0].shape
    for number, operand in enumerate(operands):
        limit = list(operand.shape)
        if number == 0:
            limit[along] = max(places.shape, default=0)
        if places.ndim != len(limit) or any(np.greater(places.shape, limit)):
            raise ValueError(f"{call}: an index of shape {places.shape} does not fit")
    if places.size and not 0 <= places.min() <= places.max() < shape[along]:
        raise IndexError(
            f"{call}: indices from {places.min()} to {places.max()}; expected 0 to "
            f"{shape[along] - 1}"
        )
    return along, places
