"""Diagonals and triangles of matrices."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import checked_axis
from zenverify.tensor.indices import Indices
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["diag", "diagonal", "trace", "tril", "triu"]


def _places(rows: int, columns: int, offset: int) -> tuple[Indices, Indices]:
    """Rows and columns of the elements on a diagonal; a positive offset is above the main one."""
    down, right = max(-offset, 0), max(offset, 0)
    steps = np.arange(max(min(rows - down, columns - right), 0))
    return steps + down, steps + right


def _on_diagonal(g: Array, x: Array, offset: int, axis1: int, axis2: int) -> Array:
    """Zeros except for the cotangents of a diagonal, whose last axis runs along it."""
    contribution = np.zeros_like(x)
    matrices = np.moveaxis(contribution, (axis1, axis2), (-2, -1))
    matrices[(..., *_places(x.shape[axis1], x.shape[axis2], offset))] = g
    return contribution


def _pull_diag(g: Array, y: Array, x: Array, k: int) -> Array:
    return g.diagonal(k) if x.ndim == 1 else _on_diagonal(g, x, k, 0, 1)


define("diag", lambda x, k: np.diag(x, k), _pull_diag)


def diag(x: Operand, k: SupportsIndex = 0) -> Tensor:
    """The matrix with a vector on its k-th diagonal, or the k-th diagonal of a matrix.

    Raises
    ------
    ValueError
        If the operand is neither a vector nor a matrix.
    """
    return record_single("diag", x, {"k": index(k)})


define(
    "diagonal",
    lambda x, offset, axis1, axis2: x.diagonal(offset, axis1, axis2),
    lambda g, y, x, offset, axis1, axis2: _on_diagonal(g, x, offset, axis1, axis2),
)


def diagonal(
    x: Operand, offset: SupportsIndex = 0, axis1: SupportsIndex = 0, axis2: SupportsIndex = 1
) -> Tensor:
    """The diagonals of the matrices in two axes, along a new last axis.

    Raises
    ------
    ValueError
        If an axis is out of range, or both are the same.
    """
    return _of_diagonal("diagonal", x, offset, axis1, axis2)


define(
    "trace",
    lambda x, offset, axis1, axis2: x.trace(offset, axis1, axis2),
    lambda g, y, x, offset, axis1, axis2: _on_diagonal(g[..., None], x, offset, axis1, axis2),
)


def trace(
    x: Operand, offset: SupportsIndex = 0, axis1: SupportsIndex = 0, axis2: SupportsIndex = 1
) -> Tensor:
    """The sums of the diagonals of the matrices in two axes.

    Raises
    ------
    ValueError
        If an axis is out of range, or both are the same.
    """
    return _of_diagonal("trace", x, offset, axis1, axis2)


def _of_diagonal(
    name: str, x: Operand, offset: SupportsIndex, axis1: SupportsIndex, axis2: SupportsIndex
) -> Tensor:
    operand = as_tensor(name, x)
    first, second = index(axis1), index(axis2)
    checked_axis(name, operand, (first, second))
    attributes = {"offset": index(offset), "axis1": first, "axis2": second}
    return record_single(name, operand, attributes)


# To keep one triangle is a projection, hence its own adjoint.
define("tril", lambda x, k: np.tril(x, k), lambda g, y, x, k: np.tril(g, k))
define("triu", lambda x, k: np.triu(x, k), lambda g, y, x, k: np.triu(g, k))


def tril(x: Operand, k: SupportsIndex = 0) -> Tensor:
    """Matrices with zeros above their k-th diagonal.

    Raises
    ------
    ValueError
        If the operand has fewer than two dimensions.
    """
    return _triangle("tril", x, k)


def triu(x: Operand, k: SupportsIndex = 0) -> Tensor:
    """Matrices with zeros below their k-th diagonal.

    Raises
    ------
    ValueError
        If the operand has fewer than two dimensions.
    """
    return _triangle("triu", x, k)


def _triangle(name: str, x: Operand, k: SupportsIndex) -> Tensor:
    operand = as_tensor(name, x)
    if operand.ndim < 2:
        raise ValueError(
            f"{name} of {operand.shape} {operand.dtype}: expected at least two dimensions"
        )
    return record_single(name, operand, {"k": index(k)})
