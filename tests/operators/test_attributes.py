"""Attributes: frozen, thawed, written as JSON and read back."""

import json
import math
from typing import Any

import numpy as np
import pytest

from zenverify.errors import CaseFormatError, GraphError
from zenverify.graph.drawing import instances_of
from zenverify.operators import catalogue
from zenverify.operators.attributes import (
    FrozenArray,
    attribute_from_json,
    attribute_to_json,
    float_from_hex,
    freeze,
    freeze_attributes,
    holds_array,
    thaw,
    thaw_attributes,
)

VALUES = [
    None,
    True,
    -3,
    0.1,
    -0.0,
    math.inf,
    "text",
    (),
    (0, (1, 2)),
    ...,
    slice(None, 2, -1),
    np.array([[True, False]]),
    np.array([[0, -1], [2, 3]]),
    np.zeros((0, 2), dtype=np.int64),
    np.array(1),
    (slice(1, None), ..., np.array([0, 1]), None, 0),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_freezing_writing_and_reading_keep_a_value(value: Any) -> None:
    frozen = freeze(value)
    hash(frozen)
    text = json.dumps(attribute_to_json(frozen))
    again = attribute_from_json(json.loads(text), "field")
    assert again == frozen
    assert json.dumps(attribute_to_json(again)) == text
    np.testing.assert_equal(thaw(again), value)


def test_a_sign_survives_and_so_does_a_dtype() -> None:
    assert math.copysign(1, thaw(freeze(-0.0))) == -1
    assert thaw(freeze(np.array([True]))).dtype == np.bool_
    assert thaw(freeze(np.array([1], dtype=np.int8))).dtype == np.int64


def test_every_attribute_that_is_drawn_survives() -> None:
    for operator in catalogue.all_operators():
        for instance in instances_of(operator):
            frozen = freeze_attributes(instance.attributes)
            data = json.loads(json.dumps({k: attribute_to_json(v) for k, v in frozen}))
            assert tuple((k, attribute_from_json(v, k)) for k, v in sorted(data.items())) == frozen
            np.testing.assert_equal(thaw_attributes(frozen), instance.attributes)


def test_numpy_scalars_and_lists_are_stored_as_pythons() -> None:
    assert freeze([np.int64(2), np.float32(0.5), np.bool_(True)]) == (2, 0.5, True)
    assert freeze(slice(np.int64(1), None)) == freeze(slice(1, None))


def test_frozen_attributes_are_sorted_by_name() -> None:
    assert freeze_attributes({"b": 1, "a": 2}) == (("a", 2), ("b", 1))


@pytest.mark.parametrize("value", [{1, 2}, np.array([0.5]), 1j, lambda: 0, [object()]])
def test_what_no_graph_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(GraphError, match=r"an attribute of type .* cannot be stored in a graph"):
        freeze(value)


@pytest.mark.parametrize(
    "value, expected",
    [(1, False), ((1, (2,)), False), (np.array([0]), True), ((1, np.eye(2) > 0), True)],
)
def test_arrays_are_found_inside(value: Any, expected: bool) -> None:
    assert holds_array(freeze(value)) is expected


def test_a_thawed_array_is_the_callers_own() -> None:
    frozen = freeze(np.array([1, 2]))
    thaw(frozen)[0] = 9
    assert frozen == FrozenArray("int", (2,), (1, 2))


@pytest.mark.parametrize(
    "data, message",
    [
        (0.5, "f: not an attribute value: 0.5"),
        ({"array": "float", "shape": [1], "items": [1]}, "f: not an attribute value"),
        ({"slice": [1, 2]}, "f: not an attribute value"),
        ({"slice": [True, None, None]}, "f: not an attribute value"),
        ({"ellipsis": False}, "f: not an attribute value"),
        ({"float": 0.5}, "f: not an attribute value"),
        ([1, {"x": 1}], r"f\[1\]: not an attribute value"),
        ({"float": "one"}, "f: expected a hexadecimal float such as"),
        ({"float": "0x1p99999"}, "f: beyond float64: '0x1p99999'"),
        ({"array": "int", "shape": [-1], "items": []}, r"f.shape: expected sizes, got \[-1\]"),
        (
            {"array": "int", "shape": [1], "items": [True]},
            "f.items: expected only values of type int",
        ),
        ({"array": "bool", "shape": [1], "items": [1]}, "only values of type bool"),
        ({"array": "int", "shape": [2], "items": [1]}, r"f: 1 items do not fill the shape \(2,\)"),
    ],
)
def test_malformed_data_is_told_what_is_wrong(data: Any, message: str) -> None:
    with pytest.raises(CaseFormatError, match=message):
        attribute_from_json(data, "f")


@pytest.mark.parametrize("number", [0.1, -0.0, math.inf, -math.inf, 5e-324])
def test_hexadecimal_floats_are_exact(number: float) -> None:
    again = float_from_hex(number.hex(), "f")
    assert again == number
    assert math.copysign(1, again) == math.copysign(1, number)


def test_nan_can_be_read() -> None:
    assert math.isnan(float_from_hex("nan", "f"))
