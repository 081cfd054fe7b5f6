"""The symbolic witness: gradients in balls, from the partials that SymPy derived.

Two questions are answered. *Locally*: given the engine's own values and cotangents, all of them
exact numbers, what must each node's value and cotangent be? *As a whole*: what are the values and
gradients, composed from the leaves alone?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from operator import mul

from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph
from zenverify.operators.balls import ZERO, Ball, addition, arb, precision
from zenverify.operators.program import MEAN, AtKink, Balls, Linearised

PRECISION = 128
"""Working precision in bits; more is taken where that leaves an enclosure too wide."""

UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24}
SIGNIFICAND = {"float64": 53, "float32": 24}

SMALLEST = {"float64": 2.0**-1022, "float32": 2.0**-126}
"""The smallest normal numbers: what may be lost where results underflow."""

Conventions = Mapping[str, AtKink]


def lift(array: Array) -> list[Ball]:
    """An array's elements as exact balls, in C order."""
    return list(map(arb, array.ravel().tolist()))


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
        self._linear: dict[int, Linearised] = {}
        self.forward: dict[int, Balls] = {}
        for position in graph.operations if only is None else only:
            node = graph.apply(position)
            program = graph.programs[position]
            operands = [values[operand] for operand in node.operands]
            if graph.trainable[position]:
                linear = program.linearise(operands, conventions.get(node.operator, MEAN))
                self._linear[position] = linear
                self.forward[position] = linear.value
            else:
                self.forward[position] = program.value(operands)

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
        totals: list[Balls | None] = [None] * len(self._graph.nodes)
        for position, seed in seeds.items():
            totals[position] = seed
        plus = addition()
        for position, linear in self._linear.items():
            parts = linear.pull(cotangents[position], dead_is_zero=dead_is_zero)
            for operand, part in zip(self._graph.apply(position).operands, parts, strict=True):
                if part is not None and self._graph.trainable[operand]:
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
    """

    def __init__(self, case: Case, conventions: Conventions, *, rounded: bool) -> None:
        graph = case.graph
        self._graph = graph
        self._rounded = rounded
        leaves = iter(case.values)
        values: list[Balls] = []
        linear: list[Linearised | None] = []
        for position, program in enumerate(graph.programs):
            if program is None:
                values.append(lift(next(leaves)))
                linear.append(None)
                continue
            node = graph.apply(position)
            with self._precision(self._graph.dtypes[position]):
                made = program.linearise(
                    [values[operand] for operand in node.operands],
                    conventions.get(node.operator, MEAN),
                )
                values.append(self._widen(position, made.value))
            linear.append(made)
        self.values = values
        self.gradients = self._pull(linear, lift(case.cotangent))

    def _precision(self, dtype: str) -> AbstractContextManager[None]:
        if not self._rounded:
            return precision(PRECISION)
        return precision(SIGNIFICAND[dtype] - 4, rounding=True)

    def _widen(self, position: int, items: Balls) -> Balls:
        if not self._rounded:
            return items
        dtype = self._graph.dtypes[position]
        relative = arb(1, 8 * UNIT_ROUNDOFF[dtype])
        underflow = arb(0, SMALLEST[dtype])
        return [item * relative + underflow for item in items]

    def _pull(self, linear: list[Linearised | None], cotangent: Balls) -> list[Balls | None]:
        graph = self._graph
        totals: list[Balls | None] = [None] * len(graph.nodes)
        totals[graph.root] = cotangent
        for position in reversed(graph.operations):
            made = linear[position]
            here = totals[position]
            if made is None or here is None or not graph.trainable[position]:
                continue
            operands = graph.apply(position).operands
            # A rule may work in the operand's precision, also where the cotangent has more.
            narrow = any(graph.dtypes[i] == "float32" for i in (position, *operands))
            with self._precision("float32" if narrow else "float64"):
                parts = made.pull(here)
                plus = addition()
                for operand, part in zip(operands, parts, strict=True):
                    if part is None or not graph.trainable[operand]:
                        continue
                    part = self._widen(operand, part)
                    before = totals[operand]
                    totals[operand] = part if before is None else list(map(plus, before, part))
        return totals


def one_sided(
    graph: Graph, values: Sequence[Balls], cotangent: Balls, node: int, element: int, sign: int
) -> Ball:
    """The whole graph's one-sided derivative when one element of one node moves.

    For piecewise smooth functions the chain rule holds for directional derivatives exactly
    (Shapiro, "On concepts of directional differentiability", 1990), so no operation's choice at a
    kink enters.

    Parameters
    ----------
    graph, values
        The graph, and the value of every node.
    cotangent
        The root's.
    node, element
        What moves.
    sign
        1 or -1: the direction.

    Returns
    -------
    Ball
        The derivative of <cotangent, root> along the direction.
    """
    tangents: list[Balls] = [[ZERO] * graph.sizes[i] for i in range(len(graph.nodes))]
    start = [ZERO] * graph.sizes[node]
    start[element] = arb(sign)
    tangents[node] = start
    moving = {node}
    for position in graph.operations:
        operands = graph.apply(position).operands
        if position > node and not moving.isdisjoint(operands):
            tangents[position] = graph.programs[position].push(
                [values[operand] for operand in operands],
                [tangents[operand] for operand in operands],
            )
            moving.add(position)
    return sum(map(mul, tangents[graph.root], cotangent), ZERO)
