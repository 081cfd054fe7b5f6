"""Attention: values averaged with weights that say how well keys match a query."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zenverify.tensor import walk
from zenverify.tensor.arrays import describe, promoted
from zenverify.tensor.axes import Shape
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record
from zenverify.tensor.reductions.reductions import add_up, less_largest, proportions
from zenverify.tensor.reductions.softmaxes import root_proportions

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["scaled_dot_product_attention"]

Mask = NDArray[np.bool_]


def _turned(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _visible(q: Array, k: Array, mask: Mask | None, is_causal: bool) -> Mask | None:
    """Which keys each query sees; None if all of them."""
    if not is_causal:
        return mask
    before = np.tri(q.shape[-2], k.shape[-2], dtype=bool)
    return before if mask is None else before & mask


def _scores(q: Array, k: Array, visible: Mask | None) -> Array:
    scores = (q / sqrt(q.shape[-1])) @ _turned(k)
    return scores if visible is None else np.where(visible, scores, -np.inf)


def _weights(q: Array, k: Array, visible: Mask | None) -> Array:
    weights = proportions(_scores(q, k, visible), -1)
    # Also for a query that sees nothing, whose weights would be 0 / 0.
    return weights if visible is None else np.where(visible, weights, 0)


def _attention(q: Array, k: Array, v: Array, mask: Mask | None, is_causal: bool) -> Array:
    q, k, v = promoted(q, k, v)
    return _weights(q, k, _visible(q, k, mask, is_causal)) @ v


def _pull_scores(
    g: Array, q: Array, k: Array, v: Array, mask: Mask | None, is_causal: bool
) -> Array:
    """The cotangents of the scores, over the root of their length."""
    visible = _visible(q, k, mask, is_causal)
    roots = root_proportions(_scores(q, k, visible), -1)
    slopes: Array = g @ _turned(v)
    if visible is not None:
        roots, slopes = np.where(visible, roots, 0), np.where(visible, slopes, 0)
    # As in softmax, so that a weight of nearly 1 costs no digits.
    slopes = less_largest(slopes, roots, -1)
    # A weight that underflows times a slope that is huge: root by root it keeps its digits.
    centred = slopes - add_up(roots * (roots * slopes), axis=-1, keepdims=True)
    pulled = roots * (roots * centred) / sqrt(q.shape[-1])
    # Also where an infinite slope at a key that is seen would make it 0 times infinity.
    return pulled if visible is None else np.where(visible, pulled, 0)


def _summed(contribution: Array, shape: Shape) -> Array:
    """Sum over the leading axes along which the operand was broadcast."""
    return contribution if contribution.shape == shape else walk.sum_to_shape(contribution, shape)


def _pull_queries(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Mask | None, is_causal: bool
) -> Array:
    shape = q.shape
    q, k, v, g = promoted(q, k, v, g)
    return _summed(_pull_scores(g, q, k, v, mask, is_causal) @ k, shape)


def _pull_keys(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Mask | None, is_causal: bool
) -> Array:
    shape = k.shape
    q, k, v, g = promoted(q, k, v, g)
    return _summed(_turned(_pull_scores(g, q, k, v, mask, is_causal)) @ q, shape)


def _pull_values(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Mask | None, is_causal: bool
) -> Array:
    shape = v.shape
    q, k, g = promoted(q, k, g)
    return _summed(_turned(_weights(q, k, _visible(q, k, mask, is_causal))) @ g, shape)


define("scaled_dot_product_attention", _attention, _pull_queries, _pull_keys, _pull_values)


def scaled_dot_product_attention(
    q: Operand,
    k: Operand,
    v: Operand,
    mask: ArrayLike | None = None,
    is_causal: bool = False,
) -> Tensor:
    """``softmax(q @ k.T / sqrt(E)) @ v``: for each query the mean of the values its keys match.

    Parameters
    ----------
    q : (..., L, E)
        Queries.
    k : (..., S, E)
        Keys.
    v : (..., S, D)
        Values. The leading axes of all three broadcast.
    mask : array of bool, optional
        Which keys a query sees, broadcast to (..., L, S). The result of a query that sees none is
        0, and nothing is passed back through it: the same as in PyTorch since 2.5.
    is_causal : bool
        Whether query i sees keys 0 to i only, of those that the mask leaves.

    Returns
    -------
    Tensor, (..., L, D)
        A value that is not finite reaches every query of its batch, as in any matrix product.

    Raises
    ------
    TypeError
        If the mask is not boolean.
    ValueError
        If the shapes do not fit.
    """
    name = "scaled_dot_product_attention"
    operands = as_operands(name, (q, k, v))
    call = f"{name} of {describe(operand.array for operand in operands)}"
    shapes = [operand.shape for operand in operands]
    if (
        min(map(len, shapes)) < 2
        or not shapes[0][-1] == shapes[1][-1] > 0
        or shapes[1][-2] != shapes[2][-2]
    ):
        raise ValueError(f"{call}: expected (..., L, E), (..., S, E) and (..., S, D)")
    try:
        batch = np.broadcast_shapes(*(shape[:-2] for shape in shapes))
    except ValueError:
        raise ValueError(f"{call}: the leading axes do not broadcast") from None
    wide = (*batch, shapes[0][-2], shapes[1][-2])
    seen = None if mask is None else _checked(call, mask, wide)
    return record(name, operands, {"mask": seen, "is_causal": bool(is_causal)})


def _checked(call: str, mask: ArrayLike, shape: Shape) -> Mask:
    """Copy a mask, read-only."""
    seen = np.array(mask)
    if seen.dtype != np.bool_:
        raise TypeError(f"{call}: a mask of dtype {seen.dtype}; expected bool")
    try:
        np.broadcast_to(seen, shape)
    except ValueError:
        raise ValueError(
            f"{call}: a mask of shape {seen.shape} does not broadcast to {shape}"
        ) from None
    seen.setflags(write=False)
    return seen
