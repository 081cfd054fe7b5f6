"""Faults that libraries have released in normalisation, attention, embedding and dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, rule, value
from zenverify.tensor.networks.attention import _turned, _visible, _weights
from zenverify.tensor.networks.normalisation import _all_but_channels, _last
from zenverify.tensor.networks.standardisation import by_rms, standardised

NORMALISATION = "released: normalisation"
NETWORK = "released: network"


def _mean(x: Any, axes: Any) -> Any:
    return np.mean(x, axis=axes, keepdims=True)


def _of_channels(weight: Any, x: Any) -> Any:
    return weight.reshape(-1, *(1,) * (x.ndim - 2))


def _constant_mean(g: Any, y: Any, x: Any, weight: Any, bias: Any, eps: float) -> Any:
    axes = _all_but_channels(x)
    z, scale = standardised(x, axes, eps)
    h = g * _of_channels(weight, x)
    return scale.divides(h - z * _mean(h * z, axes))


def _constant_variance(g: Any, y: Any, x: Any, weight: Any, bias: Any, eps: float) -> Any:
    axes = _all_but_channels(x)
    _, scale = standardised(x, axes, eps)
    h = g * _of_channels(weight, x)
    return scale.divides(h - _mean(h, axes))


def _unbiased(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    """Divides the variance by n - 1."""
    axes = _all_but_channels(x)
    count = x.size // x.shape[1] if x.shape[1] else 1
    variance = np.var(x, axis=axes, keepdims=True) * count / max(count - 1, 1)
    z = (x - _mean(x, axes)) / np.sqrt(variance + eps)
    return z * _of_channels(weight, x) + _of_channels(bias, x)


def _layer(
    g: Any, x: Any, weight: Any, eps: float, *, mean: bool, product: bool, over: Any = None
) -> Any:
    axes = _last(x, weight)
    z, scale = standardised(x, axes, eps)
    h = g * weight
    slopes = h
    if mean:
        slopes = slopes - _mean(h, over or axes)
    if product:
        slopes = slopes - z * _mean(h * z, over or axes)
    return scale.divides(slopes)


def _eps_outside(x: Any, weight: Any, bias: Any, eps: float) -> Any:
    """Adds eps to the deviation instead of the variance."""
    axes = _last(x, weight)
    centred = x - _mean(x, axes)
    return centred / (np.sqrt(_mean(centred * centred, axes)) + eps) * weight + bias


def _no_cross_term(g: Any, y: Any, x: Any, weight: Any, eps: float) -> Any:
    _, scale = by_rms(x, _last(x, weight), eps)
    return scale.divides(g * weight)


_NORMALISATION = (
    rule(NORMALISATION, "batch_norm", "mean taken for a constant", _constant_mean),
    rule(NORMALISATION, "batch_norm", "variance taken for a constant", _constant_variance),
    value(NORMALISATION, "batch_norm", "variance over n - 1", _unbiased),
    rule(
        NORMALISATION,
        "layer_norm",
        "mean of the cotangents forgotten",
        lambda g, y, x, w, b, eps: _layer(g, x, w, eps, mean=False, product=True),
    ),
    rule(
        NORMALISATION,
        "layer_norm",
        "mean of the products forgotten",
        lambda g, y, x, w, b, eps: _layer(g, x, w, eps, mean=True, product=False),
    ),
    rule(
        NORMALISATION,
        "layer_norm",
        "means over the last axis alone",
        lambda g, y, x, w, b, eps: _layer(g, x, w, eps, mean=True, product=True, over=(-1,)),
    ),
    value(NORMALISATION, "layer_norm", "eps outside the root", _eps_outside),
    rule(NORMALISATION, "rms_norm", "root mean square taken for a constant", _no_cross_term),
)


def _scores(g: Any, q: Any, k: Any, v: Any, visible: Any) -> Any:
    weights = _weights(q, k, visible)
    slopes = g @ _turned(v)
    return weights * (slopes - (weights * slopes).sum(-1, keepdims=True))


def _summed(found: Any, shape: Any) -> Any:
    lead = tuple(range(found.ndim - len(shape)))
    found = found.sum(lead) if lead else found
    ones = tuple(i for i, s in enumerate(shape) if s == 1 and found.shape[i] > 1)
    return found.sum(ones, keepdims=True) if ones else found


def _scale_forgotten(g: Any, y: Any, q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
    return _summed(_scores(g, q, k, v, _visible(q, k, mask, is_causal)) @ k, q.shape)


def _mask_ignored(g: Any, y: Any, q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
    slopes = _turned(_scores(g, q, k, v, None)) @ q
    return _summed(slopes, k.shape) / np.sqrt(q.shape[-1], dtype=q.dtype)


def _not_turned(g: Any, y: Any, q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
    weights = _weights(q, k, _visible(q, k, mask, is_causal))
    square = weights.shape[-1] == weights.shape[-2]
    return _summed((weights if square else _turned(weights)) @ g, v.shape)


def _nothing_over_nothing(q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
    """Gives NaN for a query that sees no key."""
    visible = _visible(q, k, mask, is_causal)
    weights = _weights(q, k, visible)
    if visible is not None:
        weights = np.where(visible.any(-1, keepdims=True), weights, np.nan).astype(weights.dtype)
    return weights @ v


def _overwritten(g: Any, y: Any, weight: Any, indices: Any) -> Any:
    made = np.zeros_like(weight)
    made[indices] = g
    return made


FAULTS: tuple[KnownFault, ...] = (
    *_NORMALISATION,
    rule(NETWORK, "scaled_dot_product_attention", "scale forgotten", _scale_forgotten),
    rule(NETWORK, "scaled_dot_product_attention", "mask ignored", _mask_ignored, 1),
    rule(NETWORK, "scaled_dot_product_attention", "weights not turned", _not_turned, 2),
    value(
        NETWORK,
        "scaled_dot_product_attention",
        "NaN where no key is seen",
        _nothing_over_nothing,
    ),
    rule(NETWORK, "embedding", "a row chosen twice overwritten", _overwritten),
    rule(
        NETWORK,
        "dropout",
        "scale forgotten",
        lambda g, y, x, mask, p: np.where(mask, g, 0),
    ),
)
