"""The logistic function, its inverse and its integral, which adds in the logarithmic domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["logaddexp", "logit", "sigmoid", "softplus"]


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


def _share(high: Array, low: Array) -> Array:
    """exp(high) / (exp(high) + exp(low)), 1/2 where they tie, at infinity too."""
    return 1 / (1 + np.exp(np.where(high == low, 0, low - high)))


define(
    "logaddexp",
    np.logaddexp,
    lambda g, y, a, b: g * _share(a, b),
    lambda g, y, a, b: g * _share(b, a),
    broadcasts=True,
)


def logaddexp(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``log(exp(x) + exp(y))``, without overflow; infinities that tie share alike."""
    return record_pair("logaddexp", x, y)


def _logit(x: Array) -> Array:
    # Next to 1/2 the quotient x / (1 - x) is 1 and a little, which log1p can be given alone.
    nearby = (x > 0.25) & (x < 0.75)
    return np.where(nearby, np.log1p((x + x - 1) / (1 - x)), np.log(x / (1 - x)))


define("logit", _logit, lambda g, y, x: g / (x * (1 - x)), broadcasts=True)


def logit(x: Operand) -> Tensor:
    """Elementwise ``log(x / (1 - x))``: infinite at 0 and 1, NaN outside."""
    return record_single("logit", x)
