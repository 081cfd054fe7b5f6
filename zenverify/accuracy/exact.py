"""The exact result of one operation and its exact gradients, each number as exact as it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from zenverify.graph.case import Case
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.operators import catalogue
from zenverify.operators.attributes import Attributes
from zenverify.operators.balls.arithmetic import Ball, precision
from zenverify.operators.kinks import MEAN, AtKink
from zenverify.operators.operator import Operator
from zenverify.operators.program.builder import Shape
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.step import Balls

BITS = (128, 512, 2_200)
"""Precisions to try, in turn, until an enclosure is narrow; the last reaches the tiniest floats."""

_NARROW = 60
"""Bits that an enclosure of the truth must be exact to."""


def is_narrow(ball: Ball) -> bool:
    """Whether more precision cannot change what a ball says about a float."""
    return not ball.is_finite() or ball.is_zero() or ball.rel_accuracy_bits() >= _NARROW


@dataclass(frozen=True)
class Call:
    """An operation, the shapes of its operands, and its attributes.

    Attributes
    ----------
    name
        The operator's.
    shapes
        One per operand.
    attributes
        As a node of a graph holds them.
    """

    name: str
    shapes: tuple[Shape, ...]
    attributes: Attributes = ()

    @classmethod
    def of(cls, case: Case) -> Call:
        """The call that a case of one operation makes."""
        graph = case.graph
        node = graph.apply(graph.root)
        shapes = tuple(graph.shapes[operand] for operand in node.operands)
        return cls(node.operator, shapes, node.attributes)

    @cached_property
    def operator(self) -> Operator:
        """The declaration."""
        return catalogue.get(self.name)

    @cached_property
    def program(self) -> Program:
        """The operation on balls."""
        return self.operator.program(self.shapes, self.attributes)

    @cached_property
    def pointwise(self) -> bool:
        """Whether each element of the result belongs to one element of each operand."""
        flat = len(set(self.shapes)) == 1 and len(self.shapes[0]) == 1
        return flat and self.operator.is_elementwise

    def of_length(self, count: int) -> Call:
        """The same of another number of points, where they are independent."""
        return Call(self.name, ((count,),) * len(self.shapes), self.attributes)

    def graph(self, dtype: str) -> Graph:
        """The graph of this operation alone, each operand a variable."""
        return _graph(self, dtype)


@lru_cache(maxsize=64)
def _graph(call: Call, dtype: str) -> Graph:
    leaves = [Leaf(LeafKind.VARIABLE, shape, dtype) for shape in call.shapes]
    return Graph((*leaves, Apply(call.name, tuple(range(len(leaves))), call.attributes)))


class Exact(NamedTuple):
    """What an engine would give that does not round.

    Attributes
    ----------
    value
        The result's elements.
    gradients
        Per operand, its gradient's elements; None where there is none.
    """

    value: Balls
    gradients: tuple[Balls | None, ...]

    @property
    def numbers(self) -> tuple[Balls | None, ...]:
        """The value, then the gradients."""
        return (self.value, *self.gradients)


def exact(
    call: Call,
    operands: Sequence[Balls],
    cotangent: Balls,
    at_kink: AtKink = MEAN,
    near: Balls | None = None,
    bits: Sequence[int] = BITS,
) -> Exact:
    """Evaluate an operation and its adjoint, at more precision where an enclosure stays wide.

    Parameters
    ----------
    call
        The operation.
    operands, cotangent
        Their elements.
    at_kink
        What to take at kinks.
    near
        A result that decides signs which are free.
    bits
        The precisions to try.
    """
    with precision(bits[0]):
        linear = call.program.linearise(operands, at_kink, near)
        parts = linear.pull(cotangent, dead_is_zero=True)
    found = Exact(linear.value, tuple(parts))
    rows = [balls for balls in found.numbers if balls is not None]
    if len(bits) == 1 or all(is_narrow(ball) for balls in rows for ball in balls):
        return found
    if not call.pointwise:
        return _merged(found, exact(call, operands, cotangent, at_kink, near, bits[1:]))
    wide = [i for i, balls in enumerate(zip(*rows, strict=True)) if not all(map(is_narrow, balls))]
    more = exact(
        call.of_length(len(wide)),
        [[balls[place] for place in wide] for balls in operands],
        [cotangent[place] for place in wide],
        at_kink,
        bits=bits[1:],
    )
    return _merged(found, more, wide)


def _merged(found: Exact, more: Exact, places: Sequence[int] | None = None) -> Exact:
    """What was found, with what is narrower put in its place: at `places`, or everywhere."""
    merged: list[Balls | None] = []
    for before, now in zip(found.numbers, more.numbers, strict=True):
        if before is None or now is None:
            merged.append(before)
            continue
        kept = list(before)
        for place, ball in zip(places or range(len(kept)), now, strict=True):
            if not is_narrow(kept[place]):
                kept[place] = ball
        merged.append(kept)
    value, *gradients = merged
    assert value is not None
    return Exact(value, tuple(gradients))
