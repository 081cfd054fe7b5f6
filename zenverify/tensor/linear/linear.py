"""Products and powers of matrices."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor import walk
from zenverify.tensor.axes import Shape
from zenverify.tensor.linear.systems import as_matrices, inv
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["matmul", "matrix_power"]


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


def _pull_matrix_power(g: Array, y: Array, x: Array, n: int) -> Array:
    """Sum over the n factors, each with the transposed factors before and after it around g.

    For a sum P over k factors, and the k-th power T of the transposed matrix, one over twice as
    many is T P + P T: about log2(n) steps in all, by the binary digits of n.
    """
    if n == 0:
        return np.zeros_like(x)
    transposed = x.swapaxes(-1, -2)
    power, total = transposed, g
    for digit in f"{n:b}"[1:]:
        power, total = power @ power, power @ total + total @ power
        if digit == "1":
            power, total = power @ transposed, transposed @ total + g @ power
    return total


define("matrix_power", np.linalg.matrix_power, _pull_matrix_power)


def matrix_power(x: Operand, n: SupportsIndex) -> Tensor:
    """The product of n factors x, matrices in the last two axes; for n = 0 the identity.

    A negative power is recorded as that of the inverse.

    Raises
    ------
    ValueError
        If the matrices are not square.
    """
    operand, exponent = as_matrices("matrix_power", x, square=True), index(n)
    if exponent < 0:
        operand = inv(operand)
    return record_single("matrix_power", operand, {"n": abs(exponent)})
