"""Checks 2, 3 and 4: every value and every gradient, node by node, at the engine's own numbers.

What the engine computed is taken as exact, so its rounding is not inherited and nothing
compounds along the graph: where the identity fails, there the fault is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, product
from typing import Literal, overload

import numpy as np
from flint import arb

from zenverify.graph.case import Array
from zenverify.graph.graph import Graph
from zenverify.operators.balls.arithmetic import ZERO, Ball, addition, precision
from zenverify.operators.kinks import LEFT, MEAN, RIGHT, AtKink
from zenverify.operators.program.program import Linearised, Program
from zenverify.operators.program.steps.step import Balls
from zenverify.oracles.enclosure import (
    PRECISION,
    SIGNIFICAND,
    THRESHOLD,
    UNIT_ROUNDOFF,
    Conventions,
    LocalEnclosure,
    lift,
    lift_all,
)
from zenverify.verification.checks.judge import Judgement, Status, judge
from zenverify.verification.checks.outside import Outside
from zenverify.verification.checks.screening import GraphPart, Screening
from zenverify.verification.trace import flat

_SURELY_RIGHT = THRESHOLD - 1
"""Units of u * |truth| below which S, which is no smaller, need not be known. The unit that is
left covers the rounding of the truth to a float."""

_ENOUGH_BITS = 60

_ANY_SHARES = tuple(AtKink(side.step, None) for side in (LEFT, RIGHT))
"""One side and the other, where any tied element may get any share: which of three does is no
matter of sides."""

_WIDER = 1 + 2.0**-20

SOLVERS_MARGIN = 4
"""Bits that the solver of a singular system may have lost more than the error unit allows for."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A number that failed its check.

    Attributes
    ----------
    node, element
        Where.
    quantity
        ``"value"`` or ``"gradient"``.
    number
        The engine's.
    judgement
        Why it failed.
    """

    node: int
    element: int
    quantity: Literal["value", "gradient"]
    number: float
    judgement: Judgement


class LocalCheck:
    """Checks one forward pass, and any number of reverse passes over it.

    Parameters
    ----------
    graph
        The graph.
    values
        Per node, the engine's value.
    conventions
        What the engine declares at kinks.

    Attributes
    ----------
    undefined
        The nodes where something had no answer, so that anything was right.
    outside
        The elements outside declared domains, which are not judged.
    """

    def __init__(self, graph: Graph, values: Sequence[Array], conventions: Conventions) -> None:
        self._graph = graph
        self._values = values
        self._conventions = conventions
        self._screening = Screening(graph, values, conventions)
        screened = self._screening.operations
        self._balls: Sequence[Balls] = Lifted(values) if screened else lift_all(values)
        in_balls = [p for p in graph.operations if p not in screened] if screened else None
        with precision(PRECISION):
            self._enclosure = LocalEnclosure(graph, self._balls, conventions, only=in_balls)
        self.worst_by_operation: dict[str, float] = {}
        self._errors: dict[tuple[int, str], float] = {}
        self.undefined: set[int] = set()
        self.undecided = 0
        self.outside = Outside(graph, values)

    @property
    def screened(self) -> frozenset[int]:
        """The nodes whose gradient is held against zero too, where nothing depends on them."""
        return self._screening.nodes

    @property
    def worst_units(self) -> float:
        """The largest residual that passed, in units of u * S, as far as they were measured."""
        return max(self.worst_by_operation.values(), default=0.0)

    @property
    def accuracy(self) -> tuple[tuple[str, str, float], ...]:
        """Per operation, of its value and of its gradient, the largest error that passed.

        In units of u * S, where S is taken for the truth's own size if that is enough to pass. A
        gradient that several consumers have contributed to is nobody's.
        """
        graph, found = self._graph, dict[tuple[str, str], float]()
        for (node, quantity), units in self._errors.items():
            consumers = graph.consumers[node]
            if quantity == "gradient" and len(consumers) != 1:
                continue
            operation = graph.operator_of(node if quantity == "value" else consumers[0][0])
            found[operation, quantity] = max(found.get((operation, quantity), 0.0), units)
        return tuple((*key, units) for key, units in sorted(found.items()))

    @property
    def engine_values(self) -> Sequence[Array]:
        """Per node, the engine's value."""
        return self._values

    @property
    def balls(self) -> Sequence[Balls]:
        """Per node, the engine's values as exact balls."""
        return self._balls

    def values(self) -> list[Suspect]:
        """Check 2: each value against the operation's expression at its operands' values."""
        truths = self._enclosure.forward
        numbers = {node: self._values[node] for node in truths}
        doubtful = self._doubtful("value", truths, numbers)
        found: list[Suspect] = []
        for node, elements in self._screening.values().items():
            part = self._screening.part_of_value(node, elements)
            if part is None:
                doubtful[node] = elements
                continue
            places = part.places(elements)
            check = LocalCheck(part.graph, part.values, self._conventions)
            numbers = self._values[node].ravel()[elements].tolist()
            judgements = check.judge_value(part.graph.root, places)
            found += self._suspects(node, "value", elements, numbers, judgements)
        for node, elements in sorted(doubtful.items()):
            found += self._judge_value(node, elements)
        for node in self._graph.decisions:
            found += self._misjudged(node)
        return found

    def _misjudged(self, node: int) -> list[Suspect]:
        """What is wrong with a decision: the elements that are not as the engine's numbers say."""
        apply = self._graph.apply(node)
        assert apply.declared.decides is not None
        decide = np.frompyfunc(apply.declared.decides, len(apply.operands), 1)
        # Exact: float32 converts to Python's numbers without rounding.
        operands = (self._values[operand].astype(object) for operand in apply.operands)
        truths = np.broadcast_to(decide(*operands), self._graph.shapes[node]).astype(bool).ravel()
        found = self._values[node].ravel()
        return [
            Suspect(
                node,
                element,
                "value",
                float(found[element]),
                Judgement(Status.WRONG, arb(int(truths[element])), math.inf, 1.0),
            )
            for element in np.flatnonzero(truths != found).tolist()
        ]

    def _judge_value(self, node: int, elements: Sequence[int]) -> list[Suspect]:
        numbers = self._values[node].ravel()[list(elements)].tolist()
        return self._suspects(node, "value", elements, numbers, self.judge_value(node, elements))

    def judge_value(self, node: int, elements: Sequence[int]) -> list[Judgement]:
        """Judge elements of one node's value with all care."""
        graph = self._graph
        program = graph.programs[node]
        operands = graph.apply(node).operands
        balls = [self._balls[operand] for operand in operands]
        judgements = judge(
            self._values[node].ravel()[list(elements)].tolist(),
            elements,
            graph.dtypes[node],
            program.terms,
            lambda _: program.value(balls, self._balls[node]),
            infinite_input=self._reached_by_infinity(node, elements),
            mixes=_mixes(program),
            vanishes=self._vanishing([node], lambda: program.value(balls)),
            known=self._enclosure.forward.get(node),
        )
        if self.order_decides(node):
            judgements = [_excused(judgement) for judgement in judgements]
        if program.solves and not _all_pass(judgements):
            with precision(SIGNIFICAND[graph.dtypes[node]] - SOLVERS_MARGIN, rounding=True):
                judgements = _excused_where_lost(judgements, elements, program.value(balls))
        return judgements

    def _reached_by_infinity(self, node: int, elements: Sequence[int]) -> list[bool]:
        """Which elements of a value depend on an infinite operand: those that a NaN would reach."""
        operands = self._graph.apply(node).operands
        if not any(np.isinf(self._values[operand]).any() for operand in operands):
            return [False] * len(elements)
        marked = [_marked(self._values[operand], self._balls[operand]) for operand in operands]
        with precision(PRECISION):
            reached = self._graph.programs[node].value(marked)
        return [not reached[element].is_finite() for element in elements]

    def _vanishing(
        self, operations: Sequence[int], evaluate: Callable[[], Balls]
    ) -> Callable[[int], bool] | None:
        """Tells where nothing is left, not even the smallest normal number.

        None unless the square of an operand of these operations is beyond the floats.
        """
        graph = self._graph
        if not any(self._squares_leave_range(graph.apply(k).operands) for k in operations):
            return None
        tiny = float(np.finfo(graph.numpy_dtypes[operations[0]]).tiny)

        def vanishes(element: int) -> bool:
            with precision(PRECISION):
                return bool(abs(evaluate()[element]) < tiny)

        return vanishes

    def _squares_leave_range(self, operands: Sequence[int]) -> bool:
        """Whether the square of an element of some nodes would overflow, or underflow."""
        for operand in operands:
            if not self._graph.is_discrete(operand):
                limits = np.finfo(self._graph.numpy_dtypes[operand])
                sizes = np.abs(self._values[operand])
                beyond = (sizes > math.sqrt(limits.max)) | (sizes < math.sqrt(limits.tiny))
                if (beyond & (sizes > 0)).any():
                    return True
        return False

    def order_decides(self, node: int, arriving: Balls = ()) -> bool:
        """Whether a partial product of the operands may leave the range of the floats.

        Going back, the cotangent is one more factor. An operation of one operand multiplies its
        elements, or takes some of them several times; one of several takes an element of each.
        """
        graph = self._graph
        if not graph.programs[node].multiplies:
            return False
        operands = [self._values[operand] for operand in graph.apply(node).operands]
        limits = np.finfo(graph.numpy_dtypes[node])
        exponents = [_exponents(operand) for operand in operands]
        if arriving:
            exponents.append(_exponents(np.array([float(ball.mid()) for ball in arriving])))
        times = graph.programs[node].multiplies
        if times > 1:
            exponents = exponents[:1] * times + exponents[1:]
        elif len(operands) == 1:
            exponents = [each for part in exponents[:1] for each in part] + exponents[1:]
        high = sum(max(0.0, float(np.max(part, initial=0.0))) for part in exponents)
        low = sum(min(0.0, float(np.min(part, initial=0.0))) for part in exponents)
        return bool(high >= limits.maxexp or low <= limits.minexp)

    def gradients(
        self, cotangents: Mapping[int, Array], seeds: Mapping[int, Array]
    ) -> list[Suspect]:
        """Checks 3 and 4: g_j = seed_j + sum over consumers k of J_kj^T g_k.

        Parameters
        ----------
        cotangents
            The engine's gradients, by node; a node that has none counts as zero.
        seeds
            What enters from outside: the root's cotangent, or the probes.
        """
        graph = self._graph
        screened = self._screening.nodes
        lifted: Sequence[Balls]
        seed_balls: Mapping[int, Balls]
        if screened:
            lifted = Lifted([cotangents.get(n, _NOTHING) for n in range(len(graph.nodes))], graph)
            seed_balls = {n: lift(seed) for n, seed in seeds.items() if n not in screened}
        else:
            lifted = [[ZERO] * size for size in graph.sizes]
            for node, balls in zip(cotangents, lift_all(list(cotangents.values())), strict=True):
                lifted[node] = balls
            seed_balls = dict(zip(seeds, lift_all(list(seeds.values())), strict=True))
        with precision(PRECISION):
            totals = self._enclosure.pull(lifted, seed_balls)
        truths = {
            i: total for i in cotangents if i not in screened and (total := totals[i]) is not None
        }
        doubtful = self._doubtful("gradient", truths, cotangents)
        found: list[Suspect] = []
        for node, left in self._screening.gradients(cotangents, seeds).items():
            part = self._screening.part_before(node, left, cotangents)
            if part is not None and _all_finite(seeds.get(node)):
                found += self._judged_in_part(node, left, part, cotangents[node], seeds)
                continue
            doubtful[node] = left
            seed_balls = {**seed_balls, **({node: lift(seeds[node])} if node in seeds else {})}
            truths[node] = self._in_balls(node, lifted, seed_balls)
        for node, close in doubtful.items():
            numbers = cotangents[node].ravel()
            near = self._near_for_terms(node, close, numbers, truths[node], lifted, seed_balls)
            elements = [element for element in close if element not in near]
            if not elements:
                continue
            numbers = numbers[elements].tolist()
            judgements = self.judge_gradient(
                node, elements, numbers, lifted, seed_balls, truths[node]
            )
            found += self._suspects(node, "gradient", elements, numbers, judgements)
        return self._beyond_other_orders(found, seeds) if found else found

    def _beyond_other_orders(
        self, suspects: Sequence[Suspect], seeds: Mapping[int, Array]
    ) -> list[Suspect]:
        """The suspects that no other order of the sums explains.

        An engine that walks path by path adds up at a node what has cancelled on the way there in
        another's sums, and in the gradients that it hands out. Both are right.
        """
        shared = self._behind_sums(seeds)
        if all(suspect.node not in shared for suspect in suspects):
            return list(suspects)
        errors = self.running_errors(seeds)

        def is_explained(suspect: Suspect) -> bool:
            judgement = suspect.judgement
            if judgement.status is not Status.WRONG or suspect.node not in shared:
                return False
            error = errors[suspect.node][suspect.element]
            with precision(PRECISION):
                residual = float((arb(suspect.number) - judgement.truth).abs_upper())
            return math.isfinite(error) and residual <= error

        return [suspect for suspect in suspects if not is_explained(suspect)]

    def _behind_sums(self, seeds: Mapping[int, Array]) -> set[int]:
        """The nodes from which the root is reached over one whose gradient is a sum."""
        graph = self._graph
        found: set[int] = set()
        sums: set[int] = set()
        for node in reversed(range(len(graph.nodes))):
            after = {k for k, _ in graph.consumers[node] if graph.trainable[k]}
            if not after.isdisjoint(sums):
                found.add(node)
                sums.add(node)
            if len(graph.consumers[node]) + (node in seeds) > 1:
                sums.add(node)
        return found

    def running_errors(self, seeds: Mapping[int, Array]) -> list[Sequence[float]]:
        """Per node, what a right engine's gradients may be off by, in whatever order it adds.

        The running error bound of the whole reverse pass at the engine's own values: composed in
        balls at the dtype's precision, each addition widened by the size of its terms. Times the
        threshold, as for a single step. Empty where a node has no gradient.
        """
        graph = self._graph
        dtype = "float32" if "float32" in graph.dtypes else "float64"
        cotangents: list[Balls | None] = [None] * len(graph.nodes)
        for node, seed in seeds.items():
            cotangents[node] = lift(seed)
        with precision(SIGNIFICAND[dtype], rounding=True):
            local = LocalEnclosure(graph, self._balls, self._conventions)
            plus = addition()
            for position in reversed(list(local.linear)):
                here = cotangents[position]
                if here is None:
                    continue
                parts = local.linear[position].pull(here, dead_is_zero=True)
                for operand, part in zip(graph.operands[position], parts, strict=True):
                    if part is not None and graph.trainable[operand]:
                        held = cotangents[operand]
                        total = part if held is None else list(map(plus, held, part))
                        cotangents[operand] = total
            unit = arb(UNIT_ROUNDOFF[dtype])
            found: list[Sequence[float]] = []
            for node, balls in enumerate(cotangents):
                consumers = {k for k, _ in graph.consumers[node]}
                terms = max((graph.programs[k].terms for k in consumers), default=0)
                allowed = THRESHOLD + terms + len(consumers)
                found.append(
                    [
                        float((allowed * (unit * abs(ball) + ball.rad())).abs_upper())
                        for ball in balls or ()
                    ]
                )
        return found

    def _judged_in_part(
        self,
        node: int,
        elements: Sequence[int],
        part: GraphPart,
        gradient: Array,
        seeds: Mapping[int, Array],
    ) -> list[Suspect]:
        """What is wrong with elements that the screen has left, by what they are made of."""
        assert part.node is not None
        check = LocalCheck(part.graph, part.values, self._conventions)
        cotangents: list[Balls] = [[ZERO] * size for size in part.graph.sizes]
        for position, cotangent in part.cotangents.items():
            cotangents[position] = lift(cotangent)
        seed = {part.node: lift(seeds[node].ravel()[part.taken])} if node in seeds else {}
        numbers = gradient.ravel()[list(elements)].tolist()
        judgements = check.judge_gradient(
            part.node, part.places(elements), numbers, cotangents, seed
        )
        return self._suspects(node, "gradient", elements, numbers, judgements)

    def _in_balls(
        self, node: int, cotangents: Sequence[Balls], seeds: Mapping[int, Balls]
    ) -> Balls:
        """What a node's gradient must be, where the screen has left something of it."""
        graph = self._graph
        consumers = sorted({k for k, _ in graph.consumers[node] if graph.trainable[k]})
        seed = {node: seeds[node]} if node in seeds else {}
        with precision(PRECISION):
            local = LocalEnclosure(graph, self._balls, self._conventions, only=consumers)
            self._enclosure.linear.update(local.linear)
            total = local.pull(cotangents, seed)[node]
        return [ZERO] * graph.sizes[node] if total is None else total

    def _near_for_terms(
        self,
        node: int,
        elements: Sequence[int],
        numbers: Array,
        truths: Balls,
        cotangents: Sequence[Balls],
        seeds: Mapping[int, Balls],
    ) -> set[int]:
        """The elements that are right for the size of the terms that add up to them.

        The sum of the terms' magnitudes is a lower bound of S that costs little.
        """
        graph = self._graph
        unit = _SURELY_RIGHT * UNIT_ROUNDOFF[graph.dtypes[node]]
        with precision(PRECISION):
            terms = [seeds[node]] if node in seeds else []
            for consumer in {k for k, _ in graph.consumers[node] if graph.trainable[k]}:
                parts = self._enclosure.linear[consumer].pull(cotangents[consumer])
                for operand, part in zip(graph.operands[consumer], parts, strict=True):
                    if operand == node and part is not None:
                        terms.append(part)
            return {
                element
                for element in elements
                if abs(truths[element] - float(numbers[element]))
                <= unit * sum((abs(term[element]) for term in terms), ZERO)
            }

    def judge_gradient(
        self,
        node: int,
        elements: Sequence[int],
        numbers: Sequence[float],
        cotangents: Sequence[Balls],
        seeds: Mapping[int, Balls],
        known: Balls | None = None,
    ) -> list[Judgement]:
        """Judge elements of one node's gradient with all care.

        What it must be at `PRECISION`, with the conventions as declared, may be `known`.
        """
        graph = self._graph
        consumers = sorted({k for k, _ in graph.consumers[node] if graph.trainable[k]})
        seed = {node: seeds[node]} if node in seeds else {}
        choices = self._choices(consumers, (LEFT, RIGHT))

        def sides(
            chosen: Sequence[Conventions],
            dead_is_zero: bool,
            arriving: Sequence[Balls] = cotangents,
        ) -> list[Balls]:
            return [
                self._pulled(choice, consumers, arriving, seed, node, dead_is_zero)
                for choice in chosen
            ]

        def evaluate(dead_is_zero: bool, arriving: Sequence[Balls] = cotangents) -> Balls:
            first, *others = sides(choices, dead_is_zero, arriving)
            if not others:
                return first
            wide = sides(self._choices(consumers, _ANY_SHARES), dead_is_zero, arriving)
            return list(map(_joined, _hulls(first, *others), _hulls(*wide)))

        def larger(dead_is_zero: bool) -> Balls:
            """Of each element the side whose rounding matters more."""
            return [
                max(pair, key=_size) for pair in zip(*sides(choices, dead_is_zero), strict=True)
            ]

        terms = len(consumers) + max((graph.programs[k].terms for k in consumers), default=0)
        infinite, overflowed = self._infinities(node, elements, consumers, cotangents)
        judgements = judge(
            numbers,
            elements,
            graph.dtypes[node],
            terms,
            evaluate,
            infinite_input=infinite,
            infinite_result=overflowed,
            between=larger if len(choices) > 1 else None,
            mixes=any(_mixes(graph.programs[k]) for k in consumers),
            vanishes=self._vanishing(
                consumers,
                lambda: self._pulled(self._conventions, consumers, cotangents, {}, node, True),
            ),
            known=known if len(choices) == 1 else None,
        )
        if any(self.order_decides(k, cotangents[k]) for k in consumers):
            judgements = [_excused(judgement) for judgement in judgements]
        judgements = self._excused_where_partials_underflow(
            node, judgements, numbers, [ball for k in consumers for ball in cotangents[k]]
        )
        solvers = [k for k in consumers if graph.programs[k].solves]
        # How far a NaN that came in from outside spreads is the rule's affair: 0 times NaN is NaN.
        # A solver mixes all elements in any case.
        mixed = any(ball.is_nan() for k in solvers for ball in cotangents[k])
        spoiled = any(ball.is_nan() for balls in seeds.values() for ball in balls)
        if solvers and not _all_pass(judgements):
            tame = [[arb(1) if b.is_nan() else b for b in balls] for balls in cotangents]
            with precision(SIGNIFICAND[graph.dtypes[node]] - SOLVERS_MARGIN, rounding=True):
                rough = evaluate(True, tame if mixed else cotangents)
            judgements = _excused_where_lost(judgements, elements, rough)
        return [
            Judgement(Status.UNDEFINED, judgement.truth)
            if judgement.status is Status.NON_FINITE
            and not math.isfinite(number)
            and (mixed or spoiled or self._overflows(node, consumers)[element])
            else judgement
            for judgement, number, element in zip(judgements, numbers, elements, strict=True)
        ]

    def _excused_where_partials_underflow(
        self,
        node: int,
        judgements: Sequence[Judgement],
        numbers: Sequence[float],
        arriving: Balls,
    ) -> list[Judgement]:
        """Excuse what a partial that is computed first loses by underflow.

        The slope of a norm is x / norm(x), which may be below the smallest normal number; a
        cotangent of 1e263 multiplies what that has lost.
        """
        if _all_pass(judgements):
            return list(judgements)
        tiny = float(np.finfo(self._graph.numpy_dtypes[node]).tiny)
        sizes = [_size(ball) for ball in arriving]
        lost = tiny * sum(size for size in sizes if math.isfinite(size))

        def is_lost(judgement: Judgement, number: float) -> bool:
            if judgement.status is not Status.WRONG or not math.isfinite(number):
                return False
            with precision(PRECISION):
                return _size(arb(number) - judgement.truth) <= lost

        return [
            _excused(judgement) if is_lost(judgement, number) else judgement
            for judgement, number in zip(judgements, numbers, strict=True)
        ]

    def masking(
        self,
        node: int,
        element: int,
        cotangents: Mapping[int, Array],
        seeds: Mapping[int, Array],
    ) -> int | None:
        """The consumer whose contribution has no finite truth; None if each has one.

        There anything is right for the rule by itself; see `zenverify.verification.checks.masked`.
        """
        graph = self._graph
        arriving = Lifted([cotangents.get(n, _NOTHING) for n in range(len(graph.nodes))], graph)
        seed = {node: lift(seeds[node])} if node in seeds else {}
        consumers = sorted({k for k, _ in graph.consumers[node] if graph.trainable[k]})
        with precision(PRECISION):
            for k in consumers:
                pulled = self._pulled(self._conventions, [k], arriving, seed, node, False)
                if not pulled[element].is_finite():
                    return k
        return None

    def _infinities(
        self,
        node: int,
        elements: Sequence[int],
        consumers: Sequence[int],
        cotangents: Sequence[Balls],
    ) -> tuple[list[bool], list[bool]]:
        """Which elements depend on an infinite operand or cotangent, and on a result not finite.

        Where these are replaced by NaN, these elements become NaN. With the second kind are those
        that a number which is not finite may reach by a zero; see `_tainted`.
        """
        graph = self._graph
        nearby = {operand for k in consumers for operand in graph.apply(k).operands}
        operands = any(np.isinf(self._values[i]).any() for i in nearby)
        arriving = any(_is_infinite(ball) for k in consumers for ball in cotangents[k])
        results = any(not np.isfinite(self._values[k]).all() for k in consumers)
        nowhere = [False] * len(elements)
        infinite = overflowed = nowhere
        if operands or arriving:
            marked = [_marked(v, b) for v, b in zip(self._values, self._balls, strict=True)]
            seeds = [[_NAN if _is_infinite(b) else b for b in balls] for balls in cotangents]
            infinite = self._reached(node, elements, consumers, marked, seeds)
        if results:
            seeds = [
                [
                    _NAN if beyond else b
                    for b, beyond in zip(balls, ~np.isfinite(v).ravel(), strict=True)
                ]
                for balls, v in zip(cotangents, self._values, strict=True)
            ]
            overflowed = self._reached(node, elements, consumers, self._balls, seeds)
        tainted = self._tainted(node, consumers, cotangents)
        return infinite, [
            beyond or tainted[element] for beyond, element in zip(overflowed, elements, strict=True)
        ]

    def _tainted(
        self, node: int, consumers: Sequence[int], cotangents: Sequence[Balls]
    ) -> list[bool]:
        """Which elements a number that is not finite may reach although the truth has a zero there.

        A rule may multiply by the zeros of a structure, and 0 times infinity is NaN. A solver mixes
        all elements. Elsewhere it concerns the elements that the result does not depend on: all of
        them where the operation adds elements up, as the trace does, and otherwise the one in the
        same place.
        """
        graph = self._graph
        tainted = [False] * graph.sizes[node]
        for k in consumers:
            arriving = [not ball.is_finite() for ball in cotangents[k]]
            operands = [self._values[operand] for operand in graph.apply(k).operands]
            if not any(arriving) and all(np.isfinite(operand).all() for operand in operands):
                continue
            if graph.apply(k).declared.takes and not any(arriving):
                continue  # what is left out of it does not enter
            program = graph.programs[k]
            if program.solves:
                return [True] * graph.sizes[node]
            nothing: list[Balls] = [[_NAN] * size for size in graph.sizes]
            reached = self._reached(node, range(graph.sizes[node]), [k], self._balls, nothing)
            if program.sums:
                tainted = [held or not here for held, here in zip(tainted, reached, strict=True)]
            elif graph.shapes[node] == graph.shapes[k]:
                tainted = [
                    held or (marked and not here)
                    for held, marked, here in zip(tainted, arriving, reached, strict=True)
                ]
        return tainted

    def _reached(
        self,
        node: int,
        elements: Sequence[int],
        consumers: Sequence[int],
        values: Sequence[Balls],
        cotangents: Sequence[Balls],
    ) -> list[bool]:
        with precision(PRECISION):
            local = LocalEnclosure(self._graph, values, self._conventions, only=consumers)
            total = local.pull(cotangents, {})[node]
        return [total is not None and not total[element].is_finite() for element in elements]

    def _overflows(self, node: int, consumers: Sequence[int]) -> list[bool]:
        """Whether partials are beyond the floats, which a zero cotangent turns into NaN.

        Cotangents of either sign add up their magnitudes: 2e308 beside -1e308 is beyond, too.
        """
        graph = self._graph
        either: list[Balls] = [[arb(0, 1)] * size for size in graph.sizes]
        with precision(53, rounding=True):
            pulled = self._pulled(self._conventions, consumers, either, {}, node, False)
        largest = float(np.finfo(graph.dtypes[node]).max)
        return [not abs(ball).upper() < largest for ball in pulled]

    def _doubtful(
        self, quantity: str, truths: Mapping[int, Balls], numbers: Mapping[int, Array]
    ) -> dict[int, list[int]]:
        """Elements that are not so close to the truth that they pass without knowing S."""
        doubtful, errors = _doubtful(self._graph, truths, numbers)
        for node, units in errors.items():
            self._keep(node, quantity, units)
        return doubtful

    def _keep(self, node: int, quantity: str, units: float) -> None:
        self._errors[node, quantity] = max(self._errors.get((node, quantity), 0.0), units)

    def _suspects(
        self,
        node: int,
        quantity: Literal["value", "gradient"],
        elements: Sequence[int],
        numbers: Sequence[float],
        judgements: Sequence[Judgement],
    ) -> list[Suspect]:
        found = []
        outside = self.outside.value if quantity == "value" else self.outside.gradient
        undecided = outside(node)
        for element, number, judgement in zip(elements, numbers, judgements, strict=True):
            if undecided[element]:
                self.undecided += 1
                continue
            if not judgement.passes:
                found.append(Suspect(node, element, quantity, number, judgement))
            elif judgement.status is Status.UNDEFINED:
                self.undefined.add(node)
            elif math.isfinite(judgement.units):
                name = self._graph.operator_of(node)
                held = self.worst_by_operation.get(name, 0.0)
                self.worst_by_operation[name] = max(held, judgement.units)
                self._keep(node, quantity, judgement.units)
        return found

    def _choices(
        self, consumers: Sequence[int], sides: Sequence[AtKink]
    ) -> list[Mapping[str, AtKink]]:
        """What the consumers may do at kinks: as declared, or each operator what any side says."""
        free = sorted(
            {
                operator
                for k in consumers
                if (operator := self._graph.apply(k).operator) not in self._conventions
                and self._graph.programs[k].can_kink
                and self.kinked(k)
            }
        )
        return [
            {**self._conventions, **dict(zip(free, chosen, strict=True))}
            for chosen in product(sides, repeat=len(free))
        ]

    def _pulled(
        self,
        conventions: Conventions,
        consumers: Sequence[int],
        cotangents: Sequence[Balls],
        seeds: Mapping[int, Balls],
        node: int,
        dead_is_zero: bool,
    ) -> Balls:
        local = LocalEnclosure(self._graph, self._balls, conventions, only=consumers)
        total = local.pull(cotangents, seeds, dead_is_zero=dead_is_zero)[node]
        return [arb(0)] * self._graph.sizes[node] if total is None else total

    def sides(self, node: int, element: int, seeds: Mapping[int, Array]) -> list[Ball]:
        """An element's gradient with each choice at the kinks: one side, the other, the mean."""
        graph = self._graph
        cotangents: list[Balls] = [[arb(0)] * size for size in graph.sizes]
        for seeded, seed in seeds.items():
            cotangents[seeded] = lift(seed)
        consumers = sorted({k for k, _ in graph.consumers[node]})
        with precision(PRECISION):
            return [
                self._pulled(
                    {graph.apply(k).operator: side for k in consumers},
                    consumers,
                    cotangents,
                    {},
                    node,
                    True,
                )[element]
                for side in (LEFT, RIGHT, MEAN)
            ]

    def smooth(self, kinked: Sequence[int]) -> dict[int, Linearised]:
        """The partials of the operations that do not lie at a kink."""
        graph = self._graph
        missing = [k for k in self._screening.operations if graph.trainable[k]]
        if missing:
            with precision(PRECISION):
                local = LocalEnclosure(graph, self._balls, self._conventions, only=missing)
            self._enclosure.linear.update(local.linear)
        linear = self._enclosure.linear
        return {node: linear[node] for node in linear if node not in kinked}

    def kinked(self, node: int) -> bool:
        """Whether an operation lies at a kink, judged at the engine's values."""
        if node in self._screening.operations:
            return self._screening.kinked(node)
        program = self._graph.programs[node]
        operands = self._graph.apply(node).operands
        with precision(PRECISION):
            return bool(program.kinked([self._balls[operand] for operand in operands]))


_NAN = arb("nan")


def _all_finite(seed: Array | None) -> bool:
    return seed is None or bool(np.isfinite(seed).all())


_NOTHING: Array = np.zeros(0)
"""Stands for the cotangent of a node that has none."""


class Lifted(Sequence[Balls]):
    """Arrays as balls, each when it is first asked for.

    Parameters
    ----------
    arrays
        One per node.
    graph
        Where an empty array stands for zeros of the node's size.
    """

    def __init__(self, arrays: Sequence[Array], graph: Graph | None = None) -> None:
        self._arrays = arrays
        self._graph = graph
        self._made: dict[int, Balls] = {}

    def __len__(self) -> int:
        return len(self._arrays)

    @overload
    def __getitem__(self, node: int) -> Balls: ...
    @overload
    def __getitem__(self, node: slice) -> list[Balls]: ...
    def __getitem__(self, node: int | slice) -> Balls | list[Balls]:
        if isinstance(node, slice):
            return [self[number] for number in range(*node.indices(len(self)))]
        if node not in self._made:
            if node >= len(self._arrays):
                raise IndexError(node)
            balls: Balls = lift(self._arrays[node])
            if self._graph is not None and not balls:
                balls = [ZERO] * self._graph.sizes[node]
            self._made[node] = balls
        return self._made[node]


def _mixes(program: Program) -> bool:
    return program.sums or program.multiplies > 0 or program.solves


def _hulls(*sides: Balls) -> Balls:
    """Per element, what holds all of its values."""
    return [reduce(arb.union, balls) for balls in zip(*sides, strict=True)]


def _size(ball: Ball) -> float:
    return float(ball.abs_upper())


def _joined(sides: Ball, wide: Ball) -> Ball:
    """What lies between two sides, or more where ties are many.

    A ball's radius has thirty bits, so the wider ball is taken only where it is wider by more.
    """
    return wide if wide.rad() > sides.rad() * _WIDER else sides


def _is_infinite(ball: Ball) -> bool:
    return not ball.is_finite() and not ball.is_nan()


def _marked(value: Array, balls: Balls) -> Balls:
    """The same balls with NaN in place of infinities."""
    beyond = np.isinf(value).ravel()
    if not beyond.any():
        return balls
    return [_NAN if mark else ball for ball, mark in zip(balls, beyond, strict=True)]


def _exponents(numbers: Array) -> Array:
    """Those of all numbers but zero."""
    with np.errstate(all="ignore"):
        return np.asarray(np.log2(np.abs(numbers[numbers != 0]).astype(np.float64)))


def _all_pass(judgements: Sequence[Judgement]) -> bool:
    return all(judgement.passes for judgement in judgements)


def _excused(judgement: Judgement) -> Judgement:
    return judgement if judgement.passes else Judgement(Status.UNDEFINED, judgement.truth)


def _excused_where_lost(
    judgements: Sequence[Judgement], elements: Sequence[int], rough: Balls
) -> list[Judgement]:
    """Excuse what cannot be told from nonsense at the dtype's precision.

    Equations that are singular except for rounding have solutions over the reals, of which floats
    keep no digit: an engine may find another one, or none.
    """
    return [
        judgement if rough[element].is_finite() else _excused(judgement)
        for judgement, element in zip(judgements, elements, strict=True)
    ]


def _doubtful(
    graph: Graph, truths: Mapping[int, Balls], numbers: Mapping[int, Array]
) -> tuple[dict[int, list[int]], dict[int, float]]:
    """Per node, the elements that may be too far from the truth; the largest error of the others.

    The others pass without knowing S: they are within a few units of the truth's own size.
    """
    nodes = [node for node, balls in truths.items() if balls]
    items = list(chain.from_iterable(truths.values()))
    if not items:
        return {}, {}
    with np.errstate(all="ignore"):
        middle = np.fromiter(map(float, items), np.float64, len(items))
        bits = np.fromiter(map(arb.rel_accuracy_bits, items), np.int64, len(items))
        observed = flat([numbers[node] for node in nodes])
        allowed = _SURELY_RIGHT * _units(graph, nodes) * np.abs(middle)
        apart = np.abs(observed - middle)
        passes = (apart <= allowed) & (bits >= _ENOUGH_BITS)
        units = np.where(passes & (allowed > 0), _SURELY_RIGHT * (apart / allowed), 0.0)
    ends = np.cumsum([graph.sizes[node] for node in nodes])
    starts = [0, *ends[:-1].tolist()]
    errors = dict(zip(nodes, np.maximum.reduceat(units, starts).tolist(), strict=True))
    if passes.all():
        return {}, errors
    places = np.flatnonzero(~passes)
    found: dict[int, list[int]] = {}
    for place in places.tolist():
        which = int(np.searchsorted(ends, place, side="right"))
        start = int(ends[which]) - graph.sizes[nodes[which]]
        found.setdefault(nodes[which], []).append(place - start)
    return found, errors


def _units(graph: Graph, nodes: Sequence[int]) -> Array | float:
    """The unit roundoff of each element of some nodes; one number if it is always the same."""
    units = [UNIT_ROUNDOFF[graph.dtypes[node]] for node in nodes]
    if len(set(units)) == 1:
        return units[0]
    return np.repeat(units, [graph.sizes[node] for node in nodes])
