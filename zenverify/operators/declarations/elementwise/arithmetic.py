"""Arithmetic: ``+ - * / **`` and the unary minus."""

from __future__ import annotations

from functools import partial

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.operator import EVERYWHERE, Domain
from zenverify.operators.program.kernel import Slice

declare = partial(elementwise, "arithmetic")

ADD = declare("add", "x + y", lambda sp, x, y: x + y, domains=(EVERYWHERE, EVERYWHERE))
SUBTRACT = declare("subtract", "x - y", lambda sp, x, y: x - y, domains=(EVERYWHERE, EVERYWHERE))
MULTIPLY = declare("multiply", "x * y", lambda sp, x, y: x * y, domains=(EVERYWHERE, EVERYWHERE))
DIVIDE = declare(
    "divide", "x / y", lambda sp, x, y: x / y, domains=(EVERYWHERE, Domain(nonzero=True))
)
POWER = declare(
    "power",
    "x ** y; a negative base takes integer exponents only",
    lambda sp, x, y: x**y,
    domains=(Domain(low=0.0, closed=True), EVERYWHERE),
    integers_extend=1,
    slices=(
        Slice(argument=0, conditions=("any", "zero")),
        Slice(argument=1, conditions=("zero", "positive")),
    ),
)
NEGATIVE = declare("negative", "-x", lambda sp, x: -x)

OPERATORS = (ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATIVE)
