"""JAX's functions that move elements."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax.numpy as jnp
import numpy as np

from zenverify.engines.tabled import Function, named, of_sequence, offered


def _split(x: Any, sections: Any, axis: int, part: int) -> Any:
    places = () if isinstance(sections, int) else (0, *sections, x.shape[axis])
    offered(list(places) == sorted(places), "split at places that do not ascend to the end")
    return jnp.split(x, sections, axis)[part]


def _pad(x: Any, pad_width: Any, mode: str, constant_values: float) -> Any:
    # Of a single number there are none, and an empty tuple has not the shape for that.
    widths = pad_width or np.zeros((0, 2), np.int64)
    if mode == "constant":
        return jnp.pad(x, widths, mode, constant_values=constant_values)
    return jnp.pad(x, widths, mode)


def _index(x: Any, key: Any) -> Any:
    return x[key]


def _set_at(x: Any, values: Any, key: Any) -> Any:
    return jnp.asarray(x).at[key].set(values)


def _gradient(x: Any, spacing: float, axis: int, edge_order: int) -> Any:
    offered(edge_order == 1, "gradient of edge order 2")
    return jnp.gradient(x, spacing, axis=axis)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(
            jnp,
            (
                "reshape",
                "expand_dims",
                "squeeze",
                "broadcast_to",
                "transpose",
                "swapaxes",
                "moveaxis",
                "rollaxis",
                "roll",
                "flip",
                "tile",
                "repeat",
                "take",
                "take_along_axis",
                "diag",
                "diagonal",
                "trace",
                "tril",
                "triu",
                "diff",
            ),
        ),
        **named(jnp, {"flatten": "ravel"}),
        "stack": of_sequence(jnp.stack),
        "concatenate": of_sequence(jnp.concatenate),
        "hstack": of_sequence(jnp.hstack),
        "vstack": of_sequence(jnp.vstack),
        "dstack": of_sequence(jnp.dstack),
        "split": _split,
        "pad": _pad,
        "index": _index,
        "set_at": _set_at,
        "gradient": _gradient,
    }
)
