"""What engines do at kinks is named for what it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from zenverify import Tensor
from zenverify.engines.zen import ZenEngine
from zenverify.verification.conventions import (
    PLACES,
    Convention,
    KinkOrEdge,
    conventions_of,
    name_of,
)


class Choosing(ZenEngine):
    """Zen with a gradient of its own choice in one operation."""

    def __init__(self, operation: str, gradient: Any) -> None:
        super().__init__()
        self.operation = operation
        self.chosen = np.array(gradient, float)

    def apply(self, operator: str, operands: Any, attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if operator != self.operation:
            return result
        return Tensor.from_operation(
            result.value, list(operands), [lambda g: self.chosen] * len(operands), name=operator
        )


def convention(place: KinkOrEdge, engine: ZenEngine | None = None) -> Convention:
    (found,) = conventions_of(engine or ZenEngine(), [place])
    return found


def test_every_place_is_offered_by_zen_and_none_is_outside() -> None:
    found = list(conventions_of(ZenEngine()))
    assert [one.call for one in found] == [str(place) for place in PLACES]
    assert {one.choice for one in found} == {
        "mean", "equal shares", "smooth", "infinite", "nan",
    }  # fmt: skip


@pytest.mark.parametrize(
    "gradient, choice",
    [
        (0.0, "left"), (1.0, "right"), (0.5, "mean"), (0.25, "between"), (1.5, "outside"),
        (math.nan, "outside"),
    ],
)  # fmt: skip
def test_a_slope_between_two_sides(gradient: float, choice: str) -> None:
    assert convention(KinkOrEdge("relu", (0.0,)), Choosing("relu", gradient)).choice == choice


@pytest.mark.parametrize(
    "gradient, choice",
    [
        ([1 / 3] * 3, "equal shares"), ([1, 0, 0], "first"), ([0, 0, 1], "last"),
        ([0, 1, 0], "one of them"), ([1, 1, 1], "each in full"), ([0, 0, 0], "none"),
        ([0.5, 0.5, 0], "between"), ([2, 0, 0], "outside"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["max", "min", "median"])
def test_shares_of_tied_elements(operation: str, gradient: list[float], choice: str) -> None:
    place = KinkOrEdge(operation, ([1.0, 1.0, 1.0],), {"axis": None, "keepdims": False})
    assert convention(place, Choosing(operation, gradient)).choice == choice


@pytest.mark.parametrize(
    "gradient, choice",
    [([0, 0], "mean"), ([1, 1], "right"), ([-1, -1], "left"), ([math.nan] * 2, "outside")],
)
def test_a_norm_at_zero(gradient: list[float], choice: str) -> None:
    place = KinkOrEdge("norm", ([0.0, 0.0],), {"ord": None, "axis": None, "keepdims": False})
    assert convention(place, Choosing("norm", gradient)).choice == choice


def test_the_slopes_are_those_of_the_expression() -> None:
    found = convention(KinkOrEdge("leaky_relu", (0.0,), {"negative_slope": 0.25}))
    assert (found.left, found.right, found.gradient) == ((0.25,), (1.0,), (0.625,))
    assert found.call == "leaky_relu(0, negative_slope=0.25)"


def test_where_no_slope_is_defined_the_number_is_named() -> None:
    assert [name_of([g], [math.nan], [math.nan]) for g in (math.inf, math.nan, 0.0)] == [
        "infinite",
        "nan",
        "finite",
    ]


def test_what_is_smooth_leaves_no_choice() -> None:
    place = KinkOrEdge("power", (0.0, 1.0))
    assert convention(place).choice == "smooth"
    assert convention(place, Choosing("power", math.nan)).choice == "outside"


def test_a_call_that_is_refused_is_not_offered() -> None:
    class Without(ZenEngine):
        operators = ZenEngine.operators - {"relu"}

    found = convention(KinkOrEdge("relu", (0.0,)), Without())
    assert (found.choice, found.gradient) == ("not offered", ())
