"""Elementwise operations."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

ONE_OPERAND = (
    "negative",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "square",
    "reciprocal",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinc",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "sigmoid",
    "softplus",
    "logit",
    "erf",
    "erfc",
    "gammaln",
    "digamma",
)

TWO_OPERANDS = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "logaddexp",
    "xlogy",
    "arctan2",
)

CALLS: Calls = {
    **{name: (getattr(zt, name), [(2, 3)]) for name in ONE_OPERAND},
    **{name: (getattr(zt, name), [(2, 3), (3,)]) for name in TWO_OPERANDS},
}

RANGES = {
    "arcsin": (-0.9, 0.9),
    "arccos": (-0.9, 0.9),
    "arccosh": (1.5, 3.0),
    "arctanh": (-0.9, 0.9),
    "logit": (0.1, 0.9),
}
