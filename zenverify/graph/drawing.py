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
from zenverify.operators.attributes import Attributes, freeze_attributes
from zenverify.operators.builder import Shape
from zenverify.operators.operator import Choose, Domain, Instance, Operator
from zenverify.operators.program import Program

MAX_ELEMENTS = 12
"""No node that is drawn has more elements than this."""

_DRAWS_PER_SHAPE = 60

_BOUND = 40.0
"""Ordinary values stay below this, so that graphs stay well conditioned however deep they are."""


@dataclass(frozen=True, slots=True)
class LeafPlan:
    """How a leaf may be filled with values.

    Attributes
    ----------
    low, high
        Ordinary values.
    limits
        The domain of the operation that it was made for.
    integer
        Whether only integers will do: an exponent of a base that may be negative.
    """

    low: float
    high: float
    limits: Domain
    integer: bool = False


@dataclass(frozen=True)
class Structure:
    """A graph without values, and per leaf how to fill it."""

    graph: Graph
    plans: tuple[LeafPlan, ...]


def plan_for(limits: Domain, *, negative: bool) -> LeafPlan:
    """Ordinary values inside a domain: of order one, away from its edges."""
    low = -2.0 if limits.low == -math.inf else limits.low + 0.3
    high = 2.0 if limits.high == math.inf else limits.high - 0.3
    if limits.low == 0.0:
        high = min(high, 2.5)
    if limits.nonzero:
        low, high = (-2.0, -0.4) if negative else (0.4, 2.0)
    return LeafPlan(low, high, limits)


class _Drawing:
    def __init__(self, choose: Choose, dtype_mode: int) -> None:
        self.choose = choose
        self.dtype_mode = dtype_mode
        self.nodes: list[Leaf | Apply] = []
        self.shapes: list[Shape] = []
        self.ranges: list[Range] = []
        self.trainable: list[bool] = []
        self.uses: list[int] = []
        self.plans: list[LeafPlan] = []

    def append(
        self, node: Leaf | Apply, shape: Shape, bounds: Range, *, trainable: bool
    ) -> int:
        self.nodes.append(node)
        self.shapes.append(shape)
        self.ranges.append(bounds)
        self.trainable.append(trainable)
        self.uses.append(0)
        return len(self.nodes) - 1

    def leaf(self, kind: LeafKind, shape: Shape, plan: LeafPlan) -> int:
        narrow = self.dtype_mode == 2 or (self.dtype_mode == 3 and len(self.plans) % 2 == 0)
        dtype = "float32" if narrow and kind is not LeafKind.NUMBER else "float64"
        self.plans.append(plan)
        bounds = (plan.low, plan.high)
        return self.append(
            Leaf(kind, shape, dtype), shape, bounds, trainable=kind is LeafKind.VARIABLE
        )

    def candidates(self) -> list[int]:
        """Operations and leaves, those that nothing uses yet first, the latest first."""
        order = range(len(self.nodes) - 1, -1, -1)
        tensors = [i for i in order if self.trainable[i]]
        return [i for i in tensors if not self.uses[i]] + [i for i in tensors if self.uses[i]]

    def admits(self, operator: Operator, argument: int, node: int) -> bool:
        return operator.argument(argument).limits.admits(*self.ranges[node])

    def first_operand(self, operator: Operator) -> tuple[int | None, Instance | None]:
        """An existing node that fits, and an instance for its shape."""
        fitting = self.candidates()
        if not fitting:
            return None, None
        node = fitting[min(self.choose(6), len(fitting) - 1)]
        shape = self.shapes[node]
        if not self.admits(operator, 0, node):
            return None, operator.sample(self.choose, shape)
        return node, operator.sample(self.choose, shape)

    def fresh_instance(self, operator: Operator) -> Instance:
        for _ in range(50):
            shape = operator.first_shapes[self.choose(len(operator.first_shapes))]
            instance = operator.sample(self.choose, shape)
            if instance is not None:
                return instance
        raise RuntimeError(f"{operator.name} gives no instance for its own shapes")

    def apply(self, operator: Operator) -> int:
        """Draw how to call an operation, and its operands."""
        first, instance = self.first_operand(operator)
        if instance is None:
            first, instance = None, self.fresh_instance(operator)
        program = operator.program(instance.shapes, freeze_attributes(instance.attributes))
        if math.prod(program.shape) > MAX_ELEMENTS:
            first, instance = None, self.fresh_instance(operator)
        return self.call(operator, instance, first)

    def call(self, operator: Operator, instance: Instance, first: int | None) -> int:
        """Draw the operands of an operation that is called in a given way."""
        attributes = freeze_attributes(instance.attributes)
        program = operator.program(instance.shapes, attributes)
        operands, bounds = self._operands(operator, instance, program, first)
        for operand in operands:
            self.uses[operand] += 1
        node = Apply(operator.name, tuple(operands), attributes)
        return self.append(
            node, program.shape, bounds, trainable=any(self.trainable[o] for o in operands)
        )

    def _operands(
        self, operator: Operator, instance: Instance, program: Program, first: int | None
    ) -> tuple[list[int], Range]:
        operands = [self._one(operator, 0, instance.shapes[0], first, None)]
        for argument in range(1, len(instance.shapes)):
            operands.append(
                self._one(operator, argument, instance.shapes[argument], None, operands[0])
            )
        operands = self._swapped(operator, operands)
        if not any(self.trainable[operand] for operand in operands):
            operands[0] = self._variable(operator, 0, self.shapes[operands[0]])
        bounds = range_of(program, [self.ranges[operand] for operand in operands])
        if bounds is None or max(map(abs, bounds)) > _BOUND:
            operands = [
                self._variable(operator, argument, self.shapes[operand])
                for argument, operand in enumerate(operands)
            ]
            bounds = range_of(program, [self.ranges[operand] for operand in operands])
        return operands, bounds or (-_BOUND, _BOUND)

    def _variable(self, operator: Operator, argument: int, shape: Shape) -> int:
        limits = operator.argument(argument).limits
        return self.leaf(LeafKind.VARIABLE, shape, plan_for(limits, negative=len(self.plans) % 3 == 2))

    def _one(
        self, operator: Operator, argument: int, shape: Shape, given: int | None, first: int | None
    ) -> int:
        if given is not None:
            return given
        limits = operator.argument(argument).limits
        plan = plan_for(limits, negative=len(self.plans) % 3 == 2)
        choice = self.choose(8)
        if first is not None and operator.name == "power" and self.ranges[first][0] <= 0:
            exponent = LeafPlan(2.0, 3.0, limits, integer=True)
            return self.leaf(LeafKind.NUMBER if shape == () else LeafKind.CONSTANT, shape, exponent)
        if first is not None and choice in (1, 2) and self.shapes[first] == shape:
            if self.admits(operator, argument, first):
                return first
        if choice in (3, 4):
            for node in self.candidates():
                if self.shapes[node] == shape and self.admits(operator, argument, node):
                    return node
        kinds = {5: LeafKind.CONSTANT, 6: LeafKind.ARRAY, 7: LeafKind.NUMBER}
        kind = kinds.get(choice, LeafKind.VARIABLE)
        if kind is LeafKind.NUMBER and (shape != () or operator.variadic):
            kind = LeafKind.ARRAY
        if kind in (LeafKind.ARRAY, LeafKind.NUMBER) and first is None:
            kind = LeafKind.VARIABLE
        return self.leaf(kind, shape, plan)

    def _swapped(self, operator: Operator, operands: list[int]) -> list[int]:
        """Sometimes the constant goes to the left: ``2 - x``, ``array / x``."""
        if operator.kernel is None or len(operands) != 2 or operator.name == "power":
            return operands
        left, right = operands
        movable = self.admits(operator, 0, right) and self.admits(operator, 1, left)
        return [right, left] if movable and self.choose(3) == 1 else operands


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
    drawing.call(operator, instance, None)
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
        i
        for i, uses in enumerate(drawing.uses)
        if not uses and isinstance(drawing.nodes[i], Apply)
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
