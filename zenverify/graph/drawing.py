"""Drawing graphs that are valid by construction, one choice at a time.

Every node's shape and range of values is tracked while drawing, so domains hold without rejection.
What real engines get wrong is drawn on purpose: shared nodes, the same operand twice, constants of
each kind on either side, every broadcasting pattern, size-1 and zero-size axes, float32, several
roots, conditions that are computed, indices and masks that are values of the engine's own.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from zenverify.graph.constants import Constant, constant_on, draw_layout
from zenverify.graph.filling import ordinary_integers
from zenverify.graph.graph import Apply, Leaf, LeafKind
from zenverify.graph.ranges import Range, range_of
from zenverify.graph.structure import (
    Dtypes,
    LeafPlan,
    Structure,
    dtype_odds,
    plan_for,
    trimmed,
)
from zenverify.operators.attributes import (
    Attributes,
    FrozenArray,
    array_kind,
    freeze,
    freeze_attributes,
)
from zenverify.operators.domain import EVERYWHERE, Domain
from zenverify.operators.operator import Choose, Instance, Operator
from zenverify.operators.program.builder import Shape
from zenverify.operators.program.program import Program
from zenverify.operators.sampling import pick

MAX_ELEMENTS = 12
"""No node that is drawn has more elements than this."""

_DRAWS_PER_SHAPE = 60

_CHAIN_SHAPES: tuple[Shape, ...] = ((), (2,), (2, 1))

_PARTS = 16
"""Into so many a range is cut, since a ball's image is far too wide where the ball is."""

_ATTRIBUTE = 3
"""One in about so many attributes that are arrays of booleans or integers is given by a node."""

_ONE_ROOT = 5
"""In about so many graphs one has several roots."""

_MOST_ROOTS = 2
"""So many loose ends become roots at most."""

_BOUND = 40.0
"""Ordinary values stay below this, so that graphs stay well conditioned however deep they are."""


def simplest(count: int) -> int:  # noqa: ARG001  a choice among so many
    """Choose the first of everything: it is the plainest."""
    return 0


@dataclass(frozen=True)
class _Planned:
    """An operator that is about to be called.

    Attributes
    ----------
    operator
        The operator.
    instance
        The shapes of its operands, and its attributes.
    constant
        Which operand is a constant, if one is.
    extended
        Whether its first argument may be anything, since another one will be an integer: a
        negative base with an integer exponent.
    given
        The attributes that nodes give.
    computed
        Whether one of them is computed: its condition may come out either way.
    """

    operator: Operator
    instance: Instance
    constant: Constant | None
    extended: bool
    given: tuple[str, ...] = ()
    computed: bool = False

    @cached_property
    def program(self) -> Program:
        return self._program({})

    @cached_property
    def programs(self) -> Sequence[Program]:
        """All that may be computed: with a condition that holds everywhere, and nowhere."""
        name = self.operator.selects
        if not self.computed or name is None:
            return [self.program]
        condition = self.instance.attributes[name]
        return [self._program({name: np.full_like(condition, held)}) for held in (True, False)]

    def _program(self, changed: dict[str, Any]) -> Program:
        attributes = freeze_attributes({**self.instance.attributes, **changed})
        return self.operator.program(self.instance.shapes, attributes)

    def limits(self, argument: int) -> Domain:
        if self.extended and argument == 0:
            return EVERYWHERE
        return self.operator.argument(argument).limits

    def is_integer(self, argument: int) -> bool:
        return self.extended and argument == self.operator.integers_extend

    def kind(self, argument: int) -> LeafKind:
        """What a new leaf for an argument is."""
        if self.constant is not None and self.constant.argument == argument:
            return self.constant.kind
        return LeafKind.VARIABLE


class _Drawing:
    """A graph that grows; per node its shape, range of values, and how often it is used."""

    def __init__(
        self, choose: Choose, dtypes: Dtypes, decisions: Sequence[Operator] | None = None
    ) -> None:
        self.choose = choose
        self.dtypes = dtypes
        self.gives = decisions is not None
        self.comparisons = [one for one in decisions or () if not one.arguments[0].logical]
        self.combining = [one for one in decisions or () if one.arguments[0].logical]
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

    def apply(self, operator: Operator) -> None:
        """Draw how to call an operation, and its operands."""
        node, instance = self._node_and_instance(operator)
        shapes = instance.shapes
        reverse, kind = draw_layout(self.choose, shapes)
        turned = reverse and _is_binary(operator)
        if turned:
            shapes = shapes[::-1]
        if kind is LeafKind.NUMBER and _is_binary(operator):
            shapes = ((), shapes[1]) if reverse else (shapes[0], ())
        constant = constant_on(operator, shapes, reverse, kind)
        call = self.prepared(operator, Instance(shapes, instance.attributes), constant)
        self.call(call, node, 1 if turned else 0)

    def prepared(
        self, operator: Operator, instance: Instance, constant: Constant | None
    ) -> _Planned:
        extended = operator.integers_extend is not None and self.choose(3) == 1
        given = tuple(
            name
            for name, value in instance.attributes.items()
            if self.gives
            and isinstance(value, np.ndarray)
            and array_kind(operator.build, name)
            and self.choose(_ATTRIBUTE) == 1
        )
        computed = bool(operator.selects in given and self.comparisons and self.choose(3))
        return _Planned(operator, instance, constant, extended, given, computed)

    def call(self, call: _Planned, node: int | None = None, place: int = 0) -> None:
        """Append a call; an existing node goes to a place among its operands if it fits there."""
        operands, bounds = self._operands(call, node, place)
        for operand in operands:
            self.uses[operand] += 1
        attributes = freeze_attributes(call.instance.attributes)
        given = tuple((name, self._giver(call, name)) for name in call.given)
        applied = Apply(call.operator, tuple(operands), attributes, given)
        self.append(applied, call.program.shape, bounds, trainable=True)

    def _giver(self, call: _Planned, name: str) -> int:
        """The node that gives an attribute: a leaf of its value, or a condition of its shape."""
        value = call.instance.attributes[name]
        if call.computed and name == call.operator.selects:
            return self._condition(value.shape)
        frozen = freeze(value)
        assert isinstance(frozen, FrozenArray)
        kind = (LeafKind.ARRAY, LeafKind.CONSTANT)[self.choose(2)]
        dtype = "bool" if frozen.kind == "bool" else "int64"
        self.plans.append(LeafPlan(0.0, 0.0, EVERYWHERE, items=frozen))
        return self.append(Leaf(kind, value.shape, dtype), value.shape, (0.0, 0.0), trainable=False)

    def _condition(self, shape: Shape) -> int:
        """A comparison, or two of them combined, or the opposite of one."""
        condition = self._comparison(shape)
        combining = pick(self.choose, [None, None, *self.combining])
        if combining is None:
            return condition
        others = [self._comparison(shape) for _ in combining.arguments[1:]]
        return self._decision(combining, condition, *others)

    def _comparison(self, shape: Shape) -> int:
        """Of a node, or a leaf, with another one or a number, on either side."""
        operands = [self._compared(shape)]
        other = self.choose(3)
        if other == 0:
            operands.append(self._free_leaf(LeafKind.NUMBER, ()))
        else:
            operands.append(self._compared(shape) if other == 1 else operands[0])
        if self.choose(2):
            operands.reverse()
        return self._decision(pick(self.choose, self.comparisons), *operands)

    def _compared(self, shape: Shape) -> int:
        """A node of a shape whose value is compared. That is no use that gives it a gradient."""
        if self.choose(4):
            for node in self._candidates():
                if self.shapes[node] == shape:
                    return node
        return self._free_leaf(pick(self.choose, (LeafKind.CONSTANT, LeafKind.VARIABLE)), shape)

    def _free_leaf(self, kind: LeafKind, shape: Shape) -> int:
        return self._new_leaf(kind, shape, plan_for(EVERYWHERE, negative=len(self.plans) % 3 == 2))

    def _decision(self, operator: Operator, *operands: int) -> int:
        shape = np.broadcast_shapes(*(self.shapes[operand] for operand in operands))
        return self.append(Apply(operator, operands), shape, (0.0, 1.0), trainable=False)

    def _node_and_instance(self, operator: Operator) -> tuple[int | None, Instance]:
        """An existing node, or None, and an instance for its shape."""
        fitting = self._candidates()
        if fitting:
            node = fitting[min(self.choose(6), len(fitting) - 1)]
            instance = operator.sample(self.choose, self.shapes[node])
            if instance is not None and _size_of(operator, instance) <= MAX_ELEMENTS:
                return node, instance
        return None, self._fresh_instance(operator)

    def _fresh_instance(self, operator: Operator) -> Instance:
        for _ in range(50):
            shape = operator.first_shapes[self.choose(len(operator.first_shapes))]
            instance = operator.sample(self.choose, shape)
            if instance is not None:
                return instance
        raise RuntimeError(f"{operator.name} gives no instance for its own shapes")

    def _operands(self, call: _Planned, node: int | None, place: int) -> tuple[list[int], Range]:
        """The operands, and the range of the result."""
        shapes = call.instance.shapes
        if node is not None and not self._fits(call, place, shapes[place], node):
            node = None
        operands: list[int] = []
        model = node
        for argument, shape in enumerate(shapes):
            if argument == place and node is not None:
                operands.append(node)
            elif call.kind(argument) is LeafKind.VARIABLE:
                operands.append(self._operand(call, argument, shape, model))
                model = operands[-1] if model is None else model
            else:
                operands.append(self._leaf(call, argument))
        bounds = self._range_of(call, operands)
        if bounds is None:
            operands = [self._leaf(call, argument) for argument in range(len(shapes))]
            bounds = self._range_of(call, operands) or (-_BOUND, _BOUND)
        return operands, bounds

    def _range_of(self, call: _Planned, operands: Sequence[int]) -> Range | None:
        """The range of the result; None where it may be undefined or too large to go on with."""
        if call.extended:
            return None if max(abs(end) for end in self.ranges[operands[0]]) > 2 else (-8.0, 8.0)
        return _bounded(call, [self.ranges[operand] for operand in operands])

    def _leaf(self, call: _Planned, argument: int) -> int:
        """A new leaf of the kind that the call wants."""
        kind, shape = call.kind(argument), call.instance.shapes[argument]
        return self._new_leaf(kind, shape, self._plan(call, argument))

    def _new_leaf(self, kind: LeafKind, shape: Shape, plan: LeafPlan) -> int:
        in_turn = self.dtypes is Dtypes.MIXED and len(self.plans) % 2 == 0
        narrow = self.dtypes is Dtypes.FLOAT32 or in_turn
        dtype = "float32" if narrow and kind is not LeafKind.NUMBER else "float64"
        if kind is LeafKind.NUMBER and ordinary_integers(plan) and self.choose(3) == 1:
            dtype = "int64"
        self.plans.append(plan)
        trainable = kind is LeafKind.VARIABLE
        return self.append(
            Leaf(kind, shape, dtype), shape, (plan.low, plan.high), trainable=trainable
        )

    def _plan(self, call: _Planned, argument: int) -> LeafPlan:
        limits = call.limits(argument)
        if call.is_integer(argument):
            return LeafPlan(-1.0, 3.0, limits, integer=True)
        plan = plan_for(limits, negative=len(self.plans) % 3 == 2)
        mask = call.instance.attributes[call.operator.takes] if call.operator.takes else None
        if mask is None or argument:
            return plan
        taken = freeze(np.broadcast_to(mask, call.instance.shapes[0]))
        assert isinstance(taken, FrozenArray)
        return replace(plan, taken=taken)

    def _operand(self, call: _Planned, argument: int, shape: Shape, model: int | None) -> int:
        """The same operand as before, another node, or a new variable."""
        choice = 3 if model is None else self.choose(6)
        if choice in (1, 2) and model is not None and self._fits(call, argument, shape, model):
            return model
        if choice in (3, 4):
            for node in self._candidates():
                if self._fits(call, argument, shape, node):
                    return node
        return self._leaf(call, argument)

    def _candidates(self) -> list[int]:
        """Trainable nodes: those that nothing uses yet first, the latest first."""
        order = range(len(self.nodes) - 1, -1, -1)
        tensors = [i for i in order if self.trainable[i]]
        return [i for i in tensors if not self.uses[i]] + [i for i in tensors if self.uses[i]]

    def _fits(self, call: _Planned, argument: int, shape: Shape, node: int) -> bool:
        if self.shapes[node] != shape or call.kind(argument) is not LeafKind.VARIABLE:
            return False
        admitted = call.limits(argument).admits(*self.ranges[node])
        return admitted and not call.is_integer(argument)


def _is_binary(operator: Operator) -> bool:
    """Whether it is elementwise with two operands, whose shapes may change places."""
    return operator.is_elementwise and len(operator.arguments) == 2


def _size_of(operator: Operator, instance: Instance) -> int:
    program = operator.program(instance.shapes, freeze_attributes(instance.attributes))
    return math.prod(program.shape)


def _bounded(call: _Planned, ranges: Sequence[Range]) -> Range | None:
    """The range of a call's result; None where it may be undefined or too large to go on with."""
    found = [
        range_of(program, part)
        for program in call.programs
        for part in _parts(call.operator, ranges)
    ]
    known = [part for part in found if part is not None]
    if len(known) < len(found):
        return None
    low, high = min(low for low, _ in known), max(high for _, high in known)
    return (low, high) if max(-low, high) <= _BOUND else None


def _parts(operator: Operator, ranges: Sequence[Range]) -> list[Sequence[Range]]:
    """Ranges that make up the given ones: each element lies in one part, which encloses tightly."""
    if operator.kernel is None or len(ranges) > 1:
        return [ranges]
    ((low, high),) = ranges
    ends = [low + (high - low) * part / _PARTS for part in range(_PARTS)] + [high]
    return [[part] for part in pairwise(ends)]


def draw_structure(
    choose: Choose, operators: Sequence[Operator], operations: int, dtypes: Dtypes
) -> Structure:
    """Draw a graph.

    Parameters
    ----------
    choose
        Where choices come from.
    operators
        What to draw from. Of those that decide, conditions are made.
    operations
        How many operations; some are added to join loose ends, if these do not become roots.
    dtypes
        The leaves' dtypes.
    """
    drawing = _Drawing(choose, dtypes, [one for one in operators if one.decides])
    available = [one for one in operators if not one.decides]
    for _ in range(operations):
        drawing.apply(available[choose(len(available))])
    roots = _draw_roots(drawing)
    _join_loose_ends(drawing, {operator.name for operator in available}, roots)
    return _finished(drawing, roots)


def draw_any(choose: Choose, operators: Sequence[Operator], least: int, most: int) -> Structure:
    """Draw a graph, how many operations it has and its dtypes.

    Parameters
    ----------
    choose, operators
        As for `draw_structure`.
    least, most
        How many operations, before loose ends are joined.
    """
    operations = least + choose(most - least + 1)
    return draw_structure(choose, operators, operations, pick(choose, dtype_odds(operators)))


def draw_chain(
    choose: Choose, operators: Sequence[Operator], operations: int, dtypes: Dtypes
) -> Structure | None:
    """Draw a chain: each operation's only operand is the result of the one before.

    Parameters
    ----------
    choose, dtypes
        As for `draw_structure`.
    operators
        What to draw from: those of them that are elementwise with one operand.
    operations
        How many operations; fewer if no operator takes what the chain has come to.

    Returns
    -------
    Structure or None
        None where no operator can start a chain.
    """
    unary = [o for o in operators if o.kernel is not None and len(o.arguments) == 1]
    if not unary:
        return None
    shape = pick(choose, _CHAIN_SHAPES)
    calls = [_Planned(operator, Instance((shape,)), None, extended=False) for operator in unary]
    drawing = _Drawing(choose, dtypes)
    drawing.call(pick(choose, calls))
    for _ in range(operations - 1):
        call = _continuation(choose, calls, drawing.ranges[-1])
        if call is None:
            break
        drawing.call(call, len(drawing.nodes) - 1)
    return _finished(drawing)


def _continuation(choose: Choose, calls: Sequence[_Planned], latest: Range) -> _Planned | None:
    """One of the calls that is defined on a range of values; None if none is."""
    untried = list(calls)
    while untried:
        call = untried.pop(choose(len(untried)))
        if call.limits(0).admits(*latest) and _bounded(call, [latest]) is not None:
            return call
    return None


def single_structure(
    choose: Choose,
    operator: Operator,
    instance: Instance,
    dtypes: Dtypes,
    constant: Constant | None = None,
    decisions: Sequence[Operator] | None = None,
) -> Structure:
    """Draw a graph of one operation, called in a given way.

    Parameters
    ----------
    choose
        Where choices come from.
    operator, instance
        The operation, its operands' shapes and its attributes.
    dtypes
        The leaves' dtypes.
    constant
        Which operand is a constant; drawn if None, and there may be none then.
    decisions
        What a condition may be computed by. If None, no attribute is given by a node.
    """
    drawing = _Drawing(choose, dtypes, decisions)
    if constant is None:
        layout = draw_layout(choose, instance.shapes)
        constant = constant_on(operator, instance.shapes, *layout)
    drawing.call(drawing.prepared(operator, instance, constant))
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


def _finished(drawing: _Drawing, further_roots: Sequence[int] = ()) -> Structure:
    """The structure without what no root depends on: operands drawn and not used."""
    return trimmed(drawing.nodes, drawing.plans, further_roots)


def _loose_ends(drawing: _Drawing) -> list[int]:
    """The operations that nothing uses; the last of all is the root."""
    unused = (i for i, uses in enumerate(drawing.uses) if not uses and drawing.trainable[i])
    return [i for i in unused if isinstance(drawing.nodes[i], Apply)]


def _draw_roots(drawing: _Drawing) -> list[int]:
    """Further roots: the first loose ends, and at times a node that others use."""
    if drawing.choose(_ONE_ROOT) != 1:
        return []
    *loose, root = _loose_ends(drawing)
    tensors = (i for i, trainable in enumerate(drawing.trainable) if trainable and i != root)
    inner = [i for i in tensors if isinstance(drawing.nodes[i], Apply)]
    roots = loose[:_MOST_ROOTS]
    if inner and (not roots or drawing.choose(2)):
        roots.append(inner[drawing.choose(len(inner))])
    return sorted(set(roots))


def _join_loose_ends(drawing: _Drawing, allowed: set[str], roots: Sequence[int]) -> None:
    """Add what nothing uses, and is no root, to the last node, so that it depends on all."""
    loose = _loose_ends(drawing)
    root = loose.pop()
    if not {"add", "sum"} <= allowed:
        return
    whole = freeze_attributes({"axis": None, "keepdims": False})
    for node in loose:
        if node in roots:
            continue
        shape = drawing.shapes[node]
        if shape != ():
            node = drawing.append(
                Apply("sum", (node,), whole), (), (-_BOUND, _BOUND), trainable=True
            )
        shape = drawing.shapes[root]
        root = drawing.append(Apply("add", (root, node)), shape, (-_BOUND, _BOUND), trainable=True)
