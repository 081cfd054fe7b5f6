"""Smooth activation functions.

All are built on ``exp(-|x|)``, which cannot overflow, so that they and their slopes keep their
digits far out on both sides.
"""

from __future__ import annotations

from math import erfc, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["gelu", "log_sigmoid", "mish", "silu", "softsign"]

_CUBIC = 0.044715
_ROOT = sqrt(2 / pi)


def _halves(v: Array) -> tuple[Array, Array]:
    """sigmoid(v) and its slope, both to full relative accuracy."""
    t = np.exp(-np.abs(v))
    return np.where(v >= 0, 1, t) / (1 + t), t / (1 + t) / (1 + t)


def _held(x: Array, limit: float) -> Array:
    """The operand within limits beyond which a slope stays as it is: there 0 * inf is NaN."""
    return np.clip(x, -limit, limit)


# By erfc, since 1 + erf(x) loses all digits on the left. Double precision in any case, since the
# argument's rounding error grows with the square of the argument.
_normal = np.vectorize(lambda x: erfc(x * -sqrt(0.5)) / 2, otypes=[np.float64])


def _distribution(x: Array) -> Array:
    """Normal distribution function."""
    found: Array = _normal(x).astype(x.dtype)
    return found


def _inner(x: Array) -> Array:
    """Twice the argument of the hyperbolic tangent, since 1 + tanh(u) is 2 sigmoid(2 u)."""
    return 2 * _ROOT * (x + _CUBIC * x * x * x)


def _gelu(x: Array, approximate: str) -> Array:
    if approximate == "tanh":
        return x * _halves(_inner(x))[0]
    return x * _distribution(x)


def _pull_gelu(g: Array, y: Array, x: Array, approximate: str) -> Array:
    x = _held(x, 64)
    if approximate == "tanh":
        value, slope = _halves(_inner(x))
        return g * (value + x * slope * (2 * _ROOT * (1 + 3 * _CUBIC * x * x)))
    density = np.exp(x * x / -2) / sqrt(2 * pi)
    return g * (_distribution(x) + x * density)


define("gelu", _gelu, _pull_gelu, broadcasts=True)


def gelu(x: Operand, approximate: str = "none") -> Tensor:
    """Elementwise x times the normal distribution function.

    Parameters
    ----------
    x : Tensor, array or number
        The operand.
    approximate : {"none", "tanh"}
        Whether to take ``(1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3))) / 2`` in place of the
        distribution function. From Hendrycks and Gimpel, "Gaussian error linear units" (2016).

    Raises
    ------
    ValueError
        If `approximate` is neither of the two.
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu: approximate is {approximate!r}; expected 'none' or 'tanh'")
    return record_single("gelu", as_tensor("gelu", x), {"approximate": approximate})


def _pull_silu(g: Array, y: Array, x: Array) -> Array:
    value, slope = _halves(x)
    return g * (value + _held(x, 1000) * slope)


define("silu", lambda x: x * _halves(x)[0], _pull_silu, broadcasts=True)


def silu(x: Operand) -> Tensor:
    """Elementwise ``x * sigmoid(x)``, also called swish."""
    return record_single("silu", x)


def _tanh_of_softplus(x: Array) -> tuple[Array, Array]:
    """tanh(log(1 + exp(x))) and its slope.

    With e = exp(x) they are n / (n + 2) and 4 e (1 + e) / (n + 2)**2, where n = e (e + 2). For
    positive x, numerators and denominators are divided by powers of e.
    """
    t = np.exp(-np.abs(x))
    positive = x >= 0
    numerator = np.where(positive, 1 + 2 * t, t * (t + 2))
    denominator = numerator + 2 * np.where(positive, t * t, 1)
    slope = 4 * np.where(positive, t * t, t) * (1 + t) / denominator / denominator
    return numerator / denominator, slope


def _pull_mish(g: Array, y: Array, x: Array) -> Array:
    value, slope = _tanh_of_softplus(x)
    return g * (value + _held(x, 1000) * slope)


define("mish", lambda x: x * _tanh_of_softplus(x)[0], _pull_mish, broadcasts=True)


def mish(x: Operand) -> Tensor:
    """Elementwise ``x * tanh(log(1 + exp(x)))``. From Misra, "Mish" (2019)."""
    return record_single("mish", x)


def _pull_softsign(g: Array, y: Array, x: Array) -> Array:
    # Divided twice: the square overflows.
    size: Array = 1 + np.abs(x)
    return g / size / size


define("softsign", lambda x: x / (1 + np.abs(x)), _pull_softsign, broadcasts=True)


def softsign(x: Operand) -> Tensor:
    """Elementwise ``x / (1 + |x|)``; it is smooth, its slope at 0 is 1."""
    return record_single("softsign", x)


define(
    "log_sigmoid",
    lambda x: -np.logaddexp(-x, 0),
    lambda g, y, x: g * _halves(-x)[0],
    broadcasts=True,
)


def log_sigmoid(x: Operand) -> Tensor:
    """Elementwise logarithm of the logistic function, accurate where that underflows."""
    return record_single("log_sigmoid", x)
