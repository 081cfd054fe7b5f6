"""Trigonometric functions and their inverses."""

from __future__ import annotations

from functools import partial

from zenverify.operators.declarations.broadcasting import elementwise, mapped
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument
from zenverify.operators.program.kernel import kernel

FAMILY = "trigonometric"

declare = partial(elementwise, FAMILY)

_UNIT = Domain(low=-1.0, high=1.0, closed=True)

SIN = declare("sin", "sine", lambda sp, x: sp.sin(x))
COS = declare("cos", "cosine", lambda sp, x: sp.cos(x))
TAN = declare("tan", "tangent", lambda sp, x: sp.tan(x))
ARCSIN = declare("arcsin", "inverse sine", lambda sp, x: sp.asin(x), domains=(_UNIT,))
ARCCOS = declare("arccos", "inverse cosine", lambda sp, x: sp.acos(x), domains=(_UNIT,))
ARCTAN = declare("arctan", "inverse tangent", lambda sp, x: sp.atan(x))
ARCTAN2 = mapped(
    FAMILY,
    "angle of the point (x, y); -pi or pi on the cut, y = 0 and x < 0",
    kernel("arctan2", 2, lambda sp, y, x: sp.atan2(y, x)),
    (Argument("y"), Argument("x")),
)
SINC = declare("sinc", "sin(pi x) / (pi x), 1 at 0", lambda sp, x: sp.sinc(sp.pi * x))

OPERATORS = (SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN, ARCTAN2, SINC)
