"""Faults that libraries have released in reductions and norms."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule
from zenverify.tensor.axes import axes_of, keep_axes, reduced_size

ZEROS = "released: products and norms at zero"
AXES = "released: axes, counts and ties"


def _division_mended(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Divides the product, and puts zero where that failed: wrong at a single zero."""
    quotient = keep_axes(y, x.shape, axis) / x
    return keep_axes(g, x.shape, axis) * np.where(x == 0, 0, quotient)


def _two_zeros(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Takes the product of the others at a zero, but leaves other zeros out of it."""
    others = np.multiply.reduce(np.where(x == 0, 1, x), axis=axis, keepdims=True)
    quotient = keep_axes(y, x.shape, axis) / x
    return keep_axes(g, x.shape, axis) * np.where(x == 0, others, quotient)


def _norm_by_quotient(pullback: Pullback) -> Pullback:
    """x / norm, which is 0 / 0 at zero."""

    def wrong(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:  # noqa: A002
        if ord not in (None, 2.0, "fro"):
            return pullback(g, y, x, ord=ord, axis=axis, keepdims=keepdims)
        return keep_axes(g, x.shape, axis) * x / keep_axes(y, x.shape, axis)

    return wrong


def _norm_without_kept_axis(pullback: Pullback) -> Pullback:
    """Divides the rows of a square by the norms as they are, which stand for its columns."""

    def wrong(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:  # noqa: A002
        square = x.ndim == 2 and x.shape[0] == x.shape[1]
        if square and ord in (None, 2.0) and isinstance(axis, int) and not keepdims:
            return np.where(y == 0, 0, g * x / y)
        return pullback(g, y, x, ord=ord, axis=axis, keepdims=keepdims)

    return wrong


def _signs_forgotten(pullback: Pullback) -> Pullback:
    """The largest magnitude as if it were the largest element."""

    def wrong(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:  # noqa: A002
        right = pullback(g, y, x, ord=ord, axis=axis, keepdims=keepdims)
        return np.abs(right) * np.sign(keep_axes(g, x.shape, axis)) if ord == inf else right

    return wrong


def _rows_for_columns(pullback: Pullback) -> Pullback:
    """The largest sum of a row where that of a column is asked for."""

    def wrong(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:  # noqa: A002
        if ord == 1 and len(axes_of(axis, x.ndim)) == 2:
            sums = np.abs(x).sum(axis=axes_of(axis, x.ndim)[1], keepdims=True)
            largest = sums.max(axis=axes_of(axis, x.ndim), keepdims=True)
            return keep_axes(g, x.shape, axis) * (sums == largest) * np.sign(x)
        return pullback(g, y, x, ord=ord, axis=axis, keepdims=keepdims)

    return wrong


def _power_forgotten(pullback: Pullback) -> Pullback:
    """The power p of the elements, and not p - 1."""

    def wrong(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:  # noqa: A002
        if not isinstance(ord, float) or ord in (1, -1, 2) or abs(ord) == inf:
            return pullback(g, y, x, ord=ord, axis=axis, keepdims=keepdims)
        ratio = np.abs(x) / keep_axes(y, x.shape, axis)
        return keep_axes(g, x.shape, axis) * np.sign(x) * np.where(x == 0, 0, ratio) ** ord

    return wrong


def _std_by_quotient(g: Any, y: Any, x: Any, axis: Any, keepdims: bool, ddof: int) -> Any:
    deviation = x - x.mean(axis=axis, keepdims=True)
    scale = keep_axes(y, x.shape, axis) * (reduced_size(x.shape, axis) - ddof)
    return keep_axes(g, x.shape, axis) * deviation / scale


def _ddof_ignored(pullback: Pullback) -> Pullback:
    def wrong(g: Any, y: Any, x: Any, axis: Any, keepdims: bool, ddof: int) -> Any:
        count = reduced_size(x.shape, axis)
        right = pullback(g, y, x, axis=axis, keepdims=keepdims, ddof=ddof)
        return right * ((count - ddof) / count)

    return wrong


def _first_axis_counted(pullback: Pullback) -> Pullback:
    """Divides by the size of the first of several axes."""

    def wrong(g: Any, y: Any, x: Any, axis: Any, **attributes: Any) -> Any:
        right = pullback(g, y, x, axis=axis, **attributes)
        if not isinstance(axis, tuple) or not axis:
            return right
        return right * (reduced_size(x.shape, axis) / x.shape[axis[0]])

    return wrong


def _every_tie_of_several_axes(pullback: Pullback) -> Pullback:
    """Shares among ties along one axis; over several, every tie gets all."""

    def wrong(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        if not isinstance(axis, tuple) or len(axis) < 2:
            return pullback(g, y, x, axis=axis, keepdims=keepdims)
        ties = x == keep_axes(y, x.shape, axis)
        return np.where(ties, keep_axes(g, x.shape, axis), 0)

    return wrong


def _smallest_forgotten(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    ties = x == np.maximum.reduce(x, axis=axis, keepdims=True)
    return keep_axes(g, x.shape, axis) * ties / ties.sum(axis=axis, keepdims=True, dtype=x.dtype)


def _mean_left_out(g: Any, y: Any, x: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    """The slope of the sum of products, without that of the sum of weights."""
    if weights.shape != x.shape:
        moved = np.argsort(axes_of(axis, x.ndim))
        aligned = weights.transpose(moved).reshape(
            [s if i in axes_of(axis, x.ndim) else 1 for i, s in enumerate(x.shape)]
        )
        others = tuple(i for i in range(x.ndim) if i not in axes_of(axis, x.ndim))
        scaled = keep_axes(g, x.shape, axis) * x / aligned.sum(axis=axis, keepdims=True)
        return scaled.sum(axis=others).transpose(np.argsort(moved))
    return keep_axes(g, x.shape, axis) * x / weights.sum(axis=axis, keepdims=True)


FAULTS: tuple[KnownFault, ...] = (
    rule(ZEROS, "prod", "zero at a zero", _division_mended),
    rule(ZEROS, "prod", "two zeros taken for one", _two_zeros),
    altered(ZEROS, "norm", "NaN at zero", _norm_by_quotient),
    rule(ZEROS, "hypot", "NaN at (0, 0)", lambda g, y, a, b: g * a / y),
    rule(ZEROS, "std", "NaN where all are equal", _std_by_quotient),
    altered(ZEROS, "norm", "power of the elements", _power_forgotten),
    altered(AXES, "norm", "norms of the other axis", _norm_without_kept_axis),
    altered(AXES, "norm", "signs forgotten for inf", _signs_forgotten),
    altered(AXES, "norm", "rows for columns", _rows_for_columns),
    altered(AXES, "std", "ddof ignored", _ddof_ignored),
    altered(AXES, "var", "first of several axes counted", _first_axis_counted),
    altered(AXES, "mean", "first of several axes counted", _first_axis_counted),
    altered(AXES, "max", "every tie of several axes gets all", _every_tie_of_several_axes),
    altered(AXES, "min", "every tie of several axes gets all", _every_tie_of_several_axes),
    rule(AXES, "ptp", "smallest element forgotten", _smallest_forgotten),
    rule(AXES, "average", "mean left out of the weights' slope", _mean_left_out, 1),
)
