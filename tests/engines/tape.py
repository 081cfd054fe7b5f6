"""An engine of another make: a tape of arrays, without probes, counting or conventions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from zenverify.engines.protocol import Array, AtKink, LeafKind

Rule = tuple[Callable[..., Any], Callable[..., tuple[Any, ...]]]

RULES: dict[str, Rule] = {
    "add": (lambda x, y: x + y, lambda g, x, y: (g, g)),
    "multiply": (lambda x, y: x * y, lambda g, x, y: (g * y, g * x)),
    "tanh": (np.tanh, lambda g, x: (g / np.cosh(x) ** 2,)),
    "sum": (
        lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims),
        lambda g, x, axis, keepdims: (
            np.broadcast_to(g if keepdims or axis is None else np.expand_dims(g, axis), x.shape),
        ),
    ),
}


class Node:
    """A value, how it came about, and its gradient."""

    def __init__(self, value: Any, trainable: bool, operands: Sequence["Node"] = ()) -> None:
        self.value: Array = np.asarray(value)
        self.plain = value
        self.trainable = trainable
        self.operands = operands
        self.pull: Callable[[Array], tuple[Any, ...]] = lambda g: ()
        self.gradient = np.zeros_like(self.value)

    def add(self, part: Array) -> None:
        """Add a contribution, summed over the axes that were broadcast."""
        extra = tuple(range(part.ndim - self.value.ndim))
        ones = tuple(axis for axis, size in enumerate(self.value.shape) if size == 1)
        summed = part.sum(axis=extra).sum(axis=ones, keepdims=True)
        self.gradient = np.asarray(self.gradient + summed, dtype=self.value.dtype)


class TapeEngine:
    name = "tape"
    version = "0"
    operators = frozenset(RULES)
    conventions: Mapping[str, AtKink] = {}
    accumulates = False

    def __init__(self) -> None:
        self.rules = dict(RULES)
        self.tape: list[Node] = []

    def leaf(self, kind: LeafKind, value: Array) -> Node:
        return Node(float(value) if kind is LeafKind.NUMBER else value, kind is LeafKind.VARIABLE)

    def apply(self, operator: str, operands: Sequence[Node], attributes: dict[str, Any]) -> Node:
        forward, pullbacks = self.rules[operator]
        values = [operand.value for operand in operands]
        with np.errstate(all="ignore"):
            value = forward(*(operand.plain for operand in operands), **attributes)
        node = Node(value, any(o.trainable for o in operands), tuple(operands))
        node.pull = lambda g: pullbacks(g, *values, **attributes)
        self.tape.append(node)
        return node

    def value(self, handle: Node) -> Array:
        return handle.value

    def backward(self, root: Node, cotangent: Array) -> None:
        for node in self.tape:
            for one in (node, *node.operands):
                one.gradient = np.zeros_like(one.value)
        root.gradient = cotangent.copy()
        for node in reversed(self.tape):
            with np.errstate(all="ignore"):
                for operand, part in zip(node.operands, node.pull(node.gradient), strict=True):
                    operand.add(np.asarray(part))

    def gradient(self, handle: Node) -> Array | None:
        return handle.gradient if handle.trainable else None
