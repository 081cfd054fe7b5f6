"""The catalogue: every operator by its name. Importing it loads neither SymPy nor Hypothesis."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from zenverify.errors import GraphError, UsageError
from zenverify.operators.operator import Operator
from zenverify.operators.program.kernel import Kernel

_ALIASES = {
    "abs": "absolute",
    "Abs": "absolute",
    "max": "maximum",
    "Max": "maximum",
    "min": "minimum",
    "Min": "minimum",
    "ln": "log",
    "ceiling": "ceil",
    "psi": "digamma",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "pow": "power",
    "lgamma": "gammaln",
    "loggamma": "gammaln",
}
"""Names of SymPy, Python and SciPy for elementwise operations; the catalogue's are NumPy's."""


@cache
def _operators() -> dict[str, Operator]:
    from zenverify.operators.declarations import FAMILIES

    return by_name([one for family in FAMILIES for one in family])


@cache
def _decisions() -> dict[str, Operator]:
    from zenverify.operators.declarations import DECISIONS

    return by_name(DECISIONS)


def by_name(operators: Sequence[Operator]) -> dict[str, Operator]:
    """Operators by their names.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    found: dict[str, Operator] = {}
    for one in operators:
        if one.name in found:
            families = f"{found[one.name].family} and {one.family}"
            raise UsageError(f"operator {one.name!r} is declared twice: in {families}")
        found[one.name] = one
    return found


def names() -> tuple[str, ...]:
    """The names of all operators, in the order of their declaration."""
    return tuple(_operators())


def decisions() -> tuple[Operator, ...]:
    """The operators whose results are booleans; they are among no others that are listed here."""
    return tuple(_decisions().values())


def names_of_decisions() -> tuple[str, ...]:
    """Their names."""
    return tuple(_decisions())


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
    if name not in operators and name in _decisions():
        return _decisions()[name]
    if name not in operators:
        close = difflib.get_close_matches(name[:60], operators, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise GraphError(f"there is no operator {name[:60]!r}{hint}")
    return operators[name]


def declares(operator: Operator) -> bool:
    """Whether an operator is one of the catalogue's own, and not one that is `including`d."""
    from zenverify.operators.declarations import FAMILIES

    return any(one is operator for family in FAMILIES for one in family)


@cache
def kernels() -> dict[str, Kernel]:
    """What the elementwise operations compute, by each of their names, also those of SymPy.

    Of the catalogue's own operations, and none that is `including`d.
    """
    from zenverify.operators.declarations import FAMILIES

    every = (one for family in FAMILIES for one in family)
    found = {one.name: one.kernel for one in every if one.kernel is not None}
    return found | {alias: found[name] for alias, name in _ALIASES.items()}


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
