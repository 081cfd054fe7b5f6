"""Cases: exact and canonical as JSON, and refused with a reason when malformed."""

import ast
import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import zenverify
from tests.verification.prepared import CaseBuilder
from zenverify import strategies
from zenverify.errors import CaseFormatError, GraphError
from zenverify.graph.case import Case, case_from_data, case_to_data
from zenverify.graph.graph import GraphBuilder, LeafKind


@settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(strategies.cases())
def test_the_json_form_is_exact_and_canonical(case: Case) -> None:
    text = case.to_json()
    again = Case.from_json(text)
    assert again.to_json() == text
    assert again.graph == case.graph
    for before, after in zip(
        (*case.values, case.cotangent), (*again.values, again.cotangent), strict=True
    ):
        assert before.dtype == after.dtype
        assert before.tobytes() == after.tobytes()


DROP = object()


def sample() -> dict[str, Any]:
    build = CaseBuilder()
    x = build.variable([0.1, -0.0])
    build.apply("sum", x, axis=None, keepdims=False)
    data: dict[str, Any] = json.loads(build.case().to_json())
    return data


def test_the_form() -> None:
    assert sample() == {
        "format": 2,
        "nodes": [
            {
                "leaf": "variable",
                "shape": [2],
                "dtype": "float64",
                "values": ["0x1.999999999999ap-4 (0.1)", "-0x0p+0 (-0.0)"],
            },
            {
                "operator": "sum",
                "operands": [0],
                "attributes": {"axis": None, "keepdims": False},
            },
        ],
        "roots": [{"node": 1, "cotangent": ["0x1p+0 (1.0)"]}],
    }


def test_version_1_is_read_for_ever() -> None:
    old = sample()
    old |= {"format": 1, "cotangent": old.pop("roots")[0]["cotangent"]}
    assert case_to_data(case_from_data(old)) == sample()
    given = copy.deepcopy(old)
    given["nodes"][1]["given"] = {}
    with pytest.raises(CaseFormatError, match=r"nodes\[1\]: unknown key 'given'"):
        case_from_data(given)
    old["nodes"][0]["dtype"] = "int64"
    with pytest.raises(
        CaseFormatError, match=r"dtype: expected one of float64, float32, got 'int6"
    ):
        case_from_data(old)


def rich() -> Case:
    """Two roots, and leaves of integers and booleans."""
    build = CaseBuilder()
    x, y = build.variable([1.0, 2.0]), build.variable([3.0, 4.0])
    condition = build.leaf(LeafKind.ARRAY, [True, False], "bool")
    chosen = build.apply("where", x, y, given={"condition": condition})
    build.apply("power", chosen, build.leaf(LeafKind.NUMBER, 2, "int64"))
    indices = build.leaf(LeafKind.CONSTANT, [1, 0, 1], "int64")
    build.apply("take", chosen, given={"indices": indices}, axis=0)
    return build.case(further={3: [2.0, 3.0]})


def test_roots_and_leaves_of_integers_and_booleans() -> None:
    case = rich()
    data = case_to_data(case)
    assert data["nodes"][2]["values"] == [True, False]
    assert data["nodes"][3] == {"operator": "where", "operands": [0, 1], "given": {"condition": 2}}
    assert data["nodes"][4] == {"leaf": "number", "shape": [], "dtype": "int64", "values": [2]}
    assert data["nodes"][7] == {
        "operator": "take",
        "operands": [3],
        "attributes": {"axis": 0},
        "given": {"indices": 6},
    }
    assert [root["node"] for root in data["roots"]] == [3, 7]
    again = case_from_data(data)
    assert again.graph == case.graph
    assert again.to_json() == case.to_json()
    assert again.graph.attributes(7)["indices"].tolist() == [1, 0, 1]
    assert [array.dtype.kind for array in again.values] == ["f", "f", "b", "i", "i"]


@pytest.mark.parametrize(
    "place, value, message",
    [
        (("roots",), DROP, "roots: expected a list of at least one root"),
        (("roots",), [], "roots: expected a list of at least one root"),
        (("roots", 0), 3, r"roots\[0\]: expected an object, got int"),
        (("roots", 0, "weight"), 1, r"roots\[0\]: unknown key 'weight'"),
        (("roots", 0, "node"), True, r"roots\[0\].node: expected the position of a node behind"),
        (("roots", 1, "node"), 3, r"roots\[1\].node: expected the position of a node behind"),
        (("roots", 1, "node"), 8, r"roots\[1\].node: expected the position of a node behind"),
        (("roots", 1), DROP, "roots: expected the last node, 7, among them, got '3'"),
        (("roots", 0, "node"), 2, "nodes: root 2: expected an operation before the last node"),
        (("roots", 0, "cotangent"), ["0x1p0"], r"roots\[0\].cotangent: 1 numbers do not fill"),
        (("nodes", 2, "values"), [1, 0], r"nodes\[2\].values: expected a list of true and false"),
        (("nodes", 4, "values"), ["0x1p0"], r"nodes\[4\].values: expected a list of integers"),
        (("nodes", 4, "values"), [True], r"nodes\[4\].values: expected a list of integers"),
        (("nodes", 4, "values"), [2**63], r"nodes\[4\].values\[0\]: expected an integer of 64"),
        (("nodes", 4, "values"), [], r"nodes\[4\].values: 0 numbers do not fill the shape"),
        (("nodes", 6, "values"), [1, 0, 2], "nodes: node 7: take of shapes .*index 2 is out of"),
        (("nodes", 3, "given"), [], r"nodes\[3\].given: expected an object of attributes' names"),
        (("nodes", 3, "given", "condition"), "2", r"nodes\[3\].given: expected an object of attr"),
        (("nodes", 3, "given", "condition"), 6, r"nodes: node 3 \(where\): operand 6 does not"),
        (("nodes", 3, "given", "condition"), DROP, "missing or unknown: condition"),
        (("nodes", 7, "given", "axis"), 6, r"nodes\[7\].given.axis: it is among the attributes"),
    ],
)
def test_a_malformed_field_of_version_2_is_named(
    place: tuple[Any, ...], value: Any, message: str
) -> None:
    data: Any = case_to_data(rich())
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    if value is DROP:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    with pytest.raises(CaseFormatError, match=message):
        case_from_data(data)


def test_a_case_travels_to_another_process() -> None:
    case = rich()
    assert pickle.loads(pickle.dumps(case)).to_json() == case.to_json()  # noqa: S301  our own


def test_nan_and_infinity_can_be_stored() -> None:
    build = CaseBuilder()
    build.apply("negative", build.variable([np.nan, np.inf, -np.inf, 5e-324]))
    case = build.case()
    np.testing.assert_array_equal(case_from_data(case_to_data(case)).values[0], case.values[0])


LEAF, SUM = ("nodes", 0), ("nodes", 1)


@pytest.mark.parametrize(
    "place, value, message",
    [
        ((), [], "expected an object, got list"),
        (("format",), 3, "format: expected 1 or 2, got 3"),
        (("format",), DROP, "format: expected 1 or 2, got None"),
        (("format",), True, "format: expected 1 or 2, got True"),
        (("extra",), 1, "case: unknown key 'extra'"),
        (("nodes",), [], "nodes: expected a list of at least one node"),
        (("nodes",), {}, "nodes: expected a list of at least one node"),
        (LEAF, 3, r"nodes\[0\]: expected an object, got int"),
        (
            (*LEAF, "leaf"),
            "thing",
            r"nodes\[0\].leaf: expected one of variable, constant, array, n",
        ),
        ((*LEAF, "leaf"), [], r"nodes\[0\].leaf: expected one of"),
        ((*LEAF, "shape"), [-2], r"nodes\[0\].shape: expected a list of sizes, got '\[-2\]'"),
        ((*LEAF, "shape"), [True, 2], r"nodes\[0\].shape: expected a list of sizes"),
        ((*LEAF, "shape"), DROP, r"nodes\[0\].shape: expected a list of sizes, got 'None'"),
        ((*LEAF, "shape"), [3], r"nodes\[0\].values: 2 numbers do not fill the shape \(3,\)"),
        ((*LEAF, "dtype"), "int8", r"nodes\[0\].dtype: expected one of float64, float32, int64"),
        (
            (*LEAF, "dtype"),
            "float32",
            r"nodes\[0\].values: a number is not representable in float32",
        ),
        ((*LEAF, "values"), DROP, r"nodes\[0\].values: missing"),
        (
            (*LEAF, "values"),
            [0.5, 0.5],
            r"nodes\[0\].values: expected a list of hexadecimal floats",
        ),
        (
            (*LEAF, "values"),
            ["0x1p0", "x"],
            r"nodes\[0\].values\[1\]: expected a hexadecimal float such as .*, got 'x'",
        ),
        ((*LEAF, "colour"), "red", r"nodes\[0\]: unknown key 'colour'"),
        ((*LEAF, "leaf"), "number", "nodes: node 0: a number has the shape"),
        ((*SUM, "operator"), 5, r"nodes\[1\].operator: expected an operator's name, got '5'"),
        (
            (*SUM, "operator"),
            "smu",
            r"nodes\[1\].operator: there is no operator 'smu'; did you mean 'sum'\?",
        ),
        ((*SUM, "operator"), DROP, r"nodes\[1\].operator: expected an operator's name"),
        ((*SUM, "operands"), [0.0], r"nodes\[1\].operands: expected a list of node positions"),
        ((*SUM, "operands"), [True], r"nodes\[1\].operands: expected a list of node positions"),
        ((*SUM, "operands"), [1], "operand 1 does not come before it"),
        ((*SUM, "attributes"), [], r"nodes\[1\].attributes: expected an object, got '\[\]'"),
        ((*SUM, "attributes", "axis"), 0.5, r"nodes\[1\].attributes.axis: not an attribute value"),
        ((*SUM, "attributes", "axis"), 9, "nodes: node 1: sum: axis 9 is out of range"),
        ((*SUM, "attributes", "axis"), DROP, "missing or unknown: axis"),
        ((*SUM, "call"), "exit()", r"nodes\[1\]: unknown key 'call'"),
        (("roots", 0, "cotangent"), DROP, r"roots\[0\].cotangent: expected a list of hexadecimal"),
        (("roots", 0, "cotangent"), [], r"roots\[0\].cotangent: 0 numbers do not fill the shape"),
    ],
)
def test_a_malformed_field_is_named(place: tuple[Any, ...], value: Any, message: str) -> None:
    data: Any = sample()
    if place:
        inner = data
        for key in place[:-1]:
            inner = inner[key]
        if value is DROP:
            del inner[place[-1]]
        else:
            inner[place[-1]] = value
    else:
        data = value
    with pytest.raises(CaseFormatError, match=message):
        Case.from_json(json.dumps(data))


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "1" * 5000, '{"format": 1} {}'], ids=lambda text: text[:9]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(CaseFormatError, match=r"^not JSON: "):
        Case.from_json(text)


@pytest.mark.parametrize(
    "operator, attributes",
    [
        ("transpose", {"axes": [10**30]}),
        ("broadcast_to", {"shape": [10**15, 2]}),
        ("index", {"key": [{"array": "int", "shape": [1], "items": [10**30]}]}),
        ("expand_dims", {"axis": 10**30}),
        ("stack", {"axis": 10**30}),
        ("clip", {"lower": 10**400, "upper": None}),
    ],
)
def test_absurd_numbers_are_refused(operator: str, attributes: dict[str, Any]) -> None:
    data = sample()
    data["nodes"][1] = {"operator": operator, "operands": [0], "attributes": attributes}
    said = f"nodes: node 1: {operator}|expected an integer of 64 bits"
    with pytest.raises(CaseFormatError, match=said):
        case_from_data(data)


def test_an_absurd_empty_shape_is_refused() -> None:
    data = sample()
    data["nodes"][0] |= {"shape": [0, 10**30], "values": []}
    with pytest.raises(CaseFormatError, match=r"nodes\[0\].values: NumPy has no shape \(0, 10000"):
        case_from_data(data)


def test_reading_does_not_change_the_data() -> None:
    data = sample()
    before = copy.deepcopy(data)
    case_from_data(data)
    assert data == before


@pytest.mark.parametrize(
    "values, cotangent, message",
    [
        ([], np.ones(2), "1 leaves but 0 values"),
        (
            [np.ones(3)],
            np.ones(2),
            r"value of node 0: expected float64 of shape \(2,\), got .*\(3,",
        ),
        (
            [np.ones(2, np.float32)],
            np.ones(2),
            r"value of node 0: .*, got float32",
        ),
        ([np.ones(2)], np.ones(()), r"cotangent: expected float64 of shape \(2,\), got float64 of"),
    ],
)
def test_arrays_that_do_not_fit_the_graph(values: list[Any], cotangent: Any, message: str) -> None:
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    with pytest.raises(GraphError, match=message):
        Case(build.graph(), tuple(values), cotangent)


RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


def test_no_text_is_ever_run_as_code() -> None:
    """But for what a SymPy tree prints as, and for the engine's own rules, mutated."""
    found = set()
    root = Path(zenverify.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in RUNS_TEXT:
                    found.add((path.relative_to(root).as_posix(), name))
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not names & {"pickle", "marshal", "shelve"}, path
    assert found == {
        ("operators/derivation/derive.py", "exec"),
        ("faults/source.py", "compile"),
    }
