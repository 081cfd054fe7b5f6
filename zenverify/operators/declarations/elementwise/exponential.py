"""Exponentials and logarithms."""

from __future__ import annotations

from functools import partial
from typing import Any

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import EVERYWHERE, Domain
from zenverify.operators.program.kernel import Slice

declare = partial(elementwise, "exponential")

_POSITIVE = Domain(low=0.0)


def log1p(sp: Any, x: Any) -> Any:
    return sp.codegen.cfunctions.log1p(x)


def expm1(sp: Any, x: Any) -> Any:
    return sp.codegen.cfunctions.expm1(x)


EXP = declare("exp", "e to the power x", lambda sp, x: sp.exp(x))
EXP2 = declare("exp2", "2 to the power x", lambda sp, x: 2**x)
EXPM1 = declare("expm1", "exp(x) - 1, without cancellation", expm1)
LOG = declare("log", "natural logarithm", lambda sp, x: sp.log(x), domains=(_POSITIVE,))
LOG2 = declare("log2", "logarithm to base 2", lambda sp, x: sp.log(x, 2), domains=(_POSITIVE,))
LOG10 = declare("log10", "logarithm to base 10", lambda sp, x: sp.log(x, 10), domains=(_POSITIVE,))
LOG1P = declare("log1p", "log(1 + x), without cancellation", log1p, domains=(Domain(low=-1.0),))
XLOGY = declare(
    "xlogy",
    "x * log(y); 0 where x is 0, unless y is NaN",
    lambda sp, x, y: x * sp.log(y),
    domains=(EVERYWHERE, _POSITIVE),
    slices=(
        Slice(argument=None, conditions=("zero", "number")),
        Slice(argument=1, conditions=("zero", "number")),
    ),
)

OPERATORS = (EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, XLOGY)
