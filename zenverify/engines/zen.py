"""The adapter of the Zen engine, `zenverify.tensor`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

import zenverify
from zenverify import tensor as zen
from zenverify.engines.protocol import ACCUMULATION, BROADCASTING
from zenverify.engines.tabled import of_sequence
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.operators import catalogue
from zenverify.operators.kinks import MEAN, AtKink
from zenverify.tensor import walk
from zenverify.tensor.linear.determinants import packed_slogdet
from zenverify.tensor.linear.factorizations import packed_eigh


def _where(x: Any, y: Any, condition: Any) -> Any:
    return zen.where(condition, x, y)


def _split(x: Any, sections: Any, axis: int, part: int) -> Any:
    return zen.split(x, sections, axis)[part]


def _scatter_add(x: Any, src: Any, dim: int, index: Any) -> Any:
    return zen.scatter_add(x, dim, index, src)


def _set_at(x: Any, values: Any, key: Any) -> Any:
    return zen.set_at(x, key, values)


def _gradient(x: Any, spacing: float, axis: int, edge_order: int) -> Any:
    return zen.gradient(x, spacing, axis=axis, edge_order=edge_order)


def _einsum(*operands: Any, subscripts: str) -> Any:
    return zen.einsum(subscripts, *operands)


def _average(x: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    return zen.average(x, axis, weights, keepdims)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(zen, name) for name in zen.OPERATIONS},
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negative": operator.neg,
    "absolute": abs,
    "where": _where,
    "stack": of_sequence(zen.stack),
    "concatenate": of_sequence(zen.concatenate),
    "average": _average,
    "einsum": _einsum,
    "slogdet": packed_slogdet,
    "eigh": packed_eigh,
    "hstack": of_sequence(zen.hstack),
    "vstack": of_sequence(zen.vstack),
    "dstack": of_sequence(zen.dstack),
    "split": _split,
    "scatter_add": _scatter_add,
    "gradient": _gradient,
    "set_at": _set_at,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": zen.equal,
    "not_equal": zen.not_equal,
    "logical_and": operator.and_,
    "logical_or": operator.or_,
    "logical_not": np.logical_not,
}
"""How a user calls each operation: ``function(*operands, **attributes)``."""

_KINKED = (one.name for one in catalogue.all_operators() if one.kinks and not one.jumps)


class ZenEngine:
    """`zenverify.tensor` as an engine under test."""

    name = "zen"
    version = zenverify.__version__
    summary = "zenverify.tensor, the library's own engine"
    operators: frozenset[str] = frozenset((*zen.OPERATIONS, *catalogue.names_of_decisions()))
    conventions: Mapping[str, AtKink] = MappingProxyType(dict.fromkeys(_KINKED, MEAN))
    accumulates = True
    masked_nan = True

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.VARIABLE:
            return zen.Tensor(value)
        if kind is LeafKind.CONSTANT:
            return zen.Tensor(value, trainable=False)
        return value if kind is LeafKind.ARRAY else value.item()

    def discrete(self, kind: LeafKind, value: Array) -> Any:  # noqa: ARG002  all are plain arrays
        return value

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        function = FUNCTIONS.get(operator)
        if function is None:
            raise UnsupportedError(operator)
        return function(*operands, **attributes)

    def value(self, handle: Any) -> Array:
        return handle.value if isinstance(handle, zen.Tensor) else np.asarray(handle)

    def backward(self, root: Any, cotangent: Array) -> None:
        root.get_gradients(cotangent)

    def gradient(self, handle: Any) -> Array | None:
        return handle.gradient if isinstance(handle, zen.Tensor) else None

    def probe(self, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
        pullbacks = [_scaling(cotangent) for cotangent in cotangents]
        return zen.Tensor.from_operation(0.0, handles, pullbacks, name="probe")

    def counted(self, handle: Any, called: Callable[[], None]) -> Any:
        def pullback(cotangent: Array) -> Array:
            called()
            return cotangent

        return zen.Tensor.from_operation(handle.value, [handle], [pullback], name="counted")

    def rules_of(self, operator: str) -> Any:
        return walk if operator in (ACCUMULATION, BROADCASTING) else zen.OPERATIONS.get(operator)

    def replace_rules(self, operator: str, rules: Any) -> None:
        zen.OPERATIONS[operator] = rules

    def recognises(self, result: object) -> bool:
        return isinstance(result, zen.Tensor)

    def operands_of(self, handle: Any) -> Sequence[Any]:
        operands: Sequence[Any] = handle.dependencies
        return operands

    def recorded_operands(self, handle: Any) -> Sequence[Array]:
        recorded: Sequence[Array] = handle.operands
        return recorded

    def operation_of(self, handle: Any) -> tuple[str, Mapping[str, Any]] | None:
        return None if handle.operation is None else (handle.operation, handle.attributes)

    def pull_recorded(self, handle: Any, argument: int, cotangent: Array) -> Array:
        contribution: Array = handle.grads[argument](cotangent)
        return contribution

    def pull_in_place(self, handle: Any, argument: int, cotangent: Array) -> Array:
        """As `pull_recorded`, on the cotangent's own memory, as a reverse pass does."""
        arguments = (cotangent, handle.array, *handle.operands)
        with np.errstate(all="ignore"):
            return walk.contribution(
                walk.operation_of(handle), argument, arguments, handle.keywords
            )

    def is_trainable(self, handle: Any) -> bool:
        return bool(handle.trainable)

    def saved_gradients(self, handles: Sequence[Any]) -> Any:
        saved = [(h.accumulated, h.accumulated is not None and h.owns_gradient) for h in handles]
        for handle in handles:
            handle.accumulated, handle.owns_gradient = None, False
        return saved

    def restore_gradients(self, handles: Sequence[Any], saved: Any) -> None:
        for handle, kept in zip(handles, saved, strict=True):
            handle.accumulated, handle.owns_gradient = kept


def _scaling(cotangent: Array) -> Callable[[Array], Array]:
    return lambda seed: seed * cotangent
