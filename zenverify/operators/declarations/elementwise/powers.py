"""Powers and roots with a fixed exponent."""

from __future__ import annotations

from functools import partial

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import Domain

declare = partial(elementwise, "powers")

SQRT = declare(
    "sqrt", "square root", lambda sp, x: sp.sqrt(x), domains=(Domain(low=0.0, closed=True),)
)
CBRT = declare("cbrt", "real cube root", lambda sp, x: sp.sign(x) * sp.Abs(x) ** sp.Rational(1, 3))
SQUARE = declare("square", "x * x", lambda sp, x: x**2)
RECIPROCAL = declare("reciprocal", "1 / x", lambda sp, x: 1 / x, domains=(Domain(nonzero=True),))

OPERATORS = (SQRT, CBRT, SQUARE, RECIPROCAL)
