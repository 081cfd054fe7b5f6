"""Faults of the walk over the graph: shared nodes, order, state, cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.faults.fault import Fault, patched, rule, value
from zenverify.tensor import walk
from zenverify.tensor.tensor import Tensor

SHARED = "shared nodes"
STATE = "state"
STRUCTURE = "structure"


def _overwrite(good: Callable[..., Any]) -> Callable[..., Any]:
    return lambda held, addend: addend


def _keep_first(good: Callable[..., Any]) -> Callable[..., Any]:
    return lambda held, addend: held


def _breadth_first(good: Callable[..., Any]) -> Callable[..., Any]:
    """Hands a gradient on before it is complete: level by level from the result."""

    def order(root: Tensor) -> list[Tensor]:
        seen = {root: None}
        level = [root]
        while level:
            below = [d for node in level for d in node.dependencies if d.trainable]
            level = [node for node in dict.fromkeys(below) if node not in seen]
            seen.update(dict.fromkeys(level))
        return list(reversed(seen))

    return order


def _by_paths(good: Callable[..., Any]) -> Callable[..., Any]:
    """Walks every path, not every edge: right, and exponential on diamonds."""

    def cotangents(root: Tensor, cotangent: Any) -> dict[Tensor, Any]:
        received: dict[Tensor, Any] = {}
        stack = [(root, cotangent)]
        with np.errstate(all="ignore"):
            while stack:
                node, arriving = stack.pop()
                arriving = np.asarray(arriving, dtype=node.array.dtype)
                held = received.get(node)
                received[node] = arriving if held is None else held + arriving
                if node.dependencies:
                    operation = walk.operation_of(node)
                    arguments = (arriving, node.array, *node.operands)
                    stack += [
                        (d, walk.contribution(operation, i, arguments, node.keywords))
                        for i, d in enumerate(node.dependencies)
                        if d.trainable
                    ]
        return received

    return cotangents


def _recursive(good: Callable[..., Any]) -> Callable[..., Any]:
    def order(root: Tensor) -> list[Tensor]:
        found: dict[Tensor, None] = {}

        def visit(node: Tensor) -> None:
            for dependency in node.dependencies:
                if dependency.trainable and dependency not in found:
                    visit(dependency)
            found[node] = None

        visit(root)
        return list(found)

    return order


def _mutating(good: Callable[..., Any]) -> Callable[..., Any]:
    """Adds in place, into arrays that others hold too."""

    def accumulate(held: Any, addend: Any) -> Any:
        if isinstance(held, np.ndarray) and held.flags.writeable:
            held += addend
            return held
        return held + addend

    return accumulate


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


WALKS: tuple[Fault, ...] = (
    patched(SHARED, "gradient overwritten instead of accumulated", walk, "accumulate", _overwrite),
    patched(SHARED, "only the first contribution kept", walk, "accumulate", _keep_first),
    patched(SHARED, "handed on before it is complete", walk, "postorder", _breadth_first),
    rule(SHARED, "multiply", "a * a told apart by identity", _identity, 1, blamed=(0, 1, None)),
    rule(
        SHARED,
        "add",
        "a + a counted once",
        lambda g, y, a, b: g * 0 if a is b else g,
        1,
        blamed=(0, 1, None),
    ),
    patched(STRUCTURE, "a node visited once per path", walk, "cotangents", _by_paths),
    patched(STRUCTURE, "recursion limit", walk, "postorder", _recursive, reducible=False),
    patched(STATE, "sum in place, into a shared array", walk, "accumulate", _mutating),
    patched(STATE, "a second call forgets the first", Tensor, "get_gradients", _replacing),
    patched(STATE, "two gradients share one array", Tensor, "gradient", _shared_array),
    patched(STATE, "the incoming cotangent is changed", walk, "cotangents", _scaled_seed),
    rule(STATE, "relu", "the operand is written to", _written_input, blamed=(0, None)),
    value(STATE, "relu", "computed in place", _in_place, blamed=(0, None)),
)
