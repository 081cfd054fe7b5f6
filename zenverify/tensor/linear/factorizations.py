"""Factorizations: Cholesky, eigenvalues and eigenvectors, singular values.

Where NumPy raises an exception, the result is NaN, as outside any operation's domain, and the other
matrices of the batch keep theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.linear.systems import as_matrices, matrixwise, of_finite
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_single
from zenverify.tensor.shaping.indexing import index

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["cholesky", "eigh", "packed_eigh", "svdvals"]


def _transposed(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _to_lower(contribution: Array) -> Array:
    """A contribution to symmetric matrices, given to the triangle that they are read from."""
    both = np.tril(contribution + _transposed(contribution), -1)
    diagonal = np.eye(contribution.shape[-1], dtype=bool)
    return np.where(diagonal, contribution, both)


def _cholesky(x: Array) -> Array:
    return np.tril(matrixwise(np.linalg.cholesky, x.shape[-2:], x))


def _pull_cholesky(g: Array, y: Array, x: Array) -> Array:
    # Murray, "Differentiation of the Cholesky decomposition" (2016), equations 8 to 10. Solving
    # with the upper triangle is plain back substitution, since its pivots are on the diagonal.
    upper = _transposed(y)
    halved = np.tril(upper @ g) * (1 - 0.5 * np.eye(x.shape[-1], dtype=y.dtype))
    left = matrixwise(np.linalg.solve, x.shape[-2:], upper, halved)
    both = matrixwise(np.linalg.solve, x.shape[-2:], upper, _transposed(left))
    return _to_lower(both)


define("cholesky", _cholesky, _pull_cholesky)


def cholesky(x: Operand) -> Tensor:
    """Lower triangular L with ``L @ L.T = x``; NaN where a matrix is not positive definite.

    Only the lower triangle of x is read, as in NumPy: the gradient of the other one is zero.

    Raises
    ------
    ValueError
        If the matrices in the last two axes are not square.
    """
    return record_single("cholesky", as_matrices("cholesky", x, square=True))


def _numbers_above_vectors(x: Array) -> Array:
    numbers, vectors = of_finite(np.linalg.eigh)(np.tril(x))
    return np.concatenate([numbers[..., None, :], vectors], axis=-2)


def _eigh(x: Array) -> Array:
    size = x.shape[-1]
    return matrixwise(_numbers_above_vectors, (size + 1, size), x)


def _pull_eigh(g: Array, y: Array, x: Array) -> Array:
    # Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
    # differentiation" (2008), section 3.1.
    numbers, vectors = y[..., 0, :], y[..., 1:, :]
    turned = _transposed(vectors)
    gaps = numbers[..., None, :] - numbers[..., :, None]
    diagonal = np.eye(x.shape[-1], dtype=bool)
    turning = (turned @ g[..., 1:, :]) / np.where(diagonal, 1, gaps).astype(y.dtype)
    inner = np.where(diagonal, g[..., :1, :], turning)
    return _to_lower(vectors @ inner @ turned)


define("eigh", _eigh, _pull_eigh)


def packed_eigh(x: Operand) -> Tensor:
    """What `eigh` records: the eigenvalues as a row above the matrix of eigenvectors."""
    return record_single("eigh", as_matrices("eigh", x, square=True))


def eigh(x: Operand) -> tuple[Tensor, Tensor]:
    """Eigenvalues of symmetric matrices, ascending, and their eigenvectors as columns.

    Only the lower triangle of x is read, as in NumPy: the gradient of the other one is zero. Where
    eigenvalues are equal, slopes are undefined.

    Raises
    ------
    ValueError
        If the matrices in the last two axes are not square.
    """
    packed = packed_eigh(x)
    return index(packed, (..., 0, slice(None))), index(packed, (..., slice(1, None), slice(None)))


def _svdvals(x: Array) -> Array:
    return matrixwise(of_finite(np.linalg.svdvals), (min(x.shape[-2:]),), x)


def _pull_svdvals(g: Array, y: Array, x: Array) -> Array:
    def contribution(weights: Array, matrices: Array) -> Array:
        left, _, right = of_finite(np.linalg.svd)(matrices, full_matrices=False)
        return np.asarray((left * weights) @ right)

    return matrixwise(contribution, x.shape[-2:], g[..., None, :], x)


define("svdvals", _svdvals, _pull_svdvals)


def svdvals(x: Operand) -> Tensor:
    """Singular values of the matrices in the last two axes, descending.

    Where one is zero, or two are equal, slopes are undefined.

    Raises
    ------
    ValueError
        If it has fewer than two axes.
    """
    return record_single("svdvals", as_matrices("svdvals", x, square=False))
