"""Check 5 at a kink: gradients against the slopes of the whole function.

A gradient of one element lies between the slopes on both sides, or among those nearby. That leaves
each of three elements that tie any share. So all elements of a node are moved alike too: where that
has one slope, the gradient adds up to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import ZERO, precision
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import (
    PRECISION,
    UNIT_ROUNDOFF,
    Conventions,
    OneSided,
    along,
    lift,
)
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Blame, Verdict

SAMPLED_ELEMENTS = 12
_DIRECTIONS = 96
_SCALES = (1.0, 0.125, 8.0)
_NEAR = 2.0**-40
"""So small a step leads from one piece of a function to another by rare chance only."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """The least and the largest slope of the whole function along a direction, and the engine's.

    Attributes
    ----------
    nodes, element
        What moves: one element of a node, or with None all elements of all nodes alike.
    engine
        The engine's gradient along it.
    left, right
        The slopes on both sides, or, where slopes nearby lie further out, the least and the
        largest of all.
    """

    nodes: tuple[int, ...]
    element: int | None
    engine: float
    left: float
    right: float

    @property
    def smooth(self) -> bool:
        """Whether all slopes are the same, up to the rounding of the enclosures."""
        return math.isclose(self.left, self.right, rel_tol=1e-12)

    @property
    def place(self) -> str:
        """What moves, in words."""
        if len(self.nodes) > 1:
            return f"nodes {', '.join(map(str, self.nodes))}, all elements moved alike,"
        if self.element is None:
            return f"node {self.nodes[0]}, all elements moved alike,"
        return f"node {self.nodes[0]}, element {self.element},"


@dataclass(frozen=True, slots=True)
class AtKinks:
    """What the gradients before a kink are, against the slopes of the whole function.

    Attributes
    ----------
    findings, notes
        What is wrong, and what is within an engine's rights.
    looked, places
        How many elements were looked at, and how many there are.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    looked: int
    places: int


def judge_kinks(
    case: Case,
    check: LocalCheck,
    gradients: Mapping[int, Array],
    kinked: Sequence[int],
    conventions: Conventions,
) -> AtKinks:
    """Judge the gradients that lie outside the interval of the whole function's slopes.

    Only the kinks between a node and the root count for its gradient. Where each of these
    operations declares what it does, and that is a generalised gradient of its own, it has done
    it: the local check held it to that. That the composition is none of the whole function is
    then no fault of any of them (Clarke, "Optimization and Nonsmooth Analysis", 1983: the chain
    rule is an inclusion), and noted. Where one declares nothing, it may have chosen what it likes,
    and the last of them is blamed.
    """
    graph = case.graph
    outside, looked, places = slopes_at_kinks(case, check, gradients, kinked)
    notes: list[str] = []
    for slopes in outside:
        between = [k for k in kinked if not _upstream(graph, [k]).isdisjoint(slopes.nodes)]
        listed = ", ".join(sorted({graph.apply(k).operator for k in between}))
        lies = (
            f"is {slopes.right!r} on both sides"
            if slopes.smooth
            else f"lies between {slopes.left!r} and {slopes.right!r}"
        )
        message = (
            f"at a kink of {listed} the whole function's slope at {slopes.place} "
            f"{lies}; the engine gives {slopes.engine!r}"
        )
        free = [k for k in between if not _declared(conventions.get(graph.apply(k).operator))]
        if free:
            blame = Blame(free[-1], graph.apply(free[-1]).operator, None, "kink")
            finding = Finding(Verdict.CONVENTION, blame, "whole graph, symbolic", message)
            return AtKinks((finding,), (), looked, places)
        notes.append(f"conventions: {message}, as its declared conventions compose")
    return AtKinks((), tuple(notes[:1]), looked, places)


def _declared(choice: AtKink | None) -> bool:
    """Whether one generalised gradient is declared: not nothing, not anything, and not beyond."""
    if choice is None or choice.step is None or choice.ties is None:
        return False
    return 0 <= choice.step <= 1


def _tied(
    graph: Graph, kinked: Sequence[int], gradients: Mapping[int, Array]
) -> Iterator[tuple[int, ...]]:
    """The operands of each operation at a kink, if they are several and do not hang together.

    Of two arguments that tie in a maximum, each may get any share, but not both nothing.
    """
    for position in kinked:
        operands = sorted({i for i in graph.apply(position).operands if i in gradients})
        if len(operands) > 1 and _upstream(graph, operands).isdisjoint(operands):
            yield tuple(operands)


def slopes_at_kinks(
    case: Case, check: LocalCheck, gradients: Mapping[int, Array], kinked: Sequence[int]
) -> tuple[list[Slopes], int, int]:
    """Where a gradient is outside the interval of the whole function's slopes.

    Parameters
    ----------
    kinked
        The operations that lie at a kink.

    Returns
    -------
    list of Slopes, int, int
        What is outside, how many elements were looked at, and how many there are: a sample is
        looked at when they are many.
    """
    graph = case.graph
    nodes = [node for node in sorted(_upstream(graph, kinked)) if node in gradients]
    places = [(node, element) for node in nodes for element in range(graph.sizes[node])]
    sample = places[:: max(1, math.ceil(len(places) / SAMPLED_ELEMENTS))]
    search = _Search(case, check, gradients, kinked)
    found = [search.element(*place) for place in sample]
    found += [search.together((node,)) for node in dict(sample) if graph.sizes[node] > 1]
    found += [search.together(operands) for operands in _tied(graph, kinked, gradients)]
    return [slopes for slopes in found if slopes is not None], len(sample), len(places)


class _Search:
    """Looks for slopes of a case that contradict gradients."""

    def __init__(
        self,
        case: Case,
        check: LocalCheck,
        gradients: Mapping[int, Array],
        kinked: Sequence[int],
    ) -> None:
        self._graph = case.graph
        self._balls = check.balls
        self._gradients = gradients
        self._smooth = check.smooth(kinked)
        self._cotangents = {root: lift(cotangent) for root, cotangent in case.seeds.items()}
        with precision(PRECISION):
            self._sides = OneSided(case.graph, check.balls, self._cotangents, self._smooth)

    def element(self, node: int, element: int) -> Slopes | None:
        """The slopes along one element, if the engine's is not among them."""
        engine = float(self._gradients[node].ravel()[element])
        step = [ZERO] * self._graph.sizes[node]
        step[element] = arb(1)
        ends = self._ends({node: step})
        if ends is None or not math.isfinite(engine):
            return None
        slack = _slack(self._graph.dtypes[node], *ends)
        least, largest = min(ends), max(ends)
        if least - slack <= engine <= largest + slack:
            return None
        for slope in self._nearby({node: step}, (node, element)):
            if not least - slack <= slope <= largest + slack:
                least, largest = min(least, slope), max(largest, slope)
                ends = least, largest
            if least - slack <= engine <= largest + slack:
                return None
        return Slopes((node,), element, engine, *ends)

    def together(self, nodes: tuple[int, ...]) -> Slopes | None:
        """The slope along all elements at once, where it is one and the engine's is another."""
        gradient = np.concatenate([self._gradients[n].ravel() for n in nodes], dtype=np.float64)
        engine = _sum(gradient)
        steps: dict[int, Balls] = {node: [arb(1)] * self._graph.sizes[node] for node in nodes}
        ends = self._ends(steps)
        if ends is None or not math.isfinite(engine):
            return None
        dtypes = {self._graph.dtypes[node] for node in nodes}
        narrow = "float32" if "float32" in dtypes else "float64"
        slack = _slack(narrow, *ends, *gradient)
        slopes = Slopes(nodes, None, engine, *ends)
        if not slopes.smooth or abs(engine - slopes.left) <= slack:
            return None
        bends = any(abs(slope - slopes.left) > slack for slope in self._nearby(steps))
        return None if bends else slopes

    def _ends(self, steps: Mapping[int, Balls]) -> tuple[float, float] | None:
        """The slopes on both sides; None where one of them is not known."""
        back = {node: [-ball for ball in step] for node, step in steps.items()}
        with precision(PRECISION):
            right, left = self._sides.along(steps), -self._sides.along(back)
        return (float(left), float(right)) if right.is_finite() and left.is_finite() else None

    def _nearby(
        self, steps: Mapping[int, Balls], single: tuple[int, int] | None = None
    ) -> Iterator[float]:
        """Slopes at some points around this one.

        Where three elements tie, the median stays as it is when any one of them moves, and yet its
        gradient nearby is one in one of them. So it bends there, though not along any axis, and
        what an engine gives may be any mean of the gradients nearby (Clarke, "Optimization and
        Nonsmooth Analysis", 1983). Here only the variables move: relu(x) - relu(-x) is the same
        line everywhere.
        """
        graph = self._graph
        moving = sorted({*steps, *(leaf for leaf in graph.leaves if graph.trainable[leaf])})
        draw = np.random.default_rng(0)
        for number in range(_DIRECTIONS):
            scale = _SCALES[number % len(_SCALES)]
            moves = {other: scale * draw.normal(size=graph.sizes[other]) for other in moving}
            if single is not None:
                node, element = single
                # In the middle, first or last of those that it may tie with, and anywhere: what
                # bends where this element is must be seen from both of its sides.
                moves[node][element] = (0.0, 8.0, -8.0, draw.normal())[number % 4]
            with precision(PRECISION):
                tangents = {other: lift(move) for other, move in moves.items()}
                start = self._along(tangents)
                for node, step in steps.items():
                    pairs = zip(tangents[node], step, strict=True)
                    tangents[node] = [ball + _NEAR * moved for ball, moved in pairs]
                slope = (self._along(tangents) - start) / _NEAR
            if slope.is_finite():
                yield float(slope)

    def _along(self, tangents: Mapping[int, Balls]) -> arb:
        return along(self._graph, self._balls, self._cotangents, tangents, self._smooth)


def _slack(dtype: str, *numbers: float) -> float:
    """What rounding along the graph may do; the local check is the one for exactness."""
    return math.sqrt(UNIT_ROUNDOFF[dtype]) * (_sum(map(abs, numbers)) + 1.0)


def _sum(numbers: Iterable[float]) -> float:
    """The sum, rounded once; infinite where it is beyond the floats, NaN where it has none."""
    try:
        return math.fsum(numbers)
    except OverflowError:
        return math.inf
    except ValueError:  # infinities of both signs
        return math.nan


def _upstream(graph: Graph, nodes: Sequence[int]) -> set[int]:
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node in graph.operations:
            for operand in graph.apply(node).operands:
                if operand not in found:
                    found.add(operand)
                    waiting.append(operand)
    return found
