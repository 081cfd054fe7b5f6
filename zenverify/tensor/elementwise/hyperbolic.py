"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["arccosh", "arcsinh", "arctanh", "cosh", "sinh", "tanh"]


define("sinh", np.sinh, lambda g, y, x: g * np.cosh(x), broadcasts=True)


def sinh(x: Operand) -> Tensor:
    """Elementwise hyperbolic sine."""
    return record_single("sinh", x)


define("cosh", np.cosh, lambda g, y, x: g * np.sinh(x), broadcasts=True)


def cosh(x: Operand) -> Tensor:
    """Elementwise hyperbolic cosine."""
    return record_single("cosh", x)


def _pull_tanh(g: Array, y: Array, x: Array) -> Array:
    # 1 - y * y would lose all its digits far out; 1 / cosh(x)**2 keeps them.
    cosh = np.cosh(x)
    return g / cosh / cosh


define("tanh", np.tanh, _pull_tanh, broadcasts=True)


def tanh(x: Operand) -> Tensor:
    """Elementwise hyperbolic tangent."""
    return record_single("tanh", x)


define("arcsinh", np.arcsinh, lambda g, y, x: g / np.hypot(x, 1), broadcasts=True)


def arcsinh(x: Operand) -> Tensor:
    """Elementwise inverse hyperbolic sine."""
    return record_single("arcsinh", x)


# Two roots: x * x - 1 would lose its digits next to 1, and overflow far out.
define(
    "arccosh",
    np.arccosh,
    lambda g, y, x: g / np.sqrt(x - 1) / np.sqrt(x + 1),
    broadcasts=True,
)


def arccosh(x: Operand) -> Tensor:
    """Elementwise inverse hyperbolic cosine: its slope at 1 is inf, NaN below."""
    return record_single("arccosh", x)


define("arctanh", np.arctanh, lambda g, y, x: g / ((1 - x) * (1 + x)), broadcasts=True)


def arctanh(x: Operand) -> Tensor:
    """Elementwise inverse hyperbolic tangent: infinite at -1 and 1, NaN outside."""
    return record_single("arctanh", x)
