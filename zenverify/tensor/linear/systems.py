"""Linear systems: solve, the inverse and the pseudo-inverse.

For a singular matrix NumPy raises an exception. Here its result is NaN, as that of any operation
outside its domain, and the other matrices of the batch keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from zenverify.tensor import walk
from zenverify.tensor.axes import Shape
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, as_tensor, record, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["as_matrices", "inv", "matrixwise", "of_finite", "pinv", "solve"]


T = TypeVar("T")


def matrixwise(function: Callable[..., Array], shape: Shape, *stacks: Array) -> Array:
    """Apply a NumPy function to stacks of matrices; NaN where it finds no answer.

    Parameters
    ----------
    function : callable
        Takes one stack per argument, with the matrices in the last two axes.
    shape : tuple of int
        Of its result for single matrices.
    stacks : arrays
        Their leading axes broadcast against each other.
    """
    with suppress(np.linalg.LinAlgError):
        return function(*stacks)
    batch = np.broadcast_shapes(*(stack.shape[:-2] for stack in stacks))
    found = np.full((*batch, *shape), np.nan, np.result_type(*stacks))
    wide = [np.broadcast_to(stack, (*batch, *stack.shape[-2:])) for stack in stacks]
    for place in np.ndindex(batch):
        with suppress(np.linalg.LinAlgError):
            found[place] = function(*(stack[place] for stack in wide))
    return found


def of_finite(function: Callable[..., T]) -> Callable[..., T]:
    """A function of matrices that finds no answer where one holds infinities or NaN.

    Iterations may never end on them: ``numpy.linalg.svd`` does not return from some matrices with
    two infinities.
    """

    def guarded(x: Array, **keywords: Any) -> T:
        if not np.isfinite(x).all():
            raise np.linalg.LinAlgError("a matrix is not finite")
        return function(x, **keywords)

    return guarded


def as_matrices(name: str, x: Operand, *, square: bool) -> Tensor:
    """An operand as a Tensor, checked to be a stack of matrices.

    Raises
    ------
    ValueError
        If it is not. The message names the operation, the shape and the dtype.
    """
    operand = as_tensor(name, x)
    if operand.ndim < 2 or (square and operand.shape[-1] != operand.shape[-2]):
        kind = "square matrices" if square else "matrices"
        raise ValueError(
            f"{name} of {operand.shape} {operand.dtype}: expected {kind} in the last two axes"
        )
    return operand


def _transposed(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _columns(a: Array, b: Array) -> Array:
    """Solve a @ y = b for stacks of columns."""
    return matrixwise(np.linalg.solve, b.shape[-2:], a, b)


def _solve(a: Array, b: Array) -> Array:
    return _columns(a, b[:, None])[..., 0] if b.ndim == 1 else _columns(a, b)


def _adjoint(g: Array, a: Array, b: Array) -> Array:
    """The cotangent of the right side, as columns, before it is summed over the batch."""
    return _columns(_transposed(a), g[..., None] if b.ndim == 1 else g)


def _pull_solve_matrix(g: Array, y: Array, a: Array, b: Array) -> Array:
    rows = y[..., None, :] if b.ndim == 1 else _transposed(y)
    return walk.sum_to_shape(-(_adjoint(g, a, b) @ rows), a.shape)


def _pull_solve_right(g: Array, y: Array, a: Array, b: Array) -> Array:
    adjoint = _adjoint(g, a, b)
    return walk.sum_to_shape(adjoint[..., 0] if b.ndim == 1 else adjoint, b.shape)


define("solve", _solve, _pull_solve_matrix, _pull_solve_right)


def solve(a: Operand, b: Operand) -> Tensor:
    """Solve the linear equations ``a @ y = b`` for y; NaN where a matrix is singular.

    Parameters
    ----------
    a : Tensor, array
        Square matrices in the last two axes.
    b : Tensor, array
        One right side if it has one axis, as in NumPy 2; otherwise columns in the last two axes.
        Leading axes broadcast against those of `a`.

    Raises
    ------
    ValueError
        If the matrices are not square, or the sizes do not fit.
    """
    matrices, right = as_operands("solve", (as_matrices("solve", a, square=True), b))
    size = right.shape[0] if right.ndim == 1 else right.shape[-2] if right.ndim else 0
    if not right.ndim or size != matrices.shape[-1]:
        raise ValueError(
            f"solve of {matrices.shape} {matrices.dtype} and {right.shape} {right.dtype}: expected "
            f"a vector of {matrices.shape[-1]} elements, or columns of them"
        )
    return record("solve", (matrices, right), {})


def _inv(x: Array) -> Array:
    return matrixwise(np.linalg.inv, x.shape[-2:], x)


def _pull_inv(g: Array, y: Array, x: Array) -> Array:
    turned = _transposed(y)
    return -(turned @ g @ turned)


define("inv", _inv, _pull_inv)


def inv(x: Operand) -> Tensor:
    """Inverses of the matrices in the last two axes; NaN for those that are singular.

    Raises
    ------
    ValueError
        If they are not square.
    """
    return record_single("inv", as_matrices("inv", x, square=True))


def _pinv(x: Array) -> Array:
    return matrixwise(of_finite(np.linalg.pinv), x.shape[:-3:-1], x)


def _pull_pinv(g: Array, y: Array, x: Array) -> Array:
    return matrixwise(_pull_pinv_by_svd, x.shape[-2:], _transposed(g), x)


def _pull_pinv_by_svd(turned: Array, x: Array) -> Array:
    # Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
    # problems whose variables separate" (1973), equation 4.12. The projectors are made of singular
    # vectors, since x @ pinv(x) loses as many digits as x is ill conditioned; and where there is
    # nothing outside, what rounding leaves of it must not meet the squares of large inverses.
    left, sizes, right = of_finite(np.linalg.svd)(x, full_matrices=False)
    kept = sizes > 1e-15 * sizes.max(axis=-1, keepdims=True, initial=0)
    left, right = left * kept[..., None, :], right * kept[..., None]
    sizes = np.where(kept, sizes, 1)[..., None, :]
    inverse = (left / sizes) @ right
    rank = kept.sum(axis=-1)[..., None, None]
    outside_range = turned - left @ (_transposed(left) @ turned)
    outside_range = np.where(rank < x.shape[-2], outside_range, 0)
    outside_rows = turned - (turned @ _transposed(right)) @ right
    outside_rows = np.where(rank < x.shape[-1], outside_rows, 0)
    return np.asarray(
        # Twice divided, since the square of a large number is beyond the floats.
        (outside_range @ _transposed(right) / sizes / sizes) @ right
        + left
        @ (_transposed(left) @ outside_rows / sizes[..., 0, :, None] / sizes[..., 0, :, None])
        - inverse @ _transposed(turned) @ inverse
    )


define("pinv", _pinv, _pull_pinv)


def pinv(x: Operand) -> Tensor:
    """Pseudo-inverses (Moore, Penrose) of the matrices in the last two axes.

    Singular values below 1e-15 of the largest count as zero, as in ``numpy.linalg.pinv``. Slopes
    are those along matrices of the same rank: only one of full rank has others nearby in every
    direction.

    Raises
    ------
    ValueError
        If it has fewer than two axes.
    """
    return record_single("pinv", as_matrices("pinv", x, square=False))
