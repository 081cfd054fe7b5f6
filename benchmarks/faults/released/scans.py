"""Faults that libraries have released in running sums, sorting and medians."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule
from zenverify.tensor.axes import keep_axes

SCANS = "released: running sums and products"
SORTING = "released: sorting and medians"


def _line(x: Any, axis: Any) -> tuple[Any, int]:
    return (x.ravel(), 0) if axis is None else (x, axis)


def _not_reversed(g: Any, y: Any, x: Any, axis: Any) -> Any:
    return np.add.accumulate(*_line(g, axis)).reshape(x.shape)


def _first_axis_for_negative(pullback: Pullback) -> Pullback:
    """Takes every negative axis for the first one."""

    def wrong(g: Any, y: Any, x: Any, axis: Any) -> Any:
        return pullback(g, y, x, axis=0 if axis is not None and axis < 0 else axis)

    return wrong


def _by_division(g: Any, y: Any, x: Any, axis: Any) -> Any:
    line, along = _line(g * y, axis)
    total = np.flip(np.add.accumulate(np.flip(line, along), along), along)
    return total.reshape(x.shape) / x


def _unshifted(g: Any, y: Any, x: Any, axis: Any) -> Any:
    """Exponentials of the elements themselves, which overflow."""
    powers = np.exp(x)
    line, along = _line(powers, axis)
    shares, _ = _line(g / np.add.accumulate(line, along).reshape(g.shape), axis)
    total = np.flip(np.add.accumulate(np.flip(shares, along), along), along)
    return powers * total.reshape(x.shape)


def _lower_middle(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """All of the cotangent to the lower of two elements in the middle."""
    middle = np.quantile(x, 0.5, axis=axis, keepdims=True, method="lower")
    ties = x == middle
    return keep_axes(g, x.shape, axis) * ties / ties.sum(axis=axis, keepdims=True, dtype=x.dtype)


def _both_middles(pullback: Pullback) -> Pullback:
    """All of the cotangent to each of the two, where the median is none of the elements."""

    def wrong(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        right = pullback(g, y, x, axis=axis, keepdims=keepdims)
        met = (x == keep_axes(y, x.shape, axis)).any(axis=axis, keepdims=True)
        return np.where(met, right, right * 2)

    return wrong


def _not_put_back(g: Any, y: Any, x: Any, axis: Any) -> Any:
    return g.reshape(x.shape)


def _order_for_inverse(g: Any, y: Any, x: Any, axis: Any) -> Any:
    """Takes the cotangents in the order that sorts, and not back to where they came from."""
    line, along = _line(x, axis)
    order = np.argsort(line, along, kind="stable")
    return np.take_along_axis(g, order, along).reshape(x.shape)


def _first_tie(g: Any, y: Any, x: Any, axis: Any) -> Any:
    """Ties in the order in which they come, and not shared."""
    line, along = _line(x, axis)
    order = np.argsort(line, along, kind="stable")
    pulled = np.empty_like(line)
    np.put_along_axis(pulled, order, g, along)
    return pulled.reshape(x.shape)


FAULTS: tuple[KnownFault, ...] = (
    rule(SCANS, "cumsum", "not reversed", _not_reversed),
    altered(SCANS, "cumsum", "first axis for a negative one", _first_axis_for_negative),
    altered(SCANS, "cumprod", "first axis for a negative one", _first_axis_for_negative),
    rule(SCANS, "cumprod", "by division, NaN at zeros", _by_division),
    rule(SCANS, "logcumsumexp", "overflow without a shift", _unshifted),
    rule(SORTING, "median", "lower middle gets all", _lower_middle),
    altered(SORTING, "median", "both middles get all", _both_middles),
    rule(SORTING, "sort", "not put back", _not_put_back),
    rule(SORTING, "sort", "order for its inverse", _order_for_inverse),
    rule(SORTING, "sort", "ties not shared", _first_tie),
)
