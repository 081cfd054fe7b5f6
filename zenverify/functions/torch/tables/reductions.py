"""torch's functions along axes, in terms of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from zenverify.functions.terms import Term, UndeclaredError, apply, moved
from zenverify.functions.torch.tables.common import like, lined_up, only

Axes = int | tuple[int, ...] | None


def _axes(dim: Any) -> Axes:
    if dim is None or isinstance(dim, int):
        return dim
    return tuple(dim) or None


def _float(dtype: Any) -> None:
    only(dtype, None, torch.float32, torch.float64)


def _over(input: Term, dim: Any) -> tuple[Term, Axes]:
    """An operand and the axes to reduce; a scalar has all of them."""
    return (input, _axes(dim)) if input.ndim else (input, None)


def _reduction(name: str) -> Callable[..., Term]:
    def reduced(input: Term, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Term:
        _float(dtype)
        input, axes = _over(input, dim)
        return apply(name, input, axis=axes, keepdims=keepdim)

    return reduced


def _extremum(name: str, of_two: str) -> Callable[..., Any]:
    def extremum(input: Term, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        if isinstance(dim, Term) or other is not None:
            return apply(of_two, input, dim if other is None else other)
        named = dim is not None
        input, axes = _over(input, dim)
        found = apply(name, input, axis=axes, keepdims=keepdim)
        return (found, None) if named else found

    return extremum


def _among_several(name: str) -> Callable[..., Term]:
    def extremum(input: Term, dim: Any = None, keepdim: bool = False) -> Term:
        input, axes = _over(input, dim)
        return apply(name, input, axis=axes, keepdims=keepdim)

    return extremum


def _aminmax(input: Term, *, dim: Any = None, keepdim: bool = False) -> tuple[Term, Term]:
    input, axes = _over(input, dim)
    low, high = (apply(name, input, axis=axes, keepdims=keepdim) for name in ("min", "max"))
    return low, high


def _deviation(*names: str) -> Callable[..., Any]:
    def deviation(
        input: Term,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: Any = None,
    ) -> Any:
        if isinstance(dim, bool):  # var(x, False) says whether it is unbiased
            dim, unbiased = None, dim
        ddof = int(unbiased) if correction is None else correction
        only(ddof == int(ddof), True)
        input, axes = _over(input, dim)
        found = [apply(n, input, axis=axes, ddof=int(ddof), keepdims=keepdim) for n in names[:1]]
        found += [apply(n, input, axis=axes, keepdims=keepdim) for n in names[1:]]
        return found[0] if len(found) == 1 else tuple(found)

    return deviation


def _along(name: str) -> Callable[..., Term]:
    def along(input: Term, dim: int, dtype: Any = None, _stacklevel: int = 3) -> Term:
        _float(dtype)
        row, axis = lined_up(input, dim)
        return like(apply(name, row, axis=axis), input)

    return along


def _softmin(input: Term, dim: int, dtype: Any = None) -> Term:
    return _along("softmax")(apply("negative", input), dim, dtype)


def _logsumexp(input: Term, dim: Any, keepdim: bool = False) -> Term:
    input, axes = _over(input, dim)
    return apply("logsumexp", input, axis=axes, keepdims=keepdim)


def _cumulated(name: str) -> Callable[..., Term]:
    def cumulated(input: Term, dim: int, *, dtype: Any = None) -> Term:
        _float(dtype)
        row, axis = lined_up(input, dim)
        return like(apply(name, row, axis=axis), input)

    return cumulated


def _cumulated_extremum(name: str) -> Callable[..., Any]:
    def cumulated(input: Term, dim: int) -> Any:
        row, axis = lined_up(input, dim)
        count = row.shape[axis]

        def so_far(numbers: Any) -> Any:
            moving = np.moveaxis(numbers, axis, -1)
            # Later places repeat the first element, which is among all before them.
            keep = np.tri(count, dtype=bool)
            return np.where(keep, moving[..., None, :], moving[..., None, :1])

        found = apply(name, moved(so_far, row), axis=-1, keepdims=False)
        return like(moved(lambda n: np.moveaxis(n, -1, axis), found), input), None

    return cumulated


def _ordered(input: Term, dim: int) -> tuple[Term, int]:
    row, axis = lined_up(input, dim)
    return apply("sort", row, axis=axis), axis


def _sort(
    input: Term, dim: int = -1, descending: bool = False, *, stable: bool | None = None
) -> tuple[Term, None]:
    found, axis = _ordered(input, dim)
    if descending:
        found = apply("flip", found, axis=axis)
    return like(found, input), None


def _msort(input: Term) -> Term:
    return _sort(input, 0)[0]


def _picked(ordered: Term, place: int, axis: int, input: Term, *, keepdim: bool) -> Term:
    """One place of those along an axis that is sorted."""
    found = moved(lambda n: np.take(n, [place], axis=axis), ordered)
    if not input.ndim:
        return like(found, input)
    return found if keepdim else moved(lambda n: n.squeeze(axis), found)


def _kthvalue(input: Term, k: int, dim: int = -1, keepdim: bool = False) -> tuple[Term, None]:
    ordered, axis = _ordered(input, dim)
    return _picked(ordered, k - 1, axis, input, keepdim=keepdim), None


def _topk(
    input: Term, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> tuple[Term, None]:
    only(sorted, True)
    ordered, axis = _sort(input, dim, largest)[0], dim
    if not input.ndim:
        return (ordered, None)
    return moved(lambda n: np.take(n, range(k), axis=axis), ordered), None


def _median(input: Term, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower one of the two in the middle."""
    if dim is None:
        flat = moved(lambda n: n.reshape(-1), input)
        ordered = apply("sort", flat, axis=0)
        return moved(lambda n: n[(n.size - 1) // 2], ordered)
    ordered, axis = _ordered(input, dim)
    place = (ordered.shape[axis] - 1) // 2
    return _picked(ordered, place, axis, input, keepdim=keepdim), None


def _mode(input: Term, dim: int = -1, keepdim: bool = False) -> tuple[Term, None]:
    """The smallest of the values that are there most often: which, the elements tell."""
    row, axis = lined_up(input, dim)
    elements = np.moveaxis(input.elements.reshape(row.shape), axis, -1)
    flat = elements.reshape(-1, elements.shape[-1])
    counts = [np.unique(one, return_counts=True) for one in flat]
    if any((times > 1).any() for _, times in counts):
        raise UndeclaredError("mode of values that are there more than once")
    ordered = apply("sort", row, axis=axis)
    return _picked(ordered, 0, axis, input, keepdim=keepdim), None


def _merged(input: Term, dims: Sequence[int]) -> Term:
    """The axes merged into one, the last."""

    def merge(numbers: Any) -> Any:
        last = np.moveaxis(numbers, dims, range(-len(dims), 0))
        return last.reshape(*last.shape[: last.ndim - len(dims)], -1)

    return moved(merge, input)


def _vector_norm(
    input: Term, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Term:
    _float(dtype)
    axes = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    places = [axis % max(input.ndim, 1) for axis in axes if input.ndim] or list(range(input.ndim))
    rows = _merged(input, places) if input.ndim else moved(lambda n: n.reshape(1), input)
    found = apply("norm", rows, ord=float(ord), axis=-1, keepdims=False)
    if not keepdim:
        return found
    shape = [1 if axis in places else size for axis, size in enumerate(input.shape)]
    return moved(lambda n: n.reshape(shape), found)


def _matrix_norm(
    input: Term, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Term:
    _float(dtype)
    if ord in ("nuc", 2, -2):
        only(tuple(axis % input.ndim for axis in dim), (input.ndim - 2, input.ndim - 1))
        name = {"nuc": "sum", 2: "max", -2: "min"}[ord]
        found = apply(name, apply("svdvals", input), axis=-1, keepdims=False)
        return moved(lambda n: n[..., None, None], found) if keepdim else found
    only(ord, "fro", 1, -1, math.inf, -math.inf)
    order = ord if isinstance(ord, str) else float(ord)
    return apply("norm", input, ord=order, axis=tuple(dim), keepdims=keepdim)


def _linalg_norm(
    input: Term, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Term:
    if ord is None:
        return _vector_norm(input, 2, dim, keepdim, dtype=dtype)
    count = input.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if count == 1:
        return _vector_norm(input, ord, dim, keepdim, dtype=dtype)
    return _matrix_norm(input, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)


def _norm(
    input: Term, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> Term:
    """The old one: its Frobenius norm is that of all elements."""
    only(isinstance(p, str) and p != "fro", False)
    return _vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


def _dist(input: Term, other: Term, p: float = 2) -> Term:
    return _vector_norm(input - other, p)


def _diff(input: Term, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Term:
    only((prepend, append), (None, None))
    return apply("diff", input, n=n, axis=dim)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "prod": _reduction("prod"),
    "amax": _among_several("max"),
    "amin": _among_several("min"),
    "aminmax": _aminmax,
    "max": _extremum("max", "maximum"),
    "min": _extremum("min", "minimum"),
    "var": _deviation("var"),
    "std": _deviation("std"),
    "var_mean": _deviation("var", "mean"),
    "std_mean": _deviation("std", "mean"),
    "softmax": _along("softmax"),
    "log_softmax": _along("log_softmax"),
    "special_softmax": _along("softmax"),
    "special_log_softmax": _along("log_softmax"),
    "softmin": _softmin,
    "cumsum": _cumulated("cumsum"),
    "cumprod": _cumulated("cumprod"),
    "logcumsumexp": _cumulated("logcumsumexp"),
    "cummax": _cumulated_extremum("max"),
    "cummin": _cumulated_extremum("min"),
    "logsumexp": _logsumexp,
    "special_logsumexp": _logsumexp,
    "sort": _sort,
    "msort": _msort,
    "kthvalue": _kthvalue,
    "topk": _topk,
    "median": _median,
    "mode": _mode,
    "norm": _norm,
    "linalg_norm": _linalg_norm,
    "linalg_vector_norm": _vector_norm,
    "linalg_matrix_norm": _matrix_norm,
    "dist": _dist,
    "diff": _diff,
}
