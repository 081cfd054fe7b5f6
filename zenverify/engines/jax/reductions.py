"""JAX's reductions and scans."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp

from zenverify.engines.tabled import Function, named, offered


def _logcumsumexp(x: Any, axis: int | None) -> Any:
    offered(axis is not None and axis >= 0, "cumlogsumexp along other than an axis from 0 up")
    return jax.lax.cumlogsumexp(x, axis=axis)


def _masked_logsumexp(x: Any, axis: Any, keepdims: bool, mask: Any) -> Any:
    return jax.nn.logsumexp(x, axis=axis, keepdims=keepdims, where=mask)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(
            jnp,
            (
                "sum",
                "mean",
                "prod",
                "max",
                "min",
                "ptp",
                "var",
                "std",
                "cumsum",
                "cumprod",
                "median",
                "sort",
            ),
        ),
        **named(jnp, {"norm": "linalg.norm"}),
        **named(jax, {"logsumexp": "nn.logsumexp"}),
        "masked_logsumexp": _masked_logsumexp,
        "average": lambda x, weights, **rest: jnp.average(x, weights=weights, **rest),
        "logcumsumexp": _logcumsumexp,
    }
)
