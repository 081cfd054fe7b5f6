"""Operations that give the same elements another shape."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import AxisArgument, Shape, checked_axis, integers
from zenverify.tensor.operation import define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "broadcast_to",
    "expand_dims",
    "flatten",
    "reshape",
    "squeeze",
]

ShapeArgument = SupportsIndex | Iterable[SupportsIndex]


define(
    "reshape",
    lambda x, shape: x.reshape(shape),
    lambda g, y, x, shape: g.reshape(x.shape),
)


def reshape(x: Operand, shape: ShapeArgument) -> Tensor:
    """The same elements in another shape; one size may be -1, and follows from the others.

    Raises
    ------
    ValueError
        If the shape does not hold as many elements.
    """
    operand = as_tensor("reshape", x)
    return record_single("reshape", operand, {"shape": _resolved(operand, integers(shape))})


def _resolved(x: Tensor, shape: Shape) -> Shape:
    """Replace a size of -1 by what it stands for."""
    others = prod(size for size in shape if size != -1)
    if shape.count(-1) == 1 and others > 0:
        shape = tuple(x.array.size // others if size == -1 else size for size in shape)
    if -1 in shape or prod(shape) != x.array.size:
        raise ValueError(
            f"reshape of {x.shape} {x.array.dtype}: shape {shape} does not hold "
            f"{x.array.size} elements"
        )
    return shape


define("flatten", lambda x: x.reshape(-1), lambda g, y, x: g.reshape(x.shape))


def flatten(x: Operand) -> Tensor:
    """The elements in one dimension, in row-major order."""
    return record_single("flatten", x)


define(
    "expand_dims",
    lambda x, axis: np.expand_dims(x, axis),
    lambda g, y, x, axis: g.reshape(x.shape),
)


def expand_dims(x: Operand, axis: SupportsIndex | Iterable[SupportsIndex]) -> Tensor:
    """New axes of size one, at these places in the result's shape.

    Raises
    ------
    ValueError
        If a place is out of range or named twice.
    """
    operand = as_tensor("expand_dims", x)
    ndim = operand.ndim + len(integers(axis))
    chosen = checked_axis("expand_dims", operand, axis, ndim)
    return record_single("expand_dims", operand, {"axis": chosen})


define("squeeze", lambda x, axis: x.squeeze(axis), lambda g, y, x, axis: g.reshape(x.shape))


def squeeze(x: Operand, axis: AxisArgument = None) -> Tensor:
    """Without these axes, or without all axes, of size one.

    Raises
    ------
    ValueError
        If an axis is out of range, named twice, or not of size one.
    """
    operand = as_tensor("squeeze", x)
    return record_single("squeeze", operand, {"axis": checked_axis("squeeze", operand, axis)})


# The walk's sum to the operand's shape is all there is to its pullback.
define(
    "broadcast_to",
    lambda x, shape: np.broadcast_to(x, shape),
    lambda g, y, x, shape: g,
    broadcasts=True,
)


def broadcast_to(x: Operand, shape: ShapeArgument) -> Tensor:
    """Repeated along new axes and axes of size one, as NumPy broadcasts.

    Raises
    ------
    ValueError
        If the operand does not broadcast to the shape.
    """
    operand = as_tensor("broadcast_to", x)
    return record_single("broadcast_to", operand, {"shape": integers(shape)})
