"""One call of a pullback, and a way to get it wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pullback = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class PullbackCall:
    """One call of a pullback of `zenverify.tensor`, on plain arrays.

    Attributes
    ----------
    position
        Which operand it is for.
    cotangent, result, operands, attributes
        What it was given.
    forward
        The operation's forward rule.
    """

    position: int
    cotangent: Array
    result: Array
    operands: tuple[Array, ...]
    attributes: Mapping[str, Any]
    forward: Pullback | None = None

    @property
    def operand(self) -> Array:
        return self.operands[self.position]

    def again(self, rule: Pullback) -> Array:
        """What a pullback gives for this call."""
        return np.asarray(rule(self.cotangent, self.result, *self.operands, **self.attributes))

    def with_operand(self, position: int, operand: Array) -> PullbackCall:
        """The call with another array for one operand."""
        before, after = self.operands[:position], self.operands[position + 1 :]
        return replace(self, operands=(*before, operand, *after))

    def valued(self) -> PullbackCall:
        """The call with the result that the forward rule gives for its operands."""
        if self.forward is None:
            return self
        # A variadic rule is told the operand's number, which is no attribute.
        attributes = {k: v for k, v in self.attributes.items() if k != "position"}
        return replace(self, result=np.asarray(self.forward(*self.operands, **attributes)))


Alteration = Callable[[PullbackCall, Pullback], Any]
"""``alteration(call, rule)`` gives a wrong contribution, in which `rule` is the right one."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What an operation must be like for some faults to make sense.

    Attributes
    ----------
    operands
        How many it has; at least two if any number.
    attributes
        The names of its attributes.
    broadcasts
        Whether operands are broadcast against each other.
    kinked
        Whether there are kinks or ties.
    """

    operands: int
    attributes: frozenset[str]
    broadcasts: bool
    kinked: bool


def _always(traits: Traits) -> bool:  # noqa: ARG001  a predicate among others
    return True


def several_operands(traits: Traits) -> bool:
    """Whether one operand can be taken for another."""
    return traits.operands > 1


def with_kinks(traits: Traits) -> bool:
    """Whether there are kinks or ties."""
    return traits.kinked


@dataclass(frozen=True, slots=True)
class WayToBeWrong:
    """A way to be wrong.

    Attributes
    ----------
    key
        Its part of a fault's name in the catalogue: ``"half"``.
    name
        What is wrong, in a few words.
    kind
        The class of faults.
    alter
        What it does.
    fits
        Whether it can make a difference to operations of such traits.
    """

    key: str
    name: str
    kind: str
    alter: Alteration
    fits: Callable[[Traits], bool] = _always
