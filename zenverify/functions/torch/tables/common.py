"""What the tables of torch's functions share."""

from __future__ import annotations

from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, moved


def only(value: Any, *allowed: Any) -> None:
    """Refuse a call, unless an argument has one of some values."""
    if not any(value is one or value == one for one in allowed):
        raise UndeclaredError(f"{value!r}")


def term(operand: Any) -> Any:
    """An operand, which must not be an array of integers: then dtypes are promoted."""
    if isinstance(operand, np.ndarray):
        raise UndeclaredError("an operand of integers")
    return operand


def same(input: Term, *_: Any, **__: Any) -> Term:
    """The same elements."""
    return moved(lambda numbers: numbers, input)
