"""PyTorch's functions of neural networks: `torch.nn.functional`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch.nn import functional

from zenverify.engines.tabled import Function, named, offered
from zenverify.engines.torch.calls import integers, of_tensors


def _softmax(x: Any, axis: Any) -> Any:
    offered(isinstance(axis, int), "softmax over several axes")
    return functional.softmax(x, dim=axis)


def _log_softmax(x: Any, axis: Any) -> Any:
    offered(isinstance(axis, int), "log_softmax over several axes")
    return functional.log_softmax(x, dim=axis)


def _masked_softmax(x: Any, axis: Any, mask: Any) -> Any:
    offered(isinstance(axis, int), "masked softmax over several axes")
    return torch.masked.softmax(x, axis, mask=torch.as_tensor(mask))


def _some_channels(x: Any) -> None:
    offered(x.shape[1] > 0, "pooling of no channels")


def _moving(function: Function) -> Function:
    def pool(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
        _some_channels(x)
        return function(x, kernel, stride, padding)

    return pool


def _adaptive(function: Function) -> Function:
    def pool(x: Any, size: tuple[int, int]) -> Any:
        _some_channels(x)
        return function(x, size)

    return pool


def _batch_norm(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    offered(x.numel() > x.shape[1], "batch_norm of one value per channel")
    offered(eps > 0, "batch_norm without eps")
    return functional.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def _layer_norm(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    return functional.layer_norm(x, weight.shape, weight, bias, eps)


def _rms_norm(x: Any, weight: Any, eps: float) -> Any:
    return functional.rms_norm(x, weight.shape, weight, eps)


def _attention(q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
    offered(mask is None or not is_causal, "scaled_dot_product_attention masked and causal")
    alike = q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
    offered(alike, "scaled_dot_product_attention of different batches")
    seen = None if mask is None else torch.as_tensor(mask)
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=is_causal)


def _embedding(weight: Any, indices: Any) -> Any:
    return functional.embedding(integers(indices), weight)


def _cross_entropy(x: Any, target: Any, ignore_index: int, reduction: str) -> Any:
    return functional.cross_entropy(
        x, integers(target), ignore_index=ignore_index, reduction=reduction
    )


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{
            o: of_tensors(f)
            for o, f in named(
                functional,
                (
                    "mse_loss",
                    "l1_loss",
                    "smooth_l1_loss",
                    "kl_div",
                    "binary_cross_entropy_with_logits",
                ),
            ).items()
        },
        **{
            o: of_tensors(f)
            for o, f in named(
                functional, {"huber": "huber_loss", "soft_cross_entropy": "cross_entropy"}
            ).items()
        },
        **named(
            functional,
            (
                "conv1d",
                "conv2d",
                "conv_transpose1d",
                "conv_transpose2d",
            ),
        ),
        "softmax": _softmax,
        "masked_softmax": _masked_softmax,
        "log_softmax": _log_softmax,
        "max_pool1d": _moving(functional.max_pool1d),
        "max_pool2d": _moving(functional.max_pool2d),
        "avg_pool1d": _moving(functional.avg_pool1d),
        "avg_pool2d": _moving(functional.avg_pool2d),
        "adaptive_avg_pool2d": _adaptive(functional.adaptive_avg_pool2d),
        "adaptive_max_pool2d": _adaptive(functional.adaptive_max_pool2d),
        "batch_norm": _batch_norm,
        "layer_norm": _layer_norm,
        "rms_norm": _rms_norm,
        "scaled_dot_product_attention": _attention,
        "embedding": _embedding,
        "cross_entropy": _cross_entropy,
    }
)
