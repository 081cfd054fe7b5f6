"""Sorting, and the middle of what is sorted.

One rule for ties: elements that are equal share the cotangents of the places that they take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import Axis, AxisArgument, checked_axis, keep_axes
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single
from zenverify.tensor.reductions.reductions import add_up, as_lines, reduce

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["median", "sort"]


def _sort(x: Array, axis: int | None) -> Array:
    return np.sort(x, axis=axis)


def _pull_sort(g: Array, y: Array, x: Array, axis: int | None) -> Array:
    line, along = (x.ravel(), 0) if axis is None else (x, axis)
    places = np.moveaxis(np.argsort(line, along, kind="stable"), along, -1)
    ordered = np.moveaxis(y, along, -1)
    pulled = np.empty(ordered.shape, g.dtype)
    np.put_along_axis(pulled, places, _shared(np.moveaxis(g, along, -1), ordered), -1)
    return np.moveaxis(pulled, -1, along).reshape(x.shape)


def _shared(g: Array, ordered: Array) -> Array:
    """Average the cotangents of equal neighbours, in each line."""
    begins = np.ones(ordered.shape, dtype=np.bool_)
    begins[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    if begins.all():
        return g
    starts = np.flatnonzero(begins)
    counts = np.diff(starts, append=g.size)
    means = np.add.reduceat(g.ravel(), starts) / counts.astype(g.dtype)
    return np.repeat(means, counts).reshape(g.shape)


define("sort", _sort, _pull_sort)


def sort(x: Operand, axis: SupportsIndex | None = -1) -> Tensor:
    """Sorted along an axis, smallest first, or all elements in one line."""
    operand = as_tensor("sort", x)
    chosen = None if axis is None else checked_axis("sort", operand, axis.__index__())
    return record_single("sort", operand, {"axis": chosen})


def _middles(x: Array, axis: Axis) -> tuple[Array, Array]:
    """Return the two elements in the middle of each line, which are one if the count is odd."""
    lines = np.sort(as_lines(x, axis)[0], axis=-1)
    count = lines.shape[-1]
    if count == 0:
        nothing = np.full_like(lines, np.nan, shape=lines.shape[:-1])
        return nothing, nothing
    # NaN is sorted to the end, and is the median then.
    last = lines[..., -1]
    places = ((count - 1) // 2, count // 2)
    low, high = (np.where(np.isnan(last), last, lines[..., place]) for place in places)
    return low, high


def _median(x: Array, axis: Axis, keepdims: bool) -> Array:
    low, high = _middles(x, axis)
    # Halves, since the sum of both may overflow. Nothing is added to an infinite middle.
    result = np.where(low == high, low, low * 0.5 + high * 0.5)
    return keep_axes(result, x.shape, axis) if keepdims else result


def _pull_median(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    half = keep_axes(g, x.shape, axis) * 0.5
    pulled = np.zeros_like(x)
    for middle in _middles(x, axis):
        kept = keep_axes(middle, x.shape, axis)
        ties = x == kept
        share = half / add_up(ties, axis=axis, keepdims=True, dtype=x.dtype)
        pulled += np.where(np.isnan(kept), kept, np.where(ties, share, 0))
    return pulled


define("median", _median, _pull_median)


def median(x: Operand, axis: AxisArgument = None, keepdims: bool = False) -> Tensor:
    """Middle element along the axes, or the mean of both; NaN if there are none, or with NaN."""
    return reduce("median", x, axis, keepdims)
