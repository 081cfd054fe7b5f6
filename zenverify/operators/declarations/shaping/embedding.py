"""Rows of a table, chosen by number; and elements that a mask keeps."""

from __future__ import annotations

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.attributes import Integers, Mask
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _embedding(builder: ProgramBuilder, weight: Buffer, *, indices: Integers) -> Buffer:
    chosen = np.asarray(indices)
    if weight.ndim != 2 or ((chosen < 0) | (chosen >= weight.shape[0])).any():
        raise GraphError(f"rows {chosen.tolist()} of a table of shape {weight.shape}")
    affordable(chosen.size * weight.shape[1])
    return weight[chosen]


def _sample_embedding(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) != 2 or 0 in shape:
        return None
    last = shape[0] - 1
    middle = last // 2
    options = [
        np.array([0, last]),
        np.array([last, 0, last]),
        np.array([middle, middle]),
        np.array(last),
        np.array([[0], [middle]]),
        np.array([[last, 0], [0, 0]]),
        np.array([], dtype=np.int64),
        np.arange(last + 1)[::-1].copy(),
    ]
    fitting = [option for option in options if option.size * shape[1] <= 12]
    return Instance((shape,), {"indices": sampling.pick(choose, fitting)})


def _dropout(builder: ProgramBuilder, x: Buffer, *, mask: Mask, p: float) -> Buffer:
    if not 0 <= p < 1:
        raise GraphError(f"{p} is no probability below 1")
    kept = np.broadcast_to(np.asarray(mask, dtype=bool), x.shape)
    chosen = builder.move(lambda n: np.where(kept, n, -1), x)
    left = builder.fill(1) - builder.fill(p)
    return chosen / left


def _sample_dropout(choose: Choose, shape: Shape) -> Instance:
    size = int(np.prod(shape, dtype=np.int64))
    numbers = np.arange(size).reshape(shape)
    plans = [
        (numbers % 2 == 0, 0.5),
        (numbers % 3 != 0, 0.1),
        (numbers >= 0, 0.0),
        (numbers < 0, 0.75),
    ]
    if shape:
        plans.append((np.arange(shape[-1]) % 2 == 0, 0.5))
    mask, p = sampling.pick(choose, plans)
    return Instance((shape,), {"mask": np.asarray(mask), "p": p})


OPERATORS = (
    Operator(
        name="embedding",
        family="network",
        summary="rows of a table, by their numbers",
        arguments=(Argument("weight"),),
        build=_embedding,
        sample=_sample_embedding,
        first_shapes=((3, 2), (2, 3), (1, 2), (4, 1), (2, 2), (5, 1)),
    ),
    Operator(
        name="dropout",
        family="network",
        summary="elements that a mask keeps, divided by 1 - p; 0 elsewhere",
        arguments=(Argument("x"),),
        build=_dropout,
        sample=_sample_dropout,
        first_shapes=sampling.ANY_SHAPES,
    ),
)
