"""torch's functions along axes, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.functions.terms import Term, apply
from zenverify.functions.torch.tables.common import only

Axes = int | tuple[int, ...] | None


def _axes(dim: Any) -> Axes:
    if dim is None or isinstance(dim, int):
        return dim
    return tuple(dim) or None


def _reduction(name: str) -> Callable[..., Term]:
    def reduced(input: Term, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Term:
        only(dtype, None)
        return apply(name, input, axis=_axes(dim), keepdims=keepdim)

    return reduced


def _extremum(name: str) -> Callable[..., Any]:
    def extremum(input: Term, dim: Any = None, keepdim: bool = False) -> Any:
        found = apply(name, input, axis=_axes(dim), keepdims=keepdim)
        return found if dim is None else (found, None)

    return extremum


def _deviation(name: str) -> Callable[..., Term]:
    def deviation(
        input: Term,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: int | None = None,
    ) -> Term:
        ddof = int(unbiased) if correction is None else correction
        return apply(name, input, axis=_axes(dim), ddof=ddof, keepdims=keepdim)

    return deviation


def _along(name: str) -> Callable[..., Term]:
    def along(input: Term, dim: int, dtype: Any = None, _stacklevel: int = 3) -> Term:
        only(dtype, None)
        return apply(name, input, axis=dim)

    return along


def _logsumexp(input: Term, dim: Any, keepdim: bool = False) -> Term:
    return apply("logsumexp", input, axis=_axes(dim), keepdims=keepdim)


def _cumulated(name: str) -> Callable[..., Term]:
    return lambda input, dim: apply(name, input, axis=dim)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "prod": _reduction("prod"),
    "amax": _reduction("max"),
    "amin": _reduction("min"),
    "max": _extremum("max"),
    "min": _extremum("min"),
    "var": _deviation("var"),
    "std": _deviation("std"),
    "softmax": _along("softmax"),
    "log_softmax": _along("log_softmax"),
    "cumsum": _cumulated("cumsum"),
    "cumprod": _cumulated("cumprod"),
    "logsumexp": _logsumexp,
}
