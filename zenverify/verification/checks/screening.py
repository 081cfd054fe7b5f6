"""Large operations are screened as arrays; what that cannot clear is judged in balls.

A number is cleared when its distance from the truth, and the bound on what is not known of the
truth, are together within the units of u * S that the check allows: S is at least the truth's own
size, and at least that of the terms that the number is the sum of. So nothing is cleared that balls
would refuse. Nothing is refused here either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zenverify.graph.case import Array
from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.operators.kinks import MEAN
from zenverify.operators.operator import CallPart
from zenverify.operators.program.part import Marks, part_of, reached
from zenverify.operators.program.program import Program
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.step import Step
from zenverify.oracles.enclosure import THRESHOLD, UNIT_ROUNDOFF, Conventions
from zenverify.oracles.screen.pairs import BLOCK, Floats, Pair
from zenverify.oracles.screen.programs import Screened, Sized, added, can_screen, sized

LARGE = 4096
"""Elements that a program's buffers hold together; smaller ones are quicker in balls."""

_MOST_KEPT = 2**18
"""Elements of buffers that are kept from one check for the next; larger ones are computed anew."""

_ALL = slice(None)
"""The part that is the whole."""

_ALLOWED = (THRESHOLD - 1) * (1 - 2.0**-20)
"""Units; the rest makes up for sizes that are known to a relative 2^-30 only."""


class Screening:
    """The operations of a graph that are screened, and the nodes whose gradients are.

    Parameters
    ----------
    graph, values, conventions
        As `LocalCheck` has them.

    Attributes
    ----------
    operations
        The positions of those that are large, and whose operands' gradients can be screened.
    nodes
        The operands of these that have a gradient, and those of their results that nothing uses.
    """

    def __init__(self, graph: Graph, values: Sequence[Array], conventions: Conventions) -> None:
        self._graph = graph
        self._values = values
        self._conventions = conventions
        self._kept: dict[int, Screened] = {}
        large = [call for call in graph.calls if call.program.work > LARGE]
        known = {call.position for call in large if self._can_screen(call.position)}
        self.operations = frozenset(known)
        ends = {p for p in known if graph.trainable[p] and not self._consumers(p)}
        self.nodes = frozenset(
            operand
            for position in known
            for operand in graph.operands[position]
            if graph.trainable[operand] and graph.trainable[position]
        ).union(ends)

    def _can_screen(self, position: int) -> bool:
        """Whether an operation and all others that use its operands are known as arrays."""
        graph = self._graph
        return can_screen(graph.programs[position]) and all(
            can_screen(graph.programs[consumer])
            for operand in graph.operands[position]
            for consumer in self._consumers(operand)
        )

    def _consumers(self, node: int) -> set[int]:
        graph = self._graph
        return {k for k, _ in graph.consumers[node] if graph.trainable[k]}

    def _screened(self, position: int, part: slice = _ALL) -> Screened:
        if part == _ALL and position in self._kept:
            return self._kept[position]
        graph = self._graph
        program = graph.programs[position]
        operands = [_exact(self._values[operand], part) for operand in graph.operands[position]]
        at_kink = self._conventions.get(graph.operator_of(position), MEAN)
        screened = Screened(program, operands, at_kink)
        held = sum(graph.programs[kept].work for kept in self._kept)
        if part == _ALL and held + program.work <= _MOST_KEPT:
            self._kept[position] = screened
        return screened

    def _parts(self, operations: Iterable[int], size: int) -> list[slice]:
        """The parts in which some operations are screened; one, but where each is elementwise."""
        programs = [self._graph.programs[position] for position in operations]
        if size <= BLOCK or not all(_is_elementwise(program, size) for program in programs):
            return [_ALL]
        return [slice(start, start + BLOCK) for start in range(0, size, BLOCK)]

    def values(self) -> dict[int, list[int]]:
        """Per operation, the elements of its value that are not cleared."""
        found: dict[int, list[int]] = {}
        with np.errstate(all="ignore"):
            for position in sorted(self.operations):
                for part in self._parts([position], self._graph.sizes[position]):
                    truth = self._screened(position, part).value
                    left = self._left(position, self._values[position], truth, part)
                    found.setdefault(position, []).extend(left)
        return {position: elements for position, elements in found.items() if elements}

    def gradients(
        self, cotangents: Mapping[int, Array], seeds: Mapping[int, Array]
    ) -> dict[int, list[int]]:
        """Per node, the elements of its gradient that are not cleared."""
        sizes = self._graph.sizes
        apart: dict[int, set[int]] = {}
        for node in self.nodes:
            if len(self._parts(self._consumers(node), sizes[node])) > 1:
                apart.setdefault(sizes[node], set()).add(node)
        together = self.nodes.difference(*apart.values())
        found: dict[int, list[int]] = {}
        with np.errstate(all="ignore"):
            for size, nodes in ((0, together), *apart.items()):
                consumers = sorted({k for node in nodes for k in self._consumers(node)})
                for part in self._parts(consumers, size):
                    for node, left in self._in_part(nodes, consumers, cotangents, seeds, part):
                        found.setdefault(node, []).extend(left)
        return {node: found[node] for node in cotangents if found.get(node)}

    def _in_part(
        self,
        nodes: Collection[int],
        consumers: Sequence[int],
        cotangents: Mapping[int, Array],
        seeds: Mapping[int, Array],
        part: slice,
    ) -> Iterator[tuple[int, list[int]]]:
        """The elements of a part of some nodes' gradients that are not cleared.

        Once nothing more arrives at a node, its gradient is held against the sum, which is
        forgotten.
        """
        graph = self._graph
        totals: dict[int, Sized | None] = dict.fromkeys(nodes)
        complete: dict[int, list[int]] = {}
        for node in nodes:
            complete.setdefault(max(self._consumers(node), default=-1), []).append(node)
        for position in (-1, *consumers):
            arriving = cotangents.get(position)
            if arriving is not None:
                pulled = self._screened(position, part).pull(_exact(arriving, part))
                for operand, contribution in zip(graph.operands[position], pulled, strict=True):
                    if contribution is not None and operand in totals:
                        totals[operand] = added(totals[operand], contribution)
            for node in complete.get(position, ()):
                total, gradient = totals.pop(node), cotangents.get(node)
                if gradient is None:
                    continue
                if node in seeds:
                    total = added(total, sized(_exact(seeds[node], part)))
                nothing = sized(Pair.exact(np.zeros(gradient.ravel()[part].size)))
                yield node, self._left(node, gradient, total or nothing, part)

    def _left(self, node: int, array: Array, truth: Sized, part: slice) -> list[int]:
        number = truth.number
        unit = UNIT_ROUNDOFF[self._graph.dtypes[node]]
        found = array.ravel()[part].astype(np.float64)
        apart: Floats = np.abs((found - number.high) - number.low)
        allowed = _ALLOWED * unit * np.maximum(truth.size, number.magnitude)
        cleared = apart + number.error <= allowed
        left: list[int] = (np.flatnonzero(~cleared) + (part.start or 0)).tolist()
        return left

    def part_before(
        self, node: int, elements: Sequence[int], cotangents: Mapping[int, Array]
    ) -> GraphPart | None:
        """The graph of what some elements of a node's gradient are made of.

        None where a number is not finite: how far it spreads, only the whole graph tells. None for
        a result that nothing uses.
        """
        graph = self._graph
        consumers = sorted(self._consumers(node))
        if not consumers:
            return None
        marked = np.zeros(graph.sizes[node], np.bool_)
        marked[list(elements)] = True
        operations = []
        taken = marked.copy()
        for position in consumers:
            operands = graph.operands[position]
            program = graph.programs[position]
            mine = {n: marked for n, operand in enumerate(operands) if operand == node}
            wanted = reached(program, mine)
            part, needed = part_of(program, wanted)
            operations.append((position, wanted, part, needed))
            for operand, mark in zip(operands, needed, strict=True):
                if operand == node:
                    taken |= mark
        return self._part(node, taken, operations, cotangents)

    def part_of_value(self, position: int, elements: Sequence[int]) -> GraphPart | None:
        """The graph of one operation, for some elements of its value; None as above."""
        wanted = np.zeros(self._graph.sizes[position], np.bool_)
        wanted[list(elements)] = True
        part, needed = part_of(self._graph.programs[position], wanted)
        return self._part(None, wanted, [(position, wanted, part, needed)], {})

    def _part(
        self,
        node: int | None,
        taken: Marks,
        operations: Sequence[tuple[int, Marks, Program, list[Marks]]],
        cotangents: Mapping[int, Array],
    ) -> GraphPart | None:
        graph, values = self._graph, self._values
        leaves: list[Leaf | Apply] = []
        arrays: list[Array] = []
        calls: list[tuple[int, Marks, Program, list[int]]] = []

        def leaf(array: Array, mark: Marks, dtype: str, trainable: bool) -> int:
            kind = LeafKind.VARIABLE if trainable else LeafKind.CONSTANT
            arrays.append(array.ravel()[mark].astype(dtype))
            leaves.append(Leaf(kind, arrays[-1].shape, dtype))
            return len(leaves) - 1

        shared = None if node is None else leaf(values[node], taken, graph.dtypes[node], True)
        for position, wanted, part, needed in operations:
            places = []
            moves: list[Move] = []
            for number, (operand, mark) in enumerate(
                zip(graph.operands[position], needed, strict=True)
            ):
                if operand == node and shared is not None:
                    places.append(shared)
                    indices = np.flatnonzero(mark[taken])
                    moves.append(Move((number,), (int(taken.sum()),), indices))
                    continue
                dtype = graph.dtypes[operand]
                if graph.is_number(operand):
                    dtype = graph.dtypes[position]
                places.append(leaf(values[operand], mark, dtype, graph.trainable[operand]))
                moves.append(Move((number,), (int(mark.sum()),), np.arange(mark.sum())))
            calls.append((position, wanted, _behind(moves, part), places))
        nodes: list[Leaf | Apply] = list(leaves)
        gradients: dict[int, Array] = {}
        for position, wanted, part, places in calls:
            declared = graph.apply(position).declared
            nodes.append(Apply(CallPart.of(declared, part), tuple(places)))
            arrays.append(values[position].ravel()[wanted])
            if position in cotangents:
                gradients[len(nodes) - 1] = cotangents[position].ravel()[wanted]
        if not all(np.isfinite(array).all() for array in (*arrays, *gradients.values())):
            return None
        return GraphPart(Graph(tuple(nodes)), arrays, gradients, shared, taken)

    def kinked(self, position: int) -> bool:
        """Whether an operation lies, or may lie, at a kink."""
        with np.errstate(all="ignore"):
            parts = self._parts([position], self._graph.sizes[position])
            return any(self._screened(position, part).kinked for part in parts)


@dataclass(frozen=True, slots=True)
class GraphPart:
    """A part of a graph, whose arrays are flat.

    Attributes
    ----------
    graph, values
        The graph, and its nodes' values.
    cotangents
        Those of its operations.
    node
        The leaf that stands for the node whose gradient is asked for; None where a value is.
    taken
        Which elements of that node, or of that value, there are.
    """

    graph: Graph
    values: list[Array]
    cotangents: dict[int, Array]
    node: int | None
    taken: Marks

    def places(self, elements: Sequence[int]) -> list[int]:
        """Where elements of the whole array are in the part."""
        numbered = np.cumsum(self.taken) - 1
        return [int(numbered[element]) for element in elements]


def _behind(moves: Sequence[Move], program: Program) -> Program:
    """A program of operands of which some elements, or all, are taken first."""
    count = len(program.sizes)
    shifted: list[Step] = list(moves)
    for one in program.steps:
        sources = tuple(source + count for source in one.sources)
        shifted.append(replace(one, sources=sources))  # type: ignore[type-var]  # all are dataclasses
    sizes = tuple(move.sizes[0] for move in moves)
    return replace(program, sizes=sizes, steps=tuple(shifted))


def _is_elementwise(program: Program, size: int) -> bool:
    """Whether each element of the result is computed of those at its place alone."""
    alike = all(length == size for length in program.sizes)
    return alike and all(isinstance(one, Map) for one in program.steps)


def _exact(array: Array, part: slice) -> Pair:
    return Pair.exact(array.ravel()[part].astype(np.float64, copy=False))
