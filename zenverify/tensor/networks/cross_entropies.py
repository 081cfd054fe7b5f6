"""Cross-entropy of logits, against classes and against probabilities."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zenverify.tensor.arrays import describe, promoted
from zenverify.tensor.indices import Indices, integer_array
from zenverify.tensor.networks.losses import (
    Reduction,
    pair_of_equal_shape,
    reduced,
    reduction_of,
    share,
)
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_tensor, record, record_single
from zenverify.tensor.reductions.reductions import add_up, log_total, proportions
from zenverify.tensor.reductions.softmaxes import less_share, root_proportions

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["cross_entropy", "soft_cross_entropy"]

Mask = NDArray[np.bool_]
Places = tuple[Indices, ...]


def _class_axis(x: Array) -> int:
    return min(1, x.ndim - 1)


def _picked(target: Indices, ignore_index: int, axis: int) -> tuple[Places, Mask]:
    """Where the targets' classes are, 0 where there is none; and where that is."""
    classes = target.reshape(*target.shape[:axis], 1, *target.shape[axis:])
    ignored = classes == ignore_index
    places: list[Indices] = [
        np.arange(size).reshape(-1, *(1,) * (classes.ndim - 1 - number))
        for number, size in enumerate(classes.shape)
    ]
    places[axis] = np.where(ignored, 0, classes)
    return tuple(places), ignored


def _kept(ignored: Mask) -> int:
    return ignored.size - int(np.count_nonzero(ignored))


def _less_ignored(terms: Array, ignored: Mask, kept: int) -> Array:
    return terms if kept == ignored.size else np.where(ignored, 0, terms)


def _cross_entropy(x: Array, target: Indices, ignore_index: int, reduction: str) -> Array:
    axis = _class_axis(x)
    places, ignored = _picked(target, ignore_index, axis)
    kept = _kept(ignored)
    shift, total = log_total(x, axis)
    terms = _less_ignored(total + (shift - x[places]), ignored, kept)
    return reduced(terms.squeeze(axis), reduction, kept)


def _pull_cross_entropy(
    g: Array, y: Array, x: Array, target: Indices, ignore_index: int, reduction: str
) -> Array:
    axis = _class_axis(x)
    places, ignored = _picked(target, ignore_index, axis)
    kept = _kept(ignored)
    slopes = proportions(x, axis)
    # At the target less all the others, which is p - 1 without the cancellation.
    own = slopes[places]
    slopes[places] = 0
    others = -add_up(slopes, axis=axis, keepdims=True)
    if x.shape[axis] == 1:  # There are no others that would hand a NaN on.
        others = np.where(np.isnan(own), own, others)
    slopes[places] = others
    part = share(g, reduction, kept)
    if reduction == "none":
        part = np.expand_dims(part, axis)
    return _less_ignored(part * slopes, ignored, kept)


define("cross_entropy", _cross_entropy, _pull_cross_entropy)


def cross_entropy(
    x: Operand,
    target: Any,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> Tensor:
    """Negative logarithm of the softmax of x at the target.

    Parameters
    ----------
    x : (C,), (N, C) or (N, C, ...)
        Logits; the classes lie along the second axis, or the only one.
    target : integers, (), (N,) or (N, ...)
        The class of each. Probabilities, which are no integers, are handed on to
        `soft_cross_entropy`.
    reduction : {"mean", "sum", "none"}
        What to do with the terms. The mean is over those that are not ignored, and NaN if there
        are none.
    ignore_index : int
        A target without a class: its term is 0, and so are its logits' slopes. Probabilities are
        never ignored.

    Returns
    -------
    Tensor, (), or of the shape of the classes if the reduction is "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, a target is no class, or there is no such reduction.
    """
    operand = as_tensor("cross_entropy", x)
    if _is_probable(target):
        return soft_cross_entropy(operand, target, reduction)
    chosen = integer_array("cross_entropy", "target", target)
    shape = operand.shape
    axis = _class_axis(operand.array)
    if not shape or shape[axis] == 0:
        raise _refused(operand, "expected logits of at least one class, (N, C, ...) or (C,)")
    if chosen.shape != shape[:axis] + shape[axis + 1 :]:
        wanted = shape[:axis] + shape[axis + 1 :]
        raise _refused(operand, f"target of shape {chosen.shape}, expected {wanted}")
    ignored = index(ignore_index)
    strange = chosen[((chosen < 0) | (chosen >= shape[axis])) & (chosen != ignored)]
    if strange.size:
        last = shape[axis] - 1
        raise _refused(operand, f"target {strange[0]} is no class from 0 to {last}")
    attributes = {
        "target": chosen,
        "ignore_index": ignored,
        "reduction": reduction_of("cross_entropy", reduction),
    }
    return record_single("cross_entropy", operand, attributes)


def _refused(logits: Tensor, why: str) -> ValueError:
    return ValueError(f"cross_entropy of {describe((logits.array,))}: {why}")


def _is_probable(target: Any) -> bool:
    """Whether a target holds probabilities, and no classes."""
    return np.asarray(getattr(target, "value", target)).dtype.kind == "f"


def _soft_cross_entropy(x: Array, target: Array, reduction: str) -> Array:
    x, target = promoted(x, target)
    shift, total = log_total(x, _class_axis(x))
    axis = _class_axis(x)
    # Halves: the difference of huge logits may overflow, and a probability of 0 meet it.
    halves = total / 2 + (shift / 2 - x / 2)
    return reduced(2 * add_up(target * halves, axis=axis), reduction)


def _per_class(g: Array, x: Array, reduction: str) -> Array:
    """The cotangent of each term, to be broadcast along the classes."""
    axis = _class_axis(x)
    part = share(g, reduction, x.size // x.shape[axis])
    return np.expand_dims(part, axis) if reduction == "none" else part


def _pull_logits(g: Array, y: Array, x: Array, target: Array, reduction: str) -> Array:
    x, target, g = promoted(x, target, g)
    axis = _class_axis(x)
    return -_per_class(g, x, reduction) * less_share(target, root_proportions(x, axis), axis)


def _pull_probabilities(g: Array, y: Array, x: Array, target: Array, reduction: str) -> Array:
    x, g = promoted(x, g)
    shift, total = log_total(x, _class_axis(x))
    return _per_class(g, x, reduction) * (total + (shift - x))


define("soft_cross_entropy", _soft_cross_entropy, _pull_logits, _pull_probabilities)


def soft_cross_entropy(x: Operand, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Cross-entropy against probabilities: minus their sum with the logarithms of softmax.

    Parameters
    ----------
    x : (C,), (N, C) or (N, C, ...)
        Logits; the classes lie along the second axis, or the only one.
    target : of the shape of x
        Probabilities. That they add up to 1 is not needed.
    reduction : {"mean", "sum", "none"}
        What to do with the terms, one for each set of classes.

    Returns
    -------
    Tensor, (), or of the shape of x without its classes if the reduction is "none"

    Raises
    ------
    ValueError
        If the shapes differ, there are no classes, or there is no such reduction.
    """
    pair = pair_of_equal_shape("soft_cross_entropy", x, target)
    shape = pair[0].shape
    if not shape or shape[min(1, len(shape) - 1)] == 0:
        call = f"soft_cross_entropy of {describe(operand.array for operand in pair)}"
        raise ValueError(f"{call}: expected logits of at least one class, (N, C, ...) or (C,)")
    attributes = {"reduction": reduction_of("soft_cross_entropy", reduction)}
    return record("soft_cross_entropy", pair, attributes)
