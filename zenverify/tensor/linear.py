"""Matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor import walk
from zenverify.tensor.axes import Shape
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["matmul"]


def _as_matrices(g: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Give vectors the axis that makes them a row (on the left) or a column (on the right)."""
    if b.ndim == 1:
        g, b = g[..., None], b[:, None]
    if a.ndim == 1:
        g, a = g[..., None, :], a[None, :]
    return g, a, b


def _pull_left(g: Array, y: Array, a: Array, b: Array) -> Array:
    g, rows, columns = _as_matrices(g, a, b)
    contribution = g @ columns.swapaxes(-1, -2)
    return _summed(contribution, rows.shape).reshape(a.shape)


def _pull_right(g: Array, y: Array, a: Array, b: Array) -> Array:
    g, rows, columns = _as_matrices(g, a, b)
    contribution = rows.swapaxes(-1, -2) @ g
    return _summed(contribution, columns.shape).reshape(b.shape)


def _summed(contribution: Array, shape: Shape) -> Array:
    """Sum over the batch axes along which the operand was broadcast."""
    return contribution if contribution.shape == shape else walk.sum_to_shape(contribution, shape)


define("matmul", np.matmul, _pull_left, _pull_right)


def matmul(x: Operand, y: Operand) -> Tensor:
    """Matrix product as ``numpy.matmul`` has it: vectors, matrices and broadcast batches of them.

    Raises
    ------
    ValueError
        If an operand is a number, or the sizes do not fit.
    """
    return record_pair("matmul", x, y)
