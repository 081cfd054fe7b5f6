"""Reductions, running sums and sorting."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

_REDUCTIONS = (
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "ptp",
    "var",
    "std",
    "median",
    "norm",
    "logsumexp",
)

CALLS: Calls = {
    **{
        name: (lambda x, name=name: getattr(zt, name)(x, axis=-1, keepdims=True), [(2, 3)])
        for name in _REDUCTIONS
    },
    **{
        name: (lambda x, name=name: getattr(zt, name)(x, axis=-1), [(2, 3)])
        for name in ("cumsum", "cumprod", "logcumsumexp", "sort")
    },
    "average": (lambda x, weights: zt.average(x, 1, weights), [(2, 3), (3,)]),
    "hypot": (zt.hypot, [(2, 3), (3,)]),
}
