"""Smooth functions of one argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "cos",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sigmoid",
    "sin",
    "softplus",
    "sqrt",
    "tanh",
]


define("exp", np.exp, lambda g, y, x: g * y, broadcasts=True)


def exp(x: Operand) -> Tensor:
    """Elementwise exponential."""
    return record_single("exp", x)


# Not g * (y + 1), which is all rounding error where exp(x) is small.
define("expm1", np.expm1, lambda g, y, x: g * np.exp(x), broadcasts=True)


def expm1(x: Operand) -> Tensor:
    """Elementwise ``exp(x) - 1``, accurate near 0."""
    return record_single("expm1", x)


define("log", np.log, lambda g, y, x: g / x, broadcasts=True)


def log(x: Operand) -> Tensor:
    """Elementwise natural logarithm: -inf at 0, NaN below."""
    return record_single("log", x)


define("log1p", np.log1p, lambda g, y, x: g / (x + 1), broadcasts=True)


def log1p(x: Operand) -> Tensor:
    """Elementwise ``log(1 + x)``, accurate near 0."""
    return record_single("log1p", x)


define("sqrt", np.sqrt, lambda g, y, x: g / (y + y), broadcasts=True)


def sqrt(x: Operand) -> Tensor:
    """Elementwise square root: its slope at 0 is inf, its value below 0 is NaN."""
    return record_single("sqrt", x)


define("sin", np.sin, lambda g, y, x: g * np.cos(x), broadcasts=True)


def sin(x: Operand) -> Tensor:
    """Elementwise sine."""
    return record_single("sin", x)


define("cos", np.cos, lambda g, y, x: -g * np.sin(x), broadcasts=True)


def cos(x: Operand) -> Tensor:
    """Elementwise cosine."""
    return record_single("cos", x)


def _pull_tanh(g: Array, y: Array, x: Array) -> Array:
    # 1 - y * y would lose all its digits far out; 1 / cosh(x)**2 keeps them.
    cosh = np.cosh(x)
    return g / cosh / cosh


define("tanh", np.tanh, _pull_tanh, broadcasts=True)


def tanh(x: Operand) -> Tensor:
    """Elementwise hyperbolic tangent."""
    return record_single("tanh", x)


def _sigmoid(x: Array) -> Array:
    result: Array = np.reciprocal(np.exp(-x) + 1)
    return result


# sigmoid(x) * sigmoid(-x), since 1 - y would lose its digits for large x.
define("sigmoid", _sigmoid, lambda g, y, x: g * y / (np.exp(x) + 1), broadcasts=True)


def sigmoid(x: Operand) -> Tensor:
    """Elementwise logistic function ``1 / (1 + exp(-x))``."""
    return record_single("sigmoid", x)


# logaddexp(x, 0) is max(x, 0) + log1p(exp(-|x|)): it neither overflows nor cancels.
define("softplus", lambda x: np.logaddexp(x, 0), lambda g, y, x: g * _sigmoid(x), broadcasts=True)


def softplus(x: Operand) -> Tensor:
    """Elementwise ``log(1 + exp(x))``."""
    return record_single("softplus", x)
