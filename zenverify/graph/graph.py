"""The neutral graph: frozen nodes in topological order, typechecked on every build."""

from __future__ import annotations

from collections.abc import Sequence
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
    freeze_attributes,
    holds_array,
    thaw_attributes,
)
from zenverify.operators.operator import Operator
from zenverify.operators.program.program import Program

DTYPES = ("float64", "float32")


class LeafKind(StrEnum):
    """How a leaf is handed to the engine."""

    VARIABLE = "variable"
    """A trainable tensor."""
    CONSTANT = "constant"
    """A tensor that is not trainable."""
    ARRAY = "array"
    """A plain NumPy array."""
    NUMBER = "number"
    """A Python float; it takes the dtype of what it meets, as in NumPy 2."""


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

    Raises
    ------
    GraphError
        If the catalogue holds no operator of that name.
    """

    declared: Operator
    operands: tuple[int, ...]
    attributes: Attributes

    def __init__(
        self, operator: Operator | str, operands: tuple[int, ...], attributes: Attributes = ()
    ) -> None:
        declared = catalogue.get(operator) if isinstance(operator, str) else operator
        object.__setattr__(self, "declared", declared)
        object.__setattr__(self, "operands", operands)
        object.__setattr__(self, "attributes", attributes)

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self.declared.name

    def __repr__(self) -> str:
        return f"Apply({self.operator!r}, {self.operands}, {self.attributes})"


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

    Raises
    ------
    GraphError
        If an operand does not come before its node, or shapes do not fit.
    """

    nodes: tuple[Leaf | Apply, ...]

    def __post_init__(self) -> None:
        self.shapes  # noqa: B018  typecheck on every build

    @cached_property
    def _types(self) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...], tuple[bool, ...]]:
        if not self.nodes:
            raise GraphError("a graph needs at least one node")
        shapes: list[tuple[int, ...]] = []
        dtypes: list[str] = []
        trainable: list[bool] = []
        for position, node in enumerate(self.nodes):
            if isinstance(node, Leaf):
                _check_leaf(position, node)
                shapes.append(node.shape)
                dtypes.append(node.dtype)
                trainable.append(node.kind is LeafKind.VARIABLE)
                continue
            for operand in node.operands:
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
            try:
                program = node.declared.program(
                    tuple(shapes[operand] for operand in node.operands), node.attributes
                )
            except GraphError as error:
                raise GraphError(f"node {position}: {error}") from error
            _check_dimensions(position, program.shape)
            shapes.append(program.shape)
            dtypes.append(self._result_dtype(node, dtypes))
            trainable.append(any(trainable[operand] for operand in node.operands))
        return tuple(shapes), tuple(dtypes), tuple(trainable)

    def _result_dtype(self, node: Apply, dtypes: list[str]) -> str:
        strong = [dtypes[operand] for operand in node.operands if not self.is_number(operand)]
        return "float32" if strong and all(dtype == "float32" for dtype in strong) else "float64"

    def _is_plain(self, position: int) -> bool:
        node = self.nodes[position]
        return isinstance(node, Leaf) and node.kind in (LeafKind.NUMBER, LeafKind.ARRAY)

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
        """The dtype of every node's value, ``"float64"`` or ``"float32"``."""
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
        """Positions of the operations, in order."""
        return tuple(i for i, node in enumerate(self.nodes) if isinstance(node, Apply))

    @cached_property
    def consumers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Per node, the ``(consumer, argument)`` pairs that use it."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for position in self.operations:
            for argument, operand in enumerate(self.apply(position).operands):
                found[operand].append((position, argument))
        return tuple(tuple(pairs) for pairs in found)

    @cached_property
    def reaches_root(self) -> tuple[bool, ...]:
        """Per node, whether the root depends on it (the root does)."""
        reached = [False] * len(self.nodes)
        reached[self.root] = True
        for position in reversed(self.operations):
            if reached[position]:
                for operand in self.apply(position).operands:
                    reached[operand] = True
        return tuple(reached)

    @cached_property
    def differentiated(self) -> tuple[bool, ...]:
        """Per node, whether it must have a gradient: trainable, and the root depends on it."""
        pairs = zip(self.trainable, self.reaches_root, strict=True)
        return tuple(trainable and reaches for trainable, reaches in pairs)

    @cached_property
    def programs(self) -> tuple[Any, ...]:
        """Per node, the operation's `Program`; None for leaves."""
        return tuple(
            None
            if isinstance(node, Leaf)
            else node.declared.program(
                tuple(self.shapes[operand] for operand in node.operands), node.attributes
            )
            for node in self.nodes
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The operations, in order."""
        return tuple(
            Call(position, node.operator, node.operands, program, trainable)
            for position, (node, program, trainable) in enumerate(
                zip(self.nodes, self.programs, self.trainable, strict=True)
            )
            if isinstance(node, Apply)
        )

    @cached_property
    def _call_at(self) -> dict[int, Call]:
        return {call.position: call for call in self.calls}

    def call(self, position: int) -> Call:
        """The operation at a position, with all that is known about it."""
        return self._call_at[position]

    @cached_property
    def operands(self) -> tuple[tuple[int, ...], ...]:
        """Per node, its operands; none for leaves."""
        return tuple(() if isinstance(node, Leaf) else node.operands for node in self.nodes)

    @cached_property
    def operators(self) -> frozenset[str]:
        """The names of the operators that occur."""
        return frozenset(call.operator for call in self.calls)

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
    if leaf.dtype not in DTYPES:
        raise GraphError(f"node {position}: dtype {leaf.dtype!r} is none of {', '.join(DTYPES)}")
    if any(size < 0 for size in leaf.shape):
        raise GraphError(f"node {position}: negative size in shape {leaf.shape}")
    _check_dimensions(position, leaf.shape)
    if leaf.kind is LeafKind.NUMBER and leaf.shape:
        raise GraphError(f"node {position}: a number has the shape (), not {leaf.shape}")


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

    def apply(self, operator: Operator | str, *operands: int, **attributes: Any) -> int:
        self._nodes.append(Apply(operator, operands, freeze_attributes(attributes)))
        return len(self._nodes) - 1

    def graph(self) -> Graph:
        return Graph(tuple(self._nodes))
