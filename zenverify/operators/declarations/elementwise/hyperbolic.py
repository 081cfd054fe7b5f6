"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from functools import partial

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import Domain

declare = partial(elementwise, "hyperbolic")

SINH = declare("sinh", "hyperbolic sine", lambda sp, x: sp.sinh(x))
COSH = declare("cosh", "hyperbolic cosine", lambda sp, x: sp.cosh(x))
TANH = declare("tanh", "hyperbolic tangent", lambda sp, x: sp.tanh(x))
ARCSINH = declare("arcsinh", "inverse hyperbolic sine", lambda sp, x: sp.asinh(x))
ARCCOSH = declare(
    "arccosh",
    "inverse hyperbolic cosine",
    lambda sp, x: sp.acosh(x),
    domains=(Domain(low=1.0, closed=True),),
)
ARCTANH = declare(
    "arctanh",
    "inverse hyperbolic tangent",
    lambda sp, x: sp.atanh(x),
    domains=(Domain(low=-1.0, high=1.0),),
)

OPERATORS = (SINH, COSH, TANH, ARCSINH, ARCCOSH, ARCTANH)
