"""Products in which every element meets every other, and products of vectors."""

from __future__ import annotations

from math import prod
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor import walk
from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import checked_axis
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record, record_pair

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["cross", "kron", "outer", "vdot"]


define(
    "outer",
    lambda a, b: a.reshape(-1, 1) * b.reshape(1, -1),
    lambda g, y, a, b: (g @ b.reshape(-1)).reshape(a.shape),
    lambda g, y, a, b: (a.reshape(-1) @ g).reshape(b.shape),
)


def outer(x: Operand, y: Operand) -> Tensor:
    """The product of each element of x, a row of the result, with each element of y."""
    return record_pair("outer", x, y)


define(
    "vdot",
    np.vdot,
    lambda g, y, a, b: g * b.reshape(a.shape),
    lambda g, y, a, b: g * a.reshape(b.shape),
)


def vdot(x: Operand, y: Operand) -> Tensor:
    """Sum of the products of x and y, element by element in row-major order.

    Raises
    ------
    ValueError
        If they do not have as many elements.
    """
    return record_pair("vdot", x, y)


def _interleaved(a: Array, b: Array) -> tuple[Array, Array]:
    """Give the axes of both turns, those of `a` first; the lower rank gets axes in front."""
    ndim = max(a.ndim, b.ndim)
    of_a, of_b = ((1,) * (ndim - part.ndim) + part.shape for part in (a, b))
    left = [size for axis in of_a for size in (axis, 1)]
    right = [size for axis in of_b for size in (1, axis)]
    return a.reshape(left), b.reshape(right)


def _kron(a: Array, b: Array) -> Array:
    wide = _interleaved(a, b)
    blocks: Array = wide[0] * wide[1]
    pairs = zip(blocks.shape[::2], blocks.shape[1::2], strict=True)
    return blocks.reshape([prod(pair) for pair in pairs])


def _pull_kron_left(g: Array, y: Array, a: Array, b: Array) -> Array:
    left, right = _interleaved(a, b)
    blocks = g.reshape(np.broadcast_shapes(left.shape, right.shape)) * right
    return walk.sum_to_shape(blocks, left.shape).reshape(a.shape)


def _pull_kron_right(g: Array, y: Array, a: Array, b: Array) -> Array:
    left, right = _interleaved(a, b)
    blocks = g.reshape(np.broadcast_shapes(left.shape, right.shape)) * left
    return walk.sum_to_shape(blocks, right.shape).reshape(b.shape)


define("kron", _kron, _pull_kron_left, _pull_kron_right)


def kron(x: Operand, y: Operand) -> Tensor:
    """Kronecker product: each element of x in turn times a block of all of y.

    The operand with fewer axes gets axes of size one in front.
    """
    return record_pair("kron", x, y)


def _cross(a: Array, b: Array, axisa: int, axisb: int, axisc: int) -> Array:
    vectors = np.cross(np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1))
    return np.moveaxis(vectors, -1, axisc)


def _pull_cross_left(
    g: Array, y: Array, a: Array, b: Array, axisa: int, axisb: int, axisc: int
) -> Array:
    found = np.cross(np.moveaxis(b, axisb, -1), np.moveaxis(g, axisc, -1))
    return _vectors_to(found, a, axisa)


def _pull_cross_right(
    g: Array, y: Array, a: Array, b: Array, axisa: int, axisb: int, axisc: int
) -> Array:
    found = np.cross(np.moveaxis(g, axisc, -1), np.moveaxis(a, axisa, -1))
    return _vectors_to(found, b, axisb)


def _vectors_to(found: Array, operand: Array, axis: int) -> Array:
    """Sum over the axes along which the operand was broadcast, and put its vectors in place."""
    shape = np.moveaxis(operand, axis, -1).shape
    return np.moveaxis(walk.sum_to_shape(found, shape), -1, axis)


define("cross", _cross, _pull_cross_left, _pull_cross_right)


def cross(
    x: Operand,
    y: Operand,
    axisa: SupportsIndex = -1,
    axisb: SupportsIndex = -1,
    axisc: SupportsIndex = -1,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """Vector product of vectors with three elements; other axes broadcast.

    Parameters
    ----------
    x, y : Tensor, array or number
        The operands.
    axisa, axisb, axisc : int
        The axes of x, y and the result along which the vectors lie.
    axis : int, optional
        Given in place of these three.

    Raises
    ------
    ValueError
        If an axis is out of range, a vector does not have three elements, or the other axes do not
        broadcast. NumPy has deprecated the product of vectors with two elements.
    """
    operands = as_operands("cross", (x, y))
    axes = [index(number) for number in ((axisa, axisb, axisc) if axis is None else (axis,) * 3)]
    where = f"cross of {describe([operand.array for operand in operands])}"
    for operand, number in zip(operands, axes, strict=False):
        checked_axis("cross", operand, number)
        if operand.shape[number] != 3:
            raise ValueError(
                f"{where}: {operand.shape[number]} elements along axis {number}; expected 3"
            )
    ndim = max(operand.ndim for operand in operands)
    if not -ndim <= axes[2] < ndim:
        raise ValueError(f"{where}: axis {axes[2]} is out of range for {ndim} dimensions")
    attributes = dict(zip(("axisa", "axisb", "axisc"), axes, strict=True))
    return record("cross", operands, attributes)
