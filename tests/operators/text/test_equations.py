"""Equations as text: what is understood, and what is said of the rest."""

import re
from typing import Any

import pytest
import sympy

from zenverify.errors import UsageError
from zenverify.operators.text.expressions import parse_equation

SYNTAX = "expected two expressions, or one: y + exp(y) = x"
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
    assert parsed.arguments == ("y", *arguments)
    symbols = [sympy.Symbol(name, real=True) for name in arguments]
    assert sympy.expand(parsed.expression(sympy, Y, *symbols) - expected) == 0


@pytest.mark.parametrize(
    "text, message",
    [
        ("y == x", f"equation, at '= x': {SYNTAX}"),
        ("y =", f"equation, at 'y =': {SYNTAX}"),
        ("= x", f"equation, at '= x': {SYNTAX}"),
        ("y = exp(x", f"equation, at '(x': {SYNTAX}"),
        ("x = y = z", f"equation, at 'x = y = z': {SYNTAX}"),
        ("exp(y = x)", f"equation, at 'y = x': {SYNTAX}"),
        ("y <= x", f"equation, at '<': {SYNTAX}"),
        ("y = x + sine(x)", "equation, at 'sine': expected a function of the catalogue"),
        ("y = exp", "equation, at 'exp': expected an argument"),
        ("y = log(x - x)", "expected an expression with a real value"),
        (3, "equation: expected text, got int"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_equation(text).expression(sympy, Y, X)
