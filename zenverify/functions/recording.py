"""What a backend hands over: one call of the user's function, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from zenverify.functions.terms import Declaration
from zenverify.graph.case import Array
from zenverify.oracles.enclosure import UNIT_ROUNDOFF

COARSE = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24}
"""The unit roundoff of dtypes that a function may compute in on its way. Numbers of the first two
are held in arrays of float32."""

UNDERFLOW = {"bfloat16": 2.0**-126, "float16": 2.0**-24, "float32": 2.0**-126}
"""What may be lost where results of these underflow."""

OVERFLOW = {"bfloat16": 2.0**128, "float16": 2.0**16, "float32": 2.0**128}
"""Where they overflow."""

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
    least
        Which one of `COARSE` it was computed in, if not in the array's own dtype.
    """

    name: str
    array: Array
    least: str = ""

    @property
    def unit(self) -> float:
        """The unit roundoff of what it was computed in."""
        return COARSE[self.least] if self.least else UNIT_ROUNDOFF[str(self.array.dtype)]


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
    by_rejection
        Whether it draws numbers by trial and rejection. Its rule is the slope of their distribution
        then, by implicit differentiation, and not that of the numbers drawn.
    least
        Which one of `COARSE` it meets, where that is less than its arrays are of; empty if none.
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
    by_rejection: bool = False
    least: str = ""

    def unit(self, *met: Array) -> float:
        """The unit roundoff of the least precision among arrays and what it meets."""
        return max(COARSE.get(self.least, 0.0), *(UNIT_ROUNDOFF[str(array.dtype)] for array in met))


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


def by_magnitude(array: Array) -> Array:
    """Numbers between -1 and 1 that look random, the same for elements of the same magnitude."""
    bits = np.atleast_1d(np.abs(array)).astype(np.float64).view(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # SplitMix64
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    share = ((bits ^ (bits >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
    return np.asarray(2.0 * share - 1.0).reshape(array.shape)


def moved_beside(array: Array, draw: np.random.Generator | None, reach: float) -> Array:
    """An input's elements, each moved by up to `reach` of itself; zeros by that of the largest.

    Without random numbers, those of the same magnitude are moved alike, and zeros are not.
    """
    if draw is None:
        return np.asarray(array + reach * array * by_magnitude(array))
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

    def beside(self, draw: np.random.Generator | None, reach: float = BESIDE) -> Function:
        """The same function at inputs beside these, as `moved_beside` moves each."""
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


def coarsest(dtypes: Iterable[str]) -> str:
    """The coarsest one of `COARSE` among dtypes; empty if there is none."""
    return max((one for one in dtypes if one in COARSE), key=COARSE.__getitem__, default="")
