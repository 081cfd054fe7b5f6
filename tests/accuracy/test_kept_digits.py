"""The engine keeps digits where the usual formulas of these operations lose them.

The inputs are what a search found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zenverify.accuracy.errors import measure
from zenverify.accuracy.exact import Signature
from zenverify.accuracy.inaccuracies import inaccuracies_of
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder

ROW = {"axis": -1}
LONE = {"eps": 1e-5}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "name, operands, attributes",
    [
        ("log_softmax", [[[9.5, 0.25, -3.0]]], ROW),
        ("log_softmax", [[[12.0, -1.0], [0.5, 0.25]]], {"axis": (0, 1)}),
        ("logsumexp", [[0.0, -9.0]], {"axis": 0, "keepdims": False}),
        ("softmax", [[[-4.0, -6.0, 7.0]]], ROW),
        ("softmax", [[[1.0, 1.0, -9.0]]], ROW),
        ("cross_entropy", [[[9.0, -3.0]]], None),
        ("soft_cross_entropy", [[[9.0, 1.0]], [[0.75, 1e-5]]], {"reduction": "sum"}),
        (
            "scaled_dot_product_attention",
            [[[9.0]], [[1.0], [-0.5]], [[0.25, 1.0], [-0.5, 2.0]]],
            {"mask": None, "is_causal": False},
        ),
        ("average", [[0.25, 1.5, -2.0], [1.0, 1e-5, 1e-6]], {"axis": 0, "keepdims": False}),
        ("rms_norm", [[[1e5, 0.5, -2.0]], [1.0, 0.5, 2.0]], LONE),
        ("layer_norm", [[[1e5, 0.5]], [1.0, 0.5], [0.0, 0.0]], LONE),
        ("layer_norm", [[[0.5, -3e5, -2.0, 1.0]], [1.0, 0.5, 2.0, -1.0], [0.0] * 4], LONE),
        ("batch_norm", [[[0.5], [-4e4]], [1.5], [0.0]], {"eps": 0.001}),
        ("power", [[1e-30], [0.25]], {}),
    ],
)
def test_no_digit_is_lost(
    name: str, operands: list[Any], attributes: dict[str, Any] | None, dtype: str
) -> None:
    if attributes is None:
        attributes = {"target": np.array([0]), "reduction": "mean", "ignore_index": -100}
    build = GraphBuilder()
    values = [np.array(operand, dtype) for operand in operands]
    build.apply(name, *[build.variable(value.shape, dtype) for value in values], **attributes)
    graph = build.graph()
    shape = graph.shapes[graph.root]
    cotangent = np.linspace(0.6, -1.3, max(1, int(np.prod(shape)))).reshape(shape).astype(dtype)
    case = Case(graph, tuple(values), cotangent)
    for inaccuracies in inaccuracies_of(
        ZenEngine(), measure(ZenEngine(), Signature.of(case), case)
    ):
        assert not inaccuracies.failing
        for element, inaccuracy in inaccuracies.items():
            assert inaccuracy.digits_lost < 1.2, (inaccuracies.argument, element, inaccuracy)


def test_a_tiny_exponent_keeps_its_digits() -> None:
    """Less 1 it has lost them, and the logarithm of the base multiplies what is left."""
    build = GraphBuilder()
    build.apply("power", build.variable((1,)), build.variable((1,)))
    case = Case(build.graph(), (np.array([3.9e280]), np.array([4.4712300305e-11])), np.ones(1))
    _, slope, _ = inaccuracies_of(ZenEngine(), measure(ZenEngine(), Signature.of(case), case))
    ((_, inaccuracy),) = slope.items()
    assert inaccuracy.ulp < 5
