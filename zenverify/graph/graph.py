"""The neutral graph: frozen nodes in topological order, typechecked on every build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import catalogue
from zenverify.operators.attributes import (
    DIMENSIONS,
    Attributes,
    FrozenArray,
    array_kind,
    freeze,
    freeze_attributes,
    holds_array,
    thaw_attributes,
)
from zenverify.operators.operator import Operator
from zenverify.operators.program.builder import Shape
from zenverify.operators.program.program import Program

DTYPES = ("float64", "float32")
"""What can be differentiated."""

DISCRETE = ("int64", "bool")
"""What can be an index, a label, a condition, or an exponent, and has no gradient."""


class LeafKind(StrEnum):
    """How a leaf is handed to the engine."""

    VARIABLE = "variable"
    """A trainable tensor."""
    CONSTANT = "constant"
    """A tensor that is not trainable."""
    ARRAY = "array"
    """A plain NumPy array."""
    NUMBER = "number"
    """A Python float or int; it takes the dtype of what it meets, as in NumPy 2."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An input of the graph."""

    kind: LeafKind
    shape: tuple[int, ...]
    dtype: str = "float64"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Apply:
    """An operator applied to earlier nodes.

    Parameters
    ----------
    operator
        The operator, or the name of one of the catalogue's.
    operands
        The positions of its operands.
    attributes
        The attributes, frozen.
    given
        Per attribute that the engine is given as a node, of integers or of booleans, that node:
        ``(("condition", 2),)``. Its values stand among the attributes too, as far as they are
        known; see `Graph.bound`.

    Raises
    ------
    GraphError
        If the catalogue holds no operator of that name.
    """

    declared: Operator
    operands: tuple[int, ...]
    attributes: Attributes
    given: tuple[tuple[str, int], ...]

    def __init__(
        self,
        operator: Operator | str,
        operands: tuple[int, ...],
        attributes: Attributes = (),
        given: tuple[tuple[str, int], ...] = (),
    ) -> None:
        declared = catalogue.get(operator) if isinstance(operator, str) else operator
        object.__setattr__(self, "declared", declared)
        object.__setattr__(self, "operands", operands)
        object.__setattr__(self, "attributes", attributes)
        object.__setattr__(self, "given", tuple(sorted(given)))

    @property
    def uses(self) -> tuple[int, ...]:
        """All nodes that it is computed from: operands, and what gives its attributes."""
        return (*self.operands, *(node for _, node in self.given))

    def at(self, places: Mapping[int, int]) -> Apply:
        """The same operation of the same nodes, whose positions have changed."""
        operands = tuple(places[operand] for operand in self.operands)
        given = tuple((name, places[node]) for name, node in self.given)
        return Apply(self.declared, operands, self.attributes, given)

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self.declared.name

    def __repr__(self) -> str:
        given = f", {self.given}" if self.given else ""
        return f"Apply({self.operator!r}, {self.operands}, {self.attributes}{given})"


class Call(NamedTuple):
    """An operation with all that a pass over the graph asks about it, looked up once.

    Attributes
    ----------
    position
        Where it is.
    operator, operands
        As in `Apply`.
    program
        The operator's, for these operands' shapes.
    trainable
        Whether its result's gradient is wanted.
    """

    position: int
    operator: str
    operands: tuple[int, ...]
    program: Program
    trainable: bool


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order; the last one is the root.

    Operations whose results are booleans, comparisons and what combines them, are *decisions*. No
    derivative passes them: to everything that is differentiated they are constants, as leaves of
    booleans and integers are.

    Attributes
    ----------
    nodes
        The nodes.
    further_roots
        Operations, besides the last node, that a cotangent enters at, in order.

    Raises
    ------
    GraphError
        If an operand does not come before its node, or shapes or dtypes do not fit.
    """

    nodes: tuple[Leaf | Apply, ...]
    further_roots: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._types  # noqa: B018  typecheck on every build
        for position in self.further_roots:
            if not 0 <= position < self.root or not isinstance(self.nodes[position], Apply):
                raise GraphError(f"root {position}: expected an operation before the last node")
        if list(self.further_roots) != sorted(set(self.further_roots)):
            raise GraphError(f"roots {self.further_roots} are not in order, or one is there twice")

    @cached_property
    def _types(self) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...], tuple[bool, ...]]:
        if not self.nodes:
            raise GraphError("a graph needs at least one node")
        shapes: list[tuple[int, ...]] = []
        dtypes: list[str] = []
        trainable: list[bool] = []
        nodes = list(self.nodes)
        for position, node in enumerate(nodes):
            if isinstance(node, Leaf):
                _check_leaf(position, node)
                shapes.append(node.shape)
                dtypes.append(node.dtype)
                trainable.append(node.kind is LeafKind.VARIABLE)
                continue
            for operand in node.uses:
                if not 0 <= operand < position:
                    raise GraphError(
                        f"node {position} ({node.operator}): operand {operand} does not come "
                        "before it"
                    )
            if all(self._is_plain(operand) for operand in node.operands):
                raise GraphError(
                    f"node {position} ({node.operator}): every operand is a plain number or array; "
                    "expected at least one tensor"
                )
            self._check_operands(position, node, dtypes)
            if node.given:
                node = nodes[position] = _with_given(position, node, shapes, dtypes)
            try:
                program = node.declared.program(
                    tuple(shapes[operand] for operand in node.operands), node.attributes
                )
            except GraphError as error:
                raise GraphError(f"node {position}: {error}") from error
            _check_dimensions(position, program.shape)
            shapes.append(program.shape)
            dtypes.append("bool" if node.declared.decides else self._result_dtype(node, dtypes))
            trainable.append(
                not node.declared.decides and any(trainable[operand] for operand in node.operands)
            )
        object.__setattr__(self, "nodes", tuple(nodes))
        return tuple(shapes), tuple(dtypes), tuple(trainable)

    def _check_operands(self, position: int, node: Apply, dtypes: list[str]) -> None:
        for argument, operand in enumerate(node.operands):
            dtype = dtypes[operand]
            logical = not node.declared.variadic and (
                argument < len(node.declared.arguments) and node.declared.argument(argument).logical
            )
            if (dtype == "bool") != logical:
                expected = "booleans" if logical else "numbers"
                raise GraphError(
                    f"node {position} ({node.operator}): operand {operand} is of {dtype}; expected "
                    f"{expected}"
                )
            if dtype == "int64" and not self.is_number(operand):
                raise GraphError(
                    f"node {position} ({node.operator}): operand {operand} is of int64; expected "
                    "floats, or a single number: libraries differ in the dtype of the result"
                )

    def _result_dtype(self, node: Apply, dtypes: list[str]) -> str:
        strong = [dtypes[operand] for operand in node.operands if not self.is_number(operand)]
        return "float32" if strong and all(dtype == "float32" for dtype in strong) else "float64"

    def _is_plain(self, position: int) -> bool:
        node = self.nodes[position]
        return isinstance(node, Leaf) and node.kind in (LeafKind.NUMBER, LeafKind.ARRAY)

    def bound(self, values: Mapping[int, Any]) -> Graph:
        """The graph with attributes that nodes give taken from these nodes' values.

        What an engine decided, or was given, is a constant to the truth about its gradients.

        Parameters
        ----------
        values
            By node; nodes that are not there leave attributes as they are.

        Raises
        ------
        GraphError
            If values do not fit: an index out of range.
        """
        if not self.takes_given:
            return self
        nodes = [
            node if isinstance(node, Leaf) or not node.given else _bound(node, values)
            for node in self.nodes
        ]
        return Graph(tuple(nodes), self.further_roots)

    @cached_property
    def takes_given(self) -> bool:
        """Whether some operation is given an attribute as a node."""
        return any(isinstance(node, Apply) and node.given for node in self.nodes)

    def is_discrete(self, position: int) -> bool:
        """Whether a node's value is of booleans or of integers."""
        return self.dtypes[position] in DISCRETE

    def is_number(self, position: int) -> bool:
        """Whether a node is a Python number, which takes the dtype of what it meets."""
        node = self.nodes[position]
        return isinstance(node, Leaf) and node.kind is LeafKind.NUMBER

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of every node's value."""
        return self._types[0]

    @cached_property
    def dtypes(self) -> tuple[str, ...]:
        """The dtype of every node's value: one of `DTYPES`, or of `DISCRETE`."""
        return self._types[1]

    @cached_property
    def numpy_dtypes(self) -> tuple[np.dtype[Any], ...]:
        """The same as NumPy's objects, which are quick to compare to an array's."""
        return tuple(map(np.dtype, self.dtypes))

    @cached_property
    def trainable(self) -> tuple[bool, ...]:
        """Whether a gradient is wanted: the node is a variable or depends on one."""
        return self._types[2]

    @property
    def root(self) -> int:
        return len(self.nodes) - 1

    @property
    def roots(self) -> tuple[int, ...]:
        """All nodes that a cotangent enters at, in order; the last one is `root`."""
        return (*self.further_roots, self.root)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of elements of every node."""
        return tuple(int(np.prod(shape, dtype=np.int64)) for shape in self.shapes)

    @cached_property
    def work(self) -> int:
        """The elements of all buffers of all operations' programs: what a pass in balls costs."""
        return sum(call.program.work for call in self.calls)

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Positions of the leaves, in order."""
        return tuple(i for i, node in enumerate(self.nodes) if isinstance(node, Leaf))

    @cached_property
    def operations(self) -> tuple[int, ...]:
        """Positions of the operations that can be differentiated, in order."""
        return tuple(
            i
            for i, node in enumerate(self.nodes)
            if isinstance(node, Apply) and not node.declared.decides
        )

    @cached_property
    def decisions(self) -> tuple[int, ...]:
        """Positions of the operations whose results are booleans, in order."""
        return tuple(
            i
            for i, node in enumerate(self.nodes)
            if isinstance(node, Apply) and node.declared.decides
        )

    @cached_property
    def consumers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Per node, the ``(consumer, argument)`` pairs through which a derivative passes."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for position in self.operations:
            for argument, operand in enumerate(self.apply(position).operands):
                found[operand].append((position, argument))
        return tuple(tuple(pairs) for pairs in found)

    @cached_property
    def users(self) -> tuple[tuple[int, ...], ...]:
        """Per node, all that is computed from it, in order."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for position, node in enumerate(self.nodes):
            for used in dict.fromkeys(node.uses if isinstance(node, Apply) else ()):
                found[used].append(position)
        return tuple(map(tuple, found))

    @cached_property
    def reaches_root(self) -> tuple[bool, ...]:
        """Per node, whether a derivative of a root can reach it (the root itself is reached)."""
        reached = [False] * len(self.nodes)
        for root in self.roots:
            reached[root] = True
        for position in reversed(self.operations):
            if reached[position]:
                for operand in self.apply(position).operands:
                    reached[operand] = True
        return tuple(reached)

    @cached_property
    def differentiated(self) -> tuple[bool, ...]:
        """Per node, whether it must have a gradient: trainable, and a root depends on it."""
        pairs = zip(self.trainable, self.reaches_root, strict=True)
        return tuple(trainable and reaches for trainable, reaches in pairs)

    @cached_property
    def programs(self) -> tuple[Any, ...]:
        """Per node, the operation's `Program`; None for leaves and decisions."""
        return tuple(
            None
            if isinstance(node, Leaf) or node.declared.decides
            else node.declared.program(
                tuple(self.shapes[operand] for operand in node.operands), node.attributes
            )
            for node in self.nodes
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The operations that can be differentiated, in order."""
        return tuple(
            Call(position, node.operator, node.operands, program, trainable)
            for position, (node, program, trainable) in enumerate(
                zip(self.nodes, self.programs, self.trainable, strict=True)
            )
            if isinstance(node, Apply) and not node.declared.decides
        )

    @cached_property
    def _call_at(self) -> dict[int, Call]:
        return {call.position: call for call in self.calls}

    def call(self, position: int) -> Call:
        """The operation at a position, with all that is known about it."""
        return self._call_at[position]

    @cached_property
    def operands(self) -> tuple[tuple[int, ...], ...]:
        """Per node, its operands; none for leaves and decisions."""
        return tuple(
            () if isinstance(node, Leaf) or node.declared.decides else node.operands
            for node in self.nodes
        )

    @cached_property
    def operators(self) -> frozenset[str]:
        """The names of the operators that occur."""
        return frozenset(node.operator for node in self.nodes if isinstance(node, Apply))

    @cached_property
    def kinking(self) -> tuple[int, ...]:
        """The operations that can have a kink."""
        return tuple(call.position for call in self.calls if call.program.can_kink)

    @cached_property
    def _plain_attributes(self) -> tuple[dict[str, Any] | None, ...]:
        """Per node, its attributes thawed; None for leaves, and where they hold an array."""
        return tuple(
            None
            if isinstance(node, Leaf) or holds_array(node.attributes)
            else thaw_attributes(node.attributes)
            for node in self.nodes
        )

    def attributes(self, position: int) -> dict[str, Any]:
        """An operation's attributes, thawed anew: an engine may do with them as it likes."""
        plain = self._plain_attributes[position]
        if plain is None:
            return thaw_attributes(self.apply(position).attributes)
        return plain.copy()

    def apply(self, position: int) -> Apply:
        """The operation at a position.

        Raises
        ------
        TypeError
            If a leaf is there.
        """
        node = self.nodes[position]
        if not isinstance(node, Apply):
            raise TypeError(f"node {position} is a leaf")
        return node

    def operator_of(self, position: int) -> str:
        """The operator's name, or the leaf's kind."""
        node = self.nodes[position]
        return node.operator if isinstance(node, Apply) else str(node.kind)


def _check_dimensions(position: int, shape: tuple[int, ...]) -> None:
    if len(shape) > DIMENSIONS:
        raise GraphError(f"node {position}: {len(shape)} dimensions, expected at most {DIMENSIONS}")


def _check_leaf(position: int, leaf: Leaf) -> None:
    if leaf.dtype not in (*DTYPES, *DISCRETE):
        listed = ", ".join((*DTYPES, *DISCRETE))
        raise GraphError(f"node {position}: dtype {leaf.dtype!r} is none of {listed}")
    if leaf.dtype in DISCRETE and leaf.kind is LeafKind.VARIABLE:
        raise GraphError(f"node {position}: a variable of {leaf.dtype} has no gradient")
    if any(size < 0 for size in leaf.shape):
        raise GraphError(f"node {position}: negative size in shape {leaf.shape}")
    _check_dimensions(position, leaf.shape)
    if leaf.kind is LeafKind.NUMBER and leaf.shape:
        raise GraphError(f"node {position}: a number has the shape (), not {leaf.shape}")
    if leaf.kind is LeafKind.NUMBER and leaf.dtype == "bool":
        raise GraphError(f"node {position}: a number is of float64, float32 or int64, not of bool")


def _with_given(position: int, node: Apply, shapes: list[Shape], dtypes: list[str]) -> Apply:
    """The operation with something of the right shape for each attribute that is not known yet."""
    attributes = dict(node.attributes)
    for name, giver in node.given:
        where = f"node {position} ({node.operator}): {name}"
        kind = array_kind(node.declared.build, name)
        if kind is None:
            raise GraphError(f"{where} is nothing that a node can give")
        wanted = {"bool": "bool", "int": "int64"}[kind]
        if dtypes[giver] != wanted:
            raise GraphError(
                f"{where} is given by node {giver}, of {dtypes[giver]}; expected {wanted}"
            )
        held = attributes.get(name)
        if not isinstance(held, FrozenArray) or held.shape != shapes[giver]:
            attributes[name] = freeze(np.zeros(shapes[giver], wanted))
    return Apply(node.declared, node.operands, tuple(sorted(attributes.items())), node.given)


def _bound(node: Apply, values: Mapping[int, Any]) -> Apply:
    known = {name: freeze(np.asarray(values[i])) for name, i in node.given if i in values}
    attributes = tuple(sorted({**dict(node.attributes), **known}.items()))
    return Apply(node.declared, node.operands, attributes, node.given)


class GraphBuilder:
    """Builds a graph node by node; every method returns the new node's position.

    Examples
    --------
    >>> build = GraphBuilder()
    >>> x = build.variable((3,))
    >>> y = build.apply("tanh", x)
    >>> build.graph().shapes
    ((3,), (3,))
    """

    def __init__(self) -> None:
        self._nodes: list[Leaf | Apply] = []

    def leaf(self, kind: LeafKind, shape: Sequence[int] = (), dtype: str = "float64") -> int:
        self._nodes.append(Leaf(kind, tuple(shape), dtype))
        return len(self._nodes) - 1

    def variable(self, shape: Sequence[int] = (), dtype: str = "float64") -> int:
        return self.leaf(LeafKind.VARIABLE, shape, dtype)

    def apply(
        self,
        operator: Operator | str,
        *operands: int,
        given: Mapping[str, int] | None = None,
        **attributes: Any,
    ) -> int:
        """Apply an operator; `given` says which nodes give attributes."""
        nodes = tuple((given or {}).items())
        self._nodes.append(Apply(operator, operands, freeze_attributes(attributes), nodes))
        return len(self._nodes) - 1

    def graph(self, *further_roots: int) -> Graph:
        """The graph; `further_roots` are roots besides the last node."""
        return Graph(tuple(self._nodes), tuple(sorted(further_roots)))
