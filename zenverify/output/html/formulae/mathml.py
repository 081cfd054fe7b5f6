"""SymPy expressions as MathML that a page can hold. Imports SymPy."""
# ruff: noqa: N802, N815  the printer finds its methods by the names of SymPy's classes

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from xml.dom.minidom import Document, Element, Text

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

Name = tuple[str, str]
"""A letter and its index, which may be empty."""

_NEGATIVE = re.compile(r"-(?=$|[\d.])")


class Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's printer, with every text escaped, names of our own and a few better forms.

    SymPy writes text into the markup as it is, symbol names included; here it goes through the
    document's escaping like any other.

    Parameters
    ----------
    names
        What to print for a symbol; one that is missing is printed by its escaped name.
    """

    def __init__(self, names: Mapping[sympy.Symbol, Name]) -> None:
        super().__init__()
        self._names = names
        self.dom.createTextNode = self._text

    def _text(self, data: str) -> Text:
        """A text node; entities that SymPy writes become characters, hyphens minus signs."""
        return Document.createTextNode(self.dom, _NEGATIVE.sub("\u2212", html.unescape(data)))

    def leaf(self, tag: str, data: str) -> Element:
        """An element that holds a text."""
        element: Element = self.dom.createElement(tag)
        element.appendChild(self._text(data))
        return element

    def row(self, *children: Element, tag: str = "mrow") -> Element:
        """An element that holds others."""
        element: Element = self.dom.createElement(tag)
        for child in children:
            element.appendChild(child)
        return element

    def name(self, name: Name) -> Element:
        """A letter, and its index if it has one."""
        letter, index = name
        if not index:
            return self.leaf("mi", letter)
        tag = "mn" if index.isdigit() else "mtext"
        return self.row(self.leaf("mi", letter), self.leaf(tag, index), tag="msub")

    def _print_Symbol(self, symbol: sympy.Symbol) -> Element:
        if symbol in self._names:
            return self.name(self._names[symbol])
        return self.leaf("mi", symbol.name)

    _print_Dummy = _print_Symbol

    def _print_Add(self, sum_: sympy.Add, order: str | None = None) -> Element:
        first, *others = self._as_ordered_terms(sum_, order=order)
        row = self.row(self._print(first))
        for term in others:
            negative = term.could_extract_minus_sign()
            row.appendChild(self.leaf("mo", "-" if negative else "+"))
            row.appendChild(self._summand(-term if negative else term))
        return row

    def _summand(self, term: sympy.Expr) -> Element:
        return self._parenthesised(term) if term.is_Add else self._print(term)

    def _parenthesised(self, expression: Any) -> Element:
        return self.row(self.leaf("mo", "("), self._print(expression), self.leaf("mo", ")"))

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> Element:
        if isinstance(item, sympy.Piecewise):
            return self._parenthesised(item)
        parenthesised: Element = super().parenthesize(item, level, strict)
        return parenthesised

    def _print_Piecewise(self, piecewise: sympy.Piecewise) -> Element:
        table = self.row(tag="mtable")
        for expression, condition in piecewise.args:
            when = self.leaf("mtext", "otherwise")
            if condition != sympy.true:
                when = self.row(self.leaf("mtext", "if\u00a0"), self._print(condition))
            cells = (self.row(self._print(expression), tag="mtd"), self.row(when, tag="mtd"))
            table.appendChild(self.row(*cells, tag="mtr"))
        table.setAttribute("columnalign", "left left")
        return self.row(self.leaf("mo", "{"), table)

    def _print_Exp1(self, number: Any) -> Element:  # noqa: ARG002  SymPy's signature
        return self.leaf("mi", "e")

    def _print_Heaviside(self, step: sympy.Heaviside) -> Element:
        return self.row(self.leaf("mi", "H"), self._paren_comma_separated(step.args[0]))

    def _print_Max(self, extremum: sympy.Max | sympy.Min) -> Element:
        name = type(extremum).__name__.lower()
        return self.row(self.leaf("mi", name), self._paren_comma_separated(*extremum.args))

    _print_Min = _print_Max


def equation(printer: Printer, left: Element, right: sympy.Expr) -> str:
    """``<math>`` markup of ``left = right``, in ASCII."""
    math = printer.row(left, printer.leaf("mo", "="), printer._print(right), tag="math")
    math.setAttribute("display", "block")
    return str(math.toxml()).encode("ascii", "xmlcharrefreplace").decode()


def partial(printer: Printer, numerator: Element, denominator: Element) -> Element:
    """A partial derivative as a fraction."""
    above, below = (
        printer.row(printer.leaf("mo", "\u2202"), part) for part in (numerator, denominator)
    )
    return printer.row(above, below, tag="mfrac")
