"""Domains given as text: ``x in (-50, 50), y != 0``, ``x < -1 or x > 1``, ``n integer``."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import and_, or_

from zenverify.errors import UsageError
from zenverify.operators.domain import Domain, Interval
from zenverify.operators.text.expressions import Parsed

_EXPECTED = "expected as in x in [0, inf), 0 < x <= 1, x != 0, x < -1 or x > 1, x integer"
_PLAIN = str.maketrans(
    {"≤": "<=", "≥": ">=", "≠": "!=", "∈": " in ", "∞": "inf", ";": ",", "[": "(_, ", "]": ", _)"}
)
"""What Python reads: a mark in place of a bracket, for the end that belongs to an interval."""
_RELATIONS: dict[type[ast.cmpop], Callable[[float], Domain]] = {
    ast.Lt: lambda end: Domain(high=end),
    ast.LtE: lambda end: Domain(high=end, closed=True),
    ast.Gt: lambda end: Domain(low=end),
    ast.GtE: lambda end: Domain(low=end, closed=True),
    ast.NotEq: lambda end: Domain(without=(end,)),
}
_TURNED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def parse_domains(text: str, arguments: Sequence[str]) -> dict[str, Domain]:
    """Parse the domains of those of an operation's arguments that a text names.

    It is made of intervals (``x in [0, inf)``), relations (``x > 0``, ``-1 < x < 1``, ``x != 0``)
    and ``x integer``, between commas or semicolons; ``or`` between those of one argument. What is
    said of the same argument holds together. An end is a number or a constant expression such as
    ``-pi/2``: the nearest float64.

    Raises
    ------
    UsageError
        If the text is none of that, or an argument is unknown, or nothing is left of a domain.
    """
    if isinstance(text, str):
        text = re.sub(r"\b(\w+)\s+integer\b", r"\1 is integer", text).translate(_PLAIN)
        text = re.sub(r",(\s*,)+", ",", text).strip(", \t\n")
    parsed = Parsed("domain", text, "<>=!", _EXPECTED)
    return _read(parsed, parsed.tree, arguments)


def _read(parsed: Parsed, node: ast.expr, arguments: Sequence[str]) -> dict[str, Domain]:
    """What a part of the text says."""
    either = isinstance(getattr(node, "op", None), ast.Or)
    match node:
        case ast.Tuple(elts=parts) | ast.BoolOp(values=parts) if parts:
            read = [_read(parsed, part, arguments) for part in parts]
            names = dict.fromkeys(name for one in read for name in one)
            if either and len(names) > 1:
                raise parsed.wrong(node, "expected one argument on both sides of or")
            made = {name: iter([d[name] for d in read if name in d]) for name in names}
        case ast.Compare(left, ops, others):
            named = [getattr(one, "id", "") for one in [left, *others]]
            place = next((place for place, name in enumerate(named) if name in arguments), None)
            if place is None:
                raise parsed.wrong(node, f"expected a relation of {' or '.join(arguments)}")
            made = {named[place]: _relations(parsed, node, ops, [left, *others], place)}
        case _:
            raise parsed.wrong(node)
    try:
        return {name: reduce(or_ if either else and_, parts) for name, parts in made.items()}
    except UsageError as error:
        said = str(error).removeprefix("domain: ")
        raise error if said.startswith("domain") else parsed.wrong(node, said) from None


def _relations(
    parsed: Parsed, node: ast.expr, ops: list[ast.cmpop], sides: list[ast.expr], place: int
) -> Iterator[Domain]:
    """What each relation says of the argument, which is the side at a place."""
    match ops, sides[-1]:
        case [ast.Is()], ast.Name(id="integer"):
            yield Domain(integer=True)
        case [ast.In()], ast.Tuple(elts=[first, *_, last] as marked):
            low, high = (getattr(one, "id", "") == "_" for one in (first, last))
            if len(ends := marked[low : len(marked) - high]) != 2:
                raise parsed.wrong(node)
            bottom, top = (_end(parsed, one) for one in ends)
            yield Domain(intervals=(Interval(bottom, top, low, high),))
        case _:
            for at, op in enumerate(ops):
                kind = type(op) if at == place else _TURNED.get(type(op), type(op))
                if place not in (at, at + 1) or kind not in _RELATIONS:
                    raise parsed.wrong(node)
                yield _RELATIONS[kind](_end(parsed, sides[at + (at == place)]))


def _end(parsed: Parsed, node: ast.expr) -> float:
    match node:
        case ast.Name(id="inf" | "infinity" | "oo"):
            return math.inf
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Name() as end):
            return -_end(parsed, end) if isinstance(sign, ast.USub) else _end(parsed, end)
    return float(parsed.value(node) or 0)
