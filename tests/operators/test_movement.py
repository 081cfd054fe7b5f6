"""Calls that the declarations of movements refuse, also where they come from a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zenverify.errors import GraphError
from zenverify.graph.drawing import instances_of
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.program.steps.move import Move

MANY = 10**12
CONSTANT = {"mode": "constant", "constant_values": 0.0}


@pytest.mark.parametrize(
    "name, shapes, attributes, message",
    [
        ("tile", [(2,)], {"reps": (MANY, 2)}, "4,000,000,000,000 elements are more than can be"),
        ("tile", [(2,)], {"reps": (-1,)}, r"tile of shapes \(2,\): negative dimensions"),
        ("repeat", [(2,)], {"repeats": MANY, "axis": 0}, "more than can be verified"),
        ("repeat", [(2,)], {"repeats": np.array([1, MANY]), "axis": 0}, "more than can be"),
        ("repeat", [(2,)], {"repeats": np.array([1, 2, 3]), "axis": 0}, "could not be broadcast"),
        ("pad", [(2,)], {"pad_width": ((MANY, 0),), **CONSTANT}, "more than can be verified"),
        ("pad", [(2,)], {"pad_width": (), **CONSTANT}, "shorter"),
        ("diag", [(2,)], {"k": -MANY}, "more than can be verified"),
        ("diag", [()], {"k": 0}, "1- or 2-d"),
        ("tril", [(2,)], {"k": 0}, r"expected at least two dimensions, got \(2,\)"),
        ("split", [(2,)], {"sections": 2, "axis": 0, "part": 2}, "there is no part 2 of 2"),
        ("split", [(2,)], {"sections": 0, "axis": 0, "part": 0}, "split of shapes"),
        ("gather", [(2,)], {"dim": 0, "index": np.array([2])}, r"there is no element \(2,\)"),
        ("gather", [(2,)], {"dim": 0, "index": np.array([-1])}, r"there is no element \(-1,\)"),
        ("gather", [(2,)], {"dim": 1, "index": np.array([0])}, "dimension 1 and an index"),
        (
            "scatter_add",
            [(2,), (1,)],
            {"dim": 0, "index": np.array([0, 0])},
            r"an index of shape \(2,\) does not fit \(1,\)",
        ),
        ("diff", [(2,)], {"n": -1, "axis": 0}, "the difference of order -1"),
        ("gradient", [(2,)], {"spacing": 1.0, "axis": 0, "edge_order": 2}, "edge order 2 with 2"),
        ("gradient", [(2,)], {"spacing": 1.0, "axis": 1, "edge_order": 1}, "out of bounds"),
        ("take", [(2,)], {"indices": np.array([2]), "axis": None}, "index 2 is out of bounds"),
    ],
)
def test_what_does_not_fit_is_refused(
    name: str, shapes: Any, attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        catalogue.get(name).program(shapes, freeze_attributes(attributes))


@pytest.mark.parametrize(
    "operator",
    [operator for operator in catalogue.all_operators() if operator.family == "shaping"],
    ids=lambda operator: operator.name,
)
def test_the_calls_of_a_sweep_are_few(operator: Any) -> None:
    assert len(instances_of(operator)) <= 115


def test_masks_and_integers_in_a_key_mean_the_same() -> None:
    index, mask = catalogue.get("index"), np.array([True, False, True])
    by_mask = index.program([(3, 2)], freeze_attributes({"key": (mask, 1)}))
    by_numbers = index.program([(3, 2)], freeze_attributes({"key": (np.array([0, 2]), 1)}))
    assert by_mask.shape == by_numbers.shape
    places = [
        [step.indices for step in program.steps if isinstance(step, Move)]
        for program in (by_mask, by_numbers)
    ]
    assert places[0] == places[1] != []
