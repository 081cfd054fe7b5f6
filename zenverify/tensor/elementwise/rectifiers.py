"""Activation functions with kinks. On a kink the slope is the mean of both sides."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.arrays import quiet
from zenverify.tensor.elementwise.piecewise import share
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "elu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "relu6",
    "selu",
    "softshrink",
]


def _parameter(operation: str, name: str, value: float, x: Tensor) -> float:
    """Return a parameter rounded to the operand's dtype, so that what is recorded takes effect."""
    rounded = float(quiet.run(x.dtype.type, value))
    if not isfinite(rounded):
        raise ValueError(f"{operation}: {name} is {value}; expected a finite {x.dtype} number")
    return rounded


def _elu(x: Array, alpha: float) -> Array:
    # expm1, since exp(x) - 1 has lost its digits where x is small.
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def _pull_elu(g: Array, y: Array, x: Array, alpha: float) -> Array:
    right = np.heaviside(x, 0.5)
    # The exponential is held below 1: where the other side counts, it would overflow.
    left = (1 - right) * alpha * np.exp(np.minimum(x, 0))
    return g * (right + left)


define("elu", _elu, _pull_elu, broadcasts=True)


def elu(x: Operand, alpha: float = 1.0) -> Tensor:
    """Elementwise x where positive, else ``alpha * (exp(x) - 1)``.

    Its slope at 0 is ``(1 + alpha) / 2``. From Clevert, Unterthiner and Hochreiter, "Fast and
    accurate deep network learning by exponential linear units" (2016).

    Raises
    ------
    ValueError
        If alpha is not finite.
    """
    operand = as_tensor("elu", x)
    return record_single("elu", operand, {"alpha": _parameter("elu", "alpha", alpha, operand)})


# The fixed point of mean 0 and variance 1, equations (4) and (5) of the paper.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946

define(
    "selu",
    lambda x: SELU_SCALE * _elu(x, SELU_ALPHA),
    lambda g, y, x: SELU_SCALE * _pull_elu(g, y, x, SELU_ALPHA),
    broadcasts=True,
)


def selu(x: Operand) -> Tensor:
    """Elementwise scaled `elu`, which keeps a mean of 0 and a variance of 1.

    From Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017).
    """
    return record_single("selu", x)


def _pull_leaky_relu(g: Array, y: Array, x: Array, negative_slope: float) -> Array:
    right = np.heaviside(x, 0.5)
    return g * (right + (1 - right) * negative_slope)


define(
    "leaky_relu",
    lambda x, negative_slope: np.maximum(x, 0) + negative_slope * np.minimum(x, 0),
    _pull_leaky_relu,
    broadcasts=True,
)


def leaky_relu(x: Operand, negative_slope: float = 0.01) -> Tensor:
    """Elementwise x where positive, else ``negative_slope * x``.

    Raises
    ------
    ValueError
        If the slope is not finite.
    """
    operand = as_tensor("leaky_relu", x)
    slope = _parameter("leaky_relu", "negative_slope", negative_slope, operand)
    return record_single("leaky_relu", operand, {"negative_slope": slope})


def _between(x: Array, low: float, high: float) -> Array:
    return np.minimum(np.maximum(x, low), high)


def _inside(x: Array, low: float, high: float) -> Array:
    """1 between two limits, 1/2 on them, 0 outside."""
    return share(x, low) * share(high, x)


define(
    "hardtanh",
    lambda x, min_val, max_val: _between(x, min_val, max_val),
    lambda g, y, x, min_val, max_val: g * _inside(x, min_val, max_val),
    broadcasts=True,
)


def hardtanh(x: Operand, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Elementwise x, but no less than `min_val` and no more than `max_val`.

    Raises
    ------
    ValueError
        If a limit is not finite, or the lower one is not below the upper one.
    """
    operand = as_tensor("hardtanh", x)
    low = _parameter("hardtanh", "min_val", min_val, operand)
    high = _parameter("hardtanh", "max_val", max_val, operand)
    if not low < high:
        raise ValueError(f"hardtanh: min_val {low} is not below max_val {high}")
    return record_single("hardtanh", operand, {"min_val": low, "max_val": high})


define(
    "relu6",
    lambda x: _between(x, 0, 6),
    lambda g, y, x: g * _inside(x, 0, 6),
    broadcasts=True,
)


def relu6(x: Operand) -> Tensor:
    """Elementwise ``min(max(x, 0), 6)``."""
    return record_single("relu6", x)


def _hardsigmoid(x: Array) -> Array:
    return _between(x + 3, 0, 6) / 6


define(
    "hardsigmoid",
    _hardsigmoid,
    lambda g, y, x: g * _inside(x, -3, 3) / 6,
    broadcasts=True,
)


def hardsigmoid(x: Operand) -> Tensor:
    """Elementwise ``relu6(x + 3) / 6``."""
    return record_single("hardsigmoid", x)


define(
    "hardswish",
    lambda x: x * _hardsigmoid(x),
    lambda g, y, x: g * (_hardsigmoid(x) + x * _inside(x, -3, 3) / 6),
    broadcasts=True,
)


def hardswish(x: Operand) -> Tensor:
    """Elementwise ``x * relu6(x + 3) / 6``."""
    return record_single("hardswish", x)


def _threshold(operation: str, x: Operand, lambd: float) -> Tensor:
    operand = as_tensor(operation, x)
    rounded = _parameter(operation, "lambd", lambd, operand)
    if rounded < 0:
        raise ValueError(f"{operation}: lambd is {rounded}; expected no less than 0")
    return record_single(operation, operand, {"lambd": rounded})


define(
    "softshrink",
    lambda x, lambd: np.maximum(x - lambd, 0) + np.minimum(x + lambd, 0),
    lambda g, y, x, lambd: g * (share(x, lambd) + share(-lambd, x)),
    broadcasts=True,
)


def softshrink(x: Operand, lambd: float = 0.5) -> Tensor:
    """Elementwise x moved towards 0 by `lambd`, and 0 where it is closer than that.

    Raises
    ------
    ValueError
        If `lambd` is negative or not finite.
    """
    return _threshold("softshrink", x, lambd)


def _outside(x: Array, lambd: float) -> Array:
    """1 where the magnitude is above a threshold, else 0; 1 everywhere if there is none."""
    return np.heaviside(np.abs(x) - lambd, 0) if lambd else np.ones_like(x)


define(
    "hardshrink",
    lambda x, lambd: x * _outside(x, lambd),
    lambda g, y, x, lambd: g * _outside(x, lambd),
    broadcasts=True,
)


def hardshrink(x: Operand, lambd: float = 0.5) -> Tensor:
    """Elementwise x where its magnitude is above `lambd`, else 0; at the jumps its slope is 0.

    Raises
    ------
    ValueError
        If `lambd` is negative or not finite.
    """
    return _threshold("hardshrink", x, lambd)
