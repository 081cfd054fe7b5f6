"""Vectors whose sign is free."""

import numpy as np
import pytest
from flint import arb

from zenverify.operators.balls.signs import turn, turned_places, turned_towards

GROUPS = ((0, 2), (1, 3))


@pytest.mark.parametrize(
    "near, expected",
    [
        ([1, 1, 1, 1], []),
        ([-1, 1, -1, 1], [0, 2]),
        ([-1, -1, -1, -1], [0, 1, 2, 3]),
        ([0, -3, 0, 1], [1, 3]),
        (["nan", 1, 1, 1], []),
    ],
)
def test_a_vector_is_turned_to_the_side_of_the_one_nearby(
    near: list[float], expected: list[int]
) -> None:
    items = [arb(number) for number in (1, 2, 3, 4)]
    places = turned_places(GROUPS, items, [arb(number) for number in near])
    assert sorted(places) == expected
    turned = [float(item) for item in turn(items, places)]
    assert turned == [-x if i in expected else x for i, x in enumerate([1, 2, 3, 4])]


def test_nothing_is_copied_where_nothing_is_turned() -> None:
    items = [arb(1)]
    assert turn(items, frozenset()) is items


def test_an_array_is_turned_likewise() -> None:
    value = np.array([[1.0, 2.0], [3.0, -4.0]])
    near = np.array([[-1.0, 1.0], [-2.0, -5.0]])
    turned = turned_towards(GROUPS, value, near)
    np.testing.assert_array_equal(turned, [[-1, 2], [-3, -4]])
    np.testing.assert_array_equal(value, [[1, 2], [3, -4]])
