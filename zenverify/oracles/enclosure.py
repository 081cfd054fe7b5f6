"""The symbolic witness: gradients in balls, from the partials that SymPy derived.

Two questions are answered. *Locally*: given the engine's own values and cotangents, all of them
exact numbers, what must each node's value and cotangent be? *As a whole*: what are the values and
gradients, composed from the leaves alone?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, groupby, pairwise
from operator import add, mul
from types import MappingProxyType

import numpy as np
from flint import arb

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Call, Graph
from zenverify.operators.balls.arithmetic import ZERO, Ball, FloatRange, addition, precision
from zenverify.operators.kinks import MEAN, AtKink
from zenverify.operators.program.program import Linearised
from zenverify.operators.program.steps.step import Balls

PRECISION = 128
"""Working precision in bits; more is taken where that leaves an enclosure too wide."""

UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24}
SIGNIFICAND = {"float64": 53, "float32": 24}

SMALLEST = {"float64": 2.0**-1022, "float32": 2.0**-126}
"""The smallest normal numbers: what may be lost where results underflow."""

_LOSSES = {
    dtype: (arb(1, 8 * UNIT_ROUNDOFF[dtype]), arb(0, SMALLEST[dtype])) for dtype in UNIT_ROUNDOFF
}
"""What rounding may do to a result: a relative and an absolute error."""

THRESHOLD = 8
"""Units that a correct engine stays under, apart from the terms of long sums (measured: 3.2)."""

Conventions = Mapping[str, AtKink]


def lift(array: Array) -> list[Ball]:
    """An array's elements as exact balls, in C order."""
    return list(map(arb, array.ravel().tolist()))


def lift_all(arrays: Sequence[Array]) -> list[list[Ball]]:
    """What `lift` gives for each of several arrays, all at one go."""
    if not arrays:
        return []
    balls = list(map(arb, np.concatenate(arrays, axis=None, dtype=np.float64).tolist()))
    ends = list(accumulate([array.size for array in arrays], initial=0))
    return [balls[start:end] for start, end in pairwise(ends)]


class LocalEnclosure:
    """Every operation at given operand values, and the adjoint identity there.

    Parameters
    ----------
    graph
        The graph.
    values
        Per node, its value's elements.
    conventions
        What to take at kinks, by operator; the mean of the one-sided derivatives by default.
    only
        The operations to evaluate; all by default.
    """

    def __init__(
        self,
        graph: Graph,
        values: Sequence[Balls],
        conventions: Conventions,
        only: Sequence[int] | None = None,
    ) -> None:
        self._graph = graph
        self.linear: dict[int, Linearised] = {}
        self.forward: dict[int, Balls] = {}
        calls = graph.calls if only is None else [graph.call(position) for position in only]
        for position, operator, operands, program, trainable in calls:
            given = [values[operand] for operand in operands]
            near = values[position]
            if trainable:
                linear = program.linearise(given, conventions.get(operator, MEAN), near)
                self.linear[position] = linear
                self.forward[position] = linear.value
            else:
                self.forward[position] = program.value(given, near)

    def pull(
        self,
        cotangents: Sequence[Balls],
        seeds: Mapping[int, Balls],
        *,
        dead_is_zero: bool = False,
    ) -> list[Balls | None]:
        """What each trainable node's cotangent must be, given its consumers' cotangents.

        Parameters
        ----------
        cotangents
            Per node, the engine's cotangent.
        seeds
            What is added at a node from outside: the root's cotangent, the probes.
        dead_is_zero
            Whether a cotangent that is exactly zero contributes zero even through an undefined
            partial.
        """
        graph = self._graph
        trainable = graph.trainable
        totals: list[Balls | None] = [None] * len(graph.nodes)
        for position, seed in seeds.items():
            totals[position] = seed
        plus = addition()
        for position, linear in self.linear.items():
            parts = linear.pull(cotangents[position], dead_is_zero=dead_is_zero)
            for operand, part in zip(graph.operands[position], parts, strict=True):
                if part is not None and trainable[operand]:
                    before = totals[operand]
                    totals[operand] = part if before is None else list(map(plus, before, part))
        return totals


class WholeEnclosure:
    """Values and gradients composed from the leaves.

    Parameters
    ----------
    case
        The case.
    conventions
        What to take at kinks, by operator.
    rounded
        Whether to include what an engine of the nodes' dtypes may lose by rounding, so that every
        correct engine lies inside; otherwise the balls enclose the exact values only.
    near
        Per node, the engine's value: it decides signs that are free.
    underflowing
        Whether to include what each step inside an operation may lose by underflow, too.
    """

    def __init__(
        self,
        case: Case,
        conventions: Conventions,
        *,
        rounded: bool,
        near: Sequence[Array] | None = None,
        underflowing: bool = False,
    ) -> None:
        graph = case.graph
        self._graph = graph
        self._rounded = rounded
        self._underflowing = underflowing
        self.values: list[Balls] = [()] * len(graph.nodes)
        for leaf, value in zip(graph.leaves, lift_all(case.values), strict=True):
            self.values[leaf] = value
        linear: dict[int, Linearised] = {}
        for bits, calls in groupby(graph.calls, self._bits_forward):
            for call in calls:
                position, operator, operands, program, _ = call
                given = [self.values[operand] for operand in operands]
                hint = None
                if near is not None and program.free_signs:
                    hint = lift(near[position])
                at_kink = conventions.get(operator, MEAN)
                allowed = THRESHOLD + program.terms if rounded else 1
                within = self._within(call)
                with precision(bits, rounding=rounded, allowance=allowed, within=within):
                    made = program.linearise(given, at_kink, hint)
                    self.values[position] = self._widen(graph.dtypes[position], made.value)
                narrow = self._bits_backward(call)
                if narrow < bits:
                    # A rule may compute anew, and in less precision, what the result was made of.
                    with precision(narrow, rounding=rounded, allowance=allowed, within=within):
                        made = program.linearise(given, at_kink, hint)
                linear[position] = made
        self.gradients = self._pull(linear, case.seeds)

    def _within(self, call: Call) -> FloatRange | None:
        """What steps inside an operation may lose by underflow: as much as its local check allows.

        That is the smallest normal number so many times as it allows units.
        """
        if not self._underflowing:
            return None
        dtype = "float32" if "float32" in self._graph.dtypes else "float64"
        return FloatRange((THRESHOLD + call.program.terms) * SMALLEST[dtype])

    def _bits_forward(self, call: Call) -> int:
        return self._bits(self._graph.dtypes[call.position], call)

    def _bits_backward(self, call: Call) -> int:
        """A rule may work in the operand's precision, also where the cotangent has more."""
        dtypes = self._graph.dtypes
        narrow = any(dtypes[i] == "float32" for i in (call.position, *call.operands))
        return self._bits("float32" if narrow else "float64", call)

    def _bits(self, dtype: str, call: Call) -> int:
        """The precision at which an operation loses as many units as its local check allows.

        That check allows `THRESHOLD` units, and one for each term, of S, which is about twice the
        result of a single rounding.
        """
        if not self._rounded:
            return PRECISION
        return SIGNIFICAND[dtype] - (2 * (THRESHOLD + call.program.terms)).bit_length()

    def _widen(self, dtype: str, items: Balls, reach: float = 1.0) -> Balls:
        """Add what rounding may lose, and underflow in a factor that `reach` multiplies."""
        if not self._rounded:
            return items
        relative, underflow = _LOSSES[dtype]
        if reach > 1.0:
            underflow = underflow * reach
        return [item * relative + underflow for item in items]

    def _pull(
        self, linear: Mapping[int, Linearised], seeds: Mapping[int, Array]
    ) -> list[Balls | None]:
        graph = self._graph
        dtypes, trainable = graph.dtypes, graph.trainable
        totals: list[Balls | None] = [None] * len(graph.nodes)
        for root, cotangent in seeds.items():
            totals[root] = lift(cotangent)
        for bits, calls in groupby(reversed(graph.calls), self._bits_backward):
            for call in calls:
                here = totals[call.position]
                if here is None or not call.trainable:
                    continue
                with precision(bits, rounding=self._rounded, within=self._within(call)):
                    plus = addition()
                    parts = linear[call.position].pull(here)
                    reach = max(map(abs, map(float, here)), default=1.0)
                    for operand, part in zip(call.operands, parts, strict=True):
                        if part is None or not trainable[operand]:
                            continue
                        part = self._widen(dtypes[operand], part, reach)
                        before = totals[operand]
                        totals[operand] = part if before is None else list(map(plus, before, part))
        return totals


def along(
    graph: Graph,
    values: Sequence[Balls],
    cotangents: Mapping[int, Balls],
    tangents: Mapping[int, Balls],
    smooth: Mapping[int, Linearised] = MappingProxyType({}),
) -> Ball:
    """The whole graph's one-sided derivative along a direction.

    For piecewise smooth functions the chain rule holds for directional derivatives exactly
    (Shapiro, "On concepts of directional differentiability", 1990), so no operation's choice at a
    kink enters.

    Parameters
    ----------
    graph, values
        The graph, and the value of every node.
    cotangents
        Per root, its own.
    tangents
        The direction: per node that moves, how far each element does. A node that is given here
        is cut loose from its operands.
    smooth
        The partials at these values, if they are known, of operations that lie at no kink: they
        hold in every direction.

    Returns
    -------
    Ball
        The derivative of the sum of <cotangent, root> along the direction.
    """
    moving = dict(tangents)
    for position, _, operands, program, _ in graph.calls:
        if position in tangents or moving.keys().isdisjoint(operands):
            continue
        arriving = [moving.get(operand) or [ZERO] * graph.sizes[operand] for operand in operands]
        if position in smooth:
            moving[position] = smooth[position].push(arriving)
        else:
            given = [values[operand] for operand in operands]
            moving[position] = program.push(given, arriving, values[position])
    return sum(
        (sum(map(mul, moving.get(root, ()), one), ZERO) for root, one in cotangents.items()), ZERO
    )


class OneSided:
    """One-sided derivatives of a whole graph of which some operations lie at a kink.

    All other operations are linear in a direction. So only what lies before a kink is pushed
    forward; the rest is pulled back, once for all directions.

    Parameters
    ----------
    graph, values, cotangents
        As in `along`.
    smooth
        The partials at these values of all trainable operations that lie at no kink.
    """

    def __init__(
        self,
        graph: Graph,
        values: Sequence[Balls],
        cotangents: Mapping[int, Balls],
        smooth: Mapping[int, Linearised],
    ) -> None:
        self._graph = graph
        self._values = values
        self._cotangents = cotangents
        self._smooth = smooth
        self._weights: list[Balls | None] = [cotangents.get(n) for n in range(len(graph.nodes))]
        before: set[int] = set()
        for position, _, operands, _, trainable in reversed(graph.calls):
            if position in smooth:
                self._pull(position, operands)
            elif trainable:
                before.add(position)
            if position in before:
                before.update(operands)
        self._before_kinks = [call for call in graph.calls if call.position in before]

    def _pull(self, position: int, operands: tuple[int, ...]) -> None:
        weights = self._weights
        here = weights[position]
        if here is None:
            return
        parts = self._smooth[position].pull(here, dead_is_zero=True)
        for operand, part in zip(operands, parts, strict=True):
            held = weights[operand]
            if part is not None:
                weights[operand] = part if held is None else list(map(add, held, part))

    def along(self, starts: Mapping[int, Balls]) -> Ball:
        """The derivative when nodes move by `starts`, besides what their operands make of them."""
        graph = self._graph
        moving = dict(starts)
        slope = sum((self._reaching_root(node, start) for node, start in starts.items()), ZERO)
        first = min(starts)
        for position, _, operands, program, _ in self._before_kinks:
            if position <= first or moving.keys().isdisjoint(operands):
                continue
            tangents = [moving.get(i) or [ZERO] * graph.sizes[i] for i in operands]
            if position in self._smooth:
                moved = self._smooth[position].push(tangents)
            else:
                given = [self._values[operand] for operand in operands]
                moved = program.push(given, tangents, self._values[position])
                slope += self._reaching_root(position, moved)
            start = starts.get(position)
            moving[position] = moved if start is None else list(map(add, moved, start))
        if slope.is_finite() or len(starts) > 1:
            return slope
        return along(graph, self._values, self._cotangents, starts, self._smooth)

    def _reaching_root(self, node: int, tangent: Balls) -> Ball:
        """What a node's tangent adds to the root's, on paths without another kink."""
        weights = self._weights[node]
        if weights is None:
            return ZERO
        parts = zip(weights, tangent, strict=True)
        return sum((weight * moved for weight, moved in parts if not moved.is_zero()), ZERO)
