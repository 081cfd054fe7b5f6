"""Formulae and sets of numbers as plain text."""

from __future__ import annotations

import sympy
from sympy.printing.str import StrPrinter

_LONGEST_FRACTION = 10**6


class _Printer(StrPrinter):  # type: ignore[misc]
    """Writes long fractions as decimals: a float's value as that float, any other cut short."""

    def _print_Rational(self, expr: sympy.Rational) -> str:  # noqa: N802  SymPy's names
        return _decimal(expr) if _is_long(expr) else str(super()._print_Rational(expr))

    def _print_ComplexRootOf(self, expr: sympy.CRootOf) -> str:  # noqa: N802
        return f"{float(expr)!r}..."


def formula(expression: sympy.Expr) -> str:
    """An expression as text."""
    # SymPy's printer takes a product's fraction apart.
    expression = expression.replace(
        lambda e: e.is_Mul and _is_long(e.args[0]),
        lambda e: sympy.sign(e.args[0]) * sympy.Symbol(_decimal(abs(e.args[0]))) * e / e.args[0],
    )
    return str(_Printer().doprint(expression))


def _is_long(part: sympy.Basic) -> bool:
    return bool(part.is_Rational and part.q > _LONGEST_FRACTION)


def _decimal(fraction: sympy.Rational) -> str:
    number = float(fraction)
    return repr(number) if sympy.Rational(number) == fraction else f"{number!r}..."


def equation(expression: sympy.Expr) -> str:
    """``expression = 0`` as text, solved for a symbol in which it is linear: ``"x = y"``."""
    for symbol in sorted(expression.free_symbols, key=lambda one: str(one)):
        if (solved := solved_for(expression, symbol)) is not None:
            return f"{symbol} = {formula(solved)}"
    return f"{formula(expression)} = 0"


def solved_for(expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr | None:
    """What a symbol is where an expression is zero; None unless it is a number times it and more.

    The rest may hold anything but the symbol.
    """
    rest, term = expression.as_independent(symbol, as_Add=True)
    factor, kernel = term.as_independent(symbol, as_Add=False)
    if kernel != symbol or not factor.is_number or not factor.is_nonzero:
        return None
    return -rest / factor


def membership(numbers: sympy.Set, name: str) -> str:
    """Which numbers an argument may be: ``"x > 0"``; empty for all of them."""
    pieces = list(numbers.args) if isinstance(numbers, sympy.Union) else [numbers]
    if numbers == sympy.S.EmptySet:
        return "nowhere"
    left_out = _left_out(pieces)
    if left_out is not None:
        return ", ".join(f"{name} != {formula(point)}" for point in left_out)
    return " or ".join(_piece(piece, name) for piece in pieces)


def _left_out(pieces: list[sympy.Set]) -> list[sympy.Expr] | None:
    """The points that separate open intervals which cover all other numbers."""
    if not all(isinstance(p, sympy.Interval) and p.left_open and p.right_open for p in pieces):
        return None
    ends = [piece.start for piece in pieces[1:]]
    whole = pieces[0].start == -sympy.oo and pieces[-1].end == sympy.oo
    return ends if whole and ends == [piece.end for piece in pieces[:-1]] else None


def _piece(piece: sympy.Set, name: str) -> str:
    if isinstance(piece, sympy.FiniteSet):
        return " or ".join(f"{name} = {formula(point)}" for point in piece.args)
    low, high = formula(piece.start), formula(piece.end)
    below, above = ("<" if open_ else "<=" for open_ in (piece.left_open, piece.right_open))
    if piece.end == sympy.oo:
        return f"{name} {below.replace('<', '>')} {low}"
    if piece.start == -sympy.oo:
        return f"{name} {above} {high}"
    return f"{low} {below} {name} {above} {high}"
