"""Domains given as text: ``x in (-50, 50), y != 0``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zenverify.errors import UsageError
from zenverify.operators.domain import Domain
from zenverify.operators.expression_text import constant_bounds
from zenverify.operators.text.complaint import closest, complaint, quoted

__all__ = ["parse_domains"]

_LONGEST_TEXT = 2_000
_EXAMPLES = "expected for example x in (-50, 50), x in [0, inf), x > 0, 0 < x < 1 or x != 0"
_WHAT = "domain"
_NAME = r"[A-Za-z_]\w*"
_INTERVAL = re.compile(rf"\s*({_NAME})\s*(?:\bin\b|∈)\s*([(\[])(.*)([)\]])\s*", re.DOTALL)
_RELATION = re.compile(r"<=|>=|!=|==|[<>=≤≥≠]")
_PLAIN = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "="}
_INFINITE = re.compile(r"([+-]?)\s*(?:inf|infinity|oo|∞)")


@dataclass(frozen=True, slots=True)
class _End:
    """Where an interval ends; an infinite end is open."""

    value: float
    closed: bool


@dataclass(slots=True)
class _Limits:
    """What has been said about one argument, and the clause that said the last of it."""

    low: _End
    high: _End
    nonzero: bool
    last: _Span

    def narrow(self, low: _End | None, high: _End | None) -> None:
        """Keep what is also above `low` and below `high`."""
        if low is not None:
            self.low = max(self.low, low, key=lambda end: (end.value, not end.closed))
        if high is not None:
            self.high = min(self.high, high, key=lambda end: (end.value, end.closed))


@dataclass(frozen=True, slots=True)
class _Span:
    """A piece of the text, without the blanks around it."""

    whole: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.whole[self.start : self.end]

    def part(self, start: int, end: int) -> _Span:
        """A piece of this piece."""
        inside = self.text[start:end]
        left = self.start + start + len(inside) - len(inside.lstrip())
        return _Span(self.whole, left, max(left, self.start + start + len(inside.rstrip())))

    def wrong(self, message: str) -> UsageError:
        return complaint(_WHAT, self.whole, self.start, self.end, message)


def parse_domains(text: str, arguments: Sequence[str]) -> dict[str, Domain]:
    """Parse the domains of an operation's arguments.

    Parameters
    ----------
    text
        Intervals (``x in [0, inf)``), relations (``x > 0``, ``-1 < x < 1``) and ``x != 0``,
        separated by commas or semicolons. What is said of the same argument holds together. An
        end is a number or a constant expression such as ``-pi/2``: the nearest float64.
    arguments
        The arguments' names.

    Returns
    -------
    dict
        The domains of those arguments that the text names.

    Raises
    ------
    UsageError
        If the text is none of that, an argument is unknown, nothing is left of an interval, or
        only one of its two finite ends belongs to it, which `Domain` has no form for.
    """
    if not isinstance(text, str):
        raise UsageError(f"{_WHAT}: expected text, got {type(text).__name__}")
    if len(text) > _LONGEST_TEXT:
        raise UsageError(
            f"{_WHAT} {quoted(text)} is too large: {len(text):,} characters, at most "
            f"{_LONGEST_TEXT:,} are allowed"
        )
    found: dict[str, _Limits] = {}
    for clause in _clauses(text):
        _read_clause(clause, arguments, found)
    if not found:
        raise UsageError(f"{_WHAT}: the text is empty; {_EXAMPLES}")
    return {name: _domain(limits) for name, limits in found.items()}


def _clauses(text: str) -> Iterator[_Span]:
    """The pieces between commas and semicolons that are not inside brackets."""
    whole = _Span(text, 0, len(text))
    depth = start = 0
    for place, character in enumerate(f"{text},"):
        depth += (character in "([") - (character in ")]")
        if place == len(text) or (character in ",;" and depth <= 0):
            if (clause := whole.part(start, place)).text:
                yield clause
            start, depth = place + 1, 0


def _read_clause(clause: _Span, arguments: Sequence[str], found: dict[str, _Limits]) -> None:
    if interval := _INTERVAL.fullmatch(clause.text):
        name, opening, inside, closing = interval.groups()
        limits = _limits(clause, name, arguments, found)
        if inside.count(",") != 1:
            raise clause.wrong(f"not an interval with two ends; {_EXAMPLES}")
        start, end = interval.span(3)
        comma = clause.text.index(",", start)
        low = _end(clause, clause.part(start, comma), closed=opening == "[")
        high = _end(clause, clause.part(comma + 1, end), closed=closing == "]")
        limits.narrow(low, high)
        return
    matches = list(_RELATION.finditer(clause.text))
    signs = [_PLAIN.get(match[0], match[0]) for match in matches]
    starts = [0, *(match.end() for match in matches)]
    ends = [*(match.start() for match in matches), len(clause.text)]
    sides = [clause.part(start, end) for start, end in zip(starts, ends, strict=True)]
    named = [place for place, side in enumerate(sides) if _is_name(side.text, arguments)]
    match signs, named:
        case ([sign], [place]):
            limits = _limits(clause, sides[place].text, arguments, found)
            _relate(clause, limits, sign if place == 0 else _turned(sign), sides[1 - place])
        case ([first, second], [1]) if first[0] == second[0] and first[0] in "<>":
            limits = _limits(clause, sides[1].text, arguments, found)
            _relate(clause, limits, _turned(first), sides[0])
            _relate(clause, limits, second, sides[2])
        case _:
            raise clause.wrong(f"not understood; {_EXAMPLES}")


def _is_name(side: str, arguments: Sequence[str]) -> bool:
    if side in arguments:
        return True
    # A constant's name stands for a number; any other for an argument that there is not.
    return bool(re.fullmatch(_NAME, side)) and side not in ("inf", "infinity", "oo", "pi", "e")


def _turned(sign: str) -> str:
    """The relation read from the other side."""
    return sign.translate(str.maketrans("<>", "><"))


def _limits(
    clause: _Span, name: str, arguments: Sequence[str], found: dict[str, _Limits]
) -> _Limits:
    if name not in arguments:
        hint = closest(name, arguments) or f"; the arguments are {', '.join(arguments)}"
        raise clause.wrong(f"there is no argument {quoted(name)}{hint}")
    everywhere = _Limits(_End(-math.inf, False), _End(math.inf, False), False, clause)
    limits = found.setdefault(name, everywhere)
    limits.last = clause
    return limits


def _relate(clause: _Span, limits: _Limits, sign: str, bound: _Span) -> None:
    if sign == "=":
        raise clause.wrong(f"a domain is more than one point; {_EXAMPLES}")
    end = _end(clause, bound, closed=sign.endswith("="))
    if sign == "!=":
        if end.value != 0:
            raise clause.wrong("only zero can be left out: x != 0")
        limits.nonzero = True
    elif sign[0] == "<":
        limits.narrow(None, end)
    else:
        limits.narrow(end, None)


def _end(clause: _Span, bound: _Span, *, closed: bool) -> _End:
    if not bound.text:
        raise clause.wrong(f"a number is missing; {_EXAMPLES}")
    if infinite := _INFINITE.fullmatch(bound.text):
        return _End(-math.inf if infinite[1] == "-" else math.inf, False)
    # Blanks in front keep the columns that errors name.
    return _End(float(constant_bounds(_WHAT, " " * bound.start + bound.text)), closed)


def _domain(limits: _Limits) -> Domain:
    low, high, nonzero = limits.low, limits.high, limits.nonzero
    if low.value >= high.value:
        raise limits.last.wrong(_left_over(low, high))
    if nonzero and low.value == 0:
        low = _End(0.0, False)
    if nonzero and high.value == 0:
        high = _End(0.0, False)
    finite = [end for end in (low, high) if math.isfinite(end.value)]
    if len({end.closed for end in finite}) == 2:
        raise limits.last.wrong(
            "of two finite ends both belong to a domain or neither does; take the open interval "
            f"({low.value:g}, {high.value:g})"
        )
    return Domain(
        low.value,
        high.value,
        closed=any(end.closed for end in finite),
        nonzero=nonzero and low.value < 0 < high.value,
    )


def _left_over(low: _End, high: _End) -> str:
    if low.value == high.value and low.closed and high.closed:
        return f"a domain is more than one point, {low.value:g}"
    return f"nothing lies above {low.value:g} and below {high.value:g}"
