"""What a domain holds, where its edges are, and its ordinary values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zenverify.operators.domain import Domain

_NARROW = [
    Domain(low=5.0),
    Domain(low=20.0),
    Domain(low=1e6),
    Domain(high=-7.0),
    Domain(low=0.1, high=0.3),
    Domain(low=5.0, high=5.001),
    Domain(low=-0.1, high=0.1, nonzero=True),
]


@pytest.mark.parametrize(
    "domain,inside,outside",
    [
        (Domain(), [0.0, -1e300], [math.inf, math.nan]),
        (Domain(low=0.0), [5e-324, 1.0], [0.0, -0.0, -1.0, math.nan]),
        (Domain(low=0.0, closed=True), [0.0, -0.0], [-5e-324]),
        (Domain(-1.0, 1.0), [np.nextafter(1.0, 0.0)], [1.0, -1.0]),
        (Domain(-1.0, 1.0, closed=True), [1.0, -1.0], [np.nextafter(1.0, 2.0)]),
        (Domain(nonzero=True), [5e-324, -1.0], [0.0, -0.0]),
    ],
)
def test_what_a_domain_holds(domain: Domain, inside: list[float], outside: list[float]) -> None:
    assert domain.contains(np.array(inside)).all()
    assert not domain.contains(np.array(outside)).any()
    assert all(domain.holds(number) for number in inside)
    assert not any(domain.holds(number) for number in outside)


def test_infinities_and_nan_are_no_points_that_a_domain_leaves_out() -> None:
    points = np.array([0.0, -1.0, 1.0, math.inf, -math.inf, math.nan])
    assert Domain(low=0.0).leaves_out(points).tolist() == [True, True, *[False] * 4]


def test_its_edges() -> None:
    assert Domain().edges == ()
    assert Domain(low=1.0, nonzero=True).edges == (1.0, 0.0)
    assert Domain(low=1.0, high=2.0, nonzero=True).ends == (1.0, 2.0)


@pytest.mark.parametrize("domain", _NARROW, ids=lambda d: d.describe("x"))
def test_ordinary_values_lie_inside_wherever_the_domain_is(domain: Domain) -> None:
    for negative in (False, True):
        low, high = domain.moderate(negative=negative)
        assert low < high
        assert domain.contains(np.array([low, high])).all()
    low, high = domain.stretch(2.0)
    assert -math.inf < low < high < math.inf
    assert domain.closure(np.array([low, high])).all()


def test_ordinary_values_of_plain_domains_are_of_order_one() -> None:
    assert Domain().moderate(negative=False) == (-2.0, 2.0)
    assert Domain(low=0.0).moderate(negative=False) == (0.3, 2.0)
    assert Domain(nonzero=True).moderate(negative=True) == (-2.0, -0.4)
    assert Domain().stretch(10.0) == (-10.0, 10.0)
    assert Domain(low=20.0).stretch(10.0) == (20.0, 40.0)
