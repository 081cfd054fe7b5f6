"""What the engine knows of an operation, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["OPERATIONS", "Array", "Forward", "Operation", "Pullback", "define"]

Array: TypeAlias = NDArray[np.floating[Any]]
Forward: TypeAlias = Callable[..., Array]
Pullback: TypeAlias = Callable[..., Array]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation's rules, on plain arrays.

    Attributes
    ----------
    name : str
        Its key in `OPERATIONS`, and what a node of the graph stores.
    forward : callable
        ``forward(*operands, **attributes)`` computes the result.
    pullbacks : tuple of callables
        ``pullback(cotangent, result, *operands, **attributes)``, one per operand, computes the
        contribution to that operand's cotangent. A pullback writes into none of its arguments,
        but may return one of them, or a view. In the rules, g is the cotangent and y the result.
    broadcasts : bool
        The operands broadcast elementwise. Contributions then have the result's shape, and the
        walk sums them to the operand's.
    variadic : bool
        Any number of operands. `pullbacks` then holds a single function, which is given the
        operand's number as ``position``.
    custom : bool
        A user's own. Its pullbacks take the cotangent and their one operand, nothing else, so that
        many dependencies cost no more than their number.
    """

    name: str
    forward: Forward
    pullbacks: tuple[Pullback, ...]
    broadcasts: bool
    variadic: bool = False
    custom: bool = False


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name. Looked up at each call, so a replaced entry is effective at once."""


def define(
    name: str,
    forward: Forward,
    *pullbacks: Pullback,
    broadcasts: bool = False,
    variadic: bool = False,
) -> None:
    """Enter an operation into `OPERATIONS`."""
    OPERATIONS[name] = Operation(name, forward, pullbacks, broadcasts, variadic)
