"""Arithmetic: ``+ - * / **`` and the unary minus."""

from __future__ import annotations

from zenverify.operators.declarations.broadcasting import mapped
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument
from zenverify.operators.program import arithmetic

FAMILY = "arithmetic"

_X, _Y = Argument("x"), Argument("y")

ADD = mapped(FAMILY, "x + y", arithmetic.ADD, (_X, _Y))
SUBTRACT = mapped(FAMILY, "x - y", arithmetic.SUBTRACT, (_X, _Y))
MULTIPLY = mapped(FAMILY, "x * y", arithmetic.MULTIPLY, (_X, _Y))
DIVIDE = mapped(FAMILY, "x / y", arithmetic.DIVIDE, (_X, Argument("y", Domain(nonzero=True))))
POWER = mapped(
    FAMILY,
    "x ** y; a negative base takes integer exponents only",
    arithmetic.POWER,
    (Argument("x", Domain(low=0.0, closed=True)), _Y),
    integers_extend=1,
)
NEGATIVE = mapped(FAMILY, "-x", arithmetic.NEGATIVE, (_X,))

OPERATORS = (ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATIVE)
