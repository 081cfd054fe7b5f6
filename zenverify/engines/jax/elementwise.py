"""JAX's functions of elements."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import special

from zenverify.engines.tabled import Function, named, offered


def _clip(x: Any, lower: float | None, upper: float | None) -> Any:
    return jnp.clip(x, lower, upper)


def _where(x: Any, y: Any, condition: Any) -> Any:
    return jnp.where(condition, x, y)


def _gelu(x: Any, approximate: str) -> Any:
    return jax.nn.gelu(x, approximate=approximate == "tanh")


def _hardtanh(x: Any, min_val: float, max_val: float) -> Any:
    offered((min_val, max_val) == (-1.0, 1.0), "hard_tanh between other bounds than -1 and 1")
    return jax.nn.hard_tanh(x)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(
            jnp,
            (
                "exp",
                "exp2",
                "expm1",
                "log",
                "log2",
                "log10",
                "log1p",
                "logaddexp",
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
                "arctan2",
                "sinc",
                "sinh",
                "cosh",
                "tanh",
                "arcsinh",
                "arccosh",
                "arctanh",
                "hypot",
                "maximum",
                "minimum",
                "nan_to_num",
                "sign",
                "floor",
                "ceil",
                "rint",
                "trunc",
                "fmod",
                "remainder",
            ),
        ),
        **named(
            special,
            (
                "xlogy",
                "logit",
                "erf",
                "erfc",
                "gammaln",
                "digamma",
            ),
        ),
        **named(
            jax,
            {
                "sigmoid": "nn.sigmoid",
                "softplus": "nn.softplus",
                "relu": "nn.relu",
                "silu": "nn.silu",
                "mish": "nn.mish",
                "softsign": "nn.soft_sign",
                "log_sigmoid": "nn.log_sigmoid",
                "elu": "nn.elu",
                "selu": "nn.selu",
                "leaky_relu": "nn.leaky_relu",
                "relu6": "nn.relu6",
                "hardsigmoid": "nn.hard_sigmoid",
                "hardswish": "nn.hard_swish",
            },
        ),
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "divide": operator.truediv,
        "power": operator.pow,
        "negative": operator.neg,
        "absolute": abs,
        "clip": _clip,
        "where": _where,
        "greater": jnp.greater,
        "greater_equal": jnp.greater_equal,
        "less": jnp.less,
        "less_equal": jnp.less_equal,
        "equal": jnp.equal,
        "not_equal": jnp.not_equal,
        "logical_and": jnp.logical_and,
        "logical_or": jnp.logical_or,
        "logical_not": jnp.logical_not,
        "gelu": _gelu,
        "hardtanh": _hardtanh,
    }
)
