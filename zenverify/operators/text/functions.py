"""The functions that an expression may call: the elementwise operators of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from zenverify.operators.program.kernel import Kernel

_ALIASES = {
    "Abs": "absolute",
    "Max": "maximum",
    "Min": "minimum",
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "ceiling": "ceil",
    "lgamma": "gammaln",
    "ln": "log",
    "loggamma": "gammaln",
    "max": "maximum",
    "min": "minimum",
    "psi": "digamma",
}
"""Names of SymPy, Python and SciPy, and the catalogue's, which are NumPy's."""

_ANY_NUMBER = ("maximum", "minimum")

Sign = Literal["+", "-", "*", "/", "**"]

SIGNS: dict[str, Sign] = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "power": "**",
    "pow": "**",
}
"""Functions that are another way to write a sign between two operands."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function by the name that an expression calls it by.

    Attributes
    ----------
    kernel
        What it is.
    repeats
        Whether it takes any number of operands from two on, two at a time.
    kinked
        Whether it has kinks or jumps.
    """

    kernel: Kernel
    repeats: bool
    kinked: bool

    def accepts(self, count: int) -> bool:
        """Whether it can be called with that many operands."""
        return count >= 2 if self.repeats else count == self.kernel.arity

    @property
    def expected(self) -> str:
        """How many operands it takes, in words."""
        if self.repeats:
            return "2 arguments or more"
        return f"{self.kernel.arity} argument{'s' * (self.kernel.arity > 1)}"


@cache
def functions() -> dict[str, Function]:
    """Every function by each of its names."""
    # Not by way of the catalogue, which may for a while hold an operator of somebody else's.
    from zenverify.operators.declarations import FAMILIES

    found = {
        operator.name: Function(operator.kernel, operator.name in _ANY_NUMBER, bool(operator.kinks))
        for family in FAMILIES
        for operator in family
        if operator.kernel is not None and operator.name not in SIGNS
    }
    return found | {alias: found[name] for alias, name in _ALIASES.items() if name in found}
