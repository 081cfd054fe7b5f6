"""A scan that fails is narrowed to the elements that fail."""

from __future__ import annotations

import numpy as np

from tests.accuracy.card.prepared import softplus
from zenverify.accuracy.card.examination import known
from zenverify.accuracy.card.scan import narrowed, scans
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array
from zenverify.operators import catalogue
from zenverify.verification.verify import verify_case


def test_a_scan_per_dtype_of_elementwise_operators_only() -> None:
    assert [case.graph.dtypes[0] for case in scans(catalogue.get("tanh"), 1)] == [
        "float64",
        "float32",
    ]
    assert scans(catalogue.get("sum"), 1) == ()
    assert scans(catalogue.get("power"), 1) == ()


def test_a_scan_that_passes_stays_whole() -> None:
    case = scans(catalogue.get("tanh"), 1)[0]
    assert list(narrowed(ZenEngine(), case, 10.0)) == [case]


def test_a_scan_that_fails_becomes_its_failing_elements() -> None:
    def pullback(g: Array, y: Array, x: Array) -> Array:
        slope = 1 / (1 + np.exp(-x))
        return g * np.where((x > 4) & (x < 5), slope * (1 + 1e-9), slope)

    with known(softplus(pullback=pullback)) as (engine, operator):
        case = scans(operator, 1)[0]
        parts = list(narrowed(engine, case, 10.0))
        assert 1 < len(parts) <= 24
        for part in parts:
            assert part.values[0].size == 1
            assert 4 < part.values[0][0] < 5
            assert verify_case(engine, part).verdict.is_failure


def test_a_fault_that_needs_company_keeps_the_whole_scan() -> None:
    def pullback(g: Array, y: Array, x: Array) -> Array:
        slope = g / (1 + np.exp(-x))
        wrong: Array = 2 * slope if x.size > 500 else slope
        return wrong

    with known(softplus(pullback=pullback)) as (engine, operator):
        case = scans(operator, 1)[0]
        assert list(narrowed(engine, case, 10.0)) == [case]
