"""What a backend hands over: one call of the user's function, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from zenverify.functions.terms import Declaration
from zenverify.graph.case import Array

Forward = Callable[[Sequence[Array]], list[Array]]
"""An operation's results at other operands, all of which are of one dtype."""

Pull = Callable[[Sequence[Array | None]], list[Array | None]]
"""The library's own rule, run alone: from the results' cotangents to one per operand. None stands
for no cotangent, and for no gradient."""

Gradients = Callable[[Mapping[int, Array]], dict[int, Array]]
"""The library's reverse pass over the whole call: from cotangents that enter at some values to the
gradients of those values that have one."""


@dataclass(frozen=True, slots=True)
class Value:
    """A float array that a derivative flows through.

    Attributes
    ----------
    name
        For the reader: ``"input 0"``, ``"parameter weight"``, ``"result of tanh"``.
    array
        Its elements, when it was computed; float64 or float32.
    """

    name: str
    array: Array


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the call.

    Attributes
    ----------
    name
        As the library calls it.
    operands, results
        Which values it takes and gives; an operand may be there twice.
    forward, pull
        The operation and its rule, run alone.
    declaration
        What it is, if that is known.
    composed
        Whether that was read off the operations of its forward pass: then it is a user's own
        rule, and its values prove nothing.
    defined_together
        Whether its rule is one only together with what computes its operands, as that of a linear
        solve with a factorisation handed over, or with a function or module that it is given and
        that holds the same tensors: then it cannot be checked alone.
    pull_in_place
        `pull`, on the very memory of the cotangents, as a reverse pass calls the rule: it may write
        to them, and meets them in their layout. None where the rule is the library's own, or there
        is no such thing.
    held
        The memory in which the library keeps the operands and the results for the rule, in that
        order; empty where it cannot be had.
    iterates
        Whether it goes on until it is good enough, as an adaptive solver does. Then its value is
        good to a tolerance, and its rule, of the limit or iterated itself, is no better.
    built_in
        Whether it is the library's own: nobody who checks a function can mend it.
    """

    name: str
    operands: tuple[int, ...]
    results: tuple[int, ...]
    forward: Forward
    pull: Pull
    declaration: Declaration | None = None
    composed: bool = False
    defined_together: bool = False
    pull_in_place: Pull | None = None
    held: tuple[Array, ...] = ()
    iterates: bool = False
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call of the user's function.

    Attributes
    ----------
    values, nodes
        In the order in which they came up.
    roots
        Which values the function returned.
    gradients
        See `Gradients`.
    lost
        Why some part was not recorded; empty if all was.
    left
        How values were seen to leave the recording, in words.
    """

    values: tuple[Value, ...]
    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    gradients: Gradients
    lost: str = ""
    left: tuple[str, ...] = ()


class Changed(Exception):  # noqa: N818  it is a finding on its way, not an error of ours
    """The function wrote to an input, or an operation of it to an operand.

    Parameters
    ----------
    what
        What was written to.
    operation
        Which operation did; empty where that is not known.
    """

    def __init__(self, what: str, operation: str = "") -> None:
        super().__init__(what)
        self.operation = operation


BESIDE = 2.0**-9
"""How far beside an input to look, relative to each element."""


def moved_beside(array: Array, draw: np.random.Generator, reach: float) -> Array:
    """An input's elements, each moved by up to `reach` of itself; zeros by that of the largest."""
    size = np.where(array == 0, np.abs(array).max(initial=0.0) or 1.0, np.abs(array))
    return np.asarray(array + reach * size * draw.uniform(-1.0, 1.0, array.shape))


class Function(Protocol):
    """A function and its inputs, as a backend wraps them."""

    @property
    def engine(self) -> str:
        """The library and its version."""
        ...

    @property
    def name(self) -> str:
        """What to call the function."""
        ...

    @property
    def draws(self) -> bool:
        """Whether a call drew random numbers: then they were held fixed."""
        ...

    def record(self) -> RecordedCall:
        """Call the function, and record the call.

        Raises
        ------
        Changed
            If it writes to an input.
        UsageError
            If it returns nothing that depends on the inputs.
        """
        ...

    def beside(self, draw: np.random.Generator, reach: float = BESIDE) -> Function:
        """The same function at inputs a little beside these, by up to `reach` of themselves."""
        ...

    def whole(self, *, parameters: bool) -> tuple[Node, tuple[Value, ...], list[Any]]:
        """The function as a single operation of its inputs, and its parameters if wanted.

        Returns
        -------
        Node, tuple of Value, list
            The operation; its operands, and behind them its results; and its arguments in the order
            of the inputs, with `Slot` and `Fixed` in place of float arrays.
        """
        ...
