"""Attention: values averaged with weights that say how well keys match a query."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.attributes import Mask
from zenverify.operators.declarations.kernels import sqrt
from zenverify.operators.declarations.networks.rows import by_length
from zenverify.operators.declarations.reductions.softmax import softmax
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _attention(
    builder: ProgramBuilder, q: Buffer, k: Buffer, v: Buffer, *, mask: Mask | None, is_causal: bool
) -> Buffer:
    if min(q.ndim, k.ndim, v.ndim) < 2 or not q.shape[-1] == k.shape[-1] > 0:
        raise GraphError(f"queries {q.shape} and keys {k.shape} do not fit")
    if k.shape[-2] != v.shape[-2]:
        raise GraphError(f"{k.shape[-2]} keys, {v.shape[-2]} values")
    scores = _scores(builder, q, k, v)
    seen = np.ones(scores.shape, dtype=bool)
    if mask is not None:
        seen &= np.asarray(mask, dtype=bool)
    if is_causal:
        queries, keys = np.indices(scores.shape[-2:])
        seen &= keys <= queries
    weights = _weights(builder, scores, seen)
    return (weights[..., None] * v[..., None, :, :]).sum(-2)


def _scores(builder: ProgramBuilder, q: Buffer, k: Buffer, v: Buffer) -> Buffer:
    """Of each query and each key: their product over the root of their length."""
    products = q[..., :, None, :] * k[..., None, :, :]
    length = sqrt(builder.fill(q.shape[-1]))
    scores = products.sum(-1) / length
    batch = np.broadcast_shapes(scores.shape[:-2], v.shape[:-2])
    return scores.broadcast((*batch, *scores.shape[-2:]))


def _weights(builder: ProgramBuilder, scores: Buffer, seen: Any) -> Buffer:
    """Softmax over the keys that each query sees; 0 for the others, and where it sees none."""
    count = scores.shape[-1]
    rows = [np.flatnonzero(row).tolist() for row in seen.reshape(-1, count)] if seen.size else []
    parts: list[Buffer] = []
    targets: list[Any] = []
    for places, keys in by_length(rows):
        if keys[0]:
            chosen = np.array(places)[:, None] * count + np.array(keys)
            row = builder.move(lambda n, c=chosen: n.ravel()[c], scores)
            parts.append(softmax(builder, row, axis=-1))
            targets.append(chosen)

    def in_place(*numbers: Any) -> Any:
        result = np.full(scores.size, -1)
        for target, part in zip(targets, numbers, strict=True):
            result[target] = part
        return result.reshape(scores.shape)

    return builder.move(in_place, *parts)


_MOST = 12

_PLANS: tuple[tuple[int, int, Shape | None, Shape | None, str], ...] = (
    # keys, length of a value, leading axes of the keys and of the values (None for the queries'),
    # and which keys are seen
    (2, 1, None, None, "all"),
    (2, 2, None, None, "before"),
    (3, 2, None, None, "some"),
    (1, 2, None, None, "all"),
    (2, 1, None, None, "none of the odd"),
    (2, 3, None, None, "all"),
    (2, 2, (), (), "all but the last"),
    (2, 1, (1,), (2,), "some"),
    (3, 1, None, None, "all but the last"),
    (3, 1, None, None, "before"),
    (2, 1, (2,), (), "none of the odd"),
)


def _seen(which: str, shape: Shape) -> tuple[Any, bool]:
    """A mask for weights of a shape, and whether they are causal."""
    numbers = np.arange(math.prod(shape)).reshape(shape)
    masks = {
        "some": numbers % 3 != 1,
        "all but the last": np.arange(shape[-1]) != shape[-1] - 1,
        "none of the odd": np.arange(shape[-2])[:, None] % 2 == 0,
    }
    return masks.get(which), which in ("before", "none of the odd")


def _broadcast(*shapes: Shape) -> Shape | None:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def _sample(choose: Choose, shape: Shape) -> Instance | None:
    if len(shape) < 2 or 0 in shape:
        return None
    batch, queries = shape[:-2], shape[-2]
    fitting = []
    for keys, length, *leading, which in _PLANS:
        of_keys, of_values = (batch if axes is None else axes for axes in leading)
        both = _broadcast(batch, of_keys, of_values)
        if both is not None and math.prod((*both, queries, length)) <= _MOST:
            shapes = (shape, (*of_keys, keys, shape[-1]), (*of_values, keys, length))
            fitting.append((shapes, (*both, queries, keys), which))
    if not fitting:
        return None
    shapes, full, which = sampling.pick(choose, fitting)
    mask, is_causal = _seen(which, full)
    return Instance(shapes, {"mask": mask, "is_causal": is_causal})


_STEEP = Domain(marks=(25.0, -8.0))
"""Where one key takes all the weight, unless the keys are alike."""

OPERATORS = (
    Operator(
        name="scaled_dot_product_attention",
        family="network",
        summary="softmax(q @ k.T / sqrt(E)) @ v over the keys that a mask lets each query see",
        arguments=(Argument("q", _STEEP), Argument("k", _STEEP), Argument("v")),
        build=_attention,
        sample=_sample,
        first_shapes=((2, 2), (1, 3), (3, 1), (2, 1, 2), (1, 2, 2), (2, 2, 1, 1)),
        broadcasts=True,
    ),
)
