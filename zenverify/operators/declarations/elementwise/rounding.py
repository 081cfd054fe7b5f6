"""Operations that jump: signs, rounding to integers, and remainders.

Their derivative is declared to be that of the pieces, also at a jump.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import EVERYWHERE, Domain

declare = partial(elementwise, "rounding", jumps=True)

_DIVIDED = (EVERYWHERE, Domain(nonzero=True))


def _trunc(sp: Any, x: Any) -> Any:
    return sp.floor(sp.Max(x, 0)) + sp.ceiling(sp.Min(x, 0))


def _rint(sp: Any, x: Any) -> Any:
    """Halves up, less 1 where x + 1/2 is an odd integer: there ceil and floor agree."""
    quarter = x / 2 - sp.Rational(1, 4)
    return sp.floor(x + sp.Rational(1, 2)) - 1 + sp.ceiling(quarter) - sp.floor(quarter)


SIGN = declare("sign", "-1, 0 or 1", lambda sp, x: sp.sign(x), kinks=("x = 0: a jump, slope 0",))
FLOOR = declare(
    "floor",
    "the largest integer not above x",
    lambda sp, x: sp.floor(x),
    kinks=("x an integer: a jump, slope 0",),
)
CEIL = declare(
    "ceil",
    "the smallest integer not below x",
    lambda sp, x: sp.ceiling(x),
    kinks=("x an integer: a jump, slope 0",),
)
RINT = declare(
    "rint",
    "the nearest integer, halves to the even one",
    _rint,
    kinks=("x + 1/2 an integer: a jump, slope 0",),
)
TRUNC = declare(
    "trunc",
    "x rounded to an integer towards 0",
    _trunc,
    kinks=("x an integer but 0: a jump, slope 0",),
)
FMOD = declare(
    "fmod",
    "x - y trunc(x / y), with the sign of x",
    lambda sp, x, y: x - y * _trunc(sp, x / y),
    domains=_DIVIDED,
    kinks=("x / y an integer but 0: a jump, slopes 1 and -trunc(x / y)",),
)
REMAINDER = declare(
    "remainder",
    "x - y floor(x / y), with the sign of y",
    lambda sp, x, y: x - y * sp.floor(x / y),
    domains=_DIVIDED,
    kinks=("x / y an integer: a jump, slopes 1 and -floor(x / y)",),
)

OPERATORS = (SIGN, FLOOR, CEIL, RINT, TRUNC, FMOD, REMAINDER)
