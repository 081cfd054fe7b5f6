"""Points lie in the domain, and where functions go wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zenverify.accuracy.points import COUNT, points_of
from zenverify.operators.domain import Domain

DOMAINS = [
    Domain(),
    Domain(low=0.0),
    Domain(low=0.0, closed=True),
    Domain(low=-1.0, high=1.0),
    Domain(low=-1.0, high=1.0, closed=True),
    Domain(nonzero=True),
    Domain(low=1e6, high=2e6),
    Domain(high=-3.0),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: d.describe("x") or "everywhere")
def test_every_point_lies_in_the_domain(domain: Domain, dtype: str) -> None:
    (points,) = points_of([domain], dtype, seed=1)
    assert points.dtype == dtype
    assert points.size >= COUNT
    assert np.isfinite(points).all()
    assert (points >= domain.low).all()
    assert (points <= domain.high).all()
    if not domain.closed:
        assert (points > domain.low).all()
        assert (points < domain.high).all()
    assert not (domain.nonzero and (points == 0).any())


@pytest.mark.parametrize("arguments", range(1, 9))
def test_the_grid_of_special_points_is_bounded_however_many_arguments_there_are(
    arguments: int,
) -> None:
    points = points_of([Domain()] * arguments, "float64", seed=1)
    assert len(points) == arguments
    assert COUNT < points[0].size <= COUNT + 64_000


def test_all_magnitudes_and_the_special_points_are_there() -> None:
    (points,) = points_of([Domain()], "float64", seed=1)
    for special in (0.0, 1.0, -1.0, 0.5, 709.0, float(np.finfo(float).tiny)):
        assert special in points
    assert np.abs(points).max() > 1e300
    assert (np.abs(points) < 1e-200).sum() > 20
    assert ((points > 0) & (points < 10)).sum() > 200


def test_edges_and_their_neighbours_are_there() -> None:
    (points,) = points_of([Domain(low=-1.0, high=1.0, closed=True)], "float64", seed=1)
    for edge in (-1.0, 1.0):
        assert edge in points
        assert math.nextafter(edge, 0) in points


def test_special_points_of_several_arguments_meet() -> None:
    x, y = points_of([Domain(), Domain()], "float64", seed=1)
    assert x.shape == y.shape
    assert len(set(zip(x.tolist(), y.tolist(), strict=True))) > COUNT


def test_the_same_seed_gives_the_same_points() -> None:
    first, again, other = (points_of([Domain()], "float32", seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
