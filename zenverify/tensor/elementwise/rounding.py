"""Functions that jump: signs, rounding to integers, and remainders.

Between two jumps they are constant, or linear; the slope there is the slope at the jump, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record_pair, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["ceil", "floor", "fmod", "remainder", "rint", "sign", "trunc"]


def _pull_nothing(g: Array, y: Array, x: Array) -> Array:
    # Not g * 0, which is NaN where a pole further on has made the cotangent infinite.
    return np.zeros_like(g)


define("sign", np.sign, _pull_nothing, broadcasts=True)


def sign(x: Operand) -> Tensor:
    """Elementwise -1, 0 or 1; its slope is 0, also at the jump."""
    return record_single("sign", x)


define("floor", np.floor, _pull_nothing, broadcasts=True)


def floor(x: Operand) -> Tensor:
    """Elementwise largest integer that is not above; its slope is 0, also at the jumps."""
    return record_single("floor", x)


define("ceil", np.ceil, _pull_nothing, broadcasts=True)


def ceil(x: Operand) -> Tensor:
    """Elementwise smallest integer that is not below; its slope is 0, also at the jumps."""
    return record_single("ceil", x)


define("rint", np.rint, _pull_nothing, broadcasts=True)


def rint(x: Operand) -> Tensor:
    """Elementwise nearest integer, halves to the even one; its slope is 0, also at the jumps."""
    return record_single("rint", x)


define("trunc", np.trunc, _pull_nothing, broadcasts=True)


def trunc(x: Operand) -> Tensor:
    """Elementwise integer part, rounded towards 0; its slope is 0, also at the jumps."""
    return record_single("trunc", x)


def _pull_divisor(g: Array, y: Array, a: Array, b: Array) -> Array:
    # The integer nearest to (a - y) / b. It is exact where a / b alone would be rounded over a
    # jump, and divides first, since a - y overflows where a and b are huge and of unlike signs.
    return -g * np.rint(a / b - y / b)


define("fmod", np.fmod, lambda g, y, a, b: g, _pull_divisor, broadcasts=True)


def fmod(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x - y * trunc(x / y)``, with the sign of x; NaN where y is 0.

    Its slopes are 1 and ``-trunc(x / y)``, also at the jumps.
    """
    return record_pair("fmod", x, y)


define("remainder", np.remainder, lambda g, y, a, b: g, _pull_divisor, broadcasts=True)


def remainder(x: Operand, y: Operand) -> Tensor:
    """Elementwise ``x - y * floor(x / y)``, with the sign of y; NaN where y is 0.

    Its slopes are 1 and ``-floor(x / y)``, also at the jumps.
    """
    return record_pair("remainder", x, y)
