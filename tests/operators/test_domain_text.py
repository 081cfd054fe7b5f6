"""Domains given as text."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenverify.errors import UsageError
from zenverify.operators.domain import Domain
from zenverify.operators.domain_text import parse_domains

NAMES = ("x", "y", "scale")


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
    ],
)
def test_a_domain_is_understood(text: str, expected: dict[str, Domain]) -> None:
    assert parse_domains(text, NAMES) == expected


EXAMPLES = "expected for example x in (-50, 50), x in [0, inf), x > 0, 0 < x < 1 or x != 0"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", f"domain: the text is empty; {EXAMPLES}"),
        (" , ;", "domain: the text is empty"),
        ("x", f"domain, column 1, at 'x': not understood; {EXAMPLES}"),
        ("x > 0, y positive", "domain, column 8, at 'y positive': not understood"),
        ("x in 0, 1", "domain, column 1, at 'x in 0': not understood"),
        ("x in (0, 1", "not understood"),
        ("x in (0, 1, 2)", "not an interval with two ends"),
        ("x in (0, max(2, 3))", "not an interval with two ends"),
        ("x in (0; 1)", "not an interval with two ends"),
        ("x in (0, 1) y > 0", "not understood"),
        ("x > y", "not understood"),
        ("0 < x > 1", "not understood"),
        ("0 != x != 1", "not understood"),
        ("1 > 0", "not understood"),
        ("x > 0 > x", "not understood"),
        ("z > 0", "column 1, at 'z > 0': there is no argument 'z'; the arguments are x, y, scale"),
        ("y>1, scal > 0", "column 6, at 'scal > 0': there is no argument 'scal'; did you mean sc"),
        ("z in (0, 1)", "there is no argument 'z'"),
        ("x = 3", "a domain is more than one point"),
        ("x == 3", "a domain is more than one point"),
        ("x != 2", "only zero can be left out: x != 0"),
        ("x in [0, 1)", "of two finite ends both belong to a domain or neither does; take the ope"),
        ("x in (1, 2]", "take the open interval (1, 2)"),
        ("x >= 0, x < 1", "column 9, at 'x < 1': of two finite ends"),
        ("x in (1, 0)", "nothing lies above 1 and below 0"),
        ("x > 2, x < 1", "column 8, at 'x < 1': nothing lies above 2 and below 1"),
        ("x in (1, 1)", "nothing lies above 1 and below 1"),
        ("x in [1, 1]", "a domain is more than one point, 1"),
        ("x > inf", "nothing lies above inf and below inf"),
        ("x in (0, one)", "column 10, at 'one': expected a number"),
        ("x in (nan, 1)", "column 7, at 'nan': expected a number"),
        ("x in (0, )", "a number is missing"),
        ("x >", "a number is missing"),
        ("x > 1e400", "column 5, at '1e400': the number is larger than any float"),
        ("x > 10**10**10", "at '10**10**10': the numbers that come of it are too large"),
        ("x > __import__", "not understood"),
        ("x > a.b", "column 5, at 'a.b': not understood; expected numbers"),
        ("x > 0" + " " * 2000, "is too large: 2,005 characters, at most 2,000 are allowed"),
    ],
)
def test_what_is_no_domain_is_refused_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_domains(text, NAMES)
    message = str(caught.value)
    assert expected in message
    assert message.startswith("domain")


def test_only_text_is_parsed() -> None:
    wrong: Any = b"x > 0"
    with pytest.raises(UsageError, match="domain: expected text, got bytes"):
        parse_domains(wrong, NAMES)


PIECES = st.sampled_from(
    [
        *("x", "y", " in ", "(", "[", ")", "]", ",", ";", "0", "1", "-2.5", "inf", "-", "<", "<="),
        *(">", "!=", "=", "pi", "1e5", "*", "e", " "),
    ]
)


@settings(max_examples=400, deadline=2_000)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=16).map("".join))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        found = parse_domains(text, NAMES)
    except UsageError:
        return
    for domain in found.values():
        assert domain.low < domain.high
        assert not domain.nonzero or domain.low < 0 < domain.high


LIMITS = st.floats(-1e6, 1e6, allow_nan=False)


@given(LIMITS, LIMITS, st.booleans())
def test_a_domain_comes_back_from_its_text(low: float, high: float, closed: bool) -> None:
    low, high = min(low, high), max(low, high)
    if low == high:
        return
    text = f"x in [{low!r}, {high!r}]" if closed else f"{high!r} > x > {low!r}"
    assert parse_domains(text, NAMES) == {"x": Domain(low, high, closed=closed)}
