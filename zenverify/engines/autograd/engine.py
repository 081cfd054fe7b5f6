"""The adapter of HIPS autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from types import MappingProxyType
from typing import Any

import numpy as np
from autograd.core import VJPNode, backward_pass, defvjp_argnums
from autograd.extend import defvjp, primitive
from autograd.tracer import isbox, new_box

from zenverify.engines.autograd.functions import FUNCTIONS
from zenverify.engines.tabled import Tabled
from zenverify.errors import UnsupportedError
from zenverify.graph.case import Array
from zenverify.graph.graph import LeafKind
from zenverify.graph.limits import Limits
from zenverify.operators.kinks import ANY, MEAN, AtKink

_TRACE = 0
"""The level of every box here: the outermost, as in one call of `autograd.grad`."""

_CONVENTIONS = {
    "absolute": MEAN,
    "maximum": MEAN,
    "minimum": MEAN,
    "max": MEAN,
    "min": MEAN,
    "sort": ANY,
    "clip": ANY,
    "std": ANY,
    "norm": ANY,
    "hypot": ANY,
}


@dataclass(slots=True, eq=False)
class _Tapped:
    """A node.

    Attributes
    ----------
    box
        What operations are applied to; a plain array where nothing is differentiated.
    gradient
        What autograd handed to the node in the latest reverse pass that reached it.
    reverse_pass
        The number of that pass.
    """

    box: Any
    gradient: Array | None = None
    reverse_pass: int = 0


@primitive
def _tap(x: Any, reached: Callable[[Any], None]) -> Any:  # noqa: ARG001  its rule calls it
    return x


def _tap_rule(ans: Any, x: Any, reached: Callable[[Any], None]) -> Any:
    del ans, x

    def pull_back(cotangent: Any) -> Any:
        reached(cotangent)
        return cotangent

    return pull_back


defvjp(_tap, _tap_rule)


@primitive
def _probe(cotangents: Sequence[Array], *nodes: Any) -> Any:  # noqa: ARG001  its rule has them
    return np.zeros(())


def _probe_rule(argnums: Sequence[int], ans: Any, args: Any, kwargs: Any) -> Any:
    del ans, kwargs
    wanted = [args[0][number - 1] for number in argnums]
    return lambda seed: tuple((seed * one).astype(one.dtype) for one in wanted)


defvjp_argnums(_probe, _probe_rule)


class AutogradEngine(Tabled):
    """HIPS autograd: the functions of `autograd.numpy` and `autograd.scipy`.

    autograd returns gradients of inputs only. Behind every node lies an identity whose rule keeps
    a copy of what autograd has added up for it. Each reverse pass starts from nothing, and a node
    that it does not reach has gradient zero, as in `autograd.grad`. Mixed precision is not offered:
    autograd leaves it to NumPy, and the gradient of what is float32 is float64 then.
    """

    name = "autograd"
    version = metadata.version("autograd")
    functions = FUNCTIONS
    operators: frozenset[str] = frozenset(FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType(_CONVENTIONS)
    accumulates = False
    masked_nan = True
    limits = Limits(mixed=False)

    def __init__(self) -> None:
        self._passes = 0

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return value.item()
        return self._input(value) if kind is LeafKind.VARIABLE else _Tapped(value)

    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        boxes = [_box(one) for one in operands]
        attributes = {name: _box(value) for name, value in attributes.items()}
        try:
            with np.errstate(all="ignore"):
                result = function(*boxes, **attributes)
        except (NotImplementedError, np.linalg.LinAlgError) as error:
            # A matrix that it refuses is one that it does not offer.
            raise UnsupportedError(f"{name}: {error}") from error
        if isbox(result):
            return self._tapped(result)
        if np.asarray(result).dtype == bool:
            return _Tapped(result)
        # A step function's result is a plain array: nothing before it is differentiated.
        return self._input(result) if any(map(isbox, boxes)) else _Tapped(result)

    def value(self, handle: Any) -> Array:
        box = handle.box if isinstance(handle, _Tapped) else handle
        return np.asarray(box._value if isbox(box) else box)

    def backward(self, root: Any, cotangent: Array) -> None:
        self._passes += 1
        if not isbox(root.box):
            return
        try:
            with np.errstate(all="ignore"):
                backward_pass(cotangent, root.box._node)
        except NotImplementedError as error:
            raise UnsupportedError(str(error)) from error

    def gradient(self, handle: Any) -> Array | None:
        if not isinstance(handle, _Tapped) or not isbox(handle.box):
            return None
        if handle.reverse_pass == self._passes:
            return handle.gradient
        return np.zeros_like(self.value(handle))

    def probe(self, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
        return self._tapped(_probe(list(cotangents), *(handle.box for handle in handles)))

    def counted(self, handle: Any, called: Callable[[], None]) -> Any:
        return self._tapped(_tap(handle.box, lambda _: called()))

    def discrete(self, kind: LeafKind, value: Array) -> Any:  # noqa: ARG002  all are plain arrays
        return value

    def _input(self, value: Any) -> _Tapped:
        return self._tapped(new_box(value, _TRACE, VJPNode.new_root()))

    def _tapped(self, box: Any) -> _Tapped:
        node = _Tapped(None)
        node.box = _tap(box, partial(self._record, node))
        return node

    def _record(self, node: _Tapped, cotangent: Any) -> None:
        # A copy: autograd passes one array on to several nodes.
        node.gradient, node.reverse_pass = np.array(cotangent), self._passes


def _box(operand: Any) -> Any:
    return operand.box if isinstance(operand, _Tapped) else operand
