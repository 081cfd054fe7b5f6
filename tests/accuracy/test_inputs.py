"""Where a search starts, and that it stays inside the domains."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zenverify.accuracy.exact import Signature
from zenverify.accuracy.inputs import Space, spaces_of
from zenverify.accuracy.moves import Mover
from zenverify.operators import catalogue

SMALL = 24


@pytest.mark.parametrize("name", ["log", "arcsin", "xlogy", "log1p", "divide", "arccosh", "norm"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_moved_points_stay_in_the_domain_and_in_the_dtype(name: str, dtype: str) -> None:
    random = np.random.default_rng(1)
    for space in spaces_of(catalogue.get(name), dtype, arrays=True, seed=1):
        points = space.starts(30, seed=1)
        mover = Mover(space, random)
        for _ in range(200):
            points.append(mover.child(points))
        owner = np.repeat(np.arange(len(space.sizes)), space.sizes)
        for point in points:
            np.testing.assert_array_equal(point, point.astype(dtype))
            for number, domain in enumerate(space.domains):
                here = point[owner == number]
                assert (here >= domain.low).all()
                assert (here <= domain.high).all()
                assert not (domain.nonzero and (here == 0).any())


def test_points_move_far_and_near() -> None:
    (space,) = spaces_of(catalogue.get("exp"), "float64", arrays=True, seed=1)
    mover = Mover(space, np.random.default_rng(1))
    start = np.array([1.5])
    moved = np.array([mover.child([start])[0] for _ in range(2000)])
    apart = np.abs(moved - 1.5)
    assert (apart[apart > 0] < 1e-14).any()
    assert (np.abs(moved) > 1e100).any()
    assert (np.abs(moved) < 1e-100).any()
    assert (moved < 0).any()


def test_points_that_are_independent_make_one_case() -> None:
    (space,) = spaces_of(catalogue.get("hypot"), "float32", arrays=True, seed=1)
    points = space.starts(7, seed=1)
    ((call, case),) = space.cases(points)
    assert call.shapes == ((7,), (7,))
    assert case.cotangent.dtype == np.float32
    assert space.alone(points[3]).values[1] == case.values[1][3]


def test_other_points_make_a_case_each() -> None:
    call = Signature("matmul", ((2, 2), (2, 1)))
    space = Space(call, "float64")
    assert space.sizes == [4, 2, 2]
    points = space.starts(5, seed=1)
    cases = [case for _, case in space.cases(points)]
    assert [case.values[1].shape for case in cases] == [(2, 1)] * 5
    np.testing.assert_array_equal(cases[2].cotangent.ravel(), points[2][-2:])


def test_an_operation_is_called_with_different_attributes() -> None:
    spaces = spaces_of(catalogue.get("norm"), "float64", arrays=True, seed=1)
    assert len({space.call.attributes for space in spaces}) == len(spaces) > 3
    for space in spaces:
        assert all(0 < math.prod(shape) <= SMALL for shape in space.call.shapes)


def test_every_operation_has_inputs() -> None:
    for operator in catalogue.all_operators():
        assert spaces_of(operator, "float64", arrays=True, seed=1), operator.name
