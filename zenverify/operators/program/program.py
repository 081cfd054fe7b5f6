"""What an operation does to given shapes, as a short program of steps.

Every declaration, whatever its form, comes down to *moving* elements, *mapping* a kernel over them
and *reducing* rows of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile
from typing import Any, NamedTuple

from flint import arb

from zenverify.operators.balls.arithmetic import addition, rounding_unit
from zenverify.operators.balls.signs import SignGroups, turn, turned_places
from zenverify.operators.kinks import ANY, MEAN, AtKink
from zenverify.operators.program.arithmetic import MULTIPLY
from zenverify.operators.program.contraction import Contraction, contractions, replaced
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.step import Balls, Jumping, Step
from zenverify.operators.program.steps.sum import Sum

_SAME_BITS = 60
"""Slopes that agree to so many bits are the same in any float."""


@dataclass(frozen=True)
class Program:
    """The steps of one operation on given operand shapes.

    Attributes
    ----------
    sizes
        The number of elements of each operand.
    steps
        In order; buffers are numbered operands first, then results. The last one is the result.
    shape
        The result's shape.
    terms
        The largest number of terms that any single sum in it adds up, forward or backward.
    multiplies
        How often an element may be among the factors of one product of many; 0 if no more than two
        are multiplied. Of many, the order of multiplication decides whether a partial product
        overflows or underflows, and any order will do.
    solves
        Whether it solves equations: then rounding alone may make them unsolvable.
    free_signs
        The vectors in the result that may as well point the other way; see `signs`.
    work
        How many elements its steps make, in all; solving equations counts by its arithmetic.
    """

    sizes: tuple[int, ...]
    steps: tuple[Step, ...]
    shape: tuple[int, ...]
    terms: int
    multiplies: int = 0
    solves: bool = False
    free_signs: SignGroups = ()
    work: int = 0

    @cached_property
    def backward(self) -> tuple[tuple[int, Step], ...]:
        """The steps with their numbers, the last one first."""
        return tuple(reversed(list(enumerate(self.steps))))

    @cached_property
    def only_step(self) -> Step | None:
        """The step of a program that is nothing but one step of the operands in order."""
        in_order = len(self.steps) == 1 and self.steps[0].sources == tuple(range(len(self.sizes)))
        if in_order and not self.free_signs:
            return self.steps[0]
        return None

    @cached_property
    def contractions(self) -> dict[int, Contraction]:
        """The sums of products that are a product of matrices, by the number of the step."""
        return contractions(self.sizes, self.steps)

    @cached_property
    def contracted(self) -> frozenset[int]:
        """The steps that nobody needs who has the contractions."""
        return replaced(self.contractions, self.sizes, self.steps)

    def value(self, operands: Sequence[Balls], near: Balls | None = None) -> Balls:
        """The result's elements; signs that are free are those of a result nearby."""
        if self.only_step is not None:
            return self.only_step.value(operands)
        buffers = list(operands)
        for one in self.steps:
            buffers.append(one.value([buffers[source] for source in one.sources]))
        result = turn(buffers[-1], self._turned(buffers[-1], near))
        if not self._in_any_order():
            return result
        return _widened(result, self._of_sizes(operands).value)

    def _turned(self, result: Balls, near: Balls | None) -> frozenset[int]:
        if near is None or not self.free_signs:
            return frozenset()
        return turned_places(self.free_signs, result, near)

    def linearise(
        self, operands: Sequence[Balls], at_kink: AtKink = MEAN, near: Balls | None = None
    ) -> Linearised:
        """The result together with all partials at the operands."""
        linear = self._linearised(operands, at_kink, near)
        if not self._in_any_order():
            return linear
        sizes = self._of_sizes(operands)
        return linear._replace(value=_widened(linear.value, sizes.value), sizes=sizes)

    def _linearised(
        self, operands: Sequence[Balls], at_kink: AtKink, near: Balls | None
    ) -> Linearised:
        if self.only_step is not None:
            result, kept = self.only_step.linearise(operands, at_kink)
            return Linearised(self, result, [kept])
        buffers = list(operands)
        saved = []
        for one, differentiated in zip(self.steps, self._differentiated, strict=True):
            given = [buffers[source] for source in one.sources]
            if differentiated:
                result, kept = one.linearise(given, at_kink)
            else:
                result, kept = one.value(given), None
            buffers.append(result)
            saved.append(kept)
        turned = self._turned(buffers[-1], near)
        return Linearised(self, turn(buffers[-1], turned), saved, turned)

    def _of_sizes(self, operands: Sequence[Balls]) -> Linearised:
        """The same of the operands' magnitudes, as points: their rounding, in whatever order."""
        return self._linearised([_magnitudes(operand) for operand in operands], MEAN, None)

    def _in_any_order(self) -> bool:
        """Whether rounding counts, and other orders of multiplication have other sums in them."""
        return self.is_product_of_sums and rounding_unit() > 0

    @cached_property
    def is_product_of_sums(self) -> bool:
        """Whether it multiplies many sums of products, as a power of a matrix, and nothing else.

        Then no order of multiplication is the formula's own. In one of them a sum may cancel that
        does not in another: of a matrix the square of which is almost zero, the fifth power.
        """
        behind_a_sum = dropwhile(lambda one: not isinstance(one, Sum), self.steps)
        return (
            self.multiplies > 0
            and all(isinstance(one, Move | Sum) or _is_product(one) for one in self.steps)
            and any(map(_is_product, behind_a_sum))
        )

    def push(
        self, operands: Sequence[Balls], tangents: Sequence[Balls], near: Balls | None = None
    ) -> Balls:
        """The one-sided directional derivative of the result along the operands' tangents."""
        buffers = list(operands)
        moved = list(tangents)
        for one in self.steps:
            here = [buffers[source] for source in one.sources]
            moved.append(one.push(here, [moved[source] for source in one.sources]))
            buffers.append(one.value(here))
        return turn(moved[-1], self._turned(buffers[-1], near))

    def carry(self, saved: Sequence[Any], tangents: Sequence[Balls]) -> Balls:
        """The derivative of the result along tangents by the partials that `linearise` saved."""
        moved = list(tangents)
        for one, kept, differentiated in zip(self.steps, saved, self._differentiated, strict=True):
            if differentiated:
                moved.append(one.carry(kept, [moved[source] for source in one.sources]))
            else:
                moved.append(())
        return moved[-1]

    def kinked(self, operands: Sequence[Balls]) -> bool:
        """Whether the operands lie, or may lie, at a kink.

        A kink of some step is none of the whole where all choices there lead to the same slopes:
        the joint of a parabola and its tangent, as in the huber loss.
        """
        if not self.can_kink:
            return False
        buffers = list(operands)
        for one in self.steps:
            here = [buffers[source] for source in one.sources]
            if one.kinked(here):
                return self._slopes_differ(operands)
            buffers.append(one.value(here))
        return False

    def _slopes_differ(self, operands: Sequence[Balls]) -> bool:
        """Whether choices at kinks matter, as far as the operands' balls tell.

        Every choice is enclosed, and balls never cancel. The cotangents are all different: of
        elements that tie in a sort, it does not matter which gets which of two equal ones.
        """
        every = self.linearise(operands, ANY)
        cotangent = [arb(place) for place in range(1, len(every.value) + 1)]
        parts = every.pull(cotangent, dead_is_zero=True)
        return not all(
            item.is_exact() or item.rel_accuracy_bits() > _SAME_BITS
            for part in parts
            if part is not None
            for item in part
        )

    @cached_property
    def sums(self) -> bool:
        """Whether it adds up elements of its operands, or of what it makes of them."""
        return any(isinstance(one, Sum) for one in self.steps)

    def jumps(self, operands: Sequence[Balls]) -> bool:
        """Whether some step's result jumps, or may jump, within the operands."""
        buffers = list(operands)
        for one in self.steps:
            here = [buffers[source] for source in one.sources]
            if isinstance(one, Jumping) and one.jumps(here):
                return True
            buffers.append(one.value(here))
        return False

    @cached_property
    def can_kink(self) -> bool:
        """Whether any step has kinks that matter: those under a detached move do not."""
        return any(
            one.can_kink
            for one, differentiated in zip(self.steps, self._differentiated, strict=True)
            if differentiated
        )

    @cached_property
    def _differentiated(self) -> tuple[bool, ...]:
        """Per step, whether a derivative gets there: none gets past a detached move."""
        count = len(self.sizes)
        reached = {count + len(self.steps) - 1}
        for number, one in self.backward:
            if count + number in reached and not (isinstance(one, Move) and one.detached):
                reached.update(one.sources)
        return tuple(count + number in reached for number in range(len(self.steps)))


class Linearised(NamedTuple):
    """A program's result at a point, and its partials there."""

    program: Program
    value: Balls
    saved: list[Any]
    turned: frozenset[int] = frozenset()
    sizes: Linearised | None = None

    def pull(self, cotangent: Balls, *, dead_is_zero: bool = False) -> Sequence[Balls | None]:
        """Per operand, the contribution of the result's cotangent; None where there is none."""
        parts = self._pulled(cotangent, dead_is_zero=dead_is_zero)
        if self.sizes is None:
            return parts
        sizes = self.sizes.pull(_magnitudes(cotangent), dead_is_zero=dead_is_zero)
        return [
            part if part is None or size is None else _widened(part, size)
            for part, size in zip(parts, sizes, strict=True)
        ]

    def _pulled(self, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        program = self.program
        if program.only_step is not None:
            return program.only_step.pull(self.saved[0], cotangent, dead_is_zero=dead_is_zero)
        plus = addition()
        count = len(program.sizes)
        cotangents: list[Balls | None] = [None] * (count + len(program.steps))
        cotangents[-1] = turn(cotangent, self.turned)
        for number, one in program.backward:
            here = cotangents[count + number]
            if here is None:
                continue
            parts = one.pull(self.saved[number], here, dead_is_zero=dead_is_zero)
            for source, part in zip(one.sources, parts, strict=True):
                if part is not None:
                    before = cotangents[source]
                    cotangents[source] = part if before is None else list(map(plus, before, part))
        return cotangents[:count]

    def push(self, tangents: Sequence[Balls]) -> Balls:
        """The derivative of the result along the operands' tangents, where there is no kink."""
        return turn(self.program.carry(self.saved, tangents), self.turned)


def _is_product(step: Step) -> bool:
    return isinstance(step, Map) and step.kernel is MULTIPLY


def _magnitudes(balls: Balls) -> Balls:
    return [abs(ball).upper() for ball in balls]


def _widened(balls: Balls, sizes: Balls) -> Balls:
    """Balls whose radii are no smaller than those of others."""
    return [
        ball.mid() + arb(0, size.rad()) if size.rad() > ball.rad() else ball
        for ball, size in zip(balls, sizes, strict=True)
    ]
