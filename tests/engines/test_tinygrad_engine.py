"""The adapter of tinygrad, on single operations: its graphs of many take minutes each in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tinygrad")

from tinygrad import Device

from tests.verification.prepared import CaseBuilder, binary, finding_of, unary
from zenverify.engines.protocol import LeafKind
from zenverify.engines.tinygrad.engine import TinygradEngine
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def test_what_it_offers_is_in_the_catalogue() -> None:
    assert TinygradEngine.operators <= set(catalogue.names())


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


@pytest.mark.parametrize(
    "case",
    [
        unary("tanh", at=[0.5, -1.5]),
        binary("divide", [1.0, 2.0], 3.0),
        binary("matmul", [[1.0, 2.0]], [[0.5], [-1.0]]),
        of_float32(),
        of_a_number(),
    ],
    ids=["tanh", "divide", "matmul", "float32", "number"],
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
