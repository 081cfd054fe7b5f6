"""Activation functions."""

from __future__ import annotations

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    **{
        name: (getattr(zt, name), [(2, 3)])
        for name in ("gelu", "log_sigmoid", "mish", "selu", "silu", "softsign")
    },
    **{name: (getattr(zt, name), [(2, 3)]) for name in ("relu6", "hardsigmoid", "hardswish")},
    "elu": (lambda x: zt.elu(x, 0.5), [(2, 3)]),
    "leaky_relu": (lambda x: zt.leaky_relu(x, 0.25), [(2, 3)]),
    "hardtanh": (lambda x: zt.hardtanh(x, 0.75, 1.25), [(2, 3)]),
    "softshrink": (lambda x: zt.softshrink(x, 0.75), [(2, 3)]),
    "hardshrink": (lambda x: zt.hardshrink(x, 0.75), [(2, 3)]),
}
