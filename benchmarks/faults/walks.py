"""Faults of the walk over the graph: shared nodes, order, state, cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, patched, rule, value
from zenverify.faults.walk import PATCHES
from zenverify.tensor import walk
from zenverify.tensor.tensor import Tensor

SHARED = "shared nodes"
STATE = "state"
STRUCTURE = "structure"


_CATALOGUE = {patch.key: patch for patch in PATCHES}


def _catalogued(kind: str, what: str, key: str, *, reducible: bool = True) -> KnownFault:
    """A fault of the engine's own catalogue, under the name that it has here."""
    patch = _CATALOGUE[key]

    def make(good: Callable[..., Any]) -> Callable[..., Any]:
        wrong: Callable[..., Any] = patch.make(good, lambda: None)
        return wrong

    return patched(kind, what, patch.owner, patch.attribute, make, reducible=reducible)


def _replacing(good: Callable[..., Any]) -> Callable[..., Any]:
    """A second call forgets the first."""

    def get_gradients(self: Tensor, grad: Any = None) -> None:
        for node in walk.postorder(self):
            node.accumulated = None
        good(self, grad)

    return get_gradients


def _shared_array(good: property) -> property:
    """Hands out the walk's own array, which several tensors may hold."""

    def gradient(self: Tensor) -> Any:
        if self.accumulated is None:
            return np.zeros_like(self.array)
        return np.asarray(self.accumulated, dtype=self.array.dtype)

    return property(gradient)


def _scaled_seed(good: Callable[..., Any]) -> Callable[..., Any]:
    """Changes the incoming cotangent."""

    def cotangents(root: Tensor, cotangent: Any) -> dict[Tensor, Any]:
        found: dict[Tensor, Any] = good(root, cotangent)
        if isinstance(cotangent, np.ndarray) and cotangent.size:
            cotangent *= 2
        return found

    return cotangents


def _written_input(g: Any, y: Any, x: Any) -> Any:
    if x.size and x.base is None:
        x.setflags(write=True)
        x[...] = np.maximum(x, 0)
    return g * np.heaviside(x, 0.5)


def _in_place(x: Any) -> Any:
    if x.base is None:
        x.setflags(write=True)
        return np.maximum(x, 0, out=x).copy()
    return np.maximum(x, 0)


def _identity(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * 0 if a is b else g * a


WALKS: tuple[KnownFault, ...] = (
    _catalogued(SHARED, "gradient overwritten instead of accumulated", "overwritten"),
    _catalogued(SHARED, "only the first contribution kept", "first-kept"),
    _catalogued(SHARED, "handed on before it is complete", "incomplete"),
    rule(SHARED, "multiply", "a * a told apart by identity", _identity, 1, blamed=(0, 1, None)),
    rule(
        SHARED,
        "add",
        "a + a counted once",
        lambda g, y, a, b: g * 0 if a is b else g,
        1,
        blamed=(0, 1, None),
    ),
    _catalogued(STRUCTURE, "a node visited once per path", "per-path"),
    _catalogued(STRUCTURE, "recursion limit", "recursive", reducible=False),
    _catalogued(STATE, "sum in place, into a shared array", "in-place"),
    patched(STATE, "a second call forgets the first", Tensor, "get_gradients", _replacing),
    patched(STATE, "two gradients share one array", Tensor, "gradient", _shared_array),
    patched(STATE, "the incoming cotangent is changed", walk, "cotangents", _scaled_seed),
    rule(STATE, "relu", "the operand is written to", _written_input, blamed=(0, None)),
    value(STATE, "relu", "computed in place", _in_place, blamed=(0, None)),
)
