"""Equations given as text: ``y + exp(y) = x``, in the result y and a few arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zenverify.errors import UsageError
from zenverify.operators.expression_text import ParsedExpression
from zenverify.operators.text import size
from zenverify.operators.text.complaint import quoted
from zenverify.operators.text.reader import Reader
from zenverify.operators.text.size import RefusedError, Size
from zenverify.operators.text.tree import Binary, Tree

if TYPE_CHECKING:
    import sympy

__all__ = ["RESULT", "ParsedEquation", "parse_equation"]

RESULT = "y"
"""What a text calls the result."""


@dataclass(frozen=True, slots=True)
class ParsedEquation:
    """An equation for a result.

    Attributes
    ----------
    text
        What was parsed.
    arguments
        The names of the arguments, in order of first appearance.
    difference
        Its left side less its right one: of the result, and the arguments.
    """

    text: str
    arguments: tuple[str, ...]
    difference: ParsedExpression

    def residual(self, sp: Any, result: sympy.Symbol, *symbols: sympy.Symbol) -> sympy.Expr:
        """The SymPy expression that is zero; `sp` is the module.

        Raises
        ------
        UsageError
            If it has no real value.
        """
        return self.difference.expression(sp, result, *symbols)


def parse_equation(text: str) -> ParsedEquation:
    """Parse an equation, without evaluating it and without SymPy.

    Parameters
    ----------
    text
        Two expressions, as `parse_expression` takes them, with ``=`` between them; or one, which
        is zero. In them ``y`` is the result, and every other name an argument.

    Raises
    ------
    UsageError
        If the text is no such equation.
    """
    if not isinstance(text, str):
        raise UsageError(f"equation: expected text, got {type(text).__name__}")
    sides = text.split("=")
    if len(sides) > 2:
        raise UsageError(f"equation {quoted(text)}: expected one =, got {len(sides) - 1}")
    names: tuple[str, ...] = (RESULT,)
    tree, bound, names = _side(sides[0], names)
    if len(sides) == 2:
        # Blanks in front, so that errors name the columns of the whole text.
        right, other, names = _side(" " * (len(sides[0]) + 1) + sides[1], names)
        try:
            tree, bound = Binary("-", tree, right), size.combined("-", bound, other)
        except RefusedError as refusal:
            raise UsageError(f"equation {quoted(text)}: {refusal}") from None
    return ParsedEquation(text, names[1:], ParsedExpression(text, names, tree))


def _side(text: str, names: tuple[str, ...]) -> tuple[Tree, Size, tuple[str, ...]]:
    reader = Reader("equation", text, None)
    reader.names = list(names)
    tree, bound = reader.parse()
    return tree, bound, tuple(reader.names)
