"""The reverse pass: depth-first from the result, each edge once.

Every function calls the others through this module's names, so a test can put another in place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from zenverify.tensor.axes import Shape
from zenverify.tensor.operation import OPERATIONS, Array, Operation

if TYPE_CHECKING:
    from zenverify.tensor.recording import Attributes
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "accumulate",
    "contribution",
    "cotangents",
    "hand_on",
    "operation_of",
    "postorder",
    "reachable",
    "sum_to_shape",
]


def cotangents(root: Tensor, cotangent: Array) -> dict[Tensor, Array]:
    """Pull a cotangent of the root back to every tensor that it depends on.

    Parameters
    ----------
    root : Tensor
        A trainable tensor.
    cotangent : array
        Of the root's shape and dtype. Not written to.

    Returns
    -------
    dict of Tensor to array
        The cotangents of the root and of every trainable ancestor, each of its tensor's dtype. The
        arrays may share memory
        with each other, and be NumPy scalars in place of 0-d arrays: they are to be read, not
        written to or handed out.
    """
    received = {root: cotangent}
    with np.errstate(all="ignore"):
        for node in reversed(postorder(root)):
            held = received[node]
            if held.dtype is not node.array.dtype:
                received[node] = held.astype(node.array.dtype)
            if node.dependencies:
                hand_on(node, received)
    return received


def hand_on(node: Tensor, received: dict[Tensor, Array]) -> None:
    """Add what a node contributes to the cotangents of its dependencies."""
    operation = operation_of(node)
    arguments = (received[node], node.array, *node.operands)
    for position, dependency in enumerate(node.dependencies):
        if dependency.trainable:
            addend = contribution(operation, position, arguments, node.keywords)
            held = received.get(dependency)
            received[dependency] = addend if held is None else accumulate(held, addend)


def operation_of(node: Tensor) -> Operation:
    """Return the operation that a node is the result of."""
    return node.custom or OPERATIONS[node.operation]  # type: ignore[index]  # leaves have no rules


def contribution(
    operation: Operation, position: int, arguments: tuple[Array, ...], keywords: Attributes
) -> Array:
    """Return what a cotangent contributes to one dependency of its node.

    The one place where a contribution is summed to the shape of an operand that was broadcast.

    Parameters
    ----------
    operation : Operation
        The node's operation.
    position : int
        The dependency's number.
    arguments : tuple of arrays
        The cotangent, the result and the operands.
    keywords : mapping
        The node's attributes.
    """
    if operation.custom:
        return operation.pullbacks[position](arguments[0], arguments[position + 2])
    if operation.variadic:
        return operation.pullbacks[0](*arguments, position=position, **keywords)
    addend = operation.pullbacks[position](*arguments, **keywords)
    if operation.broadcasts:
        shape = arguments[position + 2].shape
        if addend.shape != shape:
            return sum_to_shape(addend, shape)
    return addend


def accumulate(held: Array, addend: Array) -> Array:
    """Add a contribution to what has come in on other edges."""
    return held + addend


def sum_to_shape(contribution: Array, shape: Shape) -> Array:
    """Sum a contribution over the axes along which an operand of this shape was broadcast."""
    axes = _broadcast_axes(contribution.shape, shape)
    summed: Array = np.add.reduce(contribution, axis=axes).reshape(shape)
    return summed


@lru_cache(maxsize=4096)
def _broadcast_axes(wide: Shape, narrow: Shape) -> Shape:
    added = len(wide) - len(narrow)
    repeated = (i for i, size in enumerate(narrow, added) if size == 1 and wide[i] != 1)
    return (*range(added), *repeated)


def postorder(root: Tensor) -> list[Tensor]:
    """Return the trainable tensors that the root depends on, each after its dependencies."""
    order: dict[Tensor, None] = {}
    seen: set[Tensor] = set()
    stack = [root]
    while stack:
        node = stack[-1]
        if node in seen:  # what was pushed on top of it is done
            stack.pop()
            order[node] = None
        else:
            seen.add(node)
            for dependency in node.dependencies:
                if dependency.trainable and dependency not in seen:
                    stack.append(dependency)  # noqa: PERF401 - faster than a comprehension
    return list(order)


def reachable(root: Tensor, target: Tensor) -> bool:
    """Whether the target is the root or one of the tensors it was computed from."""
    seen: set[Tensor] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node is target:
            return True
        if node not in seen:
            seen.add(node)
            stack += node.dependencies
    return False
