"""A case: a graph, the exact values of its leaves, and the roots' cotangents. One JSON form."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from zenverify.errors import CaseFormatError, GraphError
from zenverify.graph.graph import DISCRETE, DTYPES, Apply, Graph, Leaf, LeafKind
from zenverify.operators.attributes import (
    DIMENSIONS,
    attribute_from_json,
    attribute_to_json,
    float_from_hex,
    float_to_text,
    misfit,
)
from zenverify.operators.program.allowance import at_most

FORMAT = 2
"""The version of the JSON form that is written. Version 1 is read too: it has one root, leaves of
floats only, and no attributes that nodes give."""

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
        The nodes. Attributes that leaves give have the leaves' values.
    values
        One array per leaf, in the order of ``graph.leaves``, of the leaf's shape and dtype.
    cotangent
        The last node's cotangent, of its shape and dtype.
    further_cotangents
        One per further root, in the order of ``graph.further_roots``.

    Raises
    ------
    GraphError
        If an array does not have its node's shape or dtype, or a root depends on no variable.
    """

    graph: Graph
    values: tuple[Array, ...]
    cotangent: Array
    further_cotangents: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        graph = self.graph
        leaves = graph.leaves
        if len(leaves) != len(self.values):
            raise GraphError(f"{len(leaves)} leaves but {len(self.values)} values")
        for position, value in zip(leaves, self.values, strict=True):
            self._check(f"value of node {position}", value, position)
            self._check_number(position, value)
        if len(graph.further_roots) != len(self.further_cotangents):
            raise GraphError(
                f"{len(graph.further_roots)} further roots but {len(self.further_cotangents)} "
                "further cotangents"
            )
        for root, cotangent in self.seeds.items():
            what = "cotangent" if root == graph.root else f"cotangent of node {root}"
            self._check(what, cotangent, root)
            if not graph.trainable[root]:
                which = "the root" if root == graph.root else f"root {root}"
                raise GraphError(
                    f"{which} depends on no variable: there is nothing to differentiate"
                )
        if graph.takes_given:
            bound = graph.bound(dict(zip(leaves, self.values, strict=True)))
            object.__setattr__(self, "graph", bound)

    @property
    def seeds(self) -> dict[int, Array]:
        """The cotangent that enters at each root, by node, in order."""
        return dict(zip(self.graph.roots, (*self.further_cotangents, self.cotangent), strict=True))

    def _check_number(self, position: int, value: Array) -> None:
        """A number that meets float32 must be exact there: it is computed with as it stands."""
        graph = self.graph
        if not graph.is_number(position):
            return
        narrow = any(
            graph.dtypes[other] == "float32"
            for node in graph.nodes
            if isinstance(node, Apply) and position in node.operands
            for other in node.operands
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

    def __reduce__(self) -> tuple[Callable[[str], Case], tuple[str]]:
        """Travel to another process as JSON: operators hold functions, which cannot."""
        return Case.from_json, (self.to_json(),)

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
                    "values": _items_to_data(values[position]),
                }
            )
        else:
            entry: dict[str, Any] = {"operator": node.operator, "operands": list(node.operands)}
            given = dict(node.given)
            attributes = {k: attribute_to_json(v) for k, v in node.attributes if k not in given}
            if attributes:
                entry["attributes"] = attributes
            if given:
                entry["given"] = given
            nodes.append(entry)
    roots = [
        {"node": root, "cotangent": _items_to_data(cotangent)}
        for root, cotangent in case.seeds.items()
    ]
    return {"format": FORMAT, "nodes": nodes, "roots": roots}


def case_from_data(data: Any) -> Case:
    """Read what `case_to_data` gave, in this version or version 1.

    Raises
    ------
    CaseFormatError
        As `Case.from_json` does.
    """
    if not isinstance(data, dict):
        raise CaseFormatError(f"expected an object, got {type(data).__name__}")
    version = data.get("format")
    if type(version) is not int or version not in (1, FORMAT):
        raise CaseFormatError(f"format: expected 1 or {FORMAT}, got {str(version)[:60]}")
    _only(data, {"format", "nodes", "cotangent" if version == 1 else "roots"}, "case")
    entries = data.get("nodes")
    if not isinstance(entries, list) or not entries:
        raise CaseFormatError("nodes: expected a list of at least one node")
    nodes: list[Leaf | Apply] = []
    values: dict[int, Array] = {}
    for position, entry in enumerate(entries):
        field = f"nodes[{position}]"
        if not isinstance(entry, dict):
            raise CaseFormatError(f"{field}: expected an object, got {type(entry).__name__}")
        if "leaf" in entry:
            leaf = _read_leaf(entry, field, DTYPES if version == 1 else (*DTYPES, *DISCRETE))
            nodes.append(leaf)
            values[position] = _items_from_data(
                entry["values"], leaf.shape, leaf.dtype, f"{field}.values"
            )
        else:
            nodes.append(_read_apply(entry, field, version))
    roots = _read_roots(data, len(nodes), version)
    graph = _graph(tuple(nodes), tuple(roots)[:-1], WORK + _WORK_PER_NODE * len(nodes))
    *further, cotangent = (
        _items_from_data(items, graph.shapes[node], graph.dtypes[node], field)
        for node, (items, field) in roots.items()
    )
    try:
        return Case(graph, tuple(values.values()), cotangent, tuple(further))
    except GraphError as error:
        raise CaseFormatError(f"nodes: {error}") from error


def _read_roots(data: dict[str, Any], count: int, version: int) -> dict[int, tuple[Any, str]]:
    """Per root, in order, its cotangent's items and what they are called in messages."""
    if version == 1:
        return {count - 1: (data.get("cotangent"), "cotangent")}
    entries = data.get("roots")
    if not isinstance(entries, list) or not entries:
        raise CaseFormatError("roots: expected a list of at least one root")
    found: dict[int, tuple[Any, str]] = {}
    for number, entry in enumerate(entries):
        field = f"roots[{number}]"
        if not isinstance(entry, dict):
            raise CaseFormatError(f"{field}: expected an object, got {type(entry).__name__}")
        _only(entry, {"node", "cotangent"}, field)
        node = entry.get("node")
        before = max(found, default=-1)
        if type(node) is not int or not before < node < count:
            _fail(f"{field}.node", "the position of a node behind the root before", node)
        found[node] = entry.get("cotangent"), f"{field}.cotangent"
    if max(found) != count - 1:
        _fail("roots", f"the last node, {count - 1}, among them", max(found))
    return found


def _graph(nodes: tuple[Leaf | Apply, ...], further_roots: tuple[int, ...], work: int) -> Graph:
    """The graph, built within an amount of work that programs known before are part of."""
    try:
        with at_most(work):
            graph = Graph(nodes, further_roots)
    except GraphError as error:
        raise CaseFormatError(f"nodes: {error}") from error
    total = sum(call.program.work for call in graph.calls)
    if total > work:
        raise CaseFormatError(
            f"nodes: {total:,} elements in all steps of all operations; expected at most {work:,}"
        )
    return graph


def _read_leaf(entry: dict[str, Any], field: str, dtypes: tuple[str, ...]) -> Leaf:
    _only(entry, {"leaf", "shape", "dtype", "values"}, field)
    kinds = [str(kind) for kind in LeafKind]
    if entry["leaf"] not in kinds:
        _fail(f"{field}.leaf", f"one of {', '.join(kinds)}", entry["leaf"])
    shape = entry.get("shape")
    if not isinstance(shape, list) or not all(type(s) is int and s >= 0 for s in shape):
        _fail(f"{field}.shape", "a list of sizes", shape)
    if len(shape) > DIMENSIONS:
        _fail(f"{field}.shape", f"at most {DIMENSIONS} dimensions", len(shape))
    if entry.get("dtype") not in dtypes:
        _fail(f"{field}.dtype", f"one of {', '.join(dtypes)}", entry.get("dtype"))
    if "values" not in entry:
        raise CaseFormatError(f"{field}.values: missing")
    return Leaf(LeafKind(entry["leaf"]), tuple(shape), entry["dtype"])


def _read_apply(entry: dict[str, Any], field: str, version: int) -> Apply:
    known = {"operator", "operands", "attributes"}
    _only(entry, known if version == 1 else {*known, "given"}, field)
    if not isinstance(entry.get("operator"), str):
        _fail(f"{field}.operator", "an operator's name", entry.get("operator"))
    operands = entry.get("operands")
    if not isinstance(operands, list) or not all(type(o) is int for o in operands):
        _fail(f"{field}.operands", "a list of node positions", operands)
    raw = entry.get("attributes", {})
    if not isinstance(raw, dict):
        _fail(f"{field}.attributes", "an object", raw)
    attributes = tuple(
        (name, attribute_from_json(raw[name], f"{field}.attributes.{name}")) for name in sorted(raw)
    )
    given = entry.get("given", {})
    if not isinstance(given, dict) or not all(type(o) is int for o in given.values()):
        _fail(f"{field}.given", "an object of attributes' names and node positions", given)
    if both := sorted(set(given) & set(raw)):
        raise CaseFormatError(f"{field}.given.{both[0][:60]}: it is among the attributes too")
    try:
        node = Apply(entry["operator"], tuple(operands), attributes, tuple(given.items()))
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


def _items_to_data(array: Array) -> list[Any]:
    items: list[Any] = array.ravel().tolist()
    return items if str(array.dtype) in DISCRETE else [float_to_text(float(item)) for item in items]


def _items_from_data(data: Any, shape: tuple[int, ...], dtype: str, field: str) -> Array:
    if dtype in DISCRETE:
        return _discrete_from_data(data, shape, dtype, field)
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        raise CaseFormatError(f"{field}: expected a list of hexadecimal floats")
    _check_count(data, shape, field)
    items = [float_from_hex(item, f"{field}[{i}]") for i, item in enumerate(data)]
    exact = _shaped(items, shape, "float64", field)
    with np.errstate(over="ignore"):
        array = exact.astype(dtype)
    if not np.array_equal(array.astype(np.float64), exact, equal_nan=True):
        raise CaseFormatError(f"{field}: a number is not representable in {dtype}")
    return array


def _discrete_from_data(data: Any, shape: tuple[int, ...], dtype: str, field: str) -> Array:
    wanted, words = (bool, "true and false") if dtype == "bool" else (int, "integers")
    if not isinstance(data, list) or not all(type(item) is wanted for item in data):
        raise CaseFormatError(f"{field}: expected a list of {words}")
    _check_count(data, shape, field)
    for place, item in enumerate(data):
        attribute_from_json(item, f"{field}[{place}]")
    return _shaped(data, shape, dtype, field)


def _check_count(data: list[Any], shape: tuple[int, ...], field: str) -> None:
    if len(data) != math.prod(shape):
        raise CaseFormatError(f"{field}: {len(data)} numbers do not fill the shape {shape}")


def _shaped(items: list[Any], shape: tuple[int, ...], dtype: str, field: str) -> Array:
    try:
        return np.array(items, dtype).reshape(shape)
    except ValueError as error:
        raise CaseFormatError(f"{field}: NumPy has no shape {str(shape)[:60]}: {error}") from error
