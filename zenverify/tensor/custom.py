"""Operations that users bring along: for one node, or for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zenverify.tensor.arrays import as_array
from zenverify.tensor.axes import Shape
from zenverify.tensor.operation import Array, Forward, Operation, Pullback
from zenverify.tensor.recording import Operand, as_operands, record_new

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["Grad", "NewOperation", "custom_operation", "new_operation"]

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


class NewOperation:
    """An operation of your own, called like any other; see `new_operation`.

    Attributes
    ----------
    operation : Operation
        Its rules. Another one put in its place is effective from the next call on.
    """

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def __call__(self, *operands: Operand, **attributes: Any) -> Tensor:
        """Apply the operation to tensors, numbers and arrays, and record it."""
        name, expected = self.operation.name, len(self.operation.pullbacks)
        if len(operands) != expected:
            raise TypeError(f"{name}: expected {expected} operands, got {len(operands)}")
        return record_new(self.operation, as_operands(name, operands), attributes)

    def __repr__(self) -> str:
        return f"<operation {self.operation.name}>"


def new_operation(
    name: str, forward: Forward, *pullbacks: Pullback, broadcasts: bool = False
) -> NewOperation:
    """Make an operation from its rules on plain arrays.

    Parameters
    ----------
    name : str
        What to call it in error messages.
    forward : callable
        ``forward(*operands, **attributes)`` computes the result, an array.
    pullbacks : callables
        One per operand: ``pullback(cotangent, result, *operands, **attributes)`` computes what the
        result's cotangent contributes to that operand's. It must not write into its arguments.
    broadcasts : bool
        Whether the operands broadcast elementwise. Contributions then have the result's shape, and
        are summed to the operand's; otherwise they must have the operand's shape.

    Raises
    ------
    ValueError
        If there is no pullback; when the operation is differentiated, if a contribution has
        another shape than it must have.

    Examples
    --------
    >>> import numpy as np
    >>> from zenverify.tensor import Tensor, new_operation
    >>> cube = new_operation("cube", lambda x: x**3, lambda g, y, x: g * 3 * x**2, broadcasts=True)
    >>> x = Tensor([1.0, 2.0])
    >>> cube(x).get_gradients()
    >>> x.gradient
    array([ 3., 12.])
    """
    if not pullbacks:
        raise ValueError(f"{name}: expected a pullback for each operand, got none")
    checked = [_checked(name, place, rule, broadcasts) for place, rule in enumerate(pullbacks)]
    return NewOperation(Operation(name, forward, tuple(checked), broadcasts))


def _checked(name: str, position: int, pullback: Pullback, broadcasts: bool) -> Pullback:
    def checked(g: Array, y: Array, *operands: Array, **attributes: Any) -> Array:
        contribution = np.asarray(pullback(g, y, *operands, **attributes))
        operand = operands[position]
        allowed: set[Shape] = {operand.shape, y.shape} if broadcasts else {operand.shape}
        if contribution.shape not in allowed:
            raise ValueError(
                f"pullback {position} of {name}: contribution of shape {contribution.shape} to an "
                f"operand of shape {operand.shape}"
            )
        return contribution

    # What the rule's source is looked up by.
    checked.__wrapped__ = pullback  # type: ignore[attr-defined]
    return checked
