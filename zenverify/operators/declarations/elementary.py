"""Smooth functions of one argument."""

from __future__ import annotations

from functools import partial
from typing import Any

from zenverify.operators.declarations.elementwise import elementwise
from zenverify.operators.operator import Domain

declare = partial(elementwise, "elementary")


def log1p(sp: Any, x: Any) -> Any:
    return sp.codegen.cfunctions.log1p(x)


def expm1(sp: Any, x: Any) -> Any:
    return sp.codegen.cfunctions.expm1(x)


EXP = declare("exp", "e to the power x", lambda sp, x: sp.exp(x))
EXPM1 = declare("expm1", "exp(x) - 1, without cancellation", expm1)
LOG = declare("log", "natural logarithm", lambda sp, x: sp.log(x), domains=(Domain(low=0.0),))
LOG1P = declare("log1p", "log(1 + x), without cancellation", log1p, domains=(Domain(low=-1.0),))
SQRT = declare(
    "sqrt", "square root", lambda sp, x: sp.sqrt(x), domains=(Domain(low=0.0, closed=True),)
)
SIN = declare("sin", "sine", lambda sp, x: sp.sin(x))
COS = declare("cos", "cosine", lambda sp, x: sp.cos(x))
TANH = declare("tanh", "hyperbolic tangent", lambda sp, x: sp.tanh(x))
SIGMOID = declare("sigmoid", "1 / (1 + exp(-x))", lambda sp, x: 1 / (1 + sp.exp(-x)))
SOFTPLUS = declare("softplus", "log(1 + exp(x))", lambda sp, x: log1p(sp, sp.exp(x)))

OPERATORS = (EXP, EXPM1, LOG, LOG1P, SQRT, SIN, COS, TANH, SIGMOID, SOFTPLUS)
