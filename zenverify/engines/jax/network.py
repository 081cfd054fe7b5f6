"""JAX's functions of neural networks: `jax.nn`, and the windows of `jax.lax`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from zenverify.engines.tabled import Function, named, offered

Sizes = tuple[int, ...]


def _convolution(
    x: Any, w: Any, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> Any:
    _one_precision(x, w)
    return lax.conv_general_dilated(
        x,
        w,
        stride,
        [(added, added) for added in padding],
        rhs_dilation=dilation,
        feature_group_count=groups,
    )


def _transposed(
    x: Any,
    w: Any,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Any:
    """Its padding is that of the signal spread out, on which the kernel moves."""
    _one_precision(x, w)
    offered(groups == 1, "conv_transpose of groups")
    reaches = [d * (k - 1) for d, k in zip(dilation, w.shape[2:], strict=True)]
    rims = [
        (reach - cut, reach - cut + added)
        for reach, cut, added in zip(reaches, padding, output_padding, strict=True)
    ]
    letters = "HW"[: len(stride)]
    return lax.conv_transpose(
        x,
        w,
        stride,
        rims,
        rhs_dilation=dilation,
        dimension_numbers=(f"NC{letters}", f"OI{letters}", f"NC{letters}"),
        transpose_kernel=True,
    )


def _one_precision(x: Any, w: Any) -> None:
    offered(x.dtype == w.dtype, "convolution in mixed precision")


def _max_pool(x: Any, kernel: Sizes, stride: Sizes, padding: Sizes) -> Any:
    rims = ((0, 0), (0, 0), *((added, added) for added in padding))
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, *kernel), (1, 1, *stride), rims)


def _masked_softmax(x: Any, axis: Any, mask: Any) -> Any:
    return jax.nn.softmax(x, axis=axis, where=mask)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **named(jax, {"softmax": "nn.softmax", "log_softmax": "nn.log_softmax"}),
        "masked_softmax": _masked_softmax,
        "conv1d": _convolution,
        "conv2d": _convolution,
        "conv_transpose1d": _transposed,
        "conv_transpose2d": _transposed,
        "max_pool1d": _max_pool,
        "max_pool2d": _max_pool,
    }
)
