"""Operations that repeat a whole array, or each of its elements."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zenverify.tensor.axes import Shape, checked_axis, integers
from zenverify.tensor.indices import Indices, integer_array
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["repeat", "tile"]

Counts: TypeAlias = int | Indices


def _pull_tile(g: Array, y: Array, x: Array, reps: Shape) -> Array:
    """Sum over the copies: each axis of the result is one of copies and one of elements."""
    copies = (1,) * (y.ndim - len(reps)) + reps
    sizes = (1,) * (y.ndim - x.ndim) + x.shape
    pairs = [number for pair in zip(copies, sizes, strict=True) for number in pair]
    summed: Array = np.add.reduce(g.reshape(pairs), axis=tuple(range(0, len(pairs), 2)))
    return summed.reshape(x.shape)


define("tile", lambda x, reps: np.tile(x, reps), _pull_tile)


def tile(x: Operand, reps: SupportsIndex | Iterable[SupportsIndex]) -> Tensor:
    """The whole array repeated along each axis.

    Parameters
    ----------
    x : Tensor, array or number
        What to repeat.
    reps : int or sequence of int
        How often, along the last axes; if there are more of them than axes, the operand gets new
        axes in front.

    Raises
    ------
    ValueError
        If a number is negative.
    """
    operand = as_tensor("tile", x)
    times = integers(reps)
    if min(times, default=0) < 0:
        raise ValueError(
            f"tile of {operand.shape} {operand.dtype}: reps {times} must not be negative"
        )
    return record_single("tile", operand, {"reps": times})


def _pull_repeat(g: Array, y: Array, x: Array, repeats: Counts, axis: int | None) -> Array:
    shape = (x.size,) if axis is None else x.shape
    along = 0 if axis is None else axis % x.ndim
    if isinstance(repeats, int):
        lines = g.reshape(*shape[: along + 1], repeats, *shape[along + 1 :])
        summed: Array = np.add.reduce(lines, axis=along + 1)
    else:
        summed = _summed_runs(g, shape, np.broadcast_to(repeats, shape[along]), along)
    return summed.reshape(x.shape)


def _summed_runs(g: Array, shape: Shape, counts: Indices, along: int) -> Array:
    """Sum runs of these lengths along an axis; those of length zero give zero."""
    summed = np.zeros(shape, g.dtype)
    present = counts > 0
    if present.any():
        # reduceat takes an empty run for one of length one, so those are left out.
        starts = (np.cumsum(counts) - counts)[present]
        summed[(slice(None),) * along + (present,)] = np.add.reduceat(g, starts, axis=along)
    return summed


define("repeat", lambda x, repeats, axis: np.repeat(x, repeats, axis), _pull_repeat)


def repeat(x: Operand, repeats: ArrayLike, axis: SupportsIndex | None = None) -> Tensor:
    """Each element, or each slice along an axis, repeated in place.

    Parameters
    ----------
    x : Tensor, array or number
        What to repeat.
    repeats : int or sequence of int
        How often: one number for all, or one for each.
    axis : int or None
        Along which axis; None repeats the elements in row-major order.

    Raises
    ------
    TypeError
        If `repeats` are no integers.
    ValueError
        If the axis is out of range, a number is negative, or there are not as many as elements
        along the axis.
    """
    operand = as_tensor("repeat", x)
    counts = integer_array("repeat", "repeats", repeats)
    along = None if axis is None else index(axis)
    checked_axis("repeat", operand, along)
    size = operand.array.size if along is None else operand.shape[along]
    if counts.ndim > 1 or counts.size not in (1, size):
        raise ValueError(
            f"repeat of {operand.shape} {operand.dtype}: repeats of shape {counts.shape} for "
            f"{size} elements; expected one number, or one for each"
        )
    if np.any(counts < 0):
        raise ValueError(
            f"repeat of {operand.shape} {operand.dtype}: repeats {counts} must not be negative"
        )
    recorded = counts if counts.ndim else int(counts)
    return record_single("repeat", operand, {"repeats": recorded, "axis": along})
