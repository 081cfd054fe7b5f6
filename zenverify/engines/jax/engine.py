"""JAX on the CPU as an engine under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import jax
import numpy as np

from zenverify.engines.jax import elementwise, linear, network, reductions, shaping
from zenverify.engines.jax.taps import tapped, zeros
from zenverify.engines.protocol import LEFT, MEAN, RIGHT, Array, AtKink, LeafKind
from zenverify.engines.tabled import Function, Tabled

_FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **elementwise.FUNCTIONS,
        **reductions.FUNCTIONS,
        **shaping.FUNCTIONS,
        **linear.FUNCTIONS,
        **network.FUNCTIONS,
    }
)

_CONVENTIONS = {
    "absolute": RIGHT,
    "relu": LEFT,
    "elu": LEFT,
    "selu": LEFT,
    "leaky_relu": RIGHT,
    "maximum": MEAN,
    "minimum": MEAN,
    "clip": MEAN,
    "max": MEAN,
    "min": MEAN,
    "ptp": MEAN,
    "max_pool1d": LEFT,
    "max_pool2d": LEFT,
}
"""What it does at kinks, where one rule says it.

`hard_tanh`, for one, has slope 1 at both ends: from the right at -1, from the left at 1.
"""


@dataclass(slots=True, eq=False)
class _Node:
    """A call, and what came of it.

    Attributes
    ----------
    value
        Its result, computed at once.
    trainable
        Whether its gradient is wanted.
    function, operands, attributes
        How to repeat the call; None and nothing for a leaf.
    gradient
        What the latest reverse pass that reached it gave.
    """

    value: Any
    trainable: bool
    function: Function | None = None
    operands: tuple[Any, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    gradient: Array | None = None


@dataclass(slots=True, eq=False)
class _Probe:
    """Nodes, and the cotangent of each."""

    nodes: Sequence[_Node]
    cotangents: Sequence[Array]


class JaxEngine(Tabled):
    """JAX, without `jax.jit`, with 64 bits enabled.

    JAX has no tape. So the calls are recorded here, and a reverse pass is one `jax.vjp` of the
    whole function, which repeats them all. Behind every node lies an identity, whose rule hands the
    node's cotangent to an input of its own as well. So JAX linearises, transposes and accumulates
    the whole graph by itself.

    Nothing is compiled as a whole: that takes a second a graph, and lets XLA reorder what the
    function says.
    """

    name = "jax"
    version = jax.__version__
    summary = "JAX on the CPU, without jit"
    functions = _FUNCTIONS
    operators: frozenset[str] = frozenset(_FUNCTIONS)
    conventions: Mapping[str, AtKink] = MappingProxyType(_CONVENTIONS)
    accumulates = False
    masked_nan = True

    def __init__(self) -> None:
        jax.config.update("jax_enable_x64", True)

    def leaf(self, kind: LeafKind, value: Array) -> Any:
        if kind is LeafKind.NUMBER:
            return value.item()
        if kind is LeafKind.ARRAY:
            return value
        return _Node(jax.device_put(value), kind is LeafKind.VARIABLE)

    def discrete(self, kind: LeafKind, value: Array) -> Any:
        return value if kind is LeafKind.ARRAY else _Node(jax.device_put(value), trainable=False)

    def call(
        self,
        name: str,  # noqa: ARG002  for messages, and there are none
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any:
        value = function(*map(_value, operands), **{n: _value(a) for n, a in attributes.items()})
        trainable = any(isinstance(o, _Node) and o.trainable for o in operands)
        trainable &= value.dtype != bool
        return _Node(value, trainable, function, tuple(operands), attributes)

    def value(self, handle: Any) -> Array:
        return np.zeros(()) if isinstance(handle, _Probe) else np.asarray(_value(handle))

    def backward(self, root: Any, cotangent: Array) -> None:
        if isinstance(root, _Probe):
            _differentiate(root.nodes, [cotangent.astype(c.dtype) * c for c in root.cotangents])
        else:
            _differentiate([root], [cotangent])

    def backward_from(self, roots: Sequence[Any], cotangents: Sequence[Array]) -> None:
        _differentiate(roots, cotangents)

    def gradient(self, handle: Any) -> Array | None:
        return handle.gradient if isinstance(handle, _Node) else None

    def probe(self, handles: Sequence[Any], cotangents: Sequence[Array]) -> Any:
        return _Probe(handles, cotangents)


def _value(operand: Any) -> Any:
    return operand.value if isinstance(operand, _Node) else operand


def _differentiate(roots: Sequence[_Node], cotangents: Sequence[Array]) -> None:
    """Give every trainable node that the roots depend on its gradient."""
    nodes = _in_order(roots)
    trainable = [node for node in nodes if node.trainable]

    def function(taps: list[Any]) -> list[Any]:
        rest = iter(taps)
        values: dict[_Node, Any] = {}
        for node in nodes:
            value = node.value
            if node.function is not None:
                given = [values[o] if isinstance(o, _Node) else o for o in node.operands]
                named = {
                    name: values[one] if isinstance(one, _Node) else one
                    for name, one in node.attributes.items()
                }
                value = node.function(*given, **named)
            values[node] = tapped(value, next(rest)) if node.trainable else value
        return [values[root] for root in roots]

    taps = [zeros(node.value.shape, node.value.dtype) for node in trainable]
    _, pull = jax.vjp(function, taps)
    (gradients,) = pull([jax.device_put(cotangent) for cotangent in cotangents])
    for node, gradient in zip(trainable, gradients, strict=True):
        node.gradient = np.asarray(gradient)


def _in_order(roots: Sequence[_Node]) -> list[_Node]:
    """The nodes that roots depend on, each behind its operands."""
    order: dict[_Node, None] = {}
    waiting: list[tuple[_Node, bool]] = [(root, False) for root in reversed(roots)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            order[node] = None
        elif node not in order:
            waiting.append((node, True))
            used = (*node.operands, *node.attributes.values())
            waiting += [(one, False) for one in used if isinstance(one, _Node)]
    return list(order)
