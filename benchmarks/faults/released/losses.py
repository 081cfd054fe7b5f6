"""Faults that libraries have released in losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, rule, value
from zenverify.tensor import OPERATIONS
from zenverify.tensor.networks.losses import reduced, share
from zenverify.tensor.reductions.reductions import proportions

LOSSES = "released: losses"


def _all_counted(good: Pullback) -> Pullback:
    """Divides by the number of all targets, also those that are ignored."""

    def wrong(g: Any, *rest: Any, target: Any, ignore_index: int, reduction: str) -> Any:
        if reduction == "mean" and target.size:
            g = g * (np.sum(target != ignore_index) / target.size)
            g = np.asarray(g).astype(rest[0].dtype)
        return good(g, *rest, target=target, ignore_index=ignore_index, reduction=reduction)

    return wrong


def _along_classes(g: Any, x: Any, reduction: str) -> Any:
    return np.expand_dims(g, min(1, x.ndim - 1)) if reduction == "none" else g


def _not_subtracted(g: Any, y: Any, x: Any, target: Any, ignore_index: int, reduction: str) -> Any:
    axis = min(1, x.ndim - 1)
    kept = np.expand_dims(target != ignore_index, axis)
    part = _along_classes(share(g, reduction, int(kept.sum())), x, reduction)
    return np.where(kept, part * proportions(x, axis), 0)


def _ignored_passed_on(good: Pullback) -> Pullback:
    """Passes a cotangent back through targets that are ignored, as if they were class 0."""

    def wrong(g: Any, *rest: Any, target: Any, ignore_index: int, reduction: str) -> Any:
        count = int(np.sum(target != ignore_index))
        if reduction == "mean":
            g = share(g, reduction, count)
        classes = np.where(target == ignore_index, 0, target)
        how = "none" if reduction == "none" else "sum"
        return good(g, *rest, target=classes, ignore_index=-100, reduction=how)

    return wrong


def _sure_to_sum_to_one(g: Any, y: Any, x: Any, target: Any, reduction: str) -> Any:
    """Takes it for granted that the probabilities add up to 1."""
    axis = min(1, x.ndim - 1)
    part = _along_classes(share(g, reduction, x.size // x.shape[axis]), x, reduction)
    return part * (proportions(x, axis) - target)


_right_kl_div = OPERATIONS["kl_div"].forward


def _nan_where_zero(x: Any, target: Any, log_target: bool, reduction: str) -> Any:
    """Multiplies zero by the logarithm of zero."""
    if log_target:
        return _right_kl_div(x, target, log_target, reduction)
    count = len(x) if reduction == "batchmean" else x.size
    return reduced(target * (np.log(target) - x), reduction, count)


def _over_all(good: Pullback) -> Pullback:
    """Divides by the number of elements where the length of the batch was asked for."""

    def wrong(g: Any, *rest: Any, reduction: str, **attributes: Any) -> Any:
        how = "mean" if reduction == "batchmean" else reduction
        return good(g, *rest, reduction=how, **attributes)

    return wrong


def _square_everywhere(g: Any, y: Any, x: Any, target: Any, delta: float, reduction: str) -> Any:
    return share(g, reduction, x.size) * (x - target)


def _slope_of_one(g: Any, y: Any, x: Any, target: Any, delta: float, reduction: str) -> Any:
    """Has the slope of the absolute value beyond delta, whatever delta is."""
    apart = x - target
    slopes = np.where(np.abs(apart) <= delta, apart, np.sign(apart))
    return share(g, reduction, x.size) * slopes


def _beta_forgotten(g: Any, y: Any, x: Any, target: Any, beta: float, reduction: str) -> Any:
    apart = x - target
    slopes = np.where(np.abs(apart) <= beta, apart, np.sign(apart))
    return share(g, reduction, x.size) * slopes


def _same_sign(g: Any, y: Any, x: Any, target: Any, reduction: str) -> Any:
    part = share(g, reduction, x.size)
    return (part + part) * (x - target)


def _overflows(x: Any, target: Any, reduction: str) -> Any:
    return reduced(np.log(1 + np.exp(x)) - x * target, reduction)


FAULTS: tuple[KnownFault, ...] = (
    rule(LOSSES, "mse_loss", "target with the sign of x", _same_sign, 1),
    rule(
        LOSSES,
        "mse_loss",
        "mean forgotten",
        lambda g, y, x, target, reduction: (g + g) * (x - target),
    ),
    altered(LOSSES, "cross_entropy", "mean over ignored targets", _all_counted),
    rule(LOSSES, "cross_entropy", "not subtracted at the target", _not_subtracted),
    altered(LOSSES, "cross_entropy", "ignored targets passed on", _ignored_passed_on),
    rule(LOSSES, "soft_cross_entropy", "probabilities taken to add up to 1", _sure_to_sum_to_one),
    value(LOSSES, "kl_div", "NaN at probability zero", _nan_where_zero),
    altered(LOSSES, "kl_div", "batchmean over all elements", _over_all),
    rule(LOSSES, "huber", "slope of the square beyond delta", _square_everywhere),
    rule(LOSSES, "huber", "slope of 1 beyond delta", _slope_of_one),
    rule(LOSSES, "smooth_l1_loss", "beta forgotten", _beta_forgotten),
    value(LOSSES, "binary_cross_entropy_with_logits", "overflows", _overflows),
)
