"""Reductions that leave some elements out: whatever these are, they do not enter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.attributes import Mask
from zenverify.operators.declarations.kernels import exp, log
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import (
    Axis,
    Buffer,
    ProgramBuilder,
    Shape,
    normalise_axis,
)


def _powers(builder: ProgramBuilder, x: Buffer, axis: Axis, mask: Any) -> tuple[Buffer, Buffer]:
    """The largest element that is taken, of each line, and exponentials less it; 0 if left out."""
    affordable(max(x.size, math.prod(np.shape(mask))))
    taken = np.broadcast_to(mask, x.shape)
    present = x.move(lambda numbers: _filled_in(numbers, taken, axis))
    top = present.max(axis, keepdims=True).detach()
    powers = exp(present - top)
    return top, powers.move(lambda numbers: np.where(taken, numbers, -1))


def _filled_in(numbers: Any, taken: Any, axis: Axis) -> Any:
    """In place of an element that is left out, one of its line that is not."""
    axes = normalise_axis(axis, numbers.ndim)
    last = tuple(range(-len(axes), 0))
    lines = np.moveaxis(numbers, axes, last)
    shape = lines.shape
    rows = lines.reshape(math.prod(shape[: len(shape) - len(axes)]), -1)
    kept = np.moveaxis(taken, axes, last).reshape(rows.shape)
    if not rows.size:
        return numbers
    first = rows[np.arange(len(rows)), kept.argmax(axis=1)]
    return np.moveaxis(np.where(kept, rows, first[:, None]).reshape(shape), last, axes)


def _masked_softmax(builder: ProgramBuilder, x: Buffer, *, axis: Axis, mask: Mask) -> Buffer:
    _, powers = _powers(builder, x, axis, mask)
    return builder.within(powers / powers.sum(axis, keepdims=True), 0, 1)


def _masked_logsumexp(
    builder: ProgramBuilder, x: Buffer, *, axis: Axis, keepdims: bool, mask: Mask
) -> Buffer:
    top, powers = _powers(builder, x, axis, mask)
    result = log(powers.sum(axis, keepdims=True)) + top
    return result if keepdims else result.sum(axis)


def _sample(choose: Choose, shape: Shape) -> Instance | None:
    """Masks that leave something in each line; of the operand's shape, or broadcast to it."""
    if 0 in shape:
        return None
    axis = sampling.pick(choose, [axis for axis in sampling.axes(len(shape)) if axis != ()])
    kind = choose(4)
    taken = np.arange(math.prod(shape)).reshape(shape) % 3 != (1, 0, 2, 3)[kind]
    along = normalise_axis(axis, len(shape))
    lacking = ~taken.any(axis=along, keepdims=True)
    mask = np.asarray(taken | lacking)
    if len(shape) > 1 and choose(4) == 1 and mask[0].any(axis=tuple(range(mask.ndim - 1))).all():
        mask = mask[0]  # broadcast over the first axis
        if not np.broadcast_to(mask, shape).any(axis=along).all():
            mask = np.ones_like(mask)
    return Instance((shape,), {"axis": axis, "mask": mask})


def _sample_logsumexp(choose: Choose, shape: Shape) -> Instance | None:
    made = _sample(choose, shape)
    if made is None:
        return None
    return Instance(made.shapes, {**made.attributes, "keepdims": bool(choose(2))})


OPERATORS = (
    Operator(
        name="masked_softmax",
        family="reductions",
        summary="softmax of the elements that a mask takes; 0 where it leaves one out",
        arguments=(Argument("x"),),
        build=_masked_softmax,
        sample=_sample,
        first_shapes=sampling.AXIS_SHAPES,
        takes="mask",
    ),
    Operator(
        name="masked_logsumexp",
        family="reductions",
        summary="log of the sum of exponentials of the elements that a mask takes",
        arguments=(Argument("x"),),
        build=_masked_logsumexp,
        sample=_sample_logsumexp,
        first_shapes=sampling.AXIS_SHAPES,
        takes="mask",
    ),
)
