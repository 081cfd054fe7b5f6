"""The cases of a campaign, in their order."""

from __future__ import annotations

import dataclasses
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import find

from tests.verification.prepared import CaseBuilder
from zenverify import strategies
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph import drawing
from zenverify.graph.corners import corners_of
from zenverify.graph.filling import Filling
from zenverify.operators import catalogue
from zenverify.tensor import OPERATIONS
from zenverify.verification.campaign import cases
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.verify import verify_case

NAMES = ("tanh", "add", "sum")


def test_random_graphs_are_drawn_when_their_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    taken = 0

    def counting(*arguments: Any) -> Any:
        turns.append(taken)
        return drawing.draw_any(*arguments)

    monkeypatch.setattr(cases, "draw_any", counting)
    for _ in cases_of(CampaignOptions(seed=1), NAMES):
        taken += 1
        if taken == 200:
            break
    assert len(turns) > 3
    assert len(set(turns)) == len(turns)


def test_the_same_seed_gives_the_same_cases() -> None:
    first, second = (
        [case.to_json() for case in islice(cases_of(CampaignOptions(seed=seed), NAMES), 60)]
        for seed in (5, 5)
    )
    assert first == second


def test_a_graph_with_the_fewest_choices_is_one_that_a_property_test_may_be_given() -> None:
    drawn = [case.graph for case in islice(cases_of(CampaignOptions(seed=1), ("tanh",)), 200)]
    simplest = find(strategies.structures(operators=("tanh",), max_operations=1), lambda _: True)
    assert simplest.graph in drawn


def test_each_corner_comes_once() -> None:
    names = ("conv2d", "maximum", "max")
    expected = list(corners_of(map(catalogue.get, names)))
    drawn = [case.graph for case in islice(cases_of(CampaignOptions(seed=1), names), 900)]
    for corner in expected:
        if corner.filling is not Filling.ORDINARY:
            alike = [graph for graph in drawn if graph == corner.structure.graph]
            assert len(alike) >= 1, corner


def test_neighbours_taken_for_ties_are_found() -> None:
    right = OPERATIONS["max"]

    def wrong(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        wide = y if keepdims else y.reshape(np.max(x, axis=axis, keepdims=True).shape)
        near = np.where(np.isclose(x, wide, rtol=1e-9, atol=0), wide, x)
        return right.pullbacks[0](g, y, near, axis=axis, keepdims=keepdims)

    faulty = dataclasses.replace(right, pullbacks=(wrong,))
    options = CampaignOptions(seed=1, graphs=300, operators=("max",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPERATIONS, "max", faulty)
        findings = [
            finding
            for case in islice(cases_of(options, ("max",)), 300)
            for finding in verify_case(ZenEngine(), case).findings
        ]
    assert findings
    assert {finding.blame.operation for finding in findings} == {"max"}


@pytest.mark.parametrize(
    "name", ["maximum/1/below-5", "conv2d/1/aliased", "outer/1/three-axes", "cosh/0/overflow"]
)
def test_what_chance_would_leave_out_is_met(name: str) -> None:
    fault = find_fault(ZenEngine(), name)
    operation = name.partition("/")[0]
    with fault.mutant.plant():
        for case in islice(cases_of(CampaignOptions(seed=1), (operation,)), 900):
            result = verify_case(ZenEngine(), case)
            if result.findings:
                assert result.findings[0].blame.operation == operation
                return
    pytest.fail("not found")


def test_what_a_graph_is_asked_follows_from_its_number_and_whether_anything_is_masked() -> None:
    options = CampaignOptions(seed=1)
    build = CaseBuilder()
    node = build.apply("tanh", build.variable([0.5]))
    single = build.case().graph
    build.apply("exp", node)
    larger = build.case().graph
    numbers = range(800)
    whole = list(map(options.asks_for_whole, numbers))
    assert 80 < sum(whole) < 120
    assert [options.asks_for_probes(number, single) for number in numbers] == whole
    assert all(options.asks_for_probes(number, larger) for number in numbers)
