"""torch's losses, normalisations and attention, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, moved
from zenverify.functions.torch.tables.common import only, term


def _where(condition: Any, input: Any, other: Any) -> Term:
    return apply("where", term(input), term(other), condition=condition)


def _masked_fill(input: Term, mask: Any, value: Any) -> Term:
    return apply("where", term(value), input, condition=np.broadcast_to(mask, input.shape))


def _embedding(
    weight: Term,
    indices: Any,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Term:
    only(scale_grad_by_freq, False)
    # By its documentation, the row at padding_idx is not to get a gradient.
    held = Term(weight.builder, weight.builder.detach(weight.buffer), weight.dtype)
    padding = (indices == padding_idx)[..., None]
    return moved(lambda n, h: np.where(padding, h[indices], n[indices]), weight, held)


_REDUCTIONS = ("none", "mean", "sum")


def _cross_entropy(
    input: Term,
    target: Any,
    weight: Any = None,
    reduction: int = 1,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Term:
    only(weight, None)
    only(label_smoothing, 0.0)
    name = _REDUCTIONS[reduction]
    if isinstance(target, Term):
        return apply("soft_cross_entropy", input, target, reduction=name)
    return apply("cross_entropy", input, target=target, ignore_index=ignore_index, reduction=name)


def _loss(name: str) -> Callable[..., Term]:
    def loss(input: Term, target: Term, reduction: int = 1) -> Term:
        return apply(name, input, target, reduction=_REDUCTIONS[reduction])

    return loss


def _smooth_l1(input: Term, target: Term, reduction: int = 1, beta: float = 1.0) -> Term:
    return apply("smooth_l1_loss", input, target, reduction=_REDUCTIONS[reduction], beta=beta)


def _huber(input: Term, target: Term, reduction: int = 1, delta: float = 1.0) -> Term:
    return apply("huber", input, target, reduction=_REDUCTIONS[reduction], delta=delta)


def _logits_loss(
    input: Term, target: Term, weight: Any = None, pos_weight: Any = None, reduction: int = 1
) -> Term:
    only(weight, None)
    only(pos_weight, None)
    name = "binary_cross_entropy_with_logits"
    return apply(name, input, target, reduction=_REDUCTIONS[reduction])


def _layer_norm(
    input: Term,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Term:
    if weight is None or bias is None:
        raise UndeclaredError("layer_norm without weight or bias")
    return apply("layer_norm", input, weight, bias, eps=eps)


def _batch_norm(
    input: Term,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Term:
    if weight is None or bias is None or not training:
        raise UndeclaredError("batch_norm without weight or bias, or with running statistics")
    return apply("batch_norm", input, weight, bias, eps=eps)


def _attention(
    query: Term,
    key: Term,
    value: Term,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Term:
    only(attn_mask, None)
    only(dropout_p, 0.0)
    only(scale, None)
    only(enable_gqa, False)
    return apply("scaled_dot_product_attention", query, key, value, mask=None, is_causal=is_causal)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": _where,
    "masked_fill": _masked_fill,
    "embedding": _embedding,
    "cross_entropy_loss": _cross_entropy,
    "mse_loss": _loss("mse_loss"),
    "l1_loss": _loss("l1_loss"),
    "smooth_l1_loss": _smooth_l1,
    "huber_loss": _huber,
    "binary_cross_entropy_with_logits": _logits_loss,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "scaled_dot_product_attention": _attention,
}
