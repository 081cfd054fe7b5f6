"""torch's functions of matrices, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, apply, moved
from zenverify.functions.torch.tables.common import only


def _named(name: str) -> Callable[..., Term]:
    return lambda A: apply(name, A)


def _inverse(A: Term, *, check_errors: bool = False) -> tuple[Term, None]:
    return apply("inv", A), None


def _solve(A: Term, B: Term, *, left: bool = True, check_errors: bool = False) -> Term:
    only(left, True)
    if B.ndim > 1 and B.shape == A.shape[:-1]:  # then it is a stack of vectors
        found = apply("solve", A, moved(lambda n: n[..., None], B))
        return moved(lambda n: n[..., 0], found)
    return apply("solve", A, B)


def _solve_ex(*arguments: Any, **keywords: Any) -> tuple[Term, None]:
    return _solve(*arguments, **keywords), None


def _solve_triangular(
    A: Term,
    B: Term,
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
) -> Term:
    only((left, unitriangular), (True, False))
    return apply("solve", apply("triu" if upper else "tril", A, k=0), B)


def _triangular_solve(
    b: Term,
    A: Term,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> tuple[Term, Term]:
    only((transpose, unitriangular), (False, False))
    return _solve_triangular(A, b, upper=upper), A


def _slogdet(A: Term) -> tuple[Term, Term]:
    both = apply("slogdet", A)
    return moved(lambda n: n[0], both), moved(lambda n: n[1], both)


def _logdet(A: Term) -> Term:
    return _slogdet(A)[1]


def _pinv(
    input: Term, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Term:
    only((rcond, atol, rtol, hermitian), (None, None, None, False), (1e-15, None, None, False))
    return apply("pinv", input)


def symmetric(A: Term, *, upper: bool) -> Term:
    """A symmetric matrix of which one triangle is read, and all of it counts in its derivative.

    torch's rules for these give the gradient on symmetric matrices, which is symmetric.
    """
    lower = np.tri(A.shape[-1], dtype=bool)
    kept = lower.T if upper else lower
    read = moved(lambda n: np.where(kept, n, np.swapaxes(n, -1, -2)), A)
    half = apply("multiply", A + moved(lambda n: np.swapaxes(n, -1, -2), A), 0.5)
    return read.detach() + (half - half.detach())


def _cholesky(A: Term, upper: bool = False) -> Term:
    found = apply("cholesky", symmetric(A, upper=upper))
    return moved(lambda n: np.swapaxes(n, -1, -2), found) if upper else found


def _cholesky_ex(
    A: Term,
    *,
    upper: bool = False,
    check_errors: bool = False,
) -> tuple[Term, None]:
    return _cholesky(A, upper), None


def _eigvalsh(A: Term, UPLO: str = "L") -> Term:
    found = moved(lambda n: n[..., 0, :], apply("eigh", symmetric(A, upper=UPLO == "U")))
    # What the vectors' signs are does not matter.
    A.builder.free_signs(lambda numbers: numbers[:0, None], found.buffer)
    return found


def _svdvals(A: Term, *, driver: str | None = None) -> Term:
    return apply("svdvals", A)


def _trace(input: Term) -> Term:
    return apply("trace", input, offset=0, axis1=0, axis2=1)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "det": _named("det"),
    "linalg_det": _named("det"),
    "slogdet": _slogdet,
    "linalg_slogdet": _slogdet,
    "logdet": _logdet,
    "inverse": _named("inv"),
    "linalg_inv": _named("inv"),
    "linalg_inv_ex": _inverse,
    "linalg_solve": _solve,
    "linalg_solve_ex": _solve_ex,
    "linalg_solve_triangular": _solve_triangular,
    "triangular_solve": _triangular_solve,
    "linalg_pinv": _pinv,
    "pinverse": _pinv,
    "linalg_svdvals": _svdvals,
    "cholesky": _cholesky,
    "linalg_cholesky": _cholesky,
    "linalg_cholesky_ex": _cholesky_ex,
    "linalg_eigvalsh": _eigvalsh,
    "trace": _trace,
}

SYMMETRIC = frozenset(
    "cholesky linalg_cholesky linalg_cholesky_ex linalg_eigh linalg_eigvalsh".split()
)
"""Those whose rule is that of a symmetric matrix."""
