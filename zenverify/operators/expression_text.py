"""Expressions given as text: ``log(1 + exp(x))``.

The text is never evaluated. Python's parser makes a tree of it, of which a few kinds of nodes are
let through; the functions are those of the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zenverify.errors import UsageError
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.program.kernel import Slice
from zenverify.operators.text.complaint import quoted
from zenverify.operators.text.reader import MOST_ARGUMENTS, Reader, name_fault
from zenverify.operators.text.tree import Tree, build, slices_of

if TYPE_CHECKING:
    import sympy

__all__ = ["ParsedExpression", "constant_bounds", "parse_expression"]


@dataclass(frozen=True, slots=True)
class ParsedExpression:
    """An expression in a few arguments.

    Attributes
    ----------
    text
        What was parsed.
    arguments
        The arguments' names, in order.
    tree
        What it says.
    """

    text: str
    arguments: tuple[str, ...]
    tree: Tree

    @property
    def slices(self) -> tuple[Slice, ...]:
        """Where the general formula is undefined although the function is not."""
        return slices_of(self.tree)

    def expression(self, sp: Any, *symbols: sympy.Symbol) -> sympy.Expr:
        """The SymPy expression in the given symbols, as `Kernel` takes it; `sp` is the module.

        Raises
        ------
        UsageError
            If it has no real value, or at single points only: ``log(x - x)``, ``sqrt(-x**2)``.
        """
        if len(symbols) != len(self.arguments):
            raise TypeError(f"expected {len(self.arguments)} symbols, got {len(symbols)}")
        try:
            built = build(self.tree, sp, symbols)
        except RecursionError:
            raise UsageError(f"the expression {quoted(self.text)} is too deep for SymPy") from None
        if built.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
            raise UsageError(f"the expression {quoted(self.text)} has no real value")
        return built


def parse_expression(text: str, arguments: Sequence[str] | None = None) -> ParsedExpression:
    """Parse an expression, without evaluating it and without SymPy.

    Parameters
    ----------
    text
        Numbers, arguments, ``pi`` and ``e``, ``+ - * / **``, parentheses, and calls of the
        catalogue's elementwise functions by the names of NumPy or SymPy. A decimal number stands
        for the float64 nearest to it, as it would in the engine.
    arguments
        The arguments' names; by default those in the text, in order of first appearance.

    Raises
    ------
    UsageError
        If the text is not such an expression, or too large: more than 2,000 characters, 500
        parts, 60 levels, or with numbers that SymPy would not come to an end with.
    """
    if not isinstance(text, str):
        raise UsageError(f"expression: expected text, got {type(text).__name__}")
    known = None if arguments is None else _checked_names(arguments)
    reader = Reader("expression", text, known)
    tree, _ = reader.parse()
    if not reader.names:
        raise UsageError(f"expression {quoted(text)}: expected at least one argument, such as x")
    return ParsedExpression(text, tuple(reader.names), tree)


def constant_bounds(what: str, text: str) -> Ball:
    """A ball around the value of an expression without arguments, such as ``-pi/2``.

    Raises
    ------
    UsageError
        If the text is no such expression; `what` says what it is meant to be.
    """
    _, found = Reader(what, text, ()).parse()
    assert found.constant is not None
    return found.constant


def _checked_names(arguments: Sequence[str]) -> tuple[str, ...]:
    if isinstance(arguments, str):
        raise UsageError(f"arguments: expected a sequence of names, got the text {arguments!r}")
    if not arguments:
        raise UsageError("arguments: expected at least one name")
    for position, name in enumerate(arguments):
        if (wrong := name_fault(name)) is not None:
            raise UsageError(f"argument {quoted(str(name))}: {wrong}")
        if name in arguments[:position]:
            raise UsageError(f"argument {name!r} is given twice")
    if len(arguments) > MOST_ARGUMENTS:
        raise UsageError(f"expected at most {MOST_ARGUMENTS} arguments, got {len(arguments)}")
    return tuple(arguments)
