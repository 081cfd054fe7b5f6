"""Losses of pairs of probabilities or their logarithms, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.arrays import promoted
from zenverify.tensor.networks.losses import (
    Reduction,
    pair_of_equal_shape,
    reduced,
    reduction_of,
    share,
)
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, record

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["binary_cross_entropy_with_logits", "kl_div"]


def _kl_count(x: Array, reduction: str) -> int:
    return len(x) if reduction == "batchmean" else x.size


def _times_exp(factor: Array, x: Array) -> Array:
    """Return factor * exp(x), also where only the exponential overflows."""
    half = np.exp(x / 2)
    return np.where(factor == 0, factor, half * factor * half)


def _kl_div(x: Array, target: Array, log_target: bool, reduction: str) -> Array:
    x, target = promoted(x, target)
    if log_target:
        terms = _times_exp(target - x, target)
    else:
        # 0 * log(0) is 0: there the logarithm of 1 is as good as any.
        terms = target * (np.log(np.where(target == 0, 1, target)) - x)
    return reduced(terms, reduction, _kl_count(x, reduction))


def _pull_input(
    g: Array, y: Array, x: Array, target: Array, log_target: bool, reduction: str
) -> Array:
    target, g = promoted(target, g)
    part = share(g, reduction, _kl_count(x, reduction))
    return -(_times_exp(part, target) if log_target else part * target)


def _pull_target(
    g: Array, y: Array, x: Array, target: Array, log_target: bool, reduction: str
) -> Array:
    x, target, g = promoted(x, target, g)
    part = share(g, reduction, _kl_count(x, reduction))
    if log_target:
        return _times_exp(part * (target - x + 1), target)
    return part * (np.log(target) - x + 1)


define("kl_div", _kl_div, _pull_input, _pull_target)


def kl_div(
    x: Operand,
    target: Operand,
    reduction: Reduction | str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Kullback-Leibler divergence, term by term ``target * (log(target) - x)``, and 0 at target 0.

    Parameters
    ----------
    x : array
        Logarithms of probabilities.
    target : of the shape of x
        Probabilities, or their logarithms. At a probability of 0 the slope in it is -inf.
    reduction : {"mean", "batchmean", "sum", "none"}
        What to do with the terms; "batchmean", the divergence as it is defined, divides their sum
        by the length of the first axis.
    log_target : bool
        Whether the target holds logarithms.

    Raises
    ------
    ValueError
        If the shapes differ, there is no such reduction, or no axis for "batchmean".
    """
    pair = pair_of_equal_shape("kl_div", x, target)
    chosen = reduction_of("kl_div", reduction, "batchmean")
    if chosen == "batchmean" and not pair[0].shape:
        raise ValueError("kl_div of () and (): reduction 'batchmean' needs an axis")
    return record("kl_div", pair, {"log_target": bool(log_target), "reduction": chosen})


def _binary(x: Array, target: Array, reduction: str) -> Array:
    x, target = promoted(x, target)
    # The first two cancel exactly where they must, the last one neither overflows nor cancels.
    return reduced(np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x))), reduction)


def _pull_binary_logits(g: Array, y: Array, x: Array, target: Array, reduction: str) -> Array:
    x, target, g = promoted(x, target, g)
    # sigmoid(x) - target, from that of -|x|, which keeps its digits far out.
    small = np.exp(-np.abs(x))
    beyond = small / (small + 1)
    slopes: Array = np.where(x > 0, 1 - target - beyond, beyond - target)
    return share(g, reduction, x.size) * slopes


define(
    "binary_cross_entropy_with_logits",
    _binary,
    _pull_binary_logits,
    lambda g, y, x, target, reduction: share(g, reduction, x.size) * -x,
)


def binary_cross_entropy_with_logits(
    x: Operand, target: Operand, reduction: Reduction = "mean"
) -> Tensor:
    """Cross-entropy of sigmoid(x) and a probability: ``softplus(x) - x * target``, term by term.

    Parameters
    ----------
    x, target
        Logits, and probabilities of the same shape.
    reduction : {"mean", "sum", "none"}
        What to do with the terms.

    Raises
    ------
    ValueError
        If the shapes differ or there is no such reduction.
    """
    name = "binary_cross_entropy_with_logits"
    pair = pair_of_equal_shape(name, x, target)
    return record(name, pair, {"reduction": reduction_of(name, reduction)})
