"""The adapter of tinygrad, on small graphs: each new one takes a quarter of a second and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tinygrad")

from tinygrad import Device

from tests.verification.prepared import CaseBuilder, binary, finding_of, unary
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Batching, LeafKind, Probing
from zenverify.engines.tinygrad.engine import TinygradEngine
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def test_what_it_offers_is_in_the_catalogue() -> None:
    known = {*catalogue.names(), *(one.name for one in catalogue.decisions())}
    assert TinygradEngine.operators <= known


def test_it_computes_without_a_compiler() -> None:
    """Where tinygrad finds no device, it is told to compute in Python."""
    TinygradEngine()
    assert Device.DEFAULT


def gradients(engine: Any, operator: str, value: Any, **attributes: Any) -> Any:
    leaf = engine.leaf(LeafKind.VARIABLE, np.array(value))
    engine.backward(engine.apply(operator, [leaf], attributes), np.array(1.0))
    return engine.gradient(leaf)


def test_gradients_of_leaves() -> None:
    engine = TinygradEngine()
    assert gradients(engine, "square", 3.0).tolist() == 6.0
    whole = {"axis": None, "keepdims": False}
    assert gradients(engine, "prod", [2.0, 3.0], **whole).tolist() == [3.0, 2.0]


def test_a_constant_has_no_gradient() -> None:
    engine: Any = TinygradEngine()
    constant = engine.leaf(LeafKind.CONSTANT, np.array(2.0))
    leaf = engine.leaf(LeafKind.VARIABLE, np.array(3.0))
    engine.backward(engine.apply("multiply", [leaf, constant], {}), np.array(1.0))
    assert engine.gradient(constant) is None
    assert engine.gradient(leaf).tolist() == 2.0


def test_gradients_of_nodes_that_are_equal_expressions() -> None:
    engine: Any = TinygradEngine()
    leaf = engine.leaf(LeafKind.VARIABLE, np.array([2.0, -0.0]))
    first, second = (engine.apply("square", [leaf], {}) for _ in range(2))
    root = engine.apply("multiply", [first, second], {})
    engine.backward(root, np.array([1.0, 2.0]))
    found = engine.gradients([leaf, first, second, root])
    assert [one.tolist() for one in found] == [[32.0, 0.0], [4.0, 0.0], [4.0, 0.0], [1.0, 2.0]]


def test_what_is_read_in_one_go_stays_as_it_is() -> None:
    """Also the sign of a zero, an array without elements, and a number."""
    engine: Any = TinygradEngine()
    leaf = engine.leaf(LeafKind.VARIABLE, np.array([0.5, 0.0], np.float32))
    empty = engine.leaf(LeafKind.CONSTANT, np.zeros((0, 2)))
    negated = engine.apply("negative", [leaf], {})
    values = engine.values([leaf, empty, engine.leaf(LeafKind.NUMBER, np.array(3.0)), negated])
    assert [one.tolist() for one in values] == [[0.5, 0.0], [], 3.0, [-0.5, 0.0]]
    assert np.signbit(values[3][1])
    assert [str(one.dtype) for one in values] == ["float32", "float64", "float64", "float32"]
    engine.backward(negated, np.ones(2, np.float32))
    assert engine.gradient(leaf).tolist() == [-1.0, -1.0]


def test_it_is_read_in_one_go_and_probed() -> None:
    for capability in (Batching, Probing):
        assert isinstance(TinygradEngine(), capability)
    made = TinygradEngine()
    assert completed(made) is made
    engine: Any = made
    leaf = engine.leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    root = engine.probe([leaf], [np.array([0.5, -1.0])])
    assert engine.value(root).shape == ()
    engine.backward(root, np.array(2.0))
    assert engine.gradient(leaf).tolist() == [1.0, -2.0]


@pytest.mark.parametrize(
    "operator, attributes",
    [
        ("concatenate", {"axis": None}),
        ("sum", {"axis": (), "keepdims": False}),
        ("gelu", {"approximate": "none"}),
        ("roll", {"shift": 1, "axis": (0, 0)}),
    ],
)
def test_calls_that_it_lacks(operator: str, attributes: dict[str, Any]) -> None:
    leaf = TinygradEngine().leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    with pytest.raises(UnsupportedError):
        TinygradEngine().apply(operator, [leaf], attributes)


def of_a_number() -> Case:
    build = CaseBuilder()
    build.apply("minimum", build.number(0.5), build.variable([0.25, 1.5], "float32"))
    return build.case()


def of_float32() -> Case:
    build = CaseBuilder()
    x = build.variable([0.5, -1.5], "float32")
    build.apply("sum", build.apply("exp", x), axis=None, keepdims=False)
    return build.case()


def of_many() -> Case:
    build = CaseBuilder()
    x = build.variable([[0.5, -1.5], [0.25, 2.0]])
    y = build.apply("multiply", build.apply("sin", x), build.apply("sin", x))
    z = build.apply("matmul", y, build.constant([[1.0, 0.5], [-0.5, 2.0]]))
    build.apply("logsumexp", build.apply("softplus", z), axis=0, keepdims=False)
    return build.case()


def of_a_sum_that_nearly_vanishes() -> Case:
    """Computed together with the addition, the sum would be rounded otherwise."""
    build = CaseBuilder()
    x = build.variable([1.8091553, 1.56049, -0.30993405, -1.4098834], "float32")
    y = build.variable([-1.5], "float32")
    build.apply("add", y, build.apply("sum", x, axis=None, keepdims=False))
    return build.case()


def of_a_number_turned() -> Case:
    build = CaseBuilder()
    build.apply("transpose", build.variable(0.5), axes=None)
    return build.case()


@pytest.mark.parametrize(
    "case",
    [
        unary("tanh", at=[0.5, -1.5]),
        binary("divide", [1.0, 2.0], 3.0),
        binary("matmul", [[1.0, 2.0]], [[0.5], [-1.0]]),
        of_float32(),
        of_a_number(),
        of_many(),
        of_a_sum_that_nearly_vanishes(),
        of_a_number_turned(),
    ],
    ids=["tanh", "divide", "matmul", "float32", "number", "many", "sum", "transpose"],
)
def test_it_is_right(case: Case) -> None:
    result = verify_case(TinygradEngine(), case)
    assert result.verdict is Verdict.AGREE, [finding.message for finding in result.findings]


@pytest.mark.parametrize("operator", ["arccos", "arctan"])
def test_where_it_approximates_it_is_inaccurate(operator: str) -> None:
    """Polynomials stand for these, and differences side with their slopes."""
    finding = finding_of(unary(operator, at=[0.3, -0.7]), TinygradEngine())
    assert finding.verdict in (Verdict.INACCURATE, Verdict.ENGINE_WRONG)
    assert finding.blame.operation == operator
