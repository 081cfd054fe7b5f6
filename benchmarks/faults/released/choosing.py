"""Faults that libraries have released in operations that choose elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, rule
from benchmarks.faults.released.fitting import where_it_fits

CHOSEN = "released: chosen elements"


def _averaged_repeats(g: Any, y: Any, x: Any, key: Any) -> Any:
    total, count = np.zeros_like(x), np.zeros_like(x)
    np.add.at(total, key, g)
    np.add.at(count, key, 1)
    return total / np.maximum(count, 1)


def _one_slice(g: Any, y: Any, a: Any, b: Any, condition: Any) -> Any:
    """One slice of the cotangents in place of their sum over the broadcast axes."""
    chosen = np.where(condition, g, 0)
    chosen = chosen[(-1,) * (chosen.ndim - a.ndim)] if chosen.size else np.zeros_like(a)
    ones = [axis for axis, size in enumerate(a.shape) if size == 1 and chosen.shape[axis] != 1]
    for axis in ones:
        chosen = chosen.take([-1], axis) if chosen.size else np.zeros_like(a)
    return chosen.reshape(a.shape)


def _key_of(indices: Any, axis: Any) -> Any:
    return (slice(None),) * axis + (indices,)


def _without_negative(g: Any, y: Any, x: Any, indices: Any, axis: Any) -> Any:
    flat = x.reshape(-1) if axis is None else x
    along = 0 if axis is None else axis % x.ndim
    made = np.zeros_like(flat)
    kept = indices >= 0
    np.add.at(made, _key_of(indices[kept], along), g[_key_of(kept, along)])
    return made.reshape(x.shape)


def _taken_overwritten(g: Any, y: Any, x: Any, indices: Any, axis: Any) -> Any:
    flat = x.reshape(-1) if axis is None else x
    made = np.zeros_like(flat)
    made[_key_of(indices, 0 if axis is None else axis % x.ndim)] = g
    return made.reshape(x.shape)


def _put_along_axis(g: Any, y: Any, x: Any, indices: Any, axis: Any) -> Any:
    made = np.zeros_like(x)
    np.put_along_axis(made, indices, g, axis)
    return made


def _corner(index: Any) -> Any:
    return tuple(map(slice, index.shape))


def _gathered_overwritten(g: Any, y: Any, x: Any, dim: int, index: Any) -> Any:
    """Right except for an element that is named repeatedly, which gets the last cotangent."""
    made = np.zeros_like(x)
    for position in np.ndindex(index.shape):
        place = list(position)
        place[dim] = index[position]
        made[tuple(place)] = g[position]
    return made


def _source_in_place(g: Any, y: Any, x: Any, src: Any, dim: int, index: Any) -> Any:
    """Hands on the cotangents of the source's own places, not of those that it is added to."""
    made = np.zeros_like(src)
    ahead = g[_corner(index)]
    made[tuple(map(slice, ahead.shape))] = ahead
    return made


def _source_from_the_next_dimension(g: Any, y: Any, x: Any, src: Any, dim: int, index: Any) -> Any:
    made = np.zeros_like(src)
    other = (dim + 1) % x.ndim
    for position in np.ndindex(index.shape):
        place = [number % size for number, size in zip(position, x.shape, strict=True)]
        place[other] = index[position] % x.shape[other]
        made[position] = g[tuple(place)]
    return made


def _diag_negated(g: Any, y: Any, x: Any, k: int) -> Any:
    if x.ndim == 1:
        return g.diagonal(-k)
    made = np.zeros_like(x)
    rows, columns = np.nonzero(np.eye(x.shape[0], x.shape[1], -k))
    count = min(len(g), len(rows))
    made[rows[:count], columns[:count]] = g[:count]
    return made


def _without_offset(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    made = np.zeros_like(x)
    matrices = np.moveaxis(made, (axis1, axis2), (0, 1))
    steps = np.arange(min(g.shape[-1], *matrices.shape[:2]))
    matrices[steps, steps] = np.moveaxis(g, -1, 0)[: len(steps)]
    return made


def _trace_of_last_axes(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    return g[..., None, None] * np.eye(x.shape[-2], x.shape[-1], offset, x.dtype)


def _trace_without_offset(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    made = np.zeros_like(x)
    matrices = np.moveaxis(made, (axis1, axis2), (0, 1))
    steps = np.arange(min(matrices.shape[:2]))
    matrices[steps, steps] = g
    return made


FAULTS: tuple[KnownFault, ...] = (
    rule(CHOSEN, "index", "repeated index averaged", _averaged_repeats),
    rule(
        CHOSEN, "where", "one slice for the sum", _one_slice, broadcasts=False, blamed=(0, 1, None)
    ),
    rule(CHOSEN, "take", "negative indices left out", _without_negative),
    rule(CHOSEN, "take", "repeated index overwritten", _taken_overwritten),
    rule(CHOSEN, "take_along_axis", "repeated index overwritten", _put_along_axis),
    rule(CHOSEN, "gather", "repeated index overwritten", _gathered_overwritten),
    rule(CHOSEN, "scatter_add", "source read in its own places", _source_in_place, 1),
    rule(
        CHOSEN,
        "scatter_add",
        "source gathered along the next dimension",
        _source_from_the_next_dimension,
        1,
    ),
    rule(CHOSEN, "diag", "offset of the other sign", _diag_negated),
    where_it_fits(CHOSEN, "diagonal", "offset ignored", _without_offset),
    where_it_fits(CHOSEN, "trace", "over the last two axes", _trace_of_last_axes),
    where_it_fits(CHOSEN, "trace", "offset ignored", _trace_without_offset),
    rule(CHOSEN, "tril", "offset ignored", lambda g, y, x, k: np.tril(g)),
    rule(CHOSEN, "triu", "offset ignored", lambda g, y, x, k: np.triu(g)),
)
