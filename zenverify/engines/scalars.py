"""An engine of single numbers, such as micrograd, driven element by element."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zenverify.engines.protocol import Array, AtKink, LeafKind, Limits
from zenverify.errors import UnsupportedError

Elements = NDArray[np.object_]
"""One value of the engine per element."""


@dataclass(frozen=True, slots=True)
class _Scalars:
    """A node: an array of values, and whether its gradient is wanted."""

    elements: Elements
    trainable: bool


class ScalarEngine:
    """An adapter for an engine whose values are single numbers.

    An array is an array of the engine's values. An operation is applied to each element, operands
    being broadcast; `sum` adds element after element, and is offered wherever ``add`` is.

    Parameters
    ----------
    name, version
        What a report calls the engine.
    leaf
        Makes a value from a float: ``Value``.
    operations
        By the catalogue's names, what is applied to values: ``{"add": operator.add}``. Numbers and
        elements of plain arrays are given as floats.
    number, gradient
        The number that a value holds, and its gradient after a reverse pass.
    backward
        Differentiates from a value.
    accumulates
        Whether a second reverse pass adds to the gradients, or replaces them; None where the engine
        does neither, and one pass over a graph is all that is asked of it.
    conventions
        As in `Engine`.

    Examples
    --------
    >>> import operator
    >>> class Constant:  # an engine of no operation: see examples/micrograd_engine.py
    ...     def __init__(self, data):
    ...         self.data, self.grad = data, 0.0
    >>> engine = ScalarEngine("none", "1", Constant, {"add": operator.add})
    >>> sorted(engine.operators)
    ['add', 'sum']
    """

    def __init__(
        self,
        name: str,
        version: str,
        leaf: Callable[[float], Any],
        operations: Mapping[str, Callable[..., Any]],
        *,
        number: Callable[[Any], float] = attrgetter("data"),
        gradient: Callable[[Any], float] = attrgetter("grad"),
        backward: Callable[[Any], object] = methodcaller("backward"),
        accumulates: bool | None = None,
        conventions: Mapping[str, AtKink] | None = None,
        masked_nan: bool = False,
    ) -> None:
        self.name = name
        self.version = version
        self.operators = frozenset(operations) | ({"sum"} if "add" in operations else set())
        self.conventions = dict(conventions or {})
        self.accumulates = bool(accumulates)
        self.masked_nan = masked_nan
        self.limits = Limits(
            dtypes=("float64",), mixed=False, seeded=False, repeated=accumulates is not None
        )
        self._make = leaf
        self._operations = operations
        self._number = number
        self._gradient = gradient
        self._backward = backward

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return float(value)
        if kind is LeafKind.ARRAY:
            return value
        made = [self._make(number) for number in value.ravel().tolist()]
        return _Scalars(_elements(made, value.shape), trainable=kind is LeafKind.VARIABLE)

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == "sum" and "sum" not in self._operations:
            return self._sum(*operands, **attributes)
        if operator not in self._operations:
            raise UnsupportedError(operator)
        arrays = np.broadcast_arrays(*map(_array, operands))
        function = self._operations[operator]
        found = [
            function(*elements, **attributes)
            for elements in zip(*(array.ravel().tolist() for array in arrays), strict=True)
        ]
        return _Scalars(_elements(found, arrays[0].shape), any(map(_is_trainable, operands)))

    def _sum(self, x: _Scalars, axis: Any, keepdims: bool) -> _Scalars:
        elements = x.elements
        axes = tuple(range(elements.ndim)) if axis is None else axis
        axes = (axes,) if isinstance(axes, int) else axes
        added = sorted(one % elements.ndim for one in axes)
        rest = [one for one in range(elements.ndim) if one not in added]
        shape = tuple(elements.shape[one] for one in rest)
        terms = int(np.prod([elements.shape[one] for one in added], dtype=int))
        rows = elements.transpose(*rest, *added).reshape(int(np.prod(shape, dtype=int)), terms)
        kept = tuple(1 if i in added else size for i, size in enumerate(elements.shape))
        add = self._operations["add"]
        # A zero first: even a sum of one number must be a value of its own.
        totals = [reduce(add, row, self._make(-0.0)) for row in rows.tolist()]
        return _Scalars(_elements(totals, kept if keepdims else shape), x.trainable)

    def value(self, handle: Any) -> Array:
        return self._read(handle, self._number) if _is_node(handle) else np.asarray(handle)

    def backward(self, root: _Scalars, cotangent: Array) -> None:
        del cotangent
        self._backward(root.elements.item())

    def gradient(self, handle: Any) -> Array | None:
        return self._read(handle, self._gradient) if _is_trainable(handle) else None

    def _read(self, node: _Scalars, read: Callable[[Any], float]) -> Array:
        numbers = [float(read(one)) for one in node.elements.ravel().tolist()]
        return np.array(numbers, np.float64).reshape(node.elements.shape)


def _is_node(handle: Any) -> bool:
    return isinstance(handle, _Scalars)


def _is_trainable(handle: Any) -> bool:
    return isinstance(handle, _Scalars) and handle.trainable


def _array(operand: Any) -> Elements:
    return operand.elements if _is_node(operand) else np.asarray(operand, dtype=object)


def _elements(values: Sequence[Any], shape: tuple[int, ...]) -> Elements:
    elements: Elements = np.empty(len(values), object)
    elements[:] = values
    return elements.reshape(shape)
