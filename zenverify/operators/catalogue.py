"""The catalogue: every operator by its name. Importing it loads neither SymPy nor Hypothesis."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from zenverify.errors import GraphError
from zenverify.operators.operator import Operator


@cache
def _operators() -> dict[str, Operator]:
    from zenverify.operators.declarations import FAMILIES

    return {one.name: one for family in FAMILIES for one in family}


def names() -> tuple[str, ...]:
    """The names of all operators, in the order of their declaration."""
    return tuple(_operators())


def all_operators() -> tuple[Operator, ...]:
    """Every operator, in the order of their declaration."""
    return tuple(_operators().values())


def get(name: str) -> Operator:
    """The operator of that name.

    Raises
    ------
    GraphError
        If there is none; names the closest.
    """
    operators = _operators()
    if name not in operators:
        close = difflib.get_close_matches(name[:60], operators, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise GraphError(f"there is no operator {name[:60]!r}{hint}")
    return operators[name]


@contextmanager
def including(operator: Operator) -> Iterator[None]:
    """Know one operator more, in place of one of the same name, for as long as this lasts."""
    operators = _operators()
    before = operators.get(operator.name)
    operators[operator.name] = operator
    try:
        yield
    finally:
        if before is None:
            del operators[operator.name]
        else:
            operators[operator.name] = before
