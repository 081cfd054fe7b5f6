"""Determinants and their logarithms, with slopes that hold for singular matrices too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.linear.systems import as_matrices, matrixwise, of_finite
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_single
from zenverify.tensor.shaping.indexing import index

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["det", "slogdet"]

EXPANDED = 4
"""Up to this size determinants are expanded by minors, and each minor's error is small for the
products in it, however the rows and columns are scaled; LU and SVD are accurate only for the
largest elements. Beyond it they are cheaper, and no less accurate for matrices of like elements."""

Scaled: TypeAlias = tuple[Array, NDArray[np.signedinteger[Any]]]
"""Numbers from 1/2 to 1 in size, or 0, and the powers of two they are to be multiplied by: products
and sums of these neither overflow nor underflow."""

_NOTHING = -(2**20)
"""The power of two that goes with 0: it is never the largest."""


def _split(x: Array) -> Scaled:
    mantissas, exponents = np.frexp(x)
    return mantissas, np.where(mantissas == 0, _NOTHING, exponents)


def _expanded(numbers: Scaled) -> Scaled:
    """The determinants of square matrices, by minors of the first row."""
    mantissas, exponents = numbers
    size = mantissas.shape[-1]
    if size == 0:
        return _split(np.ones(mantissas.shape[:-2], mantissas.dtype))
    if size == 1:
        return mantissas[..., 0, 0], exponents[..., 0, 0]
    rows, columns = np.arange(1, size)[:, None], _all_but_one(size)[:, None, :]
    minors, shifts = _expanded((mantissas[..., rows, columns], exponents[..., rows, columns]))
    products = mantissas[..., 0, :] * minors * _signs(size)[0].astype(minors.dtype)
    powers = np.where(products == 0, _NOTHING, exponents[..., 0, :] + shifts)
    largest = powers.max(axis=-1, keepdims=True)
    total, shift = _split(np.ldexp(products, powers - largest).sum(axis=-1))
    return total, shift + largest[..., 0]


def _cofactors(numbers: Scaled) -> Scaled:
    """For each element the determinant of the other rows and columns, with its sign."""
    size = numbers[0].shape[-1]
    if size == 0:
        return numbers
    kept = _all_but_one(size)
    rows, columns = kept[:, None, :, None], kept[None, :, None, :]
    mantissas, exponents = _expanded(
        (numbers[0][..., rows, columns], numbers[1][..., rows, columns])
    )
    return mantissas * _signs(size).astype(mantissas.dtype), exponents


@cache
def _all_but_one(size: int) -> NDArray[np.intp]:
    """Row i has the numbers below `size`, but not i."""
    return np.array([[k for k in range(size) if k != i] for i in range(size)], dtype=np.intp)


@cache
def _signs(size: int) -> NDArray[np.intp]:
    """1 and -1 as on a chessboard."""
    return 1 - 2 * (np.add.outer(np.arange(size), np.arange(size)) % 2)


def _det(x: Array) -> Array:
    if x.shape[-1] > EXPANDED:
        return np.asarray(np.linalg.det(x))
    return np.asarray(np.ldexp(*_expanded(_split(x))))


def _cofactors_by_svd(x: Array) -> Array:
    """From x = U S V: det(U) det(V) U adj(S) V, where adj(S) takes no division.

    Not det(x) times the transposed inverse, which does not exist if x is singular.
    """
    u, s, v = of_finite(np.linalg.svd)(x)
    others = np.ones_like(s)
    others[..., 1:] = np.multiply.accumulate(s[..., :-1], axis=-1)
    others[..., :-1] *= np.multiply.accumulate(s[..., :0:-1], axis=-1)[..., ::-1]
    others *= np.sign(np.linalg.det(u) * np.linalg.det(v))[..., None]
    found: Array = (u * others[..., None, :]) @ v
    return found


def _pull_det(g: Array, y: Array, x: Array) -> Array:
    if x.shape[-1] > EXPANDED:
        return g[..., None, None] * matrixwise(_cofactors_by_svd, x.shape[-2:], x)
    return g[..., None, None] * np.ldexp(*_cofactors(_split(x)))


define("det", _det, _pull_det)


def det(x: Operand) -> Tensor:
    """Determinants of the matrices in the last two axes; 1 of those that have no elements.

    Raises
    ------
    ValueError
        If they are not square.
    """
    return record_single("det", as_matrices("det", x, square=True))


def _slogdet(x: Array) -> Array:
    if x.shape[-1] > EXPANDED:
        sign, size = np.linalg.slogdet(x)
        return np.stack([np.where(np.isnan(size), size, sign), size])
    mantissas, exponents = _expanded(_split(x))
    # A determinant that is a float goes through a single logarithm, accurate also near 1.
    is_float = np.abs(exponents) < np.finfo(x.dtype).maxexp - 2
    whole = np.ldexp(mantissas, np.where(is_float, exponents, 0))
    rest = np.where(is_float, 0, exponents).astype(x.dtype) * np.log(x.dtype.type(2))
    return np.stack([np.sign(mantissas), np.log(np.abs(whole)) + rest])


def _pull_slogdet(g: Array, y: Array, x: Array) -> Array:
    contribution: Array = g[1][..., None, None] * _transposed_inverse(x)
    return contribution


def _transposed_inverse(x: Array) -> Array:
    if x.shape[-1] > EXPANDED:
        return matrixwise(np.linalg.inv, x.shape[-2:], x).swapaxes(-1, -2)
    numbers = _split(x)
    (top, powers), (bottom, power) = _cofactors(numbers), _expanded(numbers)
    return np.asarray(
        np.ldexp(top / bottom[..., None, None], powers - np.asarray(power)[..., None, None])
    )


define("slogdet", _slogdet, _pull_slogdet)


def packed_slogdet(x: Operand) -> Tensor:
    """What `slogdet` records: the signs, and after them the logarithms, along a new first axis."""
    return record_single("slogdet", as_matrices("slogdet", x, square=True))


def slogdet(x: Operand) -> tuple[Tensor, Tensor]:
    """Signs of the determinants, and the logarithms of their absolute values.

    These do not overflow where the determinant does. A singular matrix has sign 0 and logarithm
    -inf, whose slope is undefined; the sign's slope is zero.

    Raises
    ------
    ValueError
        If the matrices in the last two axes are not square.
    """
    packed = packed_slogdet(x)
    return index(packed, 0), index(packed, 1)
