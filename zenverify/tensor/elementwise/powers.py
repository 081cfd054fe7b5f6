"""Powers and roots with a fixed exponent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import define
from zenverify.tensor.recording import Operand, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["cbrt", "reciprocal", "sqrt", "square"]


define("sqrt", np.sqrt, lambda g, y, x: g / (y + y), broadcasts=True)


def sqrt(x: Operand) -> Tensor:
    """Elementwise square root: its slope at 0 is inf, its value below 0 is NaN."""
    return record_single("sqrt", x)


define("cbrt", np.cbrt, lambda g, y, x: g / (3 * y * y), broadcasts=True)


def cbrt(x: Operand) -> Tensor:
    """Elementwise real cube root, of negative numbers too: its slope at 0 is inf."""
    return record_single("cbrt", x)


define("square", np.square, lambda g, y, x: g * (x + x), broadcasts=True)


def square(x: Operand) -> Tensor:
    """Elementwise ``x * x``."""
    return record_single("square", x)


# Not through y * y, which can leave the range of the floats where the contribution does not.
define("reciprocal", np.reciprocal, lambda g, y, x: -(g / x) / x, broadcasts=True)


def reciprocal(x: Operand) -> Tensor:
    """Elementwise ``1 / x``."""
    return record_single("reciprocal", x)
