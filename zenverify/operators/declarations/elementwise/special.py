"""The error function, the gamma function's logarithm, and their kin."""

from __future__ import annotations

from functools import partial

from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import Domain

declare = partial(elementwise, "special")

ERF = declare("erf", "error function", lambda sp, x: sp.erf(x))
ERFC = declare(
    "erfc",
    "1 - erf(x), without cancellation",
    lambda sp, x: sp.erfc(x),
    # Far out, where it is tiny and not yet zero.
    domains=(Domain(marks=(5.0, 25.0)),),
)
GAMMALN = declare(
    "gammaln", "log |Gamma(x)|; poles at 0, -1, -2, ...", lambda sp, x: sp.re(sp.loggamma(x))
)
DIGAMMA = declare(
    "digamma", "derivative of gammaln; poles at 0, -1, -2, ...", lambda sp, x: sp.digamma(x)
)

OPERATORS = (ERF, ERFC, GAMMALN, DIGAMMA)
