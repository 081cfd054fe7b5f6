"""What an engine lacks, made of what it has: seeds for `backward`, gradients of inner nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, cast

import numpy as np

from zenverify.engines.protocol import Array, Batching, Calling, Engine, Handle, LeafKind, limits_of
from zenverify.engines.wrapper import Wrapper, replaced, wrapped
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
    kind = _Batched if isinstance(engine, Batching) else _Completed
    made: Engine = wrapped(kind, engine)
    return made


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


class _Completed(Wrapper):
    """An engine around another one.

    To each inner node a leaf of its own is added, of negative zeros, which change no number, not
    even a zero's sign: its gradient is the node's. A root is multiplied by its cotangent, and
    summed.

    Methods that are forwarded receive the engine's own handles; a handle that they return is taken
    as it is.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._limits = limits_of(engine)
        self.limits = replace(self._limits, inner=True, seeded=True)

    def _forwarded(self, name: str) -> Any:
        found = super()._forwarded(name)
        if not callable(found):
            return found

        @wraps(found)
        def method(*arguments: Any, **keywords: Any) -> Any:
            given = replaced(arguments, _Node, "handle")
            return found(*given, **replaced(keywords, _Node, "handle"))

        return method

    def leaf(self, kind: LeafKind, value: Array) -> _Node:
        handle = self._engine.leaf(kind, value)
        return _Node(handle, handle if kind is LeafKind.VARIABLE else None)

    def apply(self, operator: str, operands: Sequence[Handle], attributes: dict[str, Any]) -> _Node:
        nodes = [_node(one) for one in operands]
        given = replaced(attributes, _Node, "handle")
        handle = self._engine.apply(operator, [one.handle for one in nodes], given)
        return self._tapped(handle, nodes)

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Handle],
        attributes: dict[str, Any],
    ) -> _Node:
        nodes = [_node(one) for one in operands]
        handles = [one.handle for one in nodes]
        if isinstance(self._engine, Calling):
            handle = self._engine.call(name, function, handles, attributes)
        else:
            handle = function(*handles, **attributes)
        return self._tapped(handle, nodes)

    def _tapped(self, handle: Handle, operands: Sequence[_Node]) -> _Node:
        """The node of a result."""
        if all(one.tap is None for one in operands):
            return _Node(handle, None)
        if self._limits.inner:
            return _Node(handle, handle)
        value = self._engine.value(handle)
        if value.dtype.kind != "f":  # what a comparison gives has no gradient
            return _Node(handle, None)
        zeros = np.negative(np.zeros_like(value))
        tap = self._engine.leaf(LeafKind.VARIABLE, zeros)
        return _Node(self._engine.apply("add", [handle, tap], {}), tap)

    def value(self, node: Handle) -> Array:
        return self._engine.value(_node(node).handle)

    def backward(self, root: Handle, cotangent: Array) -> None:
        engine, handle = self._engine, _node(root).handle
        if not self._limits.seeded:
            weight = engine.leaf(LeafKind.CONSTANT, cotangent)
            handle = engine.apply("multiply", [handle, weight], {})
            handle = engine.apply("sum", [handle], {"axis": None, "keepdims": False})
            cotangent = np.ones_like(engine.value(handle))
        engine.backward(handle, cotangent)

    def gradient(self, node: Handle) -> Array | None:
        tap = _node(node).tap
        return None if tap is None else self._engine.gradient(tap)


class _Batched(_Completed):
    """One around an engine that is best read in one go."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._batching = cast("Batching", engine)

    def values(self, nodes: Sequence[Handle]) -> Sequence[Array]:
        return self._batching.values([_node(one).handle for one in nodes])

    def gradients(self, nodes: Sequence[Handle]) -> Sequence[Array | None]:
        taps = [_node(one).tap for one in nodes]
        found = iter(self._batching.gradients([tap for tap in taps if tap is not None]))
        return [None if tap is None else next(found) for tap in taps]


def _node(found: Handle) -> _Node:
    """A node; one of a handle that a forwarded method returned."""
    return found if isinstance(found, _Node) else _Node(found, found)
