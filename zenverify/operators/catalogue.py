"""The catalogue: every operator by its name. Importing it loads neither SymPy nor Hypothesis."""

from __future__ import annotations

import difflib
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
