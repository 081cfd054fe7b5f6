"""An engine that computes a value or a gradient only when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zenverify.engines.protocol import Array, AtKink, LeafKind, Limits
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError


class Deferred:
    """What will be computed of its operands: a node of Zen's engine."""

    def __init__(self, compute: Callable[[], Any], operands: Sequence[Deferred] = ()) -> None:
        self._compute = compute
        self._operands = operands
        self._node: Any = None

    def node(self) -> Any:
        stack = [self]
        while stack:
            waiting = [one for one in stack[-1]._operands if one._node is None]
            if waiting:
                stack += waiting
            else:
                done = stack.pop()
                done._node = done._compute() if done._node is None else done._node
        return self._node

    def spoil(self, node: Any) -> None:
        """Put another node in the place of the one that it is."""
        self._node = node


class LazyEngine:
    """Zen's engine, none of whose operations run before something is read.

    Attributes
    ----------
    read
        How many values and gradients were asked for, each time that any were.
    """

    name = "lazy"
    version = "0"
    operators = frozenset({"add", "multiply", "sum", "tanh", "exp", "negative"})
    conventions: Mapping[str, AtKink] = {}
    accumulates = True
    limits = Limits()

    def __init__(self) -> None:
        self.zen = ZenEngine()
        self.read: list[int] = []
        self._passes: list[Callable[[], None]] = []

    def leaf(self, kind: LeafKind, value: Array) -> Deferred:
        return Deferred(lambda: self.zen.leaf(kind, value))

    def apply(
        self, operator: str, operands: Sequence[Deferred], attributes: dict[str, Any]
    ) -> Deferred:
        if operator not in self.operators:
            raise UnsupportedError(operator)

        def compute() -> Any:
            return self.compute(operator, [one.node() for one in operands], attributes)

        return Deferred(compute, operands)

    def compute(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        """Run an operation at last."""
        return self.zen.apply(operator, operands, attributes)

    def value(self, handle: Deferred) -> Array:
        return self.values([handle])[0]

    def values(self, handles: Sequence[Deferred]) -> list[Array]:
        self.read.append(len(handles))
        return [self.zen.value(handle.node()) for handle in handles]

    def backward(self, root: Deferred, cotangent: Array) -> None:
        self._passes.append(lambda: self.zen.backward(root.node(), cotangent))

    def gradient(self, handle: Deferred) -> Array | None:
        return self.gradients([handle])[0]

    def gradients(self, handles: Sequence[Deferred]) -> list[Array | None]:
        self.read.append(len(handles))
        waiting, self._passes = self._passes, []
        for run in waiting:
            run()
        return [self.zen.gradient(handle.node()) for handle in handles]
