"""Ranges hold every value that can occur."""

import random

import numpy as np
import pytest

from tests.verification.prepared import filled
from zenverify.graph.drawing import instances_of
from zenverify.graph.filling import Filling
from zenverify.graph.ranges import range_of
from zenverify.operators import catalogue
from zenverify.operators.attributes import Attributes
from zenverify.operators.operator import Operator
from zenverify.oracles.enclosure import lift


@pytest.mark.parametrize("operator", catalogue.all_operators(), ids=lambda o: o.name)
def test_a_range_holds_what_the_program_gives(operator: Operator) -> None:
    instances = instances_of(operator)
    for instance in random.Random(0).sample(instances, min(8, len(instances))):
        case = filled(operator, instance, Filling.ORDINARY, seed=3)
        graph = case.graph
        program = graph.programs[-1]
        operands = graph.apply(graph.root).operands
        values = dict(zip(graph.leaves, case.values, strict=True))
        intervals = [
            (float(values[o].min(initial=0.5)), float(values[o].max(initial=0.5))) for o in operands
        ]
        bounds = range_of(program, intervals)
        items = program.value([lift(values[o]) for o in operands])
        if bounds is None or not items:
            continue
        low, high = bounds
        assert all(low <= float(item) <= high for item in items), instance


@pytest.mark.parametrize(
    "name, interval",
    [("log", (0.0, 1.0)), ("log", (-1.0, 1.0)), ("sqrt", (-1.0, 1.0)), ("log1p", (-1.0, 0.0))],
)
def test_there_is_no_range_across_a_domains_edge(name: str, interval: tuple[float, float]) -> None:
    assert range_of(catalogue.get(name).program(((),), ()), [interval]) is None


def test_a_division_by_an_interval_around_zero_has_no_range() -> None:
    divide = catalogue.get("divide").program(((), ()), ())
    assert range_of(divide, [(1.0, 2.0), (-1.0, 1.0)]) is None
    low, high = range_of(divide, [(1.0, 2.0), (1.0, 2.0)]) or (np.nan, np.nan)
    assert low <= 0.5
    assert 2 <= high < 3


def test_padding_puts_zero_into_the_range() -> None:
    attributes = (("dilation", (1, 1)), ("groups", 1), ("padding", (1, 1)), ("stride", (1, 1)))
    conv = catalogue.get("conv2d").program(((1, 1, 1, 1), (1, 1, 1, 1)), attributes)
    low, high = range_of(conv, [(2.0, 3.0), (1.0, 1.0)]) or (np.nan, np.nan)
    assert low <= 0
    assert high >= 3


@pytest.mark.parametrize(
    "name, shapes, attributes, largest",
    [
        ("softmax", ((2, 3),), (("axis", 1),), 1.0),
        ("rms_norm", ((2, 4), (4,)), (("eps", 1e-5),), 2.0),
        ("layer_norm", ((4,), (4,), (4,)), (("eps", 1e-5),), 3.0),
    ],
)
def test_a_result_known_to_lie_between_two_numbers_has_that_range(
    name: str, shapes: tuple[tuple[int, ...], ...], attributes: Attributes, largest: float
) -> None:
    program = catalogue.get(name).program(shapes, attributes)
    ranges = [(-30.0, 20.0), (-1.0, 1.0), (-1.0, 1.0)][: len(shapes)]
    low, high = range_of(program, ranges) or (np.nan, np.nan)
    assert low == pytest.approx(0 if name == "softmax" else -largest, abs=1e-6)
    assert high == pytest.approx(largest)
