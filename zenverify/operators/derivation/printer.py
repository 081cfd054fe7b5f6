"""Printing SymPy expressions as Python that calls the functions in `balls.arithmetic`."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy.printing.pycode import AbstractPythonCodePrinter

FUNCTIONS = {
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "asin",
    "acos": "acos",
    "atan": "atan",
    "atan2": "atan2",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "asinh",
    "acosh": "acosh",
    "atanh": "atanh",
    "sinc": "sinc",
    "erf": "erf",
    "erfc": "erfc",
    "loggamma": "loggamma",
    "polygamma": "digamma",
    "floor": "floor",
    "ceiling": "ceiling",
    "sign": "sign",
    "Abs": "absolute",
}
"""By SymPy's name, the function on balls."""


_EXACT = {"sign", "floor", "ceiling"}


class UnknownFunctionError(ValueError):
    """What has no counterpart on balls."""

    def __init__(self, part: sympy.Basic) -> None:
        super().__init__(f"{type(part).__name__} has no counterpart on balls")


class BallPrinter(AbstractPythonCodePrinter):  # type: ignore[misc]
    """Prints an expression as a call of the functions in `zenverify.operators.balls.arithmetic`."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False})

    def _print_Function(self, expr: sympy.Function) -> str:
        name = FUNCTIONS.get(type(expr).__name__)
        if name is None:
            return self._print_not_supported(expr)
        return f"{name}({', '.join(map(self._print_ball, expr.args))})"

    def _print_polygamma(self, expr: sympy.Function) -> str:
        order, argument = expr.args
        if order not in (0, 1):
            return self._print_not_supported(expr)
        return f"{'trigamma' if order else 'digamma'}({self._print_ball(argument)})"

    def _print_hyper(self, expr: sympy.hyper) -> str:
        if expr.ap or len(expr.bq) != 1:
            return self._print_not_supported(expr)
        return f"hypergeometric({self._print(expr.bq[0])}, {self._print_ball(expr.argument)})"

    def _print_root(self, expr: sympy.Function) -> str:
        base, degree = expr.args
        return f"root({self._print_ball(base)}, {degree})"

    def _print_ball(self, expr: sympy.Expr) -> str:
        """An argument of a function on balls, which takes no other numbers."""
        printed = str(self._print(expr))
        return f"Ball({printed})" if expr.is_Number else printed

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"ratio({expr.p}, {expr.q})"

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        """In the slope of a kink: that of a kink inside another function with a kink."""
        return f"step({self._print_ball(expr.args[0])}, UNIT_STEP)"

    def _print_Float(self, expr: sympy.Float) -> str:
        return str(self._print(sympy.Rational(expr)))

    def _print_Pi(self, expr: sympy.NumberSymbol) -> str:
        return "Ball.pi()"

    def _print_Exp1(self, expr: sympy.NumberSymbol) -> str:
        return "exp(Ball(1))"

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return str(expr.p)

    def _print_Max(self, expr: sympy.Max) -> str:
        return self._nested("maximum", expr.args)

    def _print_Min(self, expr: sympy.Min) -> str:
        return self._nested("minimum", expr.args)

    def _nested(self, function: str, arguments: Sequence[sympy.Expr]) -> str:
        first, *rest = sorted(arguments, key=sympy.default_sort_key)
        if not rest:
            return str(self._print(first))
        return f"{function}({self._nested(function, rest)}, {self._print(first)})"

    def _print_Add(self, expr: sympy.Add, order: str | None = None) -> str:
        """A sum; one of several terms allows for the rounding of any order of adding.

        Not so where signs and roundings are added up: these are small integers, and exact.
        """
        flat = {type(part).__name__ for part in expr.atoms(sympy.Function)} & _EXACT
        if len(expr.args) < 3 or flat:
            return str(super()._print_Add(expr, order))
        terms = self._as_ordered_terms(expr, order=order)
        return f"total(({', '.join(map(self._print_ball, terms))}))"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        base, exponent = expr.as_base_exp()
        printed = self.parenthesize(base, sympy.printing.precedence.PRECEDENCE["Pow"])
        if exponent == sympy.S.Half:
            return f"sqrt({self._print_ball(base)})"
        if exponent == -sympy.S.Half:
            return f"1 / sqrt({self._print_ball(base)})"
        if exponent == 2 and base.is_Symbol:
            return f"({printed} * {printed})"
        if exponent == -1:
            return f"1 / {printed}"
        if exponent.is_Integer and exponent < 0:
            return f"1 / power({self._print(base)}, {-exponent})"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_not_supported(self, expr: sympy.Basic) -> str:
        raise UnknownFunctionError(expr)

    emptyPrinter = _print_not_supported
    # What the printer for plain Python would write with floats and comparisons.
    _print_Abs = _print_sign = _print_Mod = _print_Function
    _print_Piecewise = _print_ITE = _print_Relational = _print_not_supported
    _print_Derivative = _print_Subs = _print_not_supported
    _print_Infinity = _print_NegativeInfinity = _print_ComplexInfinity = _print_not_supported
    _print_NaN = _print_ImaginaryUnit = _print_NumberSymbol = _print_not_supported
    _print_Catalan = _print_EulerGamma = _print_GoldenRatio = _print_not_supported
    _print_TribonacciConstant = _print_not_supported
