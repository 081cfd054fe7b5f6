"""Numbers that shape an operation: what a declaration refuses, no engine has to take."""

from __future__ import annotations

import math

from zenverify.errors import GraphError


def finite(name: str, value: float, least: float = -math.inf) -> float:
    """The number itself.

    Raises
    ------
    GraphError
        If it is not finite, or less than `least`.
    """
    if not (math.isfinite(value) and value >= least):
        wanted = "a finite number" if least == -math.inf else f"a finite number from {least:g} up"
        raise GraphError(f"{name} is {value}, expected {wanted}")
    return value
