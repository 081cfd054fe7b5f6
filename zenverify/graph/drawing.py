"""Drawing graphs that are valid by construction, one choice at a time.

Every node's shape and range of values is tracked while drawing, so domains hold without rejection.
What real engines get wrong is drawn on purpose: shared nodes, the same operand twice, constants of
each kind on either side, every broadcasting pattern, size-1 and zero-size axes, float32.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from zenverify.graph.graph import Apply, Graph, Leaf, LeafKind
from zenverify.graph.ranges import Range, range_of
from zenverify.graph.structure import LeafPlan, Structure, plan_for
from zenverify.operators.attributes import Attributes, freeze_attributes
from zenverify.operators.builder import Shape
from zenverify.operators.operator import EVERYWHERE, Choose, Domain, Instance, Operator
from zenverify.operators.program import Program

MAX_ELEMENTS = 12
"""No node that is drawn has more elements than this."""

_DRAWS_PER_SHAPE = 60

_BOUND = 40.0
"""Ordinary values stay below this, so that graphs stay well conditioned however deep they are."""

_KINDS = {5: LeafKind.CONSTANT, 6: LeafKind.ARRAY, 7: LeafKind.NUMBER}
"""What a draw from 8 makes of a new leaf, if not a variable."""


@dataclass(frozen=True, slots=True)
class _Call:
    """An operator that is about to be called.

    Attributes
    ----------
    operator
        The operator.
    extended
        Whether its first argument may be anything, since another one will be an integer: a
        negative base with an integer exponent.
    """

    operator: Operator
    extended: bool

    @classmethod
    def drawn(cls, choose: Choose, operator: Operator) -> _Call:
        return cls(operator, operator.integers_extend is not None and choose(3) == 1)

    def limits(self, argument: int) -> Domain:
        if self.extended and argument == 0:
            return EVERYWHERE
        return self.operator.argument(argument).limits

    def is_integer(self, argument: int) -> bool:
        return self.extended and argument == self.operator.integers_extend


class _Drawing:
    """A graph that grows; per node its shape, range of values, and how often it is used."""

    def __init__(self, choose: Choose, dtype_mode: int) -> None:
        self.choose = choose
        self.dtype_mode = dtype_mode
        self.nodes: list[Leaf | Apply] = []
        self.shapes: list[Shape] = []
        self.ranges: list[Range] = []
        self.trainable: list[bool] = []
        self.uses: list[int] = []
        self.plans: list[LeafPlan] = []

    def append(self, node: Leaf | Apply, shape: Shape, bounds: Range, *, trainable: bool) -> int:
        self.nodes.append(node)
        self.shapes.append(shape)
        self.ranges.append(bounds)
        self.trainable.append(trainable)
        self.uses.append(0)
        return len(self.nodes) - 1

    def apply(self, operator: Operator) -> int:
        """Draw how to call an operation, and its operands."""
        call = _Call.drawn(self.choose, operator)
        first, instance = self._existing_first(call)
        if instance is None or self._size_of(operator, instance) > MAX_ELEMENTS:
            first, instance = None, self._fresh_instance(operator)
        return self.call(call, instance, first)

    def call(self, call: _Call, instance: Instance, first: int | None) -> int:
        """Draw the operands of an operation that is called in a given way."""
        attributes = freeze_attributes(instance.attributes)
        program = call.operator.program(instance.shapes, attributes)
        operands, bounds = self._operands(call, instance, program, first)
        for operand in operands:
            self.uses[operand] += 1
        node = Apply(call.operator.name, tuple(operands), attributes)
        return self.append(
            node, program.shape, bounds, trainable=any(self.trainable[o] for o in operands)
        )

    def _size_of(self, operator: Operator, instance: Instance) -> int:
        program = operator.program(instance.shapes, freeze_attributes(instance.attributes))
        return math.prod(program.shape)

    def _existing_first(self, call: _Call) -> tuple[int | None, Instance | None]:
        """An existing node for the first operand, or None, and an instance for its shape."""
        fitting = self._candidates()
        if not fitting:
            return None, None
        node = fitting[min(self.choose(6), len(fitting) - 1)]
        instance = call.operator.sample(self.choose, self.shapes[node])
        return (node if self._admits(call, 0, node) else None), instance

    def _fresh_instance(self, operator: Operator) -> Instance:
        for _ in range(50):
            shape = operator.first_shapes[self.choose(len(operator.first_shapes))]
            instance = operator.sample(self.choose, shape)
            if instance is not None:
                return instance
        raise RuntimeError(f"{operator.name} gives no instance for its own shapes")

    def _operands(
        self, call: _Call, instance: Instance, program: Program, first: int | None
    ) -> tuple[list[int], Range]:
        operands = [self._first(call, instance.shapes[0]) if first is None else first]
        for argument in range(1, len(instance.shapes)):
            operands.append(self._further(call, argument, instance.shapes[argument], operands[0]))
        operands = self._swapped(call, operands)
        if not any(self.trainable[operand] for operand in operands):
            operands[0] = self._variable(call, 0, self.shapes[operands[0]])
        bounds = self._range_of(call, program, operands)
        if bounds is None:
            operands = [
                self._variable(call, argument, self.shapes[operand])
                for argument, operand in enumerate(operands)
            ]
            bounds = self._range_of(call, program, operands) or (-_BOUND, _BOUND)
        return operands, bounds

    def _range_of(self, call: _Call, program: Program, operands: Sequence[int]) -> Range | None:
        """The range of the result; None where it may be undefined or too large to go on with."""
        if call.extended:
            return None if max(abs(end) for end in self.ranges[operands[0]]) > 2 else (-8.0, 8.0)
        bounds = range_of(program, [self.ranges[operand] for operand in operands])
        return bounds if bounds is not None and max(map(abs, bounds)) <= _BOUND else None

    def _leaf(self, kind: LeafKind, shape: Shape, plan: LeafPlan) -> int:
        narrow = self.dtype_mode == 2 or (self.dtype_mode == 3 and len(self.plans) % 2 == 0)
        dtype = "float32" if narrow and kind is not LeafKind.NUMBER else "float64"
        self.plans.append(plan)
        return self.append(
            Leaf(kind, shape, dtype),
            shape,
            (plan.low, plan.high),
            trainable=kind is LeafKind.VARIABLE,
        )

    def _plan(self, call: _Call, argument: int) -> LeafPlan:
        limits = call.limits(argument)
        if call.is_integer(argument):
            return LeafPlan(0.0, 3.0, limits, integer=True)
        return plan_for(limits, negative=len(self.plans) % 3 == 2)

    def _variable(self, call: _Call, argument: int, shape: Shape) -> int:
        return self._leaf(LeafKind.VARIABLE, shape, self._plan(call, argument))

    def _first(self, call: _Call, shape: Shape) -> int:
        """A new first operand: a variable, or sometimes a constant tensor."""
        kind = LeafKind.CONSTANT if self.choose(8) == 5 else LeafKind.VARIABLE
        return self._leaf(kind, shape, self._plan(call, 0))

    def _further(self, call: _Call, argument: int, shape: Shape, first: int) -> int:
        """The first operand again, another node, or a new leaf of any kind."""
        choice = self.choose(8)
        if not call.is_integer(argument):
            again = choice in (1, 2) and self.shapes[first] == shape
            if again and self._admits(call, argument, first):
                return first
            if choice in (3, 4):
                for node in self._candidates():
                    if self.shapes[node] == shape and self._admits(call, argument, node):
                        return node
        kind = _KINDS.get(choice, LeafKind.VARIABLE)
        if kind is LeafKind.NUMBER and (shape != () or call.operator.variadic):
            kind = LeafKind.ARRAY
        return self._leaf(kind, shape, self._plan(call, argument))

    def _swapped(self, call: _Call, operands: list[int]) -> list[int]:
        """Sometimes the constant goes to the left: ``2 - x``, ``array / x``."""
        if call.extended or call.operator.kernel is None or len(operands) != 2:
            return operands
        left, right = operands
        movable = self._admits(call, 0, right) and self._admits(call, 1, left)
        return [right, left] if movable and self.choose(3) == 1 else operands

    def _candidates(self) -> list[int]:
        """Trainable nodes: those that nothing uses yet first, the latest first."""
        order = range(len(self.nodes) - 1, -1, -1)
        tensors = [i for i in order if self.trainable[i]]
        return [i for i in tensors if not self.uses[i]] + [i for i in tensors if self.uses[i]]

    def _admits(self, call: _Call, argument: int, node: int) -> bool:
        return call.limits(argument).admits(*self.ranges[node])


def draw_structure(
    choose: Choose, operators: Sequence[Operator], operations: int, dtype_mode: int
) -> Structure:
    """Draw a graph.

    Parameters
    ----------
    choose
        Where choices come from.
    operators
        What to draw from.
    operations
        How many operations; some are added to join loose ends.
    dtype_mode
        0 and 1: float64; 2: float32; 3: both.
    """
    drawing = _Drawing(choose, dtype_mode)
    for _ in range(operations):
        drawing.apply(operators[choose(len(operators))])
    _join_loose_ends(drawing, {operator.name for operator in operators})
    return _finished(drawing)


def single_structure(
    choose: Choose, operator: Operator, instance: Instance, dtype_mode: int
) -> Structure:
    """Draw a graph of one operation, called in a given way."""
    drawing = _Drawing(choose, dtype_mode)
    drawing.call(_Call.drawn(choose, operator), instance, None)
    return _finished(drawing)


@cache
def instances_of(operator: Operator) -> tuple[Instance, ...]:
    """The ways to call an operator that its declaration draws: all of them, near enough.

    Always the same ones, in the same order.
    """
    choose = random.Random(0).randrange
    found: dict[tuple[tuple[Shape, ...], Attributes], Instance] = {}
    for shape in operator.first_shapes:
        for _ in range(_DRAWS_PER_SHAPE):
            instance = operator.sample(choose, shape)
            if instance is not None:
                key = instance.shapes, freeze_attributes(instance.attributes)
                found.setdefault(key, instance)
    return tuple(found.values())


def _finished(drawing: _Drawing) -> Structure:
    """The structure, without what the root does not depend on: operands that were drawn in vain."""
    needed = [False] * len(drawing.nodes)
    needed[-1] = True
    for position in range(len(drawing.nodes) - 1, -1, -1):
        node = drawing.nodes[position]
        if needed[position] and isinstance(node, Apply):
            for operand in node.operands:
                needed[operand] = True
    plans = iter(drawing.plans)
    places: dict[int, int] = {}
    nodes: list[Leaf | Apply] = []
    kept: list[LeafPlan] = []
    for position, node in enumerate(drawing.nodes):
        plan = next(plans) if isinstance(node, Leaf) else None
        if not needed[position]:
            continue
        places[position] = len(nodes)
        if plan is not None:
            kept.append(plan)
            nodes.append(node)
        elif isinstance(node, Apply):
            operands = tuple(places[operand] for operand in node.operands)
            nodes.append(Apply(node.operator, operands, node.attributes))
    return Structure(Graph(tuple(nodes)), tuple(kept))


def _join_loose_ends(drawing: _Drawing, allowed: set[str]) -> None:
    """Add everything that nothing uses to the root, so that it depends on all."""
    loose = [
        i for i, uses in enumerate(drawing.uses) if not uses and isinstance(drawing.nodes[i], Apply)
    ]
    root = loose.pop()
    if not {"add", "sum"} <= allowed:
        return
    whole = freeze_attributes({"axis": None, "keepdims": False})
    for node in loose:
        shape = drawing.shapes[node]
        if shape != ():
            node = drawing.append(
                Apply("sum", (node,), whole), (), (-_BOUND, _BOUND), trainable=True
            )
        shape = drawing.shapes[root]
        root = drawing.append(Apply("add", (root, node)), shape, (-_BOUND, _BOUND), trainable=True)
