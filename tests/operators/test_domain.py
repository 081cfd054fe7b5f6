"""What a domain holds, where its edges are, and its ordinary values."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from zenverify.errors import UsageError
from zenverify.operators.domain import Domain, Interval
from zenverify.operators.text.domains import parse_domains

OUTER = Domain(high=-1.0) | Domain(low=1.0)
HOLED = Domain(low=0.0, without=(1.0, 3.0))
WHOLE = Domain(integer=True)
COUNTED = Domain(low=0.0, high=5.0, closed=True, integer=True, without=(3.0,))

_NARROW = [
    Domain(low=5.0),
    Domain(low=20.0),
    Domain(low=1e6),
    Domain(high=-7.0),
    Domain(low=0.1, high=0.3),
    Domain(low=5.0, high=5.001),
    Domain(low=-0.1, high=0.1, nonzero=True),
    OUTER,
    HOLED,
    Domain(high=-30.0) | Domain(low=20.0),
    Domain(low=0.0, high=1.0) | Domain(low=2.0, high=3.0) | Domain(low=50.0),
    WHOLE,
    COUNTED,
    Domain(low=1e6, integer=True),
    Domain(high=-7.5, integer=True),
    Domain(low=0.5, high=1.5, integer=True),
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
        (OUTER, [-1.5, 1.5, 1e300], [-1.0, 0.0, 1.0, math.nan, math.inf]),
        (HOLED, [0.5, 2.0, 3.5], [0.0, 1.0, 3.0, -1.0]),
        (WHOLE, [0.0, -3.0, 2.0**60], [0.5, math.inf, math.nan]),
        (COUNTED, [0.0, 2.0, 5.0], [-1.0, 2.5, 3.0, 6.0]),
        (Domain(intervals=(Interval(0.0, 1.0, holds_low=True),)), [0.0, 0.5], [1.0, -0.1]),
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
    assert Domain(low=1.0, nonzero=True).edges == (1.0,)
    assert Domain(low=-1.0, nonzero=True, without=(2.0,)).edges == (-1.0, 0.0, 2.0)
    assert Domain(low=1.0, high=2.0, nonzero=True).ends == (1.0, 2.0)


@pytest.mark.parametrize("domain", _NARROW, ids=lambda d: d.describe("x"))
def test_ordinary_values_lie_inside_wherever_the_domain_is(domain: Domain) -> None:
    for negative in (False, True):
        low, high = domain.moderate(negative=negative)
        assert low <= high
        assert domain.contains(np.array([low, high])).all()
        assert domain.integer or domain.contains(np.linspace(low, high, 50)).all()
    for one in domain.intervals:
        low, high = one.stretch(2.0)
        assert -math.inf < low < high < math.inf
        assert domain.closure(np.array([low, high])).all()


def test_ordinary_values_of_plain_domains_are_of_order_one() -> None:
    assert Domain().moderate(negative=False) == (-2.0, 2.0)
    assert Domain(low=0.0).moderate(negative=False) == (0.3, 2.0)
    assert Domain(nonzero=True).moderate(negative=True) == (-2.0, -0.4)
    assert Interval().stretch(10.0) == (-10.0, 10.0)
    assert Interval(low=20.0).stretch(10.0) == (20.0, 40.0)


def test_the_parts_of_a_union_are_ordinary_on_either_side() -> None:
    assert OUTER.moderate(negative=True) == (-2.0, -1.3)
    assert OUTER.moderate(negative=False) == (1.3, 2.0)
    assert HOLED.moderate(negative=True) == (0.3, 0.6)
    assert WHOLE.moderate(negative=False) == (-2.0, 2.0)
    assert COUNTED.moderate(negative=True) == (0.0, 2.0)
    assert COUNTED.moderate(negative=False) == (4.0, 5.0)


@pytest.mark.parametrize("domain", _NARROW, ids=lambda d: d.describe("x"))
def test_numbers_are_spread_over_all_parts(domain: Domain) -> None:
    drawn = domain.spread(np.random.default_rng(1), 10.0, 400)
    assert domain.contains(drawn).all()
    assert all(one.contains(drawn).any() for one in domain.intervals)


def test_domains_are_joined() -> None:
    assert Domain(high=0.0) | Domain(low=0.0) == Domain(nonzero=True)
    assert Domain(high=0.0, closed=True) | Domain(low=0.0) == Domain()
    assert Domain(0.0, 2.0) | Domain(1.0, 3.0) == Domain(0.0, 3.0)
    assert HOLED | Domain(0.5, 1.5) == Domain(low=0.0, without=(3.0,))
    assert Domain(0.0, 1.0) | Domain(1.0, 3.0) | Domain(0.5, 1.5) == Domain(0.0, 3.0)
    assert Domain(0.0, 1.0) | Domain(1.0, 2.0) | Domain(1.0, 3.0, True) == Domain(
        intervals=(Interval(0.0, 3.0, holds_high=True),)
    )
    assert COUNTED | Domain(low=9.0, integer=True) == Domain(
        integer=True,
        without=(3.0,),
        intervals=(Interval(0.0, 5.0, True, True), Interval(low=9.0)),
    )


def test_domains_have_something_in_common() -> None:
    assert OUTER & Domain(low=0.0) == Domain(low=1.0)
    assert OUTER & Domain(-3.0, 3.0, closed=True) == Domain(
        intervals=(Interval(-3.0, -1.0, holds_low=True), Interval(1.0, 3.0, holds_high=True))
    )
    assert Domain(low=0.0, closed=True) & Domain(nonzero=True) == Domain(low=0.0)
    assert Domain(low=0.0) & WHOLE == Domain(low=0.0, integer=True)


@pytest.mark.parametrize(
    "domain, words",
    [
        (OUTER, "x < -1 or x > 1"),
        (HOLED, "x > 0, x != 1, x != 3"),
        (COUNTED, "x >= 0, x <= 5, x != 3, x integer"),
        (OUTER & Domain(high=3.0, closed=True), "x < -1 or 1 < x <= 3"),
    ],
)
def test_a_domain_says_what_it_is(domain: Domain, words: str) -> None:
    assert domain.describe("x") == words
    assert parse_domains(words, ["x"]) == {"x": domain}


@pytest.mark.parametrize(
    "domain, reaches, inside",
    [
        (OUTER, (1.5, 2.0), True),
        (OUTER, (-2.0, 2.0), False),
        (OUTER, (0.0, 2.0), False),
        (HOLED, (1.5, 2.5), True),
        (HOLED, (0.5, 2.5), False),
        (WHOLE, (1.0, 2.0), False),
    ],
)
def test_what_lies_well_inside(domain: Domain, reaches: tuple[float, float], inside: bool) -> None:
    assert domain.admits(*reaches) is inside


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Domain(1.0, 1.0, closed=True), "expected more than one point, got 1 and 1"),
        (lambda: Domain(2.0, 1.0), "expected two ends in order, got 2 and 1"),
        (lambda: Domain(low=math.nan), "expected two ends in order, got nan and inf"),
        (lambda: Domain(0.0, 1.0, integer=True), "expected at least one integer in it"),
        (lambda: Domain(0.5, 1.5, integer=True, without=(1.0,)), "expected at least one integer"),
        (lambda: Domain(low=0.0, intervals=(Interval(1.0, 2.0),)), "expected low and high, or int"),
        (lambda: Domain(low=1.0) & Domain(high=0.0), "expected something in common"),
        (lambda: Domain(low=1.0, closed=True) & Domain(high=1.0, closed=True), "got 1"),
        (lambda: WHOLE | Domain(low=0.0), "expected integers on both sides, or on neither"),
    ],
)
def test_a_domain_of_nothing_is_refused(make: Callable[[], Domain], message: str) -> None:
    with pytest.raises(UsageError, match=f"^domain: .*{message}"):
        make()
