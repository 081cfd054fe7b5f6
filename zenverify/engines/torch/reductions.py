"""PyTorch's reductions and scans."""

# The catalogue's attributes are named as in NumPy, also where Python has a function of that name.
# ruff: noqa: A002

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch

from zenverify.engines.tabled import Function, offered

Axis = int | tuple[int, ...] | None


def _some_axes(axis: Axis) -> None:
    """PyTorch takes no axes at all for all of them."""
    offered(axis != (), "a reduction over no axes")


def _one_axis(axis: Axis) -> None:
    offered(isinstance(axis, int), "dim other than one axis")


def _sum(x: Any, axis: Axis, keepdims: bool) -> Any:
    _some_axes(axis)
    return torch.sum(x, dim=axis, keepdim=keepdims)


def _mean(x: Any, axis: Axis, keepdims: bool) -> Any:
    _some_axes(axis)
    return torch.mean(x, dim=axis, keepdim=keepdims)


def _prod(x: Any, axis: Axis, keepdims: bool) -> Any:
    if axis is None and not keepdims:
        return torch.prod(x)
    _one_axis(axis)
    return torch.prod(x, dim=axis, keepdim=keepdims)


def _max(x: Any, axis: Axis, keepdims: bool) -> Any:
    _some_axes(axis)
    if axis is None and not keepdims:
        return torch.max(x)
    return torch.amax(x, dim=() if axis is None else axis, keepdim=keepdims)


def _min(x: Any, axis: Axis, keepdims: bool) -> Any:
    _some_axes(axis)
    if axis is None and not keepdims:
        return torch.min(x)
    return torch.amin(x, dim=() if axis is None else axis, keepdim=keepdims)


def _logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    offered(axis is not None and axis != (), "logsumexp without dim")
    return torch.logsumexp(x, dim=axis, keepdim=keepdims)


def _var(x: Any, axis: Axis, ddof: int, keepdims: bool) -> Any:
    _some_axes(axis)
    return torch.var(x, dim=axis, correction=ddof, keepdim=keepdims)


def _std(x: Any, axis: Axis, ddof: int, keepdims: bool) -> Any:
    _some_axes(axis)
    return torch.std(x, dim=axis, correction=ddof, keepdim=keepdims)


def _norm(x: Any, ord: float | str | None, axis: Axis, keepdims: bool) -> Any:
    return torch.linalg.norm(x, ord=ord, dim=axis, keepdim=keepdims)


def _cumsum(x: Any, axis: int | None) -> Any:
    _one_axis(axis)
    return torch.cumsum(x, dim=axis)


def _cumprod(x: Any, axis: int | None) -> Any:
    _one_axis(axis)
    return torch.cumprod(x, dim=axis)


def _logcumsumexp(x: Any, axis: int | None) -> Any:
    _one_axis(axis)
    return torch.logcumsumexp(x, dim=axis)


def _median(x: Any, axis: Axis, keepdims: bool) -> Any:
    """As the page on `torch.median` says to get the mean of the two in the middle."""
    offered(not isinstance(axis, tuple), "quantile over several axes")
    offered(x.numel() > 0, "quantile of no elements")
    return torch.quantile(x, 0.5, dim=axis, keepdim=keepdims, interpolation="midpoint")


def _sort(x: Any, axis: int | None) -> Any:
    _one_axis(axis)
    return torch.sort(x, dim=axis).values


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "sum": _sum,
        "mean": _mean,
        "prod": _prod,
        "max": _max,
        "min": _min,
        "logsumexp": _logsumexp,
        "var": _var,
        "std": _std,
        "norm": _norm,
        "cumsum": _cumsum,
        "cumprod": _cumprod,
        "logcumsumexp": _logcumsumexp,
        "median": _median,
        "sort": _sort,
    }
)
