import numpy as np

from tests.output.runs import tanh_case
from tests.verification.prepared import unary
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.operators.attributes import freeze
from zenverify.output.model.listing import (
    array_text,
    attribute_text,
    index_text,
    listing,
    marked_listing,
)


def test_a_case_is_listed_line_by_line() -> None:
    assert listing(tanh_case()) == (
        "v0 = variable(0.75)",
        "v1 = number(2.0)",
        "v2 = multiply(v0, v0)",
        "v3 = multiply(v2, v1)",
        "v4 = tanh(v3)",
    )


def test_attributes_single_precision_and_the_cotangent_are_shown() -> None:
    build = GraphBuilder()
    x = build.leaf(LeafKind.VARIABLE, (2, 2), "float32")
    build.apply("sum", x, axis=(1,), keepdims=False)
    value = np.array([[1, 2], [3, -0.0]], dtype=np.float32)
    case = Case(build.graph(), (value,), np.array([1, 2], dtype=np.float32))
    assert listing(case) == (
        "v0 = variable([[1.0, 2.0], [3.0, -0.0]])  # float32",
        "v1 = sum(v0, axis=(1,), keepdims=False)",
        "cotangent of v1 = [1.0, 2.0]",
    )


def test_long_and_empty_arrays_are_abbreviated() -> None:
    assert array_text(np.arange(10.0)) == "0.0, 1.0, 2.0, 3.0, ... of shape (10,)"
    assert array_text(np.zeros((2, 0))) == "empty of shape (2, 0)"


def test_attributes_look_as_they_are_written() -> None:
    assert attribute_text(freeze(None)) == "None"
    assert attribute_text(freeze((0, -1))) == "(0, -1)"
    assert attribute_text(freeze((slice(1, None), Ellipsis))) == "(1:, ...)"
    assert attribute_text(freeze(slice(None, None, -1))) == "::-1"
    assert (
        attribute_text(freeze(np.array([True, False]))) == "array([True, False], bool, shape (2,))"
    )


def test_places_in_an_array() -> None:
    assert index_text(0, ()) == ""
    assert index_text(5, (2, 3)) == "[1, 2]"


def test_of_a_long_graph_the_ends_and_the_culprit_are_listed() -> None:
    case = unary(*["negative"] * 200, at=0.5)
    lines = list(marked_listing(case, 100))
    assert [line for line, is_culprit in lines if is_culprit] == ["v100 = negative(v99)"]
    assert [line for line, _ in lines if line.startswith("...")] == ["... 88 more ..."] * 2
    assert lines[0] == ("v0 = variable(0.5)", False)
    assert lines[-1] == ("v200 = negative(v199)", False)
    assert len(lines) == 8 + 1 + 9 + 1 + 8


def test_a_short_graph_is_listed_whole() -> None:
    case = unary(*["negative"] * 20, at=0.5)
    assert [line for line, _ in marked_listing(case, 3)] == list(listing(case))
