"""Strength: the graphs of a run, and the faults that they would have exposed."""

from __future__ import annotations

from itertools import islice

import numpy as np

from tests.accuracy.test_over_cases import case_of
from tests.engines.tape import TapeEngine
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.coverage import elements_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.strength import strength_of


def test_what_is_exposed_depends_on_the_graphs() -> None:
    (tanh, *_) = strength_of(ZenEngine(), ["tanh"], [case_of("tanh", 0.5)]).operations
    assert "tanh/0/below-5" in tanh.untouched
    assert "tanh/0/sign" not in (*tanh.untouched, *tanh.missed)
    assert tanh.planted == tanh.exposed + len(tanh.untouched)
    (more, *_) = strength_of(ZenEngine(), ["tanh"], [case_of("tanh", 0.5, -7.0)]).operations
    assert set(tanh.untouched) - set(more.untouched) >= {"tanh/0/below-5", "tanh/0/negative"}
    assert more.exposed > tanh.exposed


def test_a_fault_below_the_error_unit_counts_as_missed() -> None:
    (tanh, *_) = strength_of(ZenEngine(), ["tanh"], [case_of("tanh", 25.0)]).operations
    assert "tanh/0/above-20" in tanh.missed


def test_every_fault_is_counted_once() -> None:
    options = CampaignOptions(seed=1, operators=("add", "exp"))
    cases = list(islice(cases_of(options, ("add", "exp")), 150))
    told: list[tuple[int, int]] = []
    strength = strength_of(
        ZenEngine(), ("add", "exp"), cases, told=lambda *numbers: told.append(numbers)
    )
    assert [one.operation for one in strength.operations] == [
        "add",
        "exp",
        "accumulation",
        "broadcasting",
    ]
    assert strength.cases == 150
    assert told == [(number, strength.planted) for number in range(1, strength.planted + 1)]
    for one in strength.operations:
        assert one.planted == one.exposed + len(one.missed) + len(one.untouched)
    assert strength.planted == strength.exposed + len(strength.missed) + len(strength.untouched)
    assert sum(one.planted for one in strength.classes) == strength.planted
    assert sum(one.exposed for one in strength.classes) == strength.exposed
    assert strength.exposed > 0.7 * strength.planted


def test_an_engine_without_mutants_has_elements_only() -> None:
    strength = strength_of(TapeEngine(), ["tanh"], [case_of("tanh", 0.5, 0.0)])
    (tanh,) = strength.operations
    assert (tanh.planted, strength.classes) == (0, ())
    assert tanh.elements == {"seen": 2, "zeros": 1}


def test_kinks_are_counted() -> None:
    strength = strength_of(ZenEngine(), ["relu"], [case_of("relu", 0.0, 1.0)])
    assert strength.operations[0].elements["kink"] == 2


def test_elements_are_counted_by_condition() -> None:
    build = GraphBuilder()
    x = build.variable((2, 3))
    row = build.variable((3,))
    build.apply("multiply", x, row)
    values = (np.array([[0.0, 0.0, 50.0], [1.0, 2.0, 1e-9]]), np.array([1.0, 0.0, 3.0]))
    counts = {
        condition: n
        for _, condition, n in elements_of(Case(build.graph(), values, np.ones((2, 3))), ())
    }
    assert counts == {"seen": 6, "broadcast": 6, "zeros": 3, "extreme values": 2}
