"""The adapters of other libraries, as far as these are installed."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zenverify.corpus.baseline import read_baseline
from zenverify.engines import conformance, registry
from zenverify.engines.protocol import Engine, LeafKind, limits_of
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import RunFinished

BASELINES = Path(__file__).parents[2] / "benchmarks" / "baselines"


@pytest.fixture(params=["autograd", "mygrad"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return registry.load(request.param)


def test_an_adapter_conforms(engine: Engine) -> None:
    assert conformance.check(engine) == []


def test_nothing_but_known_failures_is_found(engine: Engine) -> None:
    *_, end = run(engine, CampaignOptions(seed=1, graphs=100))
    assert isinstance(end, RunFinished)
    settled = read_baseline(BASELINES / f"{engine.name}.json", engine.name).settled(end)
    assert [one.key for one in end.buckets if one.key not in settled.known] == []
    # Hardly a graph of MyGrad agrees: its root's gradient is the array that the caller gave.
    assert end.cases == 100


def gradients(engine: Any, operator: str, value: float, times: int = 1) -> list[float]:
    leaf = engine.leaf(LeafKind.VARIABLE, np.array(value))
    root = engine.apply(operator, [leaf] * times, {})
    engine.backward(root, np.array(1.0))
    return [float(engine.gradient(leaf)), float(engine.gradient(root))]


def test_gradients_of_leaves_and_of_inner_nodes(engine: Engine) -> None:
    assert gradients(engine, "multiply", 3.0, times=2) == [6.0, 1.0]


def test_a_constant_and_what_is_made_of_it_have_no_gradient(engine: Engine) -> None:
    constant = engine.leaf(LeafKind.CONSTANT, np.array(2.0))
    inner = engine.apply("exp", [constant], {})
    root = engine.apply("multiply", [engine.leaf(LeafKind.VARIABLE, np.array(3.0)), inner], {})
    engine.backward(root, np.array(1.0))
    assert engine.gradient(constant) is None
    assert engine.gradient(inner) is None


def test_mixed_precision_is_not_asked_for(engine: Engine) -> None:
    assert not limits_of(engine).mixed


def test_autograd_differentiates_past_a_step_function() -> None:
    pytest.importorskip("autograd")
    assert gradients(registry.load("autograd"), "floor", 1.5) == [0.0, 1.0]


def test_mygrad_tells_the_gradient_of_a_view_from_its_base_s() -> None:
    pytest.importorskip("mygrad")
    engine = registry.load("mygrad")
    leaf = engine.leaf(LeafKind.VARIABLE, np.array([1.0, 2.0]))
    view = engine.apply("reshape", [leaf], {"shape": (1, 2)})
    total = engine.apply("add", [view, leaf], {})
    engine.backward(total, np.ones((1, 2)))
    found = engine.gradient(view)
    assert found is not None
    assert found.tolist() == [[1.0, 1.0]]
