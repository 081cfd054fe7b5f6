"""The adapter of tinygrad."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from types import MappingProxyType
from typing import Any

import numpy as np
from tinygrad import Device, Tensor, UOp, dtypes
from tinygrad.helpers import DEV

from zenverify.engines.tabled import Tabled
from zenverify.engines.tinygrad.functions import FUNCTIONS
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.graph.limits import Limits
from zenverify.operators.kinks import AtKink


@dataclass(slots=True, eq=False)
class _Node:
    """A node of tinygrad's graph, and the leaf whose gradient is its own; None where there is none.

    No tensor: to realize one cuts it from what it was computed from.
    """

    uop: UOp
    tap: Any


@dataclass(slots=True, eq=False)
class _Probe:
    """Nodes, and the cotangent of each."""

    nodes: Sequence[_Node]
    cotangents: Sequence[Array]


class TinygradEngine(Tabled):
    """tinygrad, on the device it chooses; where it finds none, on ``PYTHON``.

    tinygrad takes two equal expressions for one node. So to each a leaf of its own is added, of
    negative zeros, which change no number, not even a zero's sign: its gradient is the node's. A
    second reverse pass becomes one computation with the first, and is rounded once: it is left out.

    Nothing is computed before it is read. Each node is computed by itself then, from the values of
    its operands. Else tinygrad would compute it anew for each that uses it, together with that one,
    and round it otherwise than where it was read.
    """

    name = "tinygrad"
    version = metadata.version("tinygrad")
    functions = FUNCTIONS
    operators: frozenset[str] = frozenset(FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType({})
    accumulates = True
    masked_nan = True
    limits = Limits(mixed=False, repeated=False)

    def __init__(self) -> None:
        try:
            Device.DEFAULT  # noqa: B018  looks for a device
        except RuntimeError:
            DEV.value = "PYTHON"

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return value.item()
        tensor = _stored(value)
        trainable = kind is LeafKind.VARIABLE
        return _Node(tensor.uop, tensor.is_param_(True) if trainable else None)

    def discrete(self, kind: LeafKind, value: Array) -> Any:  # noqa: ARG002  all are tensors
        return _Node(Tensor(value).realize().uop, None)

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        try:
            given = {name: _tensor(value) for name, value in attributes.items()}
            result = function(*map(_tensor, operands), **given)
        except NotImplementedError as error:
            raise UnsupportedError(f"{name}: {error}") from error
        if not isinstance(result, Tensor):
            return result
        tapped = any(isinstance(one, _Node) and one.tap is not None for one in operands)
        if not tapped or not result.is_floating_point():
            return _Node(result.contiguous().uop, None)
        narrow = np.float64 if result.dtype == dtypes.float64 else np.float32
        tap = _stored(np.full(result.shape, -0.0, narrow)).cast(result.dtype).is_param_(True)
        return _Node((result + tap).contiguous().contiguous_backward().uop, tap)

    def value(self, handle: Any) -> Array:
        (value,) = self.values([handle])
        return value

    def values(self, handles: Sequence[Any]) -> list[Array]:
        return _read([np.zeros(()) if isinstance(h, _Probe) else _tensor(h) for h in handles])

    def backward(self, root: Any, cotangent: Array) -> None:
        if isinstance(root, _Probe):
            terms = [
                (_tensor(node) * _stored(cotangent.astype(one.dtype) * one)).sum()
                for node, one in zip(root.nodes, root.cotangents, strict=True)
            ]
            functools.reduce(operator.add, terms).backward()
        else:
            _tensor(root).backward(_stored(cotangent))

    def gradient(self, handle: Any) -> Array | None:
        (gradient,) = self.gradients([handle])
        return gradient

    def gradients(self, handles: Sequence[Any]) -> list[Array | None]:
        taps = [handle.tap for handle in handles if isinstance(handle, _Node)]
        known = [tap for tap in taps if tap is not None]
        found = iter(_read([_gradient(tap) for tap in known]))
        return [
            next(found) if isinstance(handle, _Node) and handle.tap is not None else None
            for handle in handles
        ]

    def probe(self, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
        return _Probe(handles, cotangents)


def _tensor(operand: Any) -> Any:
    return Tensor(operand.uop) if isinstance(operand, _Node) else operand


def _stored(value: Array) -> Any:
    """A leaf. Made from a vector: of a number tinygrad makes a constant, which has no gradient.

    It is realized at once, so that it stays the same node of the graph.
    """
    return Tensor(np.ravel(value).copy()).realize().reshape(value.shape).is_param_(False)


def _gradient(tap: Any) -> Any:
    """The gradient of a leaf; zeros where no reverse pass reached it."""
    return np.zeros(tap.shape, tap.numpy().dtype) if tap.grad is None else tap.grad


def _read(results: Sequence[Any]) -> list[Array]:
    """Tensors as arrays, computed in one go; whatever else there is as an array too.

    Copies are realized: to realize a tensor itself would cut it from what it was computed from.
    """
    copies = {
        place: one.contiguous()
        for place, one in enumerate(results)
        if isinstance(one, Tensor) and one.device is not None and 0 not in one.shape
    }
    if copies:
        Tensor.realize(*copies.values())
    read = [copies.get(place, one) for place, one in enumerate(results)]
    return [one.numpy() if isinstance(one, Tensor) else np.asarray(one) for one in read]
