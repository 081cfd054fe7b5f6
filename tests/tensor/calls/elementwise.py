"""Elementwise operations."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **{
        name: (getattr(zt, name), [(2, 3)])
        for name in ("negative", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh")
    },
    **{name: (getattr(zt, name), [(2, 3)]) for name in ("sigmoid", "softplus")},
    **{
        name: (getattr(zt, name), [(2, 3), (3,)])
        for name in ("add", "subtract", "multiply", "divide", "power")
    },
}
