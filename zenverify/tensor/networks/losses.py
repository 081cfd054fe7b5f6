"""Losses of differences: how far numbers are from their targets."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np

from zenverify.tensor.arrays import describe
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record
from zenverify.tensor.reductions.reductions import add_up

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "Reduction",
    "huber",
    "l1_loss",
    "mse_loss",
    "pair_of_equal_shape",
    "reduced",
    "reduction_of",
    "share",
    "smooth_l1_loss",
]

Reduction = Literal["none", "mean", "sum"]


def reduction_of(name: str, reduction: str, *more: str) -> str:
    """Return how a loss is reduced, once it has been checked.

    Raises
    ------
    ValueError
        If it is none of ``"none"``, ``"mean"``, ``"sum"`` and those that come on top.
    """
    known = ("none", "mean", "sum", *more)
    if reduction not in known:
        raise ValueError(f"{name}: reduction {reduction!r} must be one of {', '.join(known)}")
    return reduction


def reduced(terms: Array, reduction: str, count: int | None = None) -> Array:
    """Return the terms of a loss as they are, their sum, or that over a count, or their number."""
    if reduction == "none":
        return terms
    total = add_up(terms, axis=None)
    if reduction == "sum":
        return total
    return total / (terms.size if count is None else count)


def share(g: Array, reduction: str, count: int) -> Array:
    """Return the cotangent of each term, from that of the reduced loss."""
    return g if reduction in ("none", "sum") else g / count


def pair_of_equal_shape(name: str, x: Operand, target: Operand) -> tuple[Tensor, ...]:
    """Return both as Tensors.

    Raises
    ------
    ValueError
        If their shapes differ: (n, 1) and (n,) would broadcast to n * n differences, which is
        hardly ever meant.
    """
    pair = as_operands(name, (x, target))
    if pair[0].shape != pair[1].shape:
        call = f"{name} of {describe(operand.array for operand in pair)}"
        raise ValueError(f"{call}: expected both of the same shape")
    return pair


def _pull_mse(g: Array, y: Array, x: Array, target: Array, reduction: str) -> Array:
    part = share(g, reduction, x.size)
    return (part + part) * (x - target)


def _mse(x: Array, target: Array, reduction: str) -> Array:
    return reduced(np.square(x - target), reduction)


define(
    "mse_loss",
    _mse,
    _pull_mse,
    lambda g, y, x, target, reduction: _pull_mse(g, y, target, x, reduction),
)


def mse_loss(x: Operand, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Squared differences: their mean, their sum, or all of them.

    Parameters
    ----------
    x, target
        Of the same shape.
    reduction : {"mean", "sum", "none"}
        What to do with the terms.

    Raises
    ------
    ValueError
        If the shapes differ or there is no such reduction.
    """
    pair = pair_of_equal_shape("mse_loss", x, target)
    return record("mse_loss", pair, {"reduction": reduction_of("mse_loss", reduction)})


def _l1(x: Array, target: Array, reduction: str) -> Array:
    return reduced(np.abs(x - target), reduction)


def _pull_l1(g: Array, y: Array, x: Array, target: Array, reduction: str) -> Array:
    return share(g, reduction, x.size) * np.sign(x - target)


define(
    "l1_loss",
    _l1,
    _pull_l1,
    lambda g, y, x, target, reduction: _pull_l1(g, y, target, x, reduction),
)


def l1_loss(x: Operand, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Absolute differences, as `mse_loss`; where there is none the slope is 0."""
    pair = pair_of_equal_shape("l1_loss", x, target)
    return record("l1_loss", pair, {"reduction": reduction_of("l1_loss", reduction)})


def _huber(x: Array, target: Array, delta: float, reduction: str) -> Array:
    size = np.abs(x - target)
    terms = np.where(size <= delta, size * size / 2, delta * (size - delta / 2))
    return reduced(terms, reduction)


def _pull_huber(g: Array, y: Array, x: Array, target: Array, delta: float, reduction: str) -> Array:
    return share(g, reduction, x.size) * np.clip(x - target, -delta, delta)


define(
    "huber",
    _huber,
    _pull_huber,
    lambda g, y, x, target, delta, reduction: _pull_huber(g, y, target, x, delta, reduction),
)


def huber(x: Operand, target: Operand, delta: float = 1.0, reduction: Reduction = "mean") -> Tensor:
    """Half the squared difference d up to delta, and ``delta * (abs(d) - delta / 2)`` beyond.

    Otherwise as `mse_loss`.

    Raises
    ------
    ValueError
        As there; and if delta is not a finite number above 0.
    """
    pair = pair_of_equal_shape("huber", x, target)
    attributes = {
        "delta": _width("huber", "delta", delta),
        "reduction": reduction_of("huber", reduction),
    }
    return record("huber", pair, attributes)


def _smooth_l1(x: Array, target: Array, beta: float, reduction: str) -> Array:
    size = np.abs(x - target)
    terms = np.where(size <= beta, size * (size / (2 * beta)), size - beta / 2)
    return reduced(terms, reduction)


def _pull_smooth_l1(
    g: Array, y: Array, x: Array, target: Array, beta: float, reduction: str
) -> Array:
    return share(g, reduction, x.size) * (np.clip(x - target, -beta, beta) / beta)


define(
    "smooth_l1_loss",
    _smooth_l1,
    _pull_smooth_l1,
    lambda g, y, x, target, beta, reduction: _pull_smooth_l1(g, y, target, x, beta, reduction),
)


def smooth_l1_loss(
    x: Operand, target: Operand, beta: float = 1.0, reduction: Reduction = "mean"
) -> Tensor:
    """The `huber` loss over its delta, here called beta: of slope 1 or -1 beyond it."""
    pair = pair_of_equal_shape("smooth_l1_loss", x, target)
    attributes = {
        "beta": _width("smooth_l1_loss", "beta", beta),
        "reduction": reduction_of("smooth_l1_loss", reduction),
    }
    return record("smooth_l1_loss", pair, attributes)


def _width(name: str, what: str, width: float) -> float:
    if not (isfinite(width) and width > 0):
        raise ValueError(f"{name}: {what} {width} must be a finite number above 0")
    return float(width)
