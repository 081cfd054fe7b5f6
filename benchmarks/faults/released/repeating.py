"""Faults that libraries have released in operations that repeat elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered
from benchmarks.faults.released.fitting import where_it_fits

REPEATED = "released: repeated elements"


def _elements_before_copies(g: Any, x: Any, reps: Any) -> Any:
    """Sums neighbours, as if each element had been repeated."""
    copies = (1,) * (g.ndim - len(reps)) + reps
    sizes = (1,) * (g.ndim - x.ndim) + x.shape
    pairs = [number for pair in zip(sizes, copies, strict=True) for number in pair]
    return g.reshape(pairs).sum(axis=tuple(range(1, len(pairs), 2))).reshape(x.shape)


def _copies_from_the_left(g: Any, x: Any, reps: Any) -> Any:
    """Takes few numbers of copies for those of the first axes."""
    if len(reps) >= x.ndim:
        return None
    copies = (*reps, *(1,) * (x.ndim - len(reps)))
    pairs = [number for pair in zip(copies, x.shape, strict=True) for number in pair]
    return g.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


def _first_of_new_copies(g: Any, x: Any, reps: Any) -> Any:
    """Leaves out the copies along new axes."""
    if len(reps) <= x.ndim or 0 in g.shape[: g.ndim - x.ndim]:
        return None
    rest = g[(0,) * (g.ndim - x.ndim)]
    pairs = [n for pair in zip(reps[g.ndim - x.ndim :], x.shape, strict=True) for n in pair]
    return rest.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


def _split_at_negative_axis(g: Any, x: Any, repeats: Any, axis: Any) -> Any:
    """Splits the axis that follows, counted from the front: -1 + 1 is the first of all."""
    if axis is None or axis >= 0 or not isinstance(repeats, int):
        return None
    at = axis + 1
    return g.reshape((*x.shape[:at], repeats, *x.shape[at:])).sum(axis=at)


def _runs_never_empty(g: Any, x: Any, repeats: Any, axis: Any) -> Any:
    """Sums runs with reduceat, which takes an element for the sum of none."""
    counts = np.asarray(repeats)
    size = x.size if axis is None else x.shape[axis]
    if counts.shape != (size,) or not counts.any():
        return None
    starts = np.minimum(np.cumsum(counts) - counts, counts.sum() - 1)
    return np.add.reduceat(g, starts, axis=axis or 0).reshape(x.shape)


def _repeated_as_a_whole(g: Any, x: Any, repeats: Any, axis: Any) -> Any:
    if axis is not None or not isinstance(repeats, int):
        return None
    return g.reshape(repeats, x.size).sum(axis=0).reshape(x.shape)


def _inside_only(g: Any, y: Any, x: Any, pad_width: Any, **more: Any) -> Any:
    inside = [
        slice(before, before + size) for (before, _), size in zip(pad_width, x.shape, strict=True)
    ]
    return g[tuple(inside)]


def _only_in(mode: str, wrong: Pullback) -> Callable[[Pullback], Pullback]:
    def alter(right: Pullback) -> Pullback:
        def rule(*arguments: Any, **attributes: Any) -> Any:
            return (wrong if attributes["mode"] == mode else right)(*arguments, **attributes)

        return rule

    return alter


def _wrapped_as_edges(right: Pullback) -> Pullback:
    def wrong(*arguments: Any, mode: str, **attributes: Any) -> Any:
        return right(*arguments, mode="edge" if mode == "wrap" else mode, **attributes)

    return wrong


FAULTS: tuple[KnownFault, ...] = (
    where_it_fits(REPEATED, "tile", "copies and elements mixed up", _elements_before_copies),
    where_it_fits(REPEATED, "tile", "few reps for the first axes", _copies_from_the_left),
    where_it_fits(REPEATED, "tile", "one copy along new axes", _first_of_new_copies),
    where_it_fits(REPEATED, "repeat", "negative axis counted wrongly", _split_at_negative_axis),
    where_it_fits(REPEATED, "repeat", "an element for an empty run", _runs_never_empty),
    where_it_fits(REPEATED, "repeat", "as tile for axis None", _repeated_as_a_whole),
    altered(REPEATED, "pad", "reflected elements dropped", _only_in("reflect", _inside_only)),
    altered(REPEATED, "pad", "repeated edge dropped", _only_in("edge", _inside_only)),
    altered(REPEATED, "pad", "wrapped to the wrong end", _wrapped_as_edges),
)
