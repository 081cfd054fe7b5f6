"""The search finds lost digits, and tells them from the conditioning."""

from __future__ import annotations

import dataclasses
import math
import operator
from typing import Any

import numpy as np
import pytest

from tests.accuracy.prepared import losing, naive_log1p, naive_tanh
from zenverify.accuracy.operations import search_operation, search_operations
from zenverify.accuracy.record import Accuracy
from zenverify.engines.completed import completed
from zenverify.engines.extended import extended
from zenverify.engines.protocol import Engine
from zenverify.engines.scalars import ScalarEngine
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array
from zenverify.operators import catalogue
from zenverify.tensor import new_operation
from zenverify.verification.verdict import Verdict


def hunted(
    engine: Engine, name: str, dtype: str = "float64", **options: Any
) -> dict[str | None, Accuracy]:
    """What a search found, by argument."""
    rows = search_operation(engine, catalogue.get(name), dtype, **options)
    return {row.argument: row for row in rows}


def at(row: Accuracy) -> float:
    """Where a function of one operand loses most digits."""
    assert row.most_digits is not None
    assert row.most_digits.case is not None
    return float(row.most_digits.case.values[0].item())


@pytest.mark.parametrize("dtype, digits", [("float64", 15.5), ("float32", 6.8)])
def test_a_sum_that_forgets_a_small_number_loses_all_digits(dtype: str, digits: float) -> None:
    found = hunted(naive_log1p(), "log1p", dtype)
    assert found[None].digits_lost > digits
    assert abs(at(found[None])) < 1e-6
    # This formula does not cancel in the slope, 1 / (1 + x).
    assert not found["x"].is_avoidable
    assert found["x"].verdict is Verdict.AGREE


def test_more_than_u_s_explains_is_a_verdict_too() -> None:
    value = hunted(naive_log1p(), "log1p")[None]
    assert value.verdict.is_failure
    assert "log1p" in value.message
    assert value.most_units is not None
    assert value.most_units.units > 1e10


def test_a_wrong_rule_is_a_fault_and_no_loss_of_digits() -> None:
    engine = losing("exp", np.exp, lambda g, y, x: g * y * np.where(x > 3, 1.5, 1))
    slope = hunted(engine, "exp")["x"]
    assert slope.verdict is Verdict.ENGINE_WRONG
    assert slope.digits_lost > 14
    assert not slope.is_avoidable


def test_digits_that_are_lost_to_first_order_are_both() -> None:
    engine = losing("exp", np.exp, lambda g, y, x: g * y * np.where(x > 3, 1 + 1e-12, 1))
    slope = hunted(engine, "exp")["x"]
    assert slope.verdict is Verdict.INACCURATE
    assert slope.is_avoidable


@pytest.mark.parametrize("dtype, digits", [("float64", 13.0), ("float32", 5.0)])
def test_a_slope_without_digits_is_found_though_its_check_passes(dtype: str, digits: float) -> None:
    found = hunted(naive_tanh(), "tanh", dtype)
    slope = found["x"]
    assert slope.verdict is Verdict.AGREE
    assert slope.digits_lost > digits
    assert abs(at(slope)) > 5
    assert slope.most_units is not None
    assert slope.most_units.units < 8
    assert not found[None].is_avoidable


def test_what_the_conditioning_explains_is_no_finding() -> None:
    """A sine at the float next to the one that was given: far off near multiples of pi."""

    def nearby(x: Array) -> Array:
        return np.asarray(np.sin(np.nextafter(x, np.array(np.inf, x.dtype))))

    def pullback(g: Array, y: Array, x: Array) -> Array:
        return g * np.cos(np.nextafter(x, np.array(np.inf, x.dtype)))

    for row in hunted(losing("sin", nearby, pullback), "sin").values():
        assert row.most_ulp is not None
        assert row.most_ulp.ulp > 100
        assert row.most_ulp.unavoidable is not None
        assert row.most_ulp.unavoidable > 50
        assert not row.is_avoidable


@pytest.mark.parametrize(
    "name", ["sin", "log", "log1p", "expm1", "tanh", "sigmoid", "subtract", "cross_entropy"]
)
def test_the_engine_of_this_package_keeps_its_digits(name: str) -> None:
    for row in search_operation(ZenEngine(), catalogue.get(name), "float64"):
        assert row.verdict is Verdict.AGREE
        assert not row.is_avoidable, row


def test_an_operation_that_is_not_elementwise_is_searched_too() -> None:
    """The gradient of softmax, as it is usually written: nothing is left where one is nearly 1."""

    def forward(x: Array, *, axis: Any) -> Array:
        terms = np.exp(x - np.max(x, axis=axis, keepdims=True))
        found: Array = terms / np.sum(terms, axis=axis, keepdims=True)
        return found

    def pullback(g: Array, y: Array, x: Array, *, axis: Any) -> Array:
        return np.asarray(y * (g - np.sum(g * y, axis=axis, keepdims=True)))

    usual = extended(ZenEngine(), "softmax", new_operation("softmax", forward, pullback))
    found = hunted(usual, "softmax", evaluations=3000)
    assert found["x"].verdict is Verdict.AGREE
    assert found["x"].is_avoidable
    assert not hunted(ZenEngine(), "softmax", evaluations=3000)["x"].is_avoidable


def test_the_search_climbs() -> None:
    """An error that grows towards 1.2345, where no start lies."""

    def off(x: Array) -> Array:
        return np.asarray(np.exp(x) * (1 + 1e-13 / (np.abs(x - 1.2345) + 1e-9)))

    found = hunted(losing("exp", off, lambda g, y, x: g * np.exp(x)), "exp")
    assert abs(at(found[None]) - 1.2345) < 1e-6
    assert found[None].digits_lost > 8


def test_the_same_seed_finds_the_same() -> None:
    def amounts(seed: int) -> list[tuple[Any, ...]]:
        rows = search_operation(
            naive_tanh(), catalogue.get("tanh"), "float64", evaluations=200, seed=seed
        )
        return [(r.points, r.most_ulp and r.most_ulp.ulp, r.digits_lost) for r in rows]

    assert amounts(1) == amounts(1)
    assert amounts(1) != amounts(2)


def test_more_evaluations_measure_more_numbers() -> None:
    few, many = (
        sum(
            row.points
            for row in search_operation(
                ZenEngine(), catalogue.get("sum"), "float64", evaluations=count
            )
        )
        for count in (200, 800)
    )
    assert 100 < few <= 200 < 500 < many <= 800


def test_arguments_of_which_there_are_any_number_share_a_row() -> None:
    rows = search_operation(ZenEngine(), catalogue.get("concatenate"), "float64", evaluations=300)
    assert [(row.quantity, row.argument) for row in rows] == [("value", None), ("gradient", "x")]


def test_an_infinity_where_the_truth_is_finite_fails() -> None:
    def overflowing(x: Array) -> Array:
        return np.where(x > 700, np.inf, np.logaddexp(x, 0)).astype(x.dtype)

    engine = losing("softplus", overflowing, lambda g, y, x: g / (1 + np.exp(-x)))
    assert hunted(engine, "softplus")[None].verdict is Verdict.NON_FINITE


def test_an_engine_that_raises_is_said_to() -> None:
    def raising(x: Array) -> Array:
        raise RuntimeError("no tanh today")

    (row,) = search_operation(
        losing("tanh", raising, lambda g, y, x: g), catalogue.get("tanh"), "float64"
    )
    assert row.verdict is Verdict.CRASH
    assert "no tanh today" in row.message
    assert row.most_ulp is None


def test_an_engine_without_arrays_is_called_with_numbers() -> None:
    class Value:
        def __init__(self, data: float, parents: tuple[tuple[Value, float], ...] = ()) -> None:
            self.data, self.parents, self.grad = data, parents, 0.0

        def __add__(self, other: Value) -> Value:
            return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

        def __mul__(self, other: Value) -> Value:
            return Value(self.data * other.data, ((self, other.data), (other, self.data)))

        def tanh(self) -> Value:
            y = math.tanh(self.data)
            return Value(y, ((self, 1 - y * y),))

        def backward(self, g: float = 1.0) -> None:
            self.grad += g
            for parent, slope in self.parents:
                parent.backward(g * slope)

    scalars = ScalarEngine(
        "scalars",
        "1",
        leaf=Value,
        operations={
            "add": operator.add,
            "multiply": operator.mul,
            "tanh": operator.methodcaller("tanh"),
        },
        accumulates=True,
    )
    scalars.limits = dataclasses.replace(scalars.limits, arrays=False)
    engine: Any = scalars
    assert hunted(completed(engine), "tanh")["x"].is_avoidable


def test_all_precisions_of_the_engine_are_searched() -> None:
    rows = list(search_operations(ZenEngine(), [catalogue.get("exp")], evaluations=50))
    assert [(row.quantity, row.dtype) for row in rows] == [
        ("value", "float64"),
        ("gradient", "float64"),
        ("value", "float32"),
        ("gradient", "float32"),
    ]
