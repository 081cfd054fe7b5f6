"""Faults of what a tensor keeps and hands out: state from call to call, shared memory, form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.faults.patches import Make, Patch
from zenverify.tensor import Tensor, walk

Note = Callable[[], None]


def _again(handle: Callable[[Any, Tensor, Any], None]) -> Make:
    """Goes wrong in a second call: ``handle(good, root, cotangent)`` in place of the right one."""

    def make(good: Callable[..., Any], note: Note) -> Callable[..., Any]:
        def get_gradients(self: Tensor, grad: Any = None) -> None:
            if self.accumulated is None:
                good(self, grad)
                return
            note()
            handle(good, self, grad)

        return get_gradients

    return make


def _forgetting(good: Any, root: Tensor, grad: Any) -> None:
    for node in walk.postorder(root):
        node.accumulated = None
    good(root, grad)


def _doubling(good: Any, root: Tensor, grad: Any) -> None:
    good(root, grad)
    good(root, grad)


def _left_over(good: Any, root: Tensor, grad: Any) -> None:
    """The gradient that the root holds from the call before comes in once more."""
    good(root, np.asarray(grad) + np.asarray(root.accumulated))


def _ignoring(good: Any, root: Tensor, grad: Any) -> None:
    pass


def _handed_out(change: Callable[[Any], Any]) -> Make:
    """Hands out ``change(gradient)``."""

    def make(good: property, note: Note) -> property:
        def gradient(self: Tensor) -> Any:
            right = good.__get__(self)
            wrong = change(right)
            if (wrong.shape, wrong.dtype) != (right.shape, right.dtype) or not np.array_equal(
                wrong, right, equal_nan=True
            ):
                note()
            return wrong

        return property(gradient)

    return make


def _shared(good: property, note: Note) -> property:  # noqa: ARG001  nothing is left of it
    """Hands out the walk's own array, which several tensors may hold."""

    def gradient(self: Tensor) -> Any:
        if self.accumulated is None:
            return np.zeros_like(self.array)
        note()
        return np.asarray(self.accumulated, dtype=self.array.dtype)

    return property(gradient)


PATCHES: tuple[Patch, ...] = (
    *(
        Patch(key, name, "history", Tensor, "get_gradients", _again(handle))
        for key, name, handle in (
            ("second-forgets", "a second call forgets the first", _forgetting),
            ("second-ignored", "a second call does nothing", _ignoring),
            ("second-doubled", "a second call counts twice", _doubling),
            ("left-over", "a second call starts from the first one's gradient", _left_over),
        )
    ),
    Patch(
        "aliased", "two gradients share one array", "aliased gradient", Tensor, "gradient", _shared
    ),
    *(
        Patch(key, name, kind, Tensor, "gradient", _handed_out(change))
        for key, name, kind, change in (
            (
                "wide",
                "float64 handed out for float32",
                "precision",
                lambda right: right.astype(np.float64),
            ),
            (
                "narrow",
                "handed out in float32",
                "precision",
                lambda right: right.astype(np.float32),
            ),
            (
                "at-least-1d",
                "shape (1,) handed out for ()",
                "shape",
                lambda right: np.atleast_1d(right),
            ),
            (
                "flattened",
                "handed out without its axes",
                "shape",
                lambda right: right.reshape(-1),
            ),
        )
    ),
)
"""Faults of `zenverify.tensor.Tensor`."""
