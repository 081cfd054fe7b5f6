"""Reductions and running sums."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **{
        name: (lambda x, name=name: getattr(zt, name)(x, axis=-1, keepdims=True), [(2, 3)])
        for name in ("sum", "mean", "prod", "max", "min", "var", "logsumexp")
    },
}
