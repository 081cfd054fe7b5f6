"""Files that ask for too much, or for what makes no sense, are refused, and soon."""

import time
from typing import Any

import numpy as np
import pytest

from zenverify.errors import CaseFormatError, GraphError
from zenverify.graph.case import Case, case_from_data, case_to_data
from zenverify.graph.graph import Graph, GraphBuilder, Leaf, LeafKind
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes, misfit
from zenverify.operators.program.allowance import at_most

ONE = "0x1p+0"
INTEGERS = {"array": "int", "shape": [1], "items": [0]}
BOOLEANS = {"array": "bool", "shape": [1], "items": [True]}
MANY = {"array": "int", "shape": [3000], "items": [0] * 3000}
CONV = {"stride": [1], "padding": [0], "dilation": [1], "groups": 1}


def leaf(*shape: int) -> dict[str, Any]:
    count = 1
    for size in shape:
        count *= size
    return {
        "leaf": "variable",
        "shape": list(shape),
        "dtype": "float64",
        "values": [ONE] * count,
    }


def refusal(*leaves: dict[str, Any], operator: str, **attributes: Any) -> str:
    apply = {"operator": operator, "operands": list(range(len(leaves))), "attributes": attributes}
    data = {"format": 1, "nodes": [*leaves, apply], "cotangent": [ONE]}
    start = time.perf_counter()
    with pytest.raises(CaseFormatError) as refused:
        case_from_data(data)
    assert time.perf_counter() - start < 2
    return str(refused.value)


@pytest.mark.parametrize(
    "operator, shapes, attributes",
    [
        ("adaptive_avg_pool2d", [(1, 1, 2, 2)], {"size": [100_000, 100_000]}),
        ("adaptive_max_pool2d", [(1, 1, 2, 2)], {"size": [10**15, 1]}),
        ("max_pool1d", [(1, 1, 3000)], {"kernel": [1000], "stride": [1], "padding": [0]}),
        ("broadcast_to", [(1,)], {"shape": [10_000, 10_000]}),
        ("tile", [(2,)], {"reps": [10**6]}),
        ("repeat", [(2,)], {"repeats": 10**9, "axis": 0}),
        ("inv", [(60, 60)], {}),
        ("outer", [(3000,), (3000,)], {}),
        ("kron", [(3000,), (3000,)], {}),
        ("hypot", [(3000, 1), (1, 3000)], {}),
        ("matmul", [(3000, 1), (1, 3000)], {}),
        ("where", [(3000, 1), (1, 3000)], {"condition": BOOLEANS}),
        ("conv1d", [(1, 1, 4), (1, 1, 2)], {**CONV, "padding": [10**9]}),
        (
            "conv_transpose1d",
            [(1, 1, 4), (1, 1, 2)],
            {**CONV, "output_padding": [0], "stride": [10**9]},
        ),
        ("take", [(1, 3000)], {"axis": 0, "indices": MANY}),
        ("index", [(1, 3000)], {"key": [MANY]}),
    ],
)
def test_what_is_too_much_work_is_refused_before_it_is_done(
    operator: str, shapes: list[tuple[int, ...]], attributes: dict[str, Any]
) -> None:
    said = refusal(*(leaf(*shape) for shape in shapes), operator=operator, **attributes)
    assert said.startswith(f"nodes: node {len(shapes)}: {operator}: ")
    assert "too much work; expected at most" in said or "more than can be verified" in said


def test_operations_that_are_known_already_count_too() -> None:
    wide = [leaf(10_000)]
    nodes = [*wide, *({"operator": "exp", "operands": [i]} for i in range(100))]
    with pytest.raises(CaseFormatError, match="1,000,000 elements in all steps of all operations"):
        case_from_data({"format": 1, "nodes": nodes, "cotangent": [ONE] * 10_000})


def test_outside_files_there_is_no_such_limit() -> None:
    build = GraphBuilder()
    build.apply("inv", build.variable((60, 60)))
    graph = build.graph()
    assert graph.shapes[-1] == (60, 60)
    with at_most(1000), pytest.raises(GraphError, match=r"expected at most 1,000 in all steps"):
        catalogue.get("exp").program(((1001,),), ())


@pytest.mark.parametrize(
    "operator, count, attributes, expected",
    [
        ("einsum", 1, {"subscripts": None}, "subscripts: expected text, got None"),
        ("gather", 1, {"dim": 0, "index": None}, "index: expected an array of integers, got None"),
        ("scatter_add", 2, {"dim": 0, "index": 3}, "index: expected an array of integers, got 3"),
        ("take_along_axis", 1, {"axis": 0, "indices": "x"}, "indices: expected an array of int"),
        ("sum", 1, {"axis": "0", "keepdims": True}, "axis: expected an integer or a list of"),
        ("sum", 1, {"axis": 0, "keepdims": 1}, "keepdims: expected true or false, got 1"),
        ("sum", 1, {"axis": True, "keepdims": True}, "axis: expected an integer or a list"),
        ("clip", 1, {"lower": "a", "upper": None}, "lower: expected a number or null, got a"),
        ("pad", 1, {"pad_width": [1], "mode": "edge", "constant_values": 0}, "pad_width: expected"),
        ("where", 2, {"condition": INTEGERS}, "condition: expected an array of booleans, got {"),
        ("reshape", 1, {"shape": [1] * 9 + [[]]}, "shape: expected a list of"),
    ],
)
def test_attributes_are_held_against_the_declaration(
    operator: str, count: int, attributes: dict[str, Any], expected: str
) -> None:
    said = refusal(*[leaf(1)] * count, operator=operator, **attributes)
    assert said.startswith(f"nodes[{count}].attributes.{expected}")


@pytest.mark.parametrize("operator", catalogue.all_operators(), ids=lambda one: one.name)
def test_every_call_that_is_drawn_fits_its_declaration(operator: Any) -> None:
    drawn = [operator.sample(lambda count: count - 1, shape) for shape in operator.first_shapes]
    for instance in (*filter(None, drawn), *operator.wide):
        assert misfit(operator.build, freeze_attributes(instance.attributes)) is None


@pytest.mark.parametrize(
    "text",
    [
        "1.5",
        "8",
        "1e3",
        "infinity",
        "0x",
        "0x1p",
        " 0x1p+0",
        "-nan",
        "0X1",
        "0x1(1)",
        "0x1 (a b)",
        "(1.5)",
    ],
)
def test_only_hexadecimal_floats_with_0x_are_numbers(text: str) -> None:
    data = {"format": 1, "nodes": [{**leaf(1), "values": [text]}], "cotangent": [ONE]}
    with pytest.raises(CaseFormatError, match=r"nodes\[0\].values\[0\]: expected a hexadecimal"):
        case_from_data(data)
    said = refusal(leaf(1), operator="clip", lower={"float": text}, upper=None)
    assert said.startswith("nodes[1].attributes.lower: expected a hexadecimal float")


@pytest.mark.parametrize(
    "text", ["0x1.8p+0", "-0x0.0p+0", "inf", "-inf", "nan", "0x1p-1074", "0x2"]
)
def test_hexadecimal_floats_are_read(text: str) -> None:
    data = {"format": 1, "nodes": [{**leaf(1), "values": [text]}], "cotangent": [ONE]}
    (written,) = case_to_data(case_from_data(data))["nodes"][0]["values"]
    assert float.fromhex(written.split()[0]).hex() == float.fromhex(text).hex()


def test_the_decimals_beside_a_float_are_not_read() -> None:
    for text in ("0x1.8p+0 (1.5)", "0x1.8p+0 (7)", "0x1.8p+0"):
        data = {"format": 1, "nodes": [{**leaf(1), "values": [text]}], "cotangent": [ONE]}
        (written,) = case_to_data(case_from_data(data))["nodes"][0]["values"]
        assert written == "0x1.8p+0 (1.5)"


@pytest.mark.parametrize(
    "operator, attributes, message",
    [
        ("elu", {"alpha": {"float": "nan"}}, "alpha is nan, expected a finite number"),
        ("leaky_relu", {"negative_slope": {"float": "inf"}}, "negative_slope is inf, expected a"),
        ("hardtanh", {"min_val": 0, "max_val": 0}, "min_val 0 is not below max_val 0"),
        ("hardtanh", {"min_val": {"float": "-inf"}, "max_val": 0}, "min_val is -inf, expected a"),
        ("softshrink", {"lambd": -1}, "lambd is -1, expected a finite number from 0 up"),
        ("hardshrink", {"lambd": {"float": "nan"}}, "lambd is nan, expected a finite number from"),
    ],
)
def test_numbers_that_no_engine_has_to_take_are_malformed(
    operator: str, attributes: dict[str, Any], message: str
) -> None:
    assert message in refusal(leaf(1), operator=operator, **attributes)


def test_a_negative_eps_is_malformed() -> None:
    said = refusal(leaf(2), leaf(2), operator="rms_norm", eps=-1)
    assert "eps is -1, expected a finite number from 0 up" in said


def test_more_dimensions_than_numpy_broadcasts_are_refused() -> None:
    said = refusal(leaf(*[1] * 33), operator="index", key=[INTEGERS])
    assert said == "nodes[0].shape: expected at most 32 dimensions, got '33'"
    said = refusal(leaf(1), operator="expand_dims", axis=list(range(32)))
    assert said == "nodes: node 1: 33 dimensions, expected at most 32"
    with pytest.raises(GraphError, match="node 0: 33 dimensions"):
        Graph((Leaf(LeafKind.VARIABLE, (1,) * 33),))
    one = np.ones((1,) * 32)
    most = Case(Graph((Leaf(LeafKind.VARIABLE, one.shape),)), (one,), one)
    assert Case.from_json(most.to_json()).graph == most.graph


def test_attributes_nested_too_deeply_and_integers_too_large_are_refused() -> None:
    deep: Any = 0
    for _ in range(12):
        deep = [deep]
    assert "expected at most 8 lists in one another" in refusal(leaf(1), operator="index", key=deep)
    said = refusal(leaf(1), operator="diag", k=2**63)
    assert said == "nodes[1].attributes.k: expected an integer of 64 bits"
    extra = {"float": ONE, "junk": 1}
    assert "not an attribute value" in refusal(leaf(1), operator="clip", lower=extra, upper=None)
