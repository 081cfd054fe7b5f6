"""One operation's values and gradients against its declaration, in enclosures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import GraphError
from zenverify.functions.recording import COARSE, OVERFLOW, UNDERFLOW, Node
from zenverify.functions.terms import Declaration, UndeclaredError
from zenverify.graph.case import Array
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.operators.balls.arithmetic import ZERO, precision
from zenverify.operators.operator import Operator
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import (
    PRECISION,
    THRESHOLD,
    UNIT_ROUNDOFF,
    LocalEnclosure,
    lift,
    lift_all,
)
from zenverify.verification.checks.judge import Judgement, Status
from zenverify.verification.checks.local import LocalCheck, Suspect

MOST_WORK = 50_000
"""Multiplications in balls, about, that one operation may cost."""

_SAMPLED = 4_096
"""Elements that are looked at of larger elementwise operations."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the enclosures say about one operation.

    Attributes
    ----------
    suspects
        What is wrong: the result that the cotangent entered at, and the `Suspect`; its ``node`` is
        the operand's number, or for a value the number of operands.
    worst_units
        The largest residual that passed, in units of u * S.
    elements, of
        How many numbers were looked at, and how many there are.
    undefined
        Whether there were numbers for which there is no answer.
    excused
        Whether there were suspects which only say that the library knows no better formula.
    errors
        Per operand with a suspect, how far off each element is.
    """

    suspects: tuple[tuple[int, Suspect], ...]
    worst_units: float
    elements: int
    of: int
    undefined: bool
    excused: bool
    errors: Mapping[int, Array]


def work(node: Node, operands: Sequence[Array], results: Sequence[Array]) -> float:
    """How many multiplications an operation takes, about: that of a product of matrices."""
    declaration = node.declaration
    assert declaration is not None
    sizes = sorted((a.size for a in (*operands, *declaration.constants, *results)), reverse=True)
    if declaration.elementwise or len(sizes) < 3:
        return float(sizes[0])
    return math.sqrt(math.prod(float(size) for size in sizes[:3]))


def judge_node(
    node: Node,
    operands: Sequence[Array],
    results: Sequence[Array],
    cotangents: Sequence[Array],
) -> Judged | None:
    """Hold a declared operation's values, and what its rule makes of cotangents, against the truth.

    Returns
    -------
    Judged or None
        None if the declaration does not provide for this call after all, or would take too long.
    """
    declaration = node.declaration
    if declaration is None:
        return None
    large = work(node, operands, results) > MOST_WORK
    if large and not (declaration.elementwise and len(results) == 1):
        return None
    try:
        return _judged(node, declaration, operands, results, cotangents, large=large)
    except (GraphError, UndeclaredError):
        return None


def _judged(
    node: Node,
    declaration: Declaration,
    operands: Sequence[Array],
    results: Sequence[Array],
    cotangents: Sequence[Array],
    *,
    large: bool,
) -> Judged:
    suspects: list[tuple[int, Suspect]] = []
    errors: dict[int, Array] = {}
    worst, looked_at, of = 0.0, 0, 0
    undefined = excused = False
    for number, (result, cotangent) in enumerate(zip(results, cotangents, strict=True)):
        only = [cotangent if n == number else None for n in range(len(results))]
        parts = [
            np.zeros_like(operand) if part is None else part
            for operand, part in zip(operands, node.pull(only), strict=True)
        ]
        if len(results) > 1 and not any(array.any() for array in (cotangent, *parts)):
            continue  # a result that the function does not use
        of += result.size + sum(part.size for part in parts)
        one = _One(declaration.operator("declared", number), declaration, operands, result)
        one.cotangent, one.parts = cotangent, parts
        if large:
            one.take_sample()
        check = one.check(values=not node.composed)
        units = one.judge_in(node.least) if node.least else check.worst_units
        if node.built_in and declaration.elementwise:
            excused |= one.excuse_rounding(node.unit(*operands, result))
        suspects += [(number, suspect) for suspect in one.suspects]
        for slot, error in one.errors().items():
            errors[slot] = errors.get(slot, 0.0) + error
        worst = max(worst, units)
        looked_at += one.looked_at
        undefined = undefined or bool(check.undefined)
    return Judged(tuple(suspects), worst, looked_at, of, undefined, excused, errors)


class _One:
    """One result of one operation, as a graph of its own."""

    def __init__(
        self,
        operator: Operator,
        declaration: Declaration,
        operands: Sequence[Array],
        result: Array,
    ) -> None:
        self._operator = operator
        self._operands = list(operands)
        self._constants = list(declaration.constants)
        self._result = result
        self._places: NDArray[np.int64] | None = None
        self._graph: Graph | None = None
        self._whole = [True] * len(operands)
        self.cotangent = result
        self.parts: list[Array] = []
        self.suspects: list[Suspect] = []
        self.looked_at = 0

    def take_sample(self) -> None:
        """Keep some elements of an elementwise operation only."""
        shape = self._result.shape
        draw = np.random.default_rng(0)
        places = np.sort(draw.choice(self._result.size, _SAMPLED, replace=False))
        self._whole = [operand.shape == shape for operand in self._operands]

        def taken(array: Array) -> Array:
            return np.broadcast_to(array, shape).ravel()[places]

        self.parts = [
            taken(part) if whole else part
            for part, whole in zip(self.parts, self._whole, strict=True)
        ]
        self._operands = [taken(operand) for operand in self._operands]
        self._constants = [taken(constant) for constant in self._constants]
        self._result, self.cotangent = taken(self._result), taken(self.cotangent)
        self._places = places

    def errors(self) -> dict[int, Array]:
        """Per operand with a suspect, how far off each element is; of a sample, nothing."""
        slots = {s.node for s in self.suspects if s.quantity == "gradient"}
        if not slots or self._places is not None or self._graph is None:
            return {}
        truths = self._truths()
        found = {}
        for slot in slots:
            truth = truths[slot]
            if truth is None:
                found[slot] = self.parts[slot]
            elif all(ball.is_finite() for ball in truth):
                exact = np.array([float(ball.mid()) for ball in truth])
                found[slot] = self.parts[slot] - exact.reshape(self.parts[slot].shape)
        return found

    def check(self, *, values: bool) -> LocalCheck:
        """Check the value, if it proves anything, and the gradients."""
        arrays = [*self._operands, *self._constants]
        count, root = len(self._operands), len(arrays)
        # Judged in the least precision that occurs: a rule may work in it.
        narrow = any(str(array.dtype) == "float32" for array in (*arrays, self._result))
        dtype = "float32" if narrow else "float64"
        leaves = [
            Leaf(LeafKind.VARIABLE if number < count else LeafKind.CONSTANT, array.shape, dtype)
            for number, array in enumerate(arrays)
        ]
        graph = self._graph = Graph((*leaves, Apply(self._operator, tuple(range(root)))))
        if graph.shapes[root] != self._result.shape:
            raise GraphError(f"declared as of shape {graph.shapes[root]}")
        check = LocalCheck(graph, [*arrays, self._result], {})
        found = check.values() if values else []
        asked = {n: self.parts[n] for n, whole in enumerate(self._whole) if whole}
        found += check.gradients({**asked, root: self.cotangent}, {root: self.cotangent})
        # The enclosure's nodes are the operands, the constants and the result.
        for suspect in found:
            place = min(suspect.node, count)
            element = suspect.element
            if self._places is not None:
                element = int(self._places[element])
            self.suspects.append(
                Suspect(place, element, suspect.quantity, suspect.number, suspect.judgement)
            )
        unseen = {slot: part for slot, part in asked.items() if slot not in check.screened}
        self.suspects += self._beside_the_result(unseen)
        self.looked_at = (self._result.size if values else 0) + sum(
            part.size for part in asked.values()
        )
        return check

    def judge_in(self, least: str) -> float:
        """Take out suspects that are right for the dtype `least`; the largest residual of these.

        It was measured in units of float32, whose running error bound S is that of any dtype.
        """
        assert self._graph is not None
        allowed = THRESHOLD + self._graph.programs[self._graph.root].terms
        ratio = COARSE[least] / UNIT_ROUNDOFF["float32"]
        sizes = [np.abs(one).max(initial=0.0) for one in (*self._operands, self.cotangent)]
        lost = UNDERFLOW[least] * max(1.0, float(np.prod([max(size, 1.0) for size in sizes])))

        def is_right(suspect: Suspect) -> bool:
            truth = suspect.judgement.truth
            if not math.isfinite(suspect.number):
                return not abs(truth) < OVERFLOW[least]
            if suspect.judgement.units <= allowed * ratio:
                return True
            return bool(abs(truth - suspect.number) <= allowed * lost)

        excused = [one for one in self.suspects if is_right(one)]
        self.suspects = [one for one in self.suspects if one not in excused]
        units = [one.judgement.units / ratio for one in excused]
        return max((one for one in units if math.isfinite(one)), default=0.0)

    def excuse_rounding(self, unit: float) -> bool:
        """Take out suspects of which only a better formula could be asked; whether there were any.

        What is off by rounding of 1: formulas such as 1 - y are of numbers of that size. And what
        is right for operands that differ by rounding, as a backward stable formula is (Higham,
        *Accuracy and Stability of Numerical Algorithms*, section 1.5).
        """
        if not self.suspects or self._graph is None:
            return False
        unit *= THRESHOLD
        arriving = float(np.abs(self.cotangent).max(initial=0.0))

        def is_rounding(suspect: Suspect) -> bool:
            truth, size = suspect.judgement.truth, 1.0
            if not truth.is_finite() or not math.isfinite(suspect.number):
                return False
            if suspect.quantity == "gradient":
                summed = self._result.size / max(self.parts[suspect.node].size, 1)
                size = arriving * max(1.0, summed)
            return bool(abs(truth - suspect.number) <= unit * size)

        left = [suspect for suspect in self.suspects if not is_rounding(suspect)]
        asked = [suspect for suspect in left if suspect.quantity == "gradient"]
        here = self._truths() if asked else []
        for signs in product((-1, 1), repeat=len(self._operands)):
            if not asked:
                break
            factors = [1 + sign * unit for sign in signs]
            moved = [one * factor for one, factor in zip(self._operands, factors, strict=True)]
            there = self._truths(moved)
            asked = [one for one in asked if not self._is_between(one, here, there)]
        before = len(self.suspects)
        self.suspects = [one for one in left if one.quantity == "value" or one in asked]
        return len(self.suspects) < before

    def _is_between(
        self, suspect: Suspect, here: Sequence[Balls | None], there: Sequence[Balls | None]
    ) -> bool:
        """Whether a number is no further from the truth here than that of a neighbour is."""
        truths, others = here[suspect.node], there[suspect.node]
        if truths is None or others is None or not math.isfinite(suspect.number):
            return False
        places, element = self._places, suspect.element
        place = element if places is None else int(np.searchsorted(places, element))
        return bool(abs(truths[place] - suspect.number) <= abs(truths[place] - others[place]))

    def _truths(self, operands: Sequence[Array] | None = None) -> list[Balls | None]:
        """Per operand its gradient; None where the result does not depend on it at all."""
        assert self._graph is not None
        operands = self._operands if operands is None else operands
        values = lift_all([*operands, *self._constants, self._result])
        cotangents: list[Balls] = [[ZERO] * size for size in self._graph.sizes]
        cotangents[-1] = lift(self.cotangent)
        with precision(PRECISION):
            return LocalEnclosure(self._graph, values, {}).pull(cotangents, {})

    def _beside_the_result(self, parts: Mapping[int, Array]) -> list[Suspect]:
        """Gradients of operands that the result does not depend on: they must be zero."""
        moved = {slot: part for slot, part in parts.items() if part.any()}
        if not moved:
            return []
        truths = self._truths()
        wrong = Judgement(Status.WRONG, ZERO, math.inf, math.inf)
        return [
            Suspect(slot, int(element), "gradient", float(part.flat[element]), wrong)
            for slot, part in moved.items()
            if truths[slot] is None
            for element in np.flatnonzero(part)
        ]
