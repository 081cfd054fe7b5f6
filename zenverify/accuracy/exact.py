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
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.balls.narrowing import until
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
class Signature:
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
    def of(cls, case: Case) -> Signature:
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

    def of_length(self, count: int) -> Signature:
        """The same of another number of points, where they are independent."""
        return Signature(self.name, ((count,),) * len(self.shapes), self.attributes)

    def graph(self, dtype: str) -> Graph:
        """The graph of this operation alone, each operand a variable."""
        return _graph(self, dtype)


@lru_cache(maxsize=64)
def _graph(call: Signature, dtype: str) -> Graph:
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

    @property
    def is_narrow(self) -> bool:
        """Whether more precision cannot change what it says about floats."""
        return all(is_narrow(ball) for balls in self.numbers if balls is not None for ball in balls)

    def at(self, point: int) -> Exact:
        """What belongs to one point of a pointwise operation."""
        gradients = (None if balls is None else [balls[point]] for balls in self.gradients)
        return Exact([self.value[point]], tuple(gradients))

    @classmethod
    def joined(cls, parts: Sequence[Exact]) -> Exact:
        """Several points of a pointwise operation, one after the other."""
        value, *gradients = (
            None if balls[0] is None else [ball for part in balls if part for ball in part]
            for balls in zip(*(part.numbers for part in parts), strict=True)
        )
        assert value is not None
        return cls(value, tuple(gradients))


def exact(
    call: Signature,
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
    pointwise = call.pointwise and len(cotangent) > 0

    def evaluate(places: Sequence[int]) -> list[Exact]:
        """All of it; or of a pointwise operation, what belongs to each of these points."""
        if not pointwise:
            return [_evaluated(call.program, operands, cotangent, at_kink, near)]
        found = _evaluated(
            call.of_length(len(places)).program,
            [[balls[place] for place in places] for balls in operands],
            [cotangent[place] for place in places],
            at_kink,
        )
        return [found.at(number) for number in range(len(places))]

    places = range(len(cotangent)) if pointwise else range(1)
    found = until(lambda one: one.is_narrow, evaluate, places, bits)
    return Exact.joined(found)


def _evaluated(
    program: Program,
    operands: Sequence[Balls],
    cotangent: Balls,
    at_kink: AtKink,
    near: Balls | None = None,
) -> Exact:
    """An operation and its adjoint at the current precision."""
    linear = program.linearise(operands, at_kink, near)
    return Exact(linear.value, tuple(linear.pull(cotangent, dead_is_zero=True)))
