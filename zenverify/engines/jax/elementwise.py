"""JAX's functions of elements."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import special

from zenverify.engines.jax.calls import Function, offered


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
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "divide": operator.truediv,
        "power": operator.pow,
        "negative": operator.neg,
        "absolute": abs,
        "exp": jnp.exp,
        "exp2": jnp.exp2,
        "expm1": jnp.expm1,
        "log": jnp.log,
        "log2": jnp.log2,
        "log10": jnp.log10,
        "log1p": jnp.log1p,
        "xlogy": special.xlogy,
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
        "logit": special.logit,
        "logaddexp": jnp.logaddexp,
        "sqrt": jnp.sqrt,
        "cbrt": jnp.cbrt,
        "square": jnp.square,
        "reciprocal": jnp.reciprocal,
        "sin": jnp.sin,
        "cos": jnp.cos,
        "tan": jnp.tan,
        "arcsin": jnp.arcsin,
        "arccos": jnp.arccos,
        "arctan": jnp.arctan,
        "arctan2": jnp.arctan2,
        "sinc": jnp.sinc,
        "sinh": jnp.sinh,
        "cosh": jnp.cosh,
        "tanh": jnp.tanh,
        "arcsinh": jnp.arcsinh,
        "arccosh": jnp.arccosh,
        "arctanh": jnp.arctanh,
        "hypot": jnp.hypot,
        "erf": special.erf,
        "erfc": special.erfc,
        "gammaln": special.gammaln,
        "digamma": special.digamma,
        "relu": jax.nn.relu,
        "maximum": jnp.maximum,
        "minimum": jnp.minimum,
        "clip": _clip,
        "where": _where,
        "nan_to_num": jnp.nan_to_num,
        "sign": jnp.sign,
        "floor": jnp.floor,
        "ceil": jnp.ceil,
        "rint": jnp.rint,
        "trunc": jnp.trunc,
        "fmod": jnp.fmod,
        "remainder": jnp.remainder,
        "gelu": _gelu,
        "silu": jax.nn.silu,
        "mish": jax.nn.mish,
        "softsign": jax.nn.soft_sign,
        "log_sigmoid": jax.nn.log_sigmoid,
        "elu": jax.nn.elu,
        "selu": jax.nn.selu,
        "leaky_relu": jax.nn.leaky_relu,
        "hardtanh": _hardtanh,
        "relu6": jax.nn.relu6,
        "hardsigmoid": jax.nn.hard_sigmoid,
        "hardswish": jax.nn.hard_swish,
    }
)
