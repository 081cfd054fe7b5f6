"""Operations that put axes, or the elements along them, into another order."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import Axis, AxisArgument, Shape, axes_of, checked_axis, integers
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["flip", "moveaxis", "roll", "rollaxis", "swapaxes", "transpose"]

Moved = int | tuple[int, ...]


def _pull_transpose(g: Array, y: Array, x: Array, axes: Shape | None) -> Array:
    return g.transpose() if axes is None else g.transpose(np.argsort(axes_of(axes, x.ndim)))


define("transpose", lambda x, axes: x.transpose(axes), _pull_transpose)


def transpose(x: Operand, axes: Iterable[SupportsIndex] | None = None) -> Tensor:
    """Permuted axes, reversed by default.

    Raises
    ------
    ValueError
        If the axes are not a permutation.
    """
    operand = as_tensor("transpose", x)
    if axes is None:
        return record_single("transpose", operand, {"axes": None})
    chosen = integers(axes)
    checked_axis("transpose", operand, chosen)
    return record_single("transpose", operand, {"axes": chosen})


define(
    "swapaxes",
    lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
    lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2),
)


def swapaxes(x: Operand, axis1: SupportsIndex, axis2: SupportsIndex) -> Tensor:
    """Two axes interchanged; they may be the same one.

    Raises
    ------
    ValueError
        If an axis is out of range.
    """
    operand = as_tensor("swapaxes", x)
    first, second = index(axis1), index(axis2)
    for axis in (first, second):
        checked_axis("swapaxes", operand, axis)
    return record_single("swapaxes", operand, {"axis1": first, "axis2": second})


define(
    "moveaxis",
    lambda x, source, destination: np.moveaxis(x, source, destination),
    lambda g, y, x, source, destination: np.moveaxis(g, destination, source),
)


def moveaxis(
    x: Operand,
    source: SupportsIndex | Iterable[SupportsIndex],
    destination: SupportsIndex | Iterable[SupportsIndex],
) -> Tensor:
    """Axes moved to other places; the others keep their order.

    Raises
    ------
    ValueError
        If an axis or place is out of range or named twice, or there are not as many of both.
    """
    operand = as_tensor("moveaxis", x)
    attributes = {
        "source": checked_axis("moveaxis", operand, source),
        "destination": checked_axis("moveaxis", operand, destination),
    }
    return record_single("moveaxis", operand, attributes)


def _place(ndim: int, axis: int, start: int) -> int:
    """The place at which `rollaxis` puts an axis: before the one that is at `start`."""
    before = start + ndim if start < 0 else start
    return before - 1 if axis % ndim < before else before


define(
    "rollaxis",
    lambda x, axis, start: np.rollaxis(x, axis, start),
    lambda g, y, x, axis, start: np.moveaxis(g, _place(x.ndim, axis, start), axis),
)


def rollaxis(x: Operand, axis: SupportsIndex, start: SupportsIndex = 0) -> Tensor:
    """One axis put before another one, or last if `start` is the number of axes.

    Raises
    ------
    ValueError
        If the axis or `start` is out of range.
    """
    operand = as_tensor("rollaxis", x)
    rolled = index(axis)
    checked_axis("rollaxis", operand, rolled)
    return record_single("rollaxis", operand, {"axis": rolled, "start": index(start)})


def _pull_roll(g: Array, y: Array, x: Array, shift: Moved, axis: Axis) -> Array:
    back = -shift if isinstance(shift, int) else tuple(-step for step in shift)
    return np.roll(g, back, axis)


define("roll", lambda x, shift, axis: np.roll(x, shift, axis), _pull_roll)


def roll(
    x: Operand,
    shift: SupportsIndex | Iterable[SupportsIndex],
    axis: AxisArgument = None,
) -> Tensor:
    """Elements shifted along the axes, those beyond the end coming in at the front.

    Parameters
    ----------
    x : Tensor, array or number
        What to roll.
    shift : int or sequence of int
        By how many places; one for all axes, or one for each.
    axis : int, sequence of int, or None
        Along which axes; shifts along the same one add up. None rolls the elements in row-major
        order.

    Raises
    ------
    ValueError
        If an axis is out of range, or shifts and axes do not broadcast against each other.
    """
    operand = as_tensor("roll", x)
    steps: Moved = integers(shift) if isinstance(shift, Iterable) else index(shift)
    along: Axis = None
    if axis is not None:
        along = integers(axis) if isinstance(axis, Iterable) else index(axis)
        for number in integers(along):
            checked_axis("roll", operand, number)
    return record_single("roll", operand, {"shift": steps, "axis": along})


define("flip", lambda x, axis: np.flip(x, axis), lambda g, y, x, axis: np.flip(g, axis))


def flip(x: Operand, axis: AxisArgument = None) -> Tensor:
    """Elements in reverse order along the axes, or along all.

    Raises
    ------
    ValueError
        If an axis is out of range or named twice.
    """
    operand = as_tensor("flip", x)
    return record_single("flip", operand, {"axis": checked_axis("flip", operand, axis)})
