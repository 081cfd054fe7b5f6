"""Tensors that record what they were computed from, and the walk over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pullback = Callable[[Array], Array]


class Tensor:
    """A value, the tensors that it was computed from, and a pullback for each."""

    def __init__(
        self,
        value: Any,
        dependencies: Sequence[Tensor] = (),
        grads: Sequence[Pullback] = (),
        trainable: bool = True,
    ) -> None:
        self.value: Array = np.asarray(value)
        self.dependencies = list(dependencies)
        self.grads = list(grads)
        self.trainable = trainable
        self.gradient: Array = np.zeros_like(self.value)


def backward(root: Tensor, cotangent: Array, faults: frozenset[str]) -> None:
    """Add to the gradient of everything that a tensor depends on."""
    order = breadth_first(root) if "early" in faults else reversed_postorder(root)
    arrived: dict[Tensor, Array] = {root: cotangent}
    for node in order:
        if "leftover" in faults and node.dependencies and node in arrived:
            arrived[node] = np.asarray(arrived[node] + node.gradient)
        for dependency, part in contributions(node, arrived[node], faults):
            held = arrived.get(dependency)
            arrived[dependency] = part if held is None else np.asarray(held + part)
    for node in order:
        node.gradient = np.asarray(node.gradient + arrived[node])


def contributions(
    node: Tensor, cotangent: Array, faults: frozenset[str]
) -> list[tuple[Tensor, Array]]:
    """What a tensor hands on to each trainable operand."""
    pairs = list(zip(node.dependencies, node.grads, strict=True))
    if "repeated" in faults:
        pairs = list(dict(pairs).items())
    found = []
    for dependency, pull in pairs:
        if not dependency.trainable:
            continue
        part = np.asarray(pull(cotangent))
        if "nan" in faults:
            part = np.where(np.isnan(part), 0.0, part)
        part = to_shape(part, dependency.value.shape, faults)
        dtype = np.float64 if "dtype" in faults else dependency.value.dtype
        found.append((dependency, np.asarray(part, dtype)))
    return found


def to_shape(part: Array, shape: tuple[int, ...], faults: frozenset[str]) -> Array:
    """Sum a contribution over the axes along which an operand was broadcast."""
    if "prefix" in faults and part.shape[: len(shape)] == shape:
        return part
    extra = part.ndim - len(shape)
    if extra > 0:
        first = part.ndim - extra if "trailing" in faults else 0
        part = part.sum(axis=tuple(range(first, first + extra)))
    ones = [a for a, size in enumerate(shape) if size == 1 and part.shape[a] != 1]
    if "ones" in faults:
        ones = ones[:1]
    return np.asarray(part.sum(axis=tuple(ones), keepdims=True)) if ones else part


def reversed_postorder(root: Tensor) -> list[Tensor]:
    """Every trainable tensor before those that it was computed from."""
    done: dict[Tensor, None] = {}
    waiting: list[tuple[Tensor, bool]] = [(root, False)]
    entered: set[Tensor] = set()
    while waiting:
        node, finished = waiting.pop()
        if finished:
            done[node] = None
        elif node.trainable and node not in entered:
            entered.add(node)
            waiting.append((node, True))
            waiting.extend((one, False) for one in node.dependencies)
    return list(reversed(done))


def breadth_first(root: Tensor) -> list[Tensor]:
    """Every trainable tensor as soon as it is met."""
    order = {root: None}
    waiting = [root]
    for node in waiting:
        for one in node.dependencies:
            if one.trainable and one not in order:
                order[one] = None
                waiting.append(one)
    return list(order)
