"""Equations as text: what is understood, and what is said of the rest."""

import re
from typing import Any

import pytest
import sympy

from zenverify.errors import UsageError
from zenverify.operators.equation_text import parse_equation

Y, X, A = sympy.symbols("y x a", real=True)


@pytest.mark.parametrize(
    "text, arguments, expected",
    [
        ("y + exp(y) = x", ("x",), Y + sympy.exp(Y) - X),
        ("a = x*y", ("a", "x"), A - X * Y),
        (" y=cos(y*x) ", ("x",), Y - sympy.cos(X * Y)),
        ("y*y - x", ("x",), Y**2 - X),
        ("y**2 - x = 0", ("x",), Y**2 - X),
        ("exp(y) = pi", (), sympy.exp(Y) - sympy.pi),
    ],
)
def test_both_sides_are_read(text: str, arguments: tuple[str, ...], expected: sympy.Expr) -> None:
    parsed = parse_equation(text)
    assert parsed.arguments == arguments
    symbols = [sympy.Symbol(name, real=True) for name in arguments]
    assert sympy.expand(parsed.residual(sympy, Y, *symbols) - expected) == 0


@pytest.mark.parametrize(
    "text, message",
    [
        ("y == x", "equation 'y == x': expected one =, got 2"),
        ("y =", "equation: there is nothing but blanks"),
        ("= x", "equation: there is nothing but blanks"),
        ("y = exp(x", "equation, column"),
        ("y = x + sine(x)", "equation, column 9, at 'sine'"),
        ("(y = x)", "equation, column"),
        ("y = exp", "equation, column 5, at 'exp': a function"),
        ("y = log(x - x)", "has no real value"),
        (3, "equation: expected text, got int"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_equation(text).residual(sympy, Y, X)
