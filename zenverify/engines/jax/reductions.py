"""JAX's reductions and scans."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp

from zenverify.engines.jax.calls import Function, offered


def _logcumsumexp(x: Any, axis: int | None) -> Any:
    offered(axis is not None and axis >= 0, "cumlogsumexp along other than an axis from 0 up")
    return jax.lax.cumlogsumexp(x, axis=axis)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "sum": jnp.sum,
        "mean": jnp.mean,
        "prod": jnp.prod,
        "max": jnp.max,
        "min": jnp.min,
        "ptp": jnp.ptp,
        "logsumexp": jax.nn.logsumexp,
        "var": jnp.var,
        "std": jnp.std,
        "average": lambda x, weights, **rest: jnp.average(x, weights=weights, **rest),
        "norm": jnp.linalg.norm,
        "cumsum": jnp.cumsum,
        "cumprod": jnp.cumprod,
        "logcumsumexp": _logcumsumexp,
        "median": jnp.median,
        "sort": jnp.sort,
    }
)
