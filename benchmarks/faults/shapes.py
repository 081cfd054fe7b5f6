"""Contributions of the wrong shape, summed over the wrong axis, or handed to the wrong place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, rule
from zenverify.tensor.axes import axes_of

BROADCAST = "broadcasting"
SHAPE = "shape and axis"
STRUCTURE = "structure"


def _keep(g: Any, x: Any, axis: Any) -> Any:
    return np.broadcast_to(
        np.asarray(g).reshape(
            [1 if i in axes_of(axis, x.ndim) else s for i, s in enumerate(x.shape)]
        ),
        x.shape,
    )


def _leading_only(found: Any, shape: Any) -> Any:
    """Sums the axes that were added in front, and not those of size 1."""
    return found.sum(axis=tuple(range(found.ndim - len(shape))))


def _averaged(found: Any, shape: Any) -> Any:
    """Averages over axes of size 1 instead of summing."""
    lead = found.ndim - len(shape)
    found = found.sum(axis=tuple(range(lead)))
    ones = tuple(i for i, s in enumerate(shape) if s == 1)
    return found.mean(axis=ones, keepdims=True) if ones else found


def _by_prefix(found: Any, shape: Any) -> Any:
    """Compares shapes from the left: right when they are equal or differ in rank alone."""
    if found.shape[: len(shape)] == shape:
        return found.sum(axis=tuple(range(len(shape), found.ndim)))
    lead = found.ndim - len(shape)
    return _averaged(found, shape) * math.prod(
        w for s, w in zip(shape, found.shape[lead:], strict=True) if s == 1
    )


def _first_axis_only(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Finds the extremum along the first of the axes alone."""
    axes = axes_of(axis, x.ndim)
    top = x.max(axis=axes[:1], keepdims=True) if axes else x
    ties = x == top
    return _keep(g, x, axis) * ties / np.maximum(ties.sum(axis=axes, keepdims=True), 1)


def _all_elements(g: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    return _keep(g, x, axis) * np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def _index_overwritten(g: Any, y: Any, x: Any, key: Any) -> Any:
    made = np.zeros_like(x)
    made[key] = g
    return made


def _first_piece(g: Any, y: Any, *operands: Any, axis: int, position: int) -> Any:
    return np.take(g, range(operands[position].shape[axis]), axis=axis)


def _last_axis(g: Any, y: Any, x: Any, axis: Any) -> Any:
    if not x.ndim:
        return g * 0
    return y * (g - (g * y).sum(axis=-1, keepdims=True))


def _kernel_turned(g: Any, y: Any, x: Any, w: Any, **attributes: Any) -> Any:
    from zenverify.tensor.networks.convolution import _pull_images

    return _pull_images(g, y, x, w[:, :, ::-1, ::-1], **attributes)


def _batch_forgotten(g: Any, y: Any, x: Any, w: Any, **attributes: Any) -> Any:
    from zenverify.tensor.networks.convolution import _pull_kernels

    return _pull_kernels(g[:1], y, x[:1], w, **attributes)


def _crash_on_stride(g: Any, y: Any, x: Any, w: Any, stride: Any, **attributes: Any) -> Any:
    from zenverify.tensor.networks.convolution import _pull_images

    if stride != (1, 1):
        raise NotImplementedError("stride")
    return _pull_images(g, y, x, w, stride, **attributes)


SHAPES: tuple[KnownFault, ...] = (
    rule(
        BROADCAST,
        "add",
        "size-1 axes not summed",
        lambda g, y, a, b: _leading_only(g, a.shape),
        broadcasts=False,
        blamed=(0, 1, None),
    ),
    rule(
        BROADCAST,
        "multiply",
        "size-1 axes averaged",
        lambda g, y, a, b: _averaged(g * a, b.shape),
        1,
        broadcasts=False,
        blamed=(0, 1, None),
    ),
    rule(
        BROADCAST,
        "subtract",
        "shapes compared on a prefix",
        lambda g, y, a, b: -_by_prefix(g, b.shape),
        1,
        broadcasts=False,
        blamed=(0, 1, None),
    ),
    rule(
        BROADCAST,
        "maximum",
        "nothing summed",
        lambda g, y, a, b: g * (a >= b),
        broadcasts=False,
        blamed=(0, 1, None),
    ),
    rule(
        BROADCAST,
        "where",
        "contribution of the second spread",
        lambda g, y, a, b, condition: _averaged(np.where(condition, 0, g), b.shape),
        1,
        broadcasts=False,
        blamed=(0, 1, None),
    ),
    rule(
        BROADCAST,
        "broadcast_to",
        "mean for the sum",
        lambda g, y, x, shape: g / (g.size // max(x.size, 1) or 1),
    ),
    rule(
        SHAPE,
        "mean",
        "divided by all elements",
        lambda g, y, x, axis, keepdims: _keep(g, x, axis) / x.size,
    ),
    rule(
        SHAPE,
        "sum",
        "kept axis put in front",
        lambda g, y, x, axis, keepdims: (
            np.broadcast_to(g, x.shape)
            if x.ndim == 2 and x.shape[0] == x.shape[1] and not keepdims
            else np.array(_keep(g, x, axis))
        ),
    ),
    rule(SHAPE, "max", "first of several axes", _first_axis_only),
    rule(SHAPE, "logsumexp", "over all elements", _all_elements),
    rule(SHAPE, "softmax", "over the last axis", _last_axis),
    rule(
        SHAPE,
        "var",
        "ddof ignored",
        lambda g, y, x, axis, keepdims, ddof: (
            (x - x.mean(axis=axis, keepdims=True))
            * 2
            * _keep(g, x, axis)
            / math.prod(x.shape[a] for a in axes_of(axis, x.ndim))
        ),
    ),
    rule(
        SHAPE,
        "stack",
        "the first piece for all",
        lambda g, y, *o, axis, position: np.take(g, 0, axis),
        blamed=(0, 1, 2, None),
    ),
    rule(SHAPE, "concatenate", "the first piece for all", _first_piece, blamed=(0, 1, 2, None)),
    rule(
        SHAPE,
        "transpose",
        "permutation not inverted",
        lambda g, y, x, axes: (
            g.transpose(axes)
            if axes is None or g.transpose(axes).shape == x.shape
            else g.transpose(np.argsort(axes))
        ),
    ),
    rule(
        SHAPE, "reshape", "column-major order", lambda g, y, x, shape: g.reshape(x.shape, order="F")
    ),
    rule(SHAPE, "flatten", "reversed", lambda g, y, x: g[::-1].reshape(x.shape)),
    rule(SHAPE, "index", "repeated index overwritten", _index_overwritten),
    rule(SHAPE, "conv2d", "kernel turned", _kernel_turned),
    rule(SHAPE, "conv2d", "first of the batch only", _batch_forgotten, 1),
    rule(
        SHAPE,
        "expand_dims",
        "doubled for negative axes",
        lambda g, y, x, axis: g.reshape(x.shape) * (2 if axis == -1 else 1),
    ),
    rule(SHAPE, "squeeze", "reversed", lambda g, y, x, axis: g.ravel()[::-1].reshape(x.shape)),
    rule(
        STRUCTURE,
        "sum",
        "a scalar that broadcasts",
        lambda g, y, x, axis, keepdims: np.sum(g),
        blamed=(0, None),
    ),
    rule(
        STRUCTURE,
        "mean",
        "shape of the result",
        lambda g, y, x, axis, keepdims: g / max(x.size // max(g.size, 1), 1),
        blamed=(0, None),
    ),
    rule(STRUCTURE, "conv2d", "raises for a stride", _crash_on_stride, blamed=(0, None)),
)
