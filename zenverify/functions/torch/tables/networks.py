"""torch's losses, normalisations and attention, in terms of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, constant, moved
from zenverify.functions.torch.tables.common import only


def _where(condition: Any, input: Any, other: Any) -> Term:
    return apply("where", input, other, condition=condition)


def _masked_fill(input: Term, mask: Any, value: Any) -> Term:
    return apply("where", value, input, condition=np.broadcast_to(mask, input.shape))


def _embedding(
    weight: Term,
    indices: Any,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Term:
    only(scale_grad_by_freq, False)
    # By its documentation, the row at padding_idx is not to get a gradient.
    held = weight.detach()
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


def _reduced(terms: Term, reduction: int, count: int | None = None) -> Term:
    if reduction == 0:
        return terms
    total = apply("sum", terms, axis=None, keepdims=False)
    if reduction == 2:
        return total
    return apply("divide", total, float(math.prod(terms.shape) if count is None else count))


def _binary_cross_entropy(
    input: Term, target: Term, weight: Any = None, reduction: int = 1
) -> Term:
    edges = input.elements
    # By its documentation, logarithms are cut off at -100: not to be reached.
    only(bool(np.all((edges > 0) & (edges < 1))), True)
    one = constant(input, 1.0)
    yes = target * apply("log", input)
    no = (one - target) * apply("log1p", apply("negative", input))
    terms = apply("negative", yes + no)
    return _reduced(terms if weight is None else terms * weight, reduction)


def _nll_loss(
    input: Term, target: Any, weight: Any = None, reduction: int = 1, ignore_index: int = -100
) -> Term:
    only(weight, None)
    if not isinstance(target, np.ndarray):
        raise UndeclaredError("targets that are no integers")
    kept = target != ignore_index
    axis = 0 if input.ndim == 1 else 1
    chosen = np.where(kept, target, 0)

    def picked(numbers: Any) -> Any:
        found = np.take_along_axis(numbers, np.expand_dims(chosen, axis), axis).squeeze(axis)
        return np.where(kept, found, -1)

    terms = apply("negative", moved(picked, input))
    return _reduced(terms, reduction, int(kept.sum()))


def _kl_div(input: Term, target: Term, reduction: int = 1, *, log_target: bool = False) -> Term:
    name = _REDUCTIONS[reduction]
    return apply("kl_div", input, target, log_target=log_target, reduction=name)


def _layer_norm(
    input: Term,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Term:
    shape = tuple(normalized_shape)
    return apply("layer_norm", input, *_affine(input, weight, bias, shape), eps=eps)


def _native_layer_norm(
    input: Term, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Term, None, None]:
    return _layer_norm(input, normalized_shape, weight, bias, eps), None, None


def _affine(input: Term, weight: Any, bias: Any, shape: tuple[int, ...]) -> tuple[Term, Term]:
    """The factor and the summand of a normalisation; one and zero where there is none."""
    one = constant(input, np.ones(shape)) if weight is None else weight
    return one, constant(input, np.zeros(shape)) if bias is None else bias


def _rms_norm(
    input: Term, normalized_shape: Any, weight: Any = None, eps: float | None = None
) -> Term:
    one, _ = _affine(input, weight, None, tuple(normalized_shape))
    if eps is None:
        eps = float(np.finfo(input.dtype).eps)
    return apply("rms_norm", input, one, eps=eps)


def _grouped(input: Term, groups: int, weight: Any, bias: Any, eps: float) -> Term:
    """Each group of channels standardised by itself, then each channel scaled and shifted."""
    batch, channels, *rest = input.shape
    rows = moved(lambda n: n.reshape(batch, groups, -1), input)
    one, zero = _affine(input, None, None, rows.shape[-1:])
    even = apply("layer_norm", rows, one, zero, eps=eps)
    found = moved(lambda n: n.reshape(batch, channels, *rest), even)
    column = (-1, *(1,) * len(rest))
    if weight is not None:
        found = found * moved(lambda n: n.reshape(column), weight)
    return found if bias is None else found + moved(lambda n: n.reshape(column), bias)


def _group_norm(
    input: Term,
    num_groups: int,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Term:
    return _grouped(input, num_groups, weight, bias, eps)


def _instance_norm(
    input: Term,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Term:
    only(use_input_stats, True)
    return _grouped(input, input.shape[1], weight, bias, eps)


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
    channels = input.shape[1:2]
    one, zero = _affine(input, weight, bias, channels)
    if training:
        return apply("batch_norm", input, one, zero, eps=eps)
    column = (-1, *(1,) * (input.ndim - 2))

    def wide(term: Term) -> Term:
        return moved(lambda n: n.reshape(column), term)

    root = apply("sqrt", apply("add", running_var, eps))
    return (input - wide(running_mean)) / wide(root) * wide(one) + wide(zero)


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
    only(dropout_p, 0.0)
    only(scale, None)
    only(enable_gqa, False)
    mask = attn_mask
    if mask is not None and not (isinstance(mask, np.ndarray) and mask.dtype == np.bool_):
        raise UndeclaredError("a mask of numbers")
    only(mask is not None and is_causal, False)
    return apply("scaled_dot_product_attention", query, key, value, mask=mask, is_causal=is_causal)


def _glu(input: Term, dim: int = -1) -> Term:
    half = input.shape[dim] // 2

    def part(start: int) -> Term:
        return moved(lambda n: np.take(n, range(start, start + half), axis=dim), input)

    return part(0) * apply("sigmoid", part(half))


def _prelu(input: Term, weight: Term) -> Term:
    column = (-1, *(1,) * (input.ndim - 2)) if input.ndim > 1 else (-1,)
    wide = moved(lambda n: n.reshape(column), weight)
    return apply("maximum", input, 0.0) + wide * apply("minimum", input, 0.0)


def _cosine_similarity(x1: Term, x2: Term, dim: int = 1, eps: float = 1e-8) -> Term:
    shape = np.broadcast_shapes(x1.shape, x2.shape)

    def direction(given: Term) -> Term:
        x = moved(lambda n: np.broadcast_to(n, shape), given)
        length = apply("norm", x, ord=None, axis=dim, keepdims=True)
        return x / apply("maximum", length, eps)

    return apply("sum", direction(x1) * direction(x2), axis=dim, keepdims=False)


def _pairwise_distance(
    x1: Term, x2: Term, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Term:
    apart = apply("add", x1 - x2, eps)
    return apply("norm", apart, ord=float(p), axis=-1, keepdims=keepdim)


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
    "binary_cross_entropy": _binary_cross_entropy,
    "nll_loss": _nll_loss,
    "nll_loss_nd": _nll_loss,
    "kl_div": _kl_div,
    "layer_norm": _layer_norm,
    "native_layer_norm": _native_layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "batch_norm": _batch_norm,
    "glu": _glu,
    "prelu": _prelu,
    "cosine_similarity": _cosine_similarity,
    "pairwise_distance": _pairwise_distance,
    "scaled_dot_product_attention": _attention,
}
