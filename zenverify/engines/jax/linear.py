"""JAX's linear algebra."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp

from zenverify.engines.tabled import Function, named


def _einsum(*operands: Any, subscripts: str) -> Any:
    return jnp.einsum(subscripts, *operands)


def _slogdet(x: Any) -> Any:
    """Both results in one array, as the catalogue has it."""
    return jnp.stack(tuple(jnp.linalg.slogdet(x)))


def _lower(x: Any) -> Any:
    """The symmetric matrix with the lower triangle of x: JAX takes the mean of both triangles."""
    return jnp.tril(x) + jnp.tril(x, -1).mT


def _cholesky(x: Any) -> Any:
    return jnp.linalg.cholesky(_lower(x))


def _eigh(x: Any) -> Any:
    """Both results in one array, as the catalogue has it."""
    values, vectors = jnp.linalg.eigh(_lower(x))
    return jnp.concatenate((values[..., None, :], vectors), axis=-2)


def _svdvals(x: Any) -> Any:
    """As a differentiated function has them: by themselves JAX computes and rounds otherwise."""
    return jax.vjp(jnp.linalg.svdvals, x)[0]


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(
            jnp,
            (
                "dot",
                "inner",
                "tensordot",
                "outer",
                "vdot",
                "kron",
                "cross",
            ),
        ),
        **named(
            jnp,
            {
                "matrix_power": "linalg.matrix_power",
                "det": "linalg.det",
                "solve": "linalg.solve",
                "inv": "linalg.inv",
                "pinv": "linalg.pinv",
            },
        ),
        "matmul": operator.matmul,
        "einsum": _einsum,
        "slogdet": _slogdet,
        "cholesky": _cholesky,
        "eigh": _eigh,
        "svdvals": _svdvals,
    }
)
