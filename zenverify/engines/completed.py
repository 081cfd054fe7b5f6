"""What an engine lacks, made of what it has: seeds for `backward`, gradients of inner nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zenverify.engines.protocol import Array, Batching, Engine, Handle, LeafKind, limits_of
from zenverify.errors import UsageError


def completed(engine: Engine) -> Engine:
    """The engine, or one around it that takes cotangents and has gradients of inner nodes.

    Raises
    ------
    UsageError
        If it lacks these, and the operations too that they could be made of.
    """
    limits = limits_of(engine)
    if limits.inner and limits.seeded:
        return engine
    needed = ({"multiply", "sum"} if not limits.seeded else set()) | (
        {"add"} if not limits.inner else set()
    )
    if lacking := sorted(needed - engine.operators):
        reason = "keeps no gradients of inner nodes" if limits.seeded else "takes no cotangent"
        raise UsageError(
            f"engine {engine.name!r} {reason}; to make up for that zenverify needs its "
            f"{' and '.join(lacking)}"
        )
    return _Batched(engine) if isinstance(engine, Batching) else _Completed(engine)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of the engine inside.

    Attributes
    ----------
    handle
        What operations are applied to.
    tap
        The leaf whose gradient is that of the node; None where there is none.
    """

    handle: Handle
    tap: Handle | None


class _Completed:
    """An engine around another one.

    To each inner node a leaf of its own is added, of negative zeros, which change no number, not
    even a zero's sign: its gradient is the node's. A root is multiplied by its cotangent, and
    summed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._limits = limits_of(engine)
        self.name = engine.name
        self.version = engine.version
        self.operators = frozenset(engine.operators)
        self.conventions = engine.conventions
        self.accumulates = engine.accumulates
        self.limits = replace(self._limits, inner=True, seeded=True)

    def leaf(self, kind: LeafKind, value: Array) -> _Node:
        handle = self._engine.leaf(kind, value)
        return _Node(handle, handle if kind is LeafKind.VARIABLE else None)

    def apply(self, operator: str, operands: Sequence[_Node], attributes: dict[str, Any]) -> _Node:
        handle = self._engine.apply(operator, [one.handle for one in operands], attributes)
        if all(one.tap is None for one in operands):
            return _Node(handle, None)
        if self._limits.inner:
            return _Node(handle, handle)
        zeros = np.negative(np.zeros_like(self._engine.value(handle)))
        tap = self._engine.leaf(LeafKind.VARIABLE, zeros)
        return _Node(self._engine.apply("add", [handle, tap], {}), tap)

    def value(self, node: _Node) -> Array:
        return self._engine.value(node.handle)

    def backward(self, root: _Node, cotangent: Array) -> None:
        engine, handle = self._engine, root.handle
        if not self._limits.seeded:
            weight = engine.leaf(LeafKind.CONSTANT, cotangent)
            handle = engine.apply("multiply", [handle, weight], {})
            handle = engine.apply("sum", [handle], {"axis": None, "keepdims": False})
            cotangent = np.ones_like(engine.value(handle))
        engine.backward(handle, cotangent)

    def gradient(self, node: _Node) -> Array | None:
        return None if node.tap is None else self._engine.gradient(node.tap)


class _Batched(_Completed):
    """One around an engine that is best read in one go."""

    def __init__(self, engine: Engine) -> None:
        assert isinstance(engine, Batching)
        super().__init__(engine)
        self._batching = engine

    def values(self, nodes: Sequence[_Node]) -> Sequence[Array]:
        return self._batching.values([node.handle for node in nodes])

    def gradients(self, nodes: Sequence[_Node]) -> Sequence[Array | None]:
        tapped = [node for node in nodes if node.tap is not None]
        found = iter(self._batching.gradients([node.tap for node in tapped]))
        return [None if node.tap is None else next(found) for node in nodes]
