"""Domains given as text."""

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenverify.errors import UsageError
from zenverify.operators.domain import Domain, Interval
from zenverify.operators.text.domains import parse_domains

NAMES = ("x", "y", "scale")
OUTER = Domain(high=-1) | Domain(low=1)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x in (-50, 50)", {"x": Domain(-50, 50)}),
        ("x in [0, inf)", {"x": Domain(0, closed=True)}),
        ("x in [0, inf]", {"x": Domain(0, closed=True)}),
        ("x in (-inf, 1]", {"x": Domain(high=1, closed=True)}),
        ("x in (-infinity, infinity)", {"x": Domain()}),
        ("x in [-1, 1]", {"x": Domain(-1, 1, closed=True)}),
        ("x > 0", {"x": Domain(low=0)}),
        ("0 < x", {"x": Domain(low=0)}),
        ("x >= 0", {"x": Domain(low=0, closed=True)}),
        ("x<=-1.5e3", {"x": Domain(high=-1500, closed=True)}),
        ("0 < x < 1", {"x": Domain(0, 1)}),
        ("1 >= x >= 0", {"x": Domain(0, 1, closed=True)}),
        ("x != 0", {"x": Domain(nonzero=True)}),
        ("0 != x", {"x": Domain(nonzero=True)}),
        ("x in (-1, 1), x != 0", {"x": Domain(-1, 1, nonzero=True)}),
        ("x > 0, x < 5", {"x": Domain(0, 5)}),
        ("x > 0, x > 2, x > 1", {"x": Domain(low=2)}),
        ("x >= 0, x > 0", {"x": Domain(low=0)}),
        ("x >= 0, x != 0", {"x": Domain(low=0)}),
        ("x <= 0; x != 0", {"x": Domain(high=0)}),
        ("x > 1, x != 0", {"x": Domain(low=1)}),
        ("x in (-1, 1), y in (0, inf)", {"x": Domain(-1, 1), "y": Domain(low=0)}),
        ("y != 0; scale > 0;", {"y": Domain(nonzero=True), "scale": Domain(low=0)}),
        ("x in (-pi/2, pi/2)", {"x": Domain(-math.pi / 2, math.pi / 2)}),
        ("x > exp(1)", {"x": Domain(low=math.e)}),
        ("e < x < pi", {"x": Domain(math.e, math.pi)}),
        ("  x\tin\n( 0 ,1 ) ", {"x": Domain(0, 1)}),
        (
            "x \u2208 [0, \u221e), y \u2265 -1, scale \u2260 0",
            {
                "x": Domain(0, closed=True),
                "y": Domain(-1, closed=True),
                "scale": Domain(nonzero=True),
            },
        ),
        ("x > 0.1", {"x": Domain(low=0.1)}),
        ("x in (0, max(2, 3)), , y > 0;; ", {"x": Domain(0, 3), "y": Domain(low=0)}),
        ("x in [0, 1)", {"x": Domain(intervals=(Interval(0, 1, holds_low=True),))}),
        ("x in (1, 2]", {"x": Domain(intervals=(Interval(1, 2, holds_high=True),))}),
        ("x >= 0, x < 1", {"x": Domain(intervals=(Interval(0, 1, holds_low=True),))}),
        ("x < -1 or x > 1", {"x": OUTER}),
        ("x < 0 or x > 0", {"x": Domain(nonzero=True)}),
        ("x in [0, 1] or 2 < x < 3", {"x": Domain(0, 1, closed=True) | Domain(2, 3)}),
        ("(x < -1 or x > 1), x != 5", {"x": OUTER & Domain(without=(5,))}),
        ("x < -1 or x > 1 and x < 2; y > 0", {"x": Domain(high=-1) | Domain(1, 2), "y": Domain(0)}),
        ("x != 2, x != -pi", {"x": Domain(without=(2.0, -math.pi))}),
        ("x in (0, 3), x != 5", {"x": Domain(0, 3)}),
        ("x integer", {"x": Domain(integer=True)}),
        ("x  integer, 0 <= x <= 5, x != 3", {"x": Domain(0, 5, True, without=(3,), integer=True)}),
    ],
)
def test_a_domain_is_understood(text: str, expected: dict[str, Domain]) -> None:
    assert parse_domains(text, NAMES) == expected


SYNTAX = "expected as in x in [0, inf), 0 < x <= 1, x != 0, x < -1 or x > 1, x integer"
INTEGERS = "expected integers on both sides, or on neither"
RELATION = "expected a relation of x or y or scale"


@pytest.mark.parametrize(
    "text, piece, expected",
    [
        ("", "", SYNTAX),
        (" , ;", "", SYNTAX),
        ("x", "x", SYNTAX),
        ("x > 0, y positive", "positive", SYNTAX),
        ("x in 0, 1", "x in 0", SYNTAX),
        ("x in (0, 1", "(0, 1", SYNTAX),
        ("x in (0, 1, 2)", "x in (0, 1, 2)", SYNTAX),
        ("x in [0, 1, 2)", "x in [0, 1, 2)", SYNTAX),
        ("x in (0, 1) y > 0", "y > 0", SYNTAX),
        ("x > 0 > x", "x > 0 > x", SYNTAX),
        ("x == 3", "x = 3", SYNTAX),
        ("x = 3", "= 3", SYNTAX),
        ("x in (0, )", "x in (0, )", SYNTAX),
        ("x > a.b", "a.b", SYNTAX),
        ("not x > 0", "not x > 0", SYNTAX),
        ("1 > 0", "1 > 0", RELATION),
        ("z > 0", "z > 0", RELATION),
        ("y>1, scal > 0", "scal > 0", RELATION),
        ("n integer", "n integer", RELATION),
        ("x > y", "y", "expected a number"),
        ("x in (0, one)", "one", "expected a number"),
        ("x in (nan, 1)", "nan", "expected a number"),
        ("x > __import__", "__import__", "expected a number"),
        ("x > 1e400", "1e400", "expected a number that a float64 can hold"),
        ("x > 10**10**10", "10**10**10", "expected a constant whose value a float64 can hold"),
        ("x in (1, 0)", "x in (1, 0)", "expected two ends in order, got 1 and 0"),
        ("x in [1, 1]", "x in [1, 1]", "expected more than one point, got 1 and 1"),
        ("x > 2, x < 1", "x > 2, x < 1", "expected something in common, and there is nothing"),
        ("x >= 2, x <= 2", "x >= 2, x <= 2", "expected more than one point, got 2"),
        ("x < 0 or y > 0", "x < 0 or y > 0", "expected one argument on both sides of or"),
        ("x integer, 0 < x < 1", "x integer, 0 < x < 1", "expected at least one integer in it"),
        ("x integer or x > 3", "x integer or x > 3", INTEGERS),
        ("x > 0," * 400, "x > 0," * 6 + "x > ", "expected at most 2,000 characters, got 2,399"),
    ],
)
def test_what_is_no_domain_is_refused_in_one_sentence(text: str, piece: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_domains(text, NAMES)
    assert str(caught.value) == f"domain, at {piece!r}: {expected}"


def test_only_text_is_parsed() -> None:
    wrong: Any = b"x > 0"
    with pytest.raises(UsageError, match="domain: expected text, got bytes"):
        parse_domains(wrong, NAMES)


PIECES = st.sampled_from(
    [
        *("x", "y", " in ", "(", "[", ")", "]", ",", ";", "0", "1", "-2.5", "inf", "-", "<", "<="),
        *(
            ">",
            "!=",
            "=",
            "pi",
            "1e5",
            "*",
            "e",
            " ",
            " or ",
            " and ",
            "x integer",
            "x > ",
            "0 < y",
        ),
    ]
)


@settings(max_examples=400, deadline=5_000)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=16).map("".join))
def test_any_text_is_parsed_or_refused_with_one_class_of_errors(text: str) -> None:
    found: dict[str, Domain] = {}
    with contextlib.suppress(UsageError):
        found = parse_domains(text, NAMES)
    for domain in found.values():
        low, high = domain.moderate(negative=False)
        assert low <= high
        assert domain.holds(low)
        assert domain.holds(high)


LIMITS = st.floats(-1e6, 1e6, allow_nan=False)


@given(LIMITS, LIMITS, st.booleans())
def test_a_domain_comes_back_from_its_text(low: float, high: float, closed: bool) -> None:
    low, high = min(low, high), max(low, high)
    if low == high:
        return
    text = f"x in [{low!r}, {high!r}]" if closed else f"{high!r} > x > {low!r}"
    assert parse_domains(text, NAMES) == {"x": Domain(low, high, closed=closed)}
