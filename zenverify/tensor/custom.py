"""Operations that users bring along, for `Tensor.from_operation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from zenverify.tensor.arrays import as_array
from zenverify.tensor.operation import Array, Operation, Pullback

__all__ = ["Grad", "custom_operation"]

Grad: TypeAlias = Callable[[Array], Any]


def custom_operation(name: str, value: Array, grads: Sequence[Grad]) -> Operation:
    """Make an operation for one node, from the value computed and one pullback per dependency."""
    pullbacks = tuple(_pullback(name, position, grad) for position, grad in enumerate(grads))
    return Operation(name, lambda *operands: value, pullbacks, broadcasts=False, custom=True)


def _pullback(name: str, position: int, grad: Grad) -> Pullback:
    source = f"pullback {position} of {name}"

    def pullback(cotangent: Array, operand: Array) -> Array:
        # Copies both ways: what the user's function does to them stays with the user.
        contribution = as_array(source, grad(np.array(cotangent)))
        if contribution.shape != operand.shape:
            raise ValueError(
                f"{source}: contribution of shape {contribution.shape} to a tensor of shape "
                f"{operand.shape}"
            )
        if contribution.dtype is operand.dtype:
            return contribution
        return contribution.astype(operand.dtype)

    return pullback
