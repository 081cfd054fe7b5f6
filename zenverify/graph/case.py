"""A case: a graph, the exact values of its leaves, and the root's cotangent. One JSON form."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import CaseFormatError, GraphError
from zenverify.graph.graph import DTYPES, Apply, Graph, Leaf, LeafKind
from zenverify.operators.attributes import (
    DIMENSIONS,
    Attributes,
    attribute_from_json,
    attribute_to_json,
    float_from_hex,
    float_to_text,
    misfit,
)
from zenverify.operators.program.allowance import at_most

FORMAT = 1
"""The version of the JSON form; a reader refuses any other."""

WORK = 50_000
"""Elements that the steps of a case from a file may make, in all; and per node, so that a long
chain may be read too. It is a case that has been minimised."""

_WORK_PER_NODE = 50

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Case:
    """Everything that is needed to run and judge one graph.

    Attributes
    ----------
    graph
        The nodes.
    values
        One array per leaf, in the order of ``graph.leaves``, of the leaf's shape and dtype.
    cotangent
        The root's cotangent, of the root's shape and dtype.

    Raises
    ------
    GraphError
        If an array does not have its leaf's shape or dtype.
    """

    graph: Graph
    values: tuple[Array, ...]
    cotangent: Array

    def __post_init__(self) -> None:
        leaves = self.graph.leaves
        if len(leaves) != len(self.values):
            raise GraphError(f"{len(leaves)} leaves but {len(self.values)} values")
        for position, value in zip(leaves, self.values, strict=True):
            self._check(f"value of node {position}", value, position)
            self._check_number(position, value)
        self._check("cotangent", self.cotangent, self.graph.root)
        if not self.graph.trainable[self.graph.root]:
            raise GraphError("the root depends on no variable: there is nothing to differentiate")

    def _check_number(self, position: int, value: Array) -> None:
        """A number that meets float32 must be exact there: it is computed with as it stands."""
        graph = self.graph
        if not graph.is_number(position):
            return
        narrow = any(
            graph.dtypes[consumer] == "float32" for consumer, _ in graph.consumers[position]
        )
        with np.errstate(over="ignore"):
            exact = np.array_equal(
                value.astype(np.float32).astype(value.dtype), value, equal_nan=True
            )
        if narrow and not exact:
            raise GraphError(
                f"node {position}: {float(value)!r} meets float32 but is not exact there"
            )

    def _check(self, what: str, array: Array, position: int) -> None:
        shape, dtype = self.graph.shapes[position], self.graph.dtypes[position]
        if array.shape != shape or array.dtype != dtype:
            raise GraphError(
                f"{what}: expected {dtype} of shape {shape}, got {array.dtype} of {array.shape}"
            )

    def to_json(self) -> str:
        """The canonical form: the same case always gives the same text."""
        return json.dumps(case_to_data(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Case:
        """Read a case.

        Raises
        ------
        CaseFormatError
            If the text is not a case; the message names the field and what it expected.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CaseFormatError(f"not JSON: {error}") from error
        return case_from_data(data)


def case_to_data(case: Case) -> dict[str, Any]:
    """The case as what `json` can write; floats are hexadecimal text, with decimals beside."""
    values = dict(zip(case.graph.leaves, case.values, strict=True))
    nodes: list[dict[str, Any]] = []
    for position, node in enumerate(case.graph.nodes):
        if isinstance(node, Leaf):
            nodes.append(
                {
                    "leaf": str(node.kind),
                    "shape": list(node.shape),
                    "dtype": node.dtype,
                    "values": _floats_to_data(values[position]),
                }
            )
        else:
            entry: dict[str, Any] = {"operator": node.operator, "operands": list(node.operands)}
            if node.attributes:
                entry["attributes"] = {k: attribute_to_json(v) for k, v in node.attributes}
            nodes.append(entry)
    return {"format": FORMAT, "nodes": nodes, "cotangent": _floats_to_data(case.cotangent)}


def case_from_data(data: Any) -> Case:
    """Read what `case_to_data` gave. Raises `CaseFormatError` as `Case.from_json` does."""
    if not isinstance(data, dict):
        raise CaseFormatError(f"expected an object, got {type(data).__name__}")
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        raise CaseFormatError(f"format: expected {FORMAT}, got {str(data.get('format'))[:60]}")
    _only(data, {"format", "nodes", "cotangent"}, "case")
    entries = data.get("nodes")
    if not isinstance(entries, list) or not entries:
        raise CaseFormatError("nodes: expected a list of at least one node")
    nodes: list[Leaf | Apply] = []
    values: list[Array] = []
    for position, entry in enumerate(entries):
        field = f"nodes[{position}]"
        if not isinstance(entry, dict):
            raise CaseFormatError(f"{field}: expected an object, got {type(entry).__name__}")
        if "leaf" in entry:
            leaf = _read_leaf(entry, field)
            nodes.append(leaf)
            values.append(
                _floats_from_data(entry["values"], leaf.shape, leaf.dtype, f"{field}.values")
            )
        else:
            nodes.append(_read_apply(entry, field))
    graph = _graph(tuple(nodes), WORK + _WORK_PER_NODE * len(nodes))
    root = graph.root
    cotangent = _floats_from_data(
        data.get("cotangent"), graph.shapes[root], graph.dtypes[root], "cotangent"
    )
    try:
        return Case(graph, tuple(values), cotangent)
    except GraphError as error:
        raise CaseFormatError(f"nodes: {error}") from error


def _graph(nodes: tuple[Leaf | Apply, ...], work: int) -> Graph:
    """The graph, built within an amount of work that programs known before are part of."""
    try:
        with at_most(work):
            graph = Graph(nodes)
    except GraphError as error:
        raise CaseFormatError(f"nodes: {error}") from error
    total = sum(call.program.work for call in graph.calls)
    if total > work:
        raise CaseFormatError(
            f"nodes: {total:,} elements in all steps of all operations; expected at most {work:,}"
        )
    return graph


def _read_leaf(entry: dict[str, Any], field: str) -> Leaf:
    _only(entry, {"leaf", "shape", "dtype", "values"}, field)
    kinds = [str(kind) for kind in LeafKind]
    if entry["leaf"] not in kinds:
        _fail(f"{field}.leaf", f"one of {', '.join(kinds)}", entry["leaf"])
    shape = entry.get("shape")
    if not isinstance(shape, list) or not all(type(s) is int and s >= 0 for s in shape):
        _fail(f"{field}.shape", "a list of sizes", shape)
    if len(shape) > DIMENSIONS:
        _fail(f"{field}.shape", f"at most {DIMENSIONS} dimensions", len(shape))
    if entry.get("dtype") not in DTYPES:
        _fail(f"{field}.dtype", f"one of {', '.join(DTYPES)}", entry.get("dtype"))
    if "values" not in entry:
        raise CaseFormatError(f"{field}.values: missing")
    return Leaf(LeafKind(entry["leaf"]), tuple(shape), entry["dtype"])


def _read_apply(entry: dict[str, Any], field: str) -> Apply:
    _only(entry, {"operator", "operands", "attributes"}, field)
    if not isinstance(entry.get("operator"), str):
        _fail(f"{field}.operator", "an operator's name", entry.get("operator"))
    operands = entry.get("operands")
    if not isinstance(operands, list) or not all(type(o) is int for o in operands):
        _fail(f"{field}.operands", "a list of node positions", operands)
    raw = entry.get("attributes", {})
    if not isinstance(raw, dict):
        _fail(f"{field}.attributes", "an object", raw)
    attributes: Attributes = tuple(
        (name, attribute_from_json(raw[name], f"{field}.attributes.{name}")) for name in sorted(raw)
    )
    try:
        node = Apply(entry["operator"], tuple(operands), attributes)
    except GraphError as error:
        raise CaseFormatError(f"{field}.operator: {error}") from error
    if wrong := misfit(node.declared.build, attributes):
        raise CaseFormatError(f"{field}.attributes.{wrong}")
    return node


def _only(data: dict[str, Any], known: set[str], field: str) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise CaseFormatError(f"{field}: unknown key {unknown[0][:60]!r}")


def _fail(field: str, expected: str, got: Any) -> NoReturn:
    raise CaseFormatError(f"{field}: expected {expected}, got {str(got)[:60]!r}")


def _floats_to_data(array: Array) -> list[str]:
    return [float_to_text(float(item)) for item in array.ravel().tolist()]


def _floats_from_data(data: Any, shape: tuple[int, ...], dtype: str, field: str) -> Array:
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        raise CaseFormatError(f"{field}: expected a list of hexadecimal floats")
    if len(data) != math.prod(shape):
        raise CaseFormatError(f"{field}: {len(data)} numbers do not fill the shape {shape}")
    items = [float_from_hex(item, f"{field}[{i}]") for i, item in enumerate(data)]
    try:
        exact = np.array(items, dtype=np.float64).reshape(shape)
    except ValueError as error:
        raise CaseFormatError(f"{field}: NumPy has no shape {str(shape)[:60]}: {error}") from error
    with np.errstate(over="ignore"):
        array = exact.astype(dtype)
    if not np.array_equal(array.astype(np.float64), exact, equal_nan=True):
        raise CaseFormatError(f"{field}: a number is not representable in {dtype}")
    return array
