"""Comparisons: plain arrays of booleans, for `where`, masks and keys. They have no derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.recording import Operand, as_operands

__all__ = ["compare", "equal", "not_equal"]

Booleans = NDArray[np.bool_]


def compare(name: str, compared: Callable[..., Any], x: Operand, y: Operand) -> Booleans:
    """Compare two operands' values, broadcast against each other; exact in mixed precision."""
    left, right = as_operands(name, (x, y))
    return np.asarray(compared(left.array, right.array))


def equal(x: Operand, y: Operand) -> Booleans:
    """Elementwise, whether x and y are equal; ``==`` says whether they are one tensor."""
    return compare("equal", np.equal, x, y)


def not_equal(x: Operand, y: Operand) -> Booleans:
    """Elementwise, whether x and y differ; NaN differs from itself."""
    return compare("not_equal", np.not_equal, x, y)
