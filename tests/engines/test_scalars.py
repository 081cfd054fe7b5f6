"""An engine of single numbers, driven element by element."""

import operator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zenverify.engines import conformance, registry
from zenverify.engines.importing import imported
from zenverify.engines.protocol import LeafKind
from zenverify.engines.scalars import ScalarEngine
from zenverify.errors import UnsupportedError
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import RunFinished

EXAMPLE = Path(__file__).parents[2] / "examples" / "micrograd_engine.py"


@pytest.fixture(scope="module")
def value() -> Any:
    return imported(f"{EXAMPLE}:Value", "engine")


def ended(engine: Any) -> RunFinished:
    *_, end = run(engine, CampaignOptions(seed=1, graphs=100))
    assert isinstance(end, RunFinished)
    return end


def test_the_example_conforms_and_is_right() -> None:
    engine = registry.load(f"{EXAMPLE}:engine")
    assert conformance.check(engine) == []
    end = ended(engine)
    assert (end.exit_code, end.buckets) == (0, ())
    assert end.coverage["add"]["broadcast"] > 0


def test_the_adapter_of_the_example_takes_no_more_than_thirty_lines() -> None:
    adapter = EXAMPLE.read_text(encoding="utf-8").split("# The adapter")[1]
    assert len(adapter.splitlines()) <= 30


def test_a_wrong_slope_is_found(value: Any) -> None:
    def tanh(x: Any) -> Any:
        right = x.tanh()
        return value(right.data, ((x, 1 - right.data),))

    operations: dict[str, Any] = {"add": operator.add, "multiply": operator.mul, "tanh": tanh}
    keys = [
        str(bucket.key) for bucket in ended(ScalarEngine("wrong", "1", value, operations)).buckets
    ]
    assert keys == ["ENGINE_WRONG: tanh, argument 0"]


def test_arrays_are_broadcast_and_summed(value: Any) -> None:
    operations = {"add": operator.add, "multiply": operator.mul}
    engine = ScalarEngine("toy", "1", value, operations)
    x = engine.leaf(LeafKind.VARIABLE, np.array([[1.0], [2.0]]))
    y = engine.leaf(LeafKind.CONSTANT, np.array([3.0, 4.0, 5.0]))
    product = engine.apply("multiply", [x, y], {})
    assert engine.value(product).tolist() == [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]
    for axis, keepdims in ((0, False), (-1, True), ((0, 1), False), (None, True), ((), False)):
        total = engine.apply("sum", [product], {"axis": axis, "keepdims": keepdims})
        expected = engine.value(product).sum(axis=axis, keepdims=keepdims)
        assert np.array_equal(engine.value(total), expected)
    total = engine.apply("sum", [product], {"axis": None, "keepdims": False})
    engine.backward(total, np.array(1.0))
    gradient = engine.gradient(x)
    assert gradient is not None
    assert gradient.tolist() == [[12.0], [12.0]]
    assert engine.gradient(y) is None
    with pytest.raises(UnsupportedError, match="tanh"):
        engine.apply("tanh", [x], {})
