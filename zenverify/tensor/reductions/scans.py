"""Running sums and products along an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from zenverify.tensor.axes import checked_axis
from zenverify.tensor.operation import Array, Pullback, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["cumprod", "cumsum", "logcumsumexp"]


def _scan(name: str, x: Operand, axis: SupportsIndex | None) -> Tensor:
    operand = as_tensor(name, x)
    chosen = None if axis is None else checked_axis(name, operand, axis.__index__())
    return record_single(name, operand, {"axis": chosen})


def _along(accumulate: np.ufunc, x: Array, axis: int | None) -> Array:
    scanned: Array = accumulate.accumulate(*_lined_up(x, axis))
    return scanned


def _lined_up(x: Array, axis: int | None) -> tuple[Array, int]:
    """Return what to scan and along which axis: None stands for all elements in one line."""
    return (x.ravel(), 0) if axis is None else (x, axis)


def _on_steps(pull: Pullback) -> Pullback:
    """Make a pullback of one that takes and gives arrays whose first axis is scanned."""

    def pullback(g: Array, y: Array, x: Array, axis: int | None) -> Array:
        line, along = _lined_up(x, axis)
        pulled = pull(np.moveaxis(g, along, 0), np.moveaxis(line, along, 0))
        return np.moveaxis(pulled, 0, along).reshape(x.shape)

    return pullback


def _pull_cumsum(g: Array, x: Array) -> Array:
    total: Array = np.add.accumulate(g[::-1])[::-1]
    return total


define("cumsum", lambda x, axis: _along(np.add, x, axis), _on_steps(_pull_cumsum))


def cumsum(x: Operand, axis: SupportsIndex | None = None) -> Tensor:
    """Running sum along an axis, or of all elements in one line."""
    return _scan("cumsum", x, axis)


def _pull_cumprod(g: Array, x: Array) -> Array:
    # Without y / x, which fails if an element is zero: the product of the elements before, times
    # the cotangents after, each times the product of the elements in between.
    pulled = np.array(g)
    for i in range(len(x) - 2, -1, -1):
        pulled[i] += x[i + 1] * pulled[i + 1]
    pulled[1:] *= np.multiply.accumulate(x[:-1])
    return pulled


define("cumprod", lambda x, axis: _along(np.multiply, x, axis), _on_steps(_pull_cumprod))


def cumprod(x: Operand, axis: SupportsIndex | None = None) -> Tensor:
    """Running product along an axis, or of all elements in one line."""
    return _scan("cumprod", x, axis)


def _pull_logcumsumexp(g: Array, x: Array) -> Array:
    if len(x) == 1:
        return np.array(g)  # the operand itself, also where it is no number
    # Shifted by the running maximum, so that all exponentials are at most 1. Not exp(x - y), which
    # suffers from the rounding of y where that is large.
    highest = np.maximum.accumulate(x)
    shift = np.where(np.isfinite(highest), highest, 0)
    decay = np.exp(shift[:-1] - shift[1:])
    terms = np.exp(x - shift)
    totals = terms.copy()
    for i in range(1, len(x)):
        totals[i] += totals[i - 1] * decay[i - 1]
    pulled = g / totals
    for i in range(len(x) - 2, -1, -1):
        pulled[i] += decay[i] * pulled[i + 1]
    return pulled * terms


define("logcumsumexp", lambda x, axis: _along(np.logaddexp, x, axis), _on_steps(_pull_logcumsumexp))


def logcumsumexp(x: Operand, axis: SupportsIndex | None = None) -> Tensor:
    """Logarithm of the running sum of exponentials, which does not overflow."""
    return _scan("logcumsumexp", x, axis)
