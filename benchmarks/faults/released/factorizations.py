"""Faults that libraries have released in linear systems and factorizations."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, catalogued, rule, value

SYSTEM = "linear systems"
FACTORIZATION = "factorizations"


def _transposed(x: Any) -> Any:
    return x.swapaxes(-1, -2)


def _as_columns(x: Any, b: Any) -> Any:
    return x[..., None] if b.ndim == 1 else x


def _adjoint(g: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.systems import matrixwise

    columns = _as_columns(g, b)
    return matrixwise(np.linalg.solve, columns.shape[-2:], _transposed(a), columns)


def _to(contribution: Any, shape: tuple[int, ...]) -> Any:
    from zenverify.tensor.walk import sum_to_shape

    return sum_to_shape(contribution, shape)


def _first_of(contribution: Any, shape: tuple[int, ...]) -> Any:
    """Takes the first of what broadcasting repeated in place of the sum."""
    spare = contribution.ndim - len(shape)
    kept = contribution[(0,) * spare] if contribution.size else _to(contribution, shape)
    sizes = zip(kept.shape, shape, strict=True)
    return kept[tuple(slice(0, 1) if size != wanted else slice(None) for size, wanted in sizes)]


def _right_not_transposed(g: Any, y: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.systems import matrixwise

    columns = _as_columns(g, b)
    found = matrixwise(np.linalg.solve, columns.shape[-2:], a, columns)
    return _to(found[..., 0] if b.ndim == 1 else found, b.shape)


def _right_not_summed(g: Any, y: Any, a: Any, b: Any) -> Any:
    found = _adjoint(g, a, b)
    return _first_of(found[..., 0] if b.ndim == 1 else found, b.shape)


def _matrix_transposed(g: Any, y: Any, a: Any, b: Any) -> Any:
    columns = _as_columns(y, b)
    return _to(-(columns @ _transposed(_adjoint(g, a, b))), a.shape)


def _matrix_not_summed(g: Any, y: Any, a: Any, b: Any) -> Any:
    columns = _as_columns(y, b)
    return _first_of(-(_adjoint(g, a, b) @ _transposed(columns)), a.shape)


def _stacks_of_vectors(a: Any, b: Any) -> Any:
    """Takes a right side with one axis less than the matrices for vectors, as NumPy 1 did."""
    from zenverify.tensor.linear.systems import matrixwise

    vectors = b.ndim == a.ndim - 1
    columns = b[..., None] if vectors else b
    found = matrixwise(np.linalg.solve, columns.shape[-2:], a, columns)
    return found[..., 0] if vectors else found


def _inverse_not_transposed(g: Any, y: Any, x: Any) -> Any:
    return -(y @ g @ y)


def _cholesky(g: Any, y: Any, x: Any, diagonal: float, share: float) -> Any:
    from zenverify.tensor.linear.systems import matrixwise

    def back(right: Any) -> Any:
        return matrixwise(np.linalg.solve, x.shape[-2:], _transposed(y), right)

    eye = np.eye(x.shape[-1])
    halved = np.tril(_transposed(y) @ g) * (1 - diagonal * eye)
    both = back(_transposed(back(halved)))
    lower = np.tril(both + _transposed(both), -1) * share
    upper = _transposed(lower) * (share < 1)
    return (lower + upper + both * eye).astype(x.dtype)


def _diagonal_not_halved(g: Any, y: Any, x: Any) -> Any:
    return _cholesky(g, y, x, 0.0, 1.0)


def _shared_with_the_upper_triangle(g: Any, y: Any, x: Any) -> Any:
    return _cholesky(g, y, x, 0.5, 0.5)


def _eigh(g: Any, y: Any, x: Any, sign: float) -> Any:
    numbers, vectors = y[..., 0, :], y[..., 1:, :]
    eye = np.eye(x.shape[-1], dtype=bool)
    gaps = numbers[..., None, :] - numbers[..., :, None]
    turning = sign * (_transposed(vectors) @ g[..., 1:, :]) / np.where(eye, 1, gaps)
    both = vectors @ np.where(eye, g[..., :1, :], turning) @ _transposed(vectors)
    lower = np.tril(both + _transposed(both), -1)
    return np.where(eye, both, lower).astype(x.dtype)


def _differences_transposed(g: Any, y: Any, x: Any) -> Any:
    return _eigh(g, y, x, -1.0)


def _vectors_forgotten(g: Any, y: Any, x: Any) -> Any:
    return _eigh(g, y, x, 0.0)


def _eigh_of_the_upper_triangle(x: Any) -> Any:
    numbers, vectors = np.linalg.eigh(x, UPLO="U")
    return np.concatenate([numbers[..., None, :], vectors], axis=-2)


def _without_right_vectors(g: Any, y: Any, x: Any) -> Any:
    left, _, right = np.linalg.svd(x, full_matrices=False)
    return (left * g[..., None, :]) @ np.eye(*right.shape[-2:], dtype=x.dtype)


def _pinv(g: Any, y: Any, x: Any, second: bool, third: bool) -> Any:
    inverse, turned = _transposed(y), _transposed(g)
    found = -inverse @ g @ inverse
    if second:
        found = found + (turned - x @ y @ turned) @ y @ inverse
    if third:
        found = found + inverse @ y @ (turned - turned @ y @ x)
    return found


def _as_an_inverse(g: Any, y: Any, x: Any) -> Any:
    return _pinv(g, y, x, False, False)


def _without_the_second_term(g: Any, y: Any, x: Any) -> Any:
    return _pinv(g, y, x, False, True)


def _without_the_third_term(g: Any, y: Any, x: Any) -> Any:
    return _pinv(g, y, x, True, False)


FAULTS: tuple[KnownFault, ...] = (
    rule(SYSTEM, "solve", "the matrix not transposed", _right_not_transposed, 1),
    rule(SYSTEM, "solve", "a right side's batch not summed", _right_not_summed, 1),
    rule(SYSTEM, "solve", "the matrix's contribution transposed", _matrix_transposed, 0),
    rule(SYSTEM, "solve", "a matrix's batch not summed", _matrix_not_summed, 0),
    value(SYSTEM, "solve", "stacks of vectors as in NumPy 1", _stacks_of_vectors),
    catalogued(SYSTEM, "inv/0/sign", "sign"),
    rule(SYSTEM, "inv", "not transposed", _inverse_not_transposed),
    rule(SYSTEM, "pinv", "as if it were an inverse", _as_an_inverse),
    rule(SYSTEM, "pinv", "without the term of tall matrices", _without_the_second_term),
    rule(SYSTEM, "pinv", "without the term of wide matrices", _without_the_third_term),
    rule(FACTORIZATION, "cholesky", "the diagonal not halved", _diagonal_not_halved),
    rule(
        FACTORIZATION,
        "cholesky",
        "shared with the triangle that is not read",
        _shared_with_the_upper_triangle,
    ),
    rule(FACTORIZATION, "eigh", "the differences transposed", _differences_transposed),
    rule(FACTORIZATION, "eigh", "the eigenvectors' cotangent forgotten", _vectors_forgotten),
    value(FACTORIZATION, "eigh", "the upper triangle read", _eigh_of_the_upper_triangle),
    rule(FACTORIZATION, "svdvals", "without the right vectors", _without_right_vectors),
)
