"""Losses of probabilities: cross-entropies and divergences."""

from __future__ import annotations

from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.attributes import Integers
from zenverify.operators.declarations.elementwise import logistic
from zenverify.operators.declarations.kernels import exp, log, of
from zenverify.operators.declarations.networks.losses import (
    SHAPES,
    check_equal,
    reduced,
    reductions_of,
    sample_reduction,
)
from zenverify.operators.declarations.reductions.softmax import log_softmax
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape
from zenverify.operators.program.kernel import Slice, kernel

softplus = of(logistic.SOFTPLUS)
X_LOG_X = kernel("x_log_x", 1, lambda sp, x: x * sp.log(x), slices=(Slice(None, ("limit",)),))


def _class_axis(x: Buffer) -> int:
    """The second axis, or the only one."""
    axis = min(1, x.ndim - 1)
    if axis < 0 or x.shape[axis] == 0:
        raise GraphError(f"expected classes along the second axis or the only one, got {x.shape}")
    return axis


def _cross_entropy(
    builder: ProgramBuilder, x: Buffer, *, target: Integers, ignore_index: int, reduction: str
) -> Buffer:
    axis = _class_axis(x)
    classes = x.shape[axis]
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    chosen = np.asarray(target)
    kept = chosen != ignore_index
    if chosen.shape != shape or not ((chosen >= 0) & (chosen < classes) | ~kept).all():
        raise GraphError(f"targets of shape {chosen.shape} for logits of shape {x.shape}")
    count = int(kept.sum())
    # Rows of logits, those that are ignored left out.
    rows = builder.move(lambda n: np.moveaxis(n, axis, -1)[kept].reshape(count, classes), x)
    top = rows.max(-1, keepdims=True).detach()
    shifted = rows - top
    terms = log(exp(shifted).sum(-1)) - shifted[np.arange(count), chosen[kept]]
    if reduction != "none":
        return reduced(builder, terms, reduction, count)

    def in_place(numbers: Any) -> Any:
        result = np.full(shape, -1)
        result[kept] = numbers
        return result

    return builder.move(in_place, terms)


def _soft_cross_entropy(
    builder: ProgramBuilder, x: Buffer, target: Buffer, *, reduction: str
) -> Buffer:
    axis = _class_axis(x)
    check_equal(x, target)
    logarithms = log_softmax(builder, x, axis=axis)
    return reduced(builder, (target * (0 - logarithms)).sum(axis), reduction)


def _kl_div(
    builder: ProgramBuilder, x: Buffer, target: Buffer, *, log_target: bool, reduction: str
) -> Buffer:
    check_equal(x, target)
    if log_target:
        apart = target - x
        terms = exp(target) * apart
    else:
        terms = X_LOG_X(target) - target * x
    if reduction == "batchmean":
        return reduced(builder, terms, "mean", x.shape[0])
    return reduced(builder, terms, reduction)


def _binary(builder: ProgramBuilder, x: Buffer, target: Buffer, *, reduction: str) -> Buffer:
    check_equal(x, target)
    return reduced(builder, softplus(x) - x * target, reduction)


_LOGITS: tuple[Shape, ...] = ((2, 3), (3,), (2, 1), (3, 2), (1, 2, 2), (2, 3, 1, 1), (0, 2))


def _sample_cross_entropy(choose: Choose, shape: Shape) -> Instance | None:
    axis = min(1, len(shape) - 1)
    if axis < 0 or shape[axis] == 0:
        return None
    rest = shape[:axis] + shape[axis + 1 :]
    count = int(np.prod(rest, dtype=np.int64))
    last = shape[axis] - 1
    steps = np.arange(count).reshape(rest)
    # One class each, repeated classes, the last one, and some that are ignored.
    targets = [steps % (last + 1), np.full(rest, last)]
    ignore_index = -100
    if count > 1:
        targets.append(np.where(steps == 1, -100, last - steps % (last + 1)))
        if last:
            targets.append(np.where(steps == 0, -100, 0))
    place = choose(len(targets) + 1)
    if place == len(targets):
        # A class that is ignored.
        place, ignore_index = 0, last + 1 if count < 2 else 1
    attributes = {
        "target": np.asarray(targets[place]),
        "ignore_index": ignore_index,
        "reduction": sampling.pick(choose, reductions_of(shape)),
    }
    return Instance((shape,), attributes)


def _sample_soft(choose: Choose, shape: Shape) -> Instance | None:
    if not shape or shape[min(1, len(shape) - 1)] == 0:
        return None
    return sample_reduction(choose, shape)


def _sample_kl_div(choose: Choose, shape: Shape) -> Instance:
    reductions = reductions_of(shape)
    if shape and 0 not in shape:
        reductions = (*reductions, "batchmean")
    attributes = {
        "reduction": sampling.pick(choose, reductions),
        "log_target": choose(3) == 2,
    }
    return Instance((shape, shape), attributes)


OPERATORS = (
    Operator(
        name="cross_entropy",
        family="network",
        summary="minus the logarithm of softmax at a class, for logits x (batch, class, ...)",
        arguments=(Argument("x"),),
        build=_cross_entropy,
        sample=_sample_cross_entropy,
        first_shapes=_LOGITS,
    ),
    Operator(
        name="soft_cross_entropy",
        family="network",
        summary="minus the sum of probabilities times logarithms of softmax",
        arguments=(Argument("x"), Argument("target")),
        build=_soft_cross_entropy,
        sample=_sample_soft,
        first_shapes=_LOGITS,
    ),
    Operator(
        name="kl_div",
        family="network",
        summary="target * (log(target) - x), or exp(target) * (target - x), reduced",
        arguments=(Argument("x"), Argument("target", Domain(low=0, closed=True))),
        build=_kl_div,
        sample=_sample_kl_div,
        first_shapes=SHAPES,
    ),
    Operator(
        name="binary_cross_entropy_with_logits",
        family="network",
        summary="softplus(x) - x * target, reduced",
        arguments=(Argument("x"), Argument("target")),
        build=_binary,
        sample=sample_reduction,
        first_shapes=SHAPES,
    ),
)
