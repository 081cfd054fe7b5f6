"""Faults of the sum of a contribution to the shape of an operand that was broadcast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.faults.patches import Patch, instead
from zenverify.tensor import walk

Reduce = Callable[[Any, int], Any]


def _reduced(leading: Reduce, repeated: Reduce) -> Callable[..., Any]:
    """Reduces added axes in one way, and those of size 1 in another."""

    def wrong(right: Any, contribution: Any, shape: tuple[int, ...]) -> Any:
        if not contribution.size:
            return right
        added = contribution.ndim - len(shape)
        made = contribution
        for axis, size in enumerate((*(1,) * added, *shape)):
            if size == 1 and made.shape[axis] != 1:
                made = (leading if axis < added else repeated)(made, axis)
        return made.reshape(shape)

    return wrong


def _sum(array: Any, axis: int) -> Any:
    return array.sum(axis, keepdims=True)


def _mean(array: Any, axis: int) -> Any:
    return array.mean(axis, keepdims=True)


def _largest(array: Any, axis: int) -> Any:
    return array.max(axis, keepdims=True)


def _first(array: Any, axis: int) -> Any:
    return array.take([0], axis)


def _all_but_last(array: Any, axis: int) -> Any:
    return _sum(array, axis) - array.take([-1], axis)


PATCHES: tuple[Patch, ...] = tuple(
    Patch(key, name, kind, walk, "sum_to_shape", instead(wrong))
    for key, name, kind, wrong in (
        ("mean", "mean instead of sum", "wrong count", _reduced(_mean, _mean)),
        ("largest", "largest instead of sum", "broadcasting", _reduced(_largest, _largest)),
        ("first", "first slice instead of sum", "broadcasting", _reduced(_first, _first)),
        (
            "last-dropped",
            "last slice left out",
            "dropped term",
            _reduced(_all_but_last, _all_but_last),
        ),
        ("leading-only", "axes of size 1 not summed", "broadcasting", _reduced(_sum, _first)),
        ("repeated-only", "added axes not summed", "broadcasting", _reduced(_first, _sum)),
        ("sign", "sign of the sum", "sign", lambda right, *_: -right),
        ("off-by-1e-9", "the sum off by 1e-9", "factor", lambda right, *_: right * (1 + 1e-9)),
        ("float32", "summed in float32", "precision", lambda right, *_: right.astype(np.float32)),
    )
)
"""Faults of `zenverify.tensor.walk.sum_to_shape`."""
