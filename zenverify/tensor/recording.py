"""How a call of an operation becomes a node of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy import asarray, ndarray
from numpy.typing import ArrayLike

from zenverify.tensor.arrays import as_array, describe, quiet
from zenverify.tensor.operation import OPERATIONS, Array, Operation

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "Attributes",
    "Operand",
    "as_operands",
    "as_tensor",
    "fill",
    "record",
    "record_new",
    "record_pair",
    "record_single",
    "results_are",
]

Operand: TypeAlias = "Tensor | ArrayLike"
Attributes: TypeAlias = Mapping[str, Any]

# A plain dict, since Python takes three times as long to pass on any other mapping.
_NO_ATTRIBUTES: Attributes = {}
_NUMBERS = frozenset((float, int, bool))
_identities = count()
_Tensor: type[Tensor]


def results_are(kind: type[Tensor]) -> None:
    """Say which class results have; its module does, once.

    What is recorded are Tensors, whose methods record: an import each way would be a circle.
    """
    global _Tensor
    _Tensor = kind


def record(name: str, operands: tuple[Tensor, ...], attributes: Attributes) -> Tensor:
    """Apply an operation, and record it if one of the operands is trainable.

    Parameters
    ----------
    name : str
        A key of `OPERATIONS`.
    operands : tuple of Tensor
        The operands in order.
    attributes : mapping
        The call's attributes, checked and normalised.

    Raises
    ------
    ValueError, IndexError
        If NumPy refuses the operands. The message names the operation, shapes and dtypes.
    """
    arrays = tuple([operand.array for operand in operands])
    trainable = any(operand.trainable for operand in operands)
    return _apply(name, operands, arrays, trainable, attributes)


def record_new(
    operation: Operation, operands: tuple[Tensor, ...], attributes: Attributes
) -> Tensor:
    """Apply an operation that is not in `OPERATIONS`, as `record` does."""
    arrays = tuple([operand.array for operand in operands])
    trainable = any(operand.trainable for operand in operands)
    return _apply(operation.name, operands, arrays, trainable, attributes, operation)


def record_single(name: str, x: Operand, attributes: Attributes = _NO_ATTRIBUTES) -> Tensor:
    """Apply an operation of one operand, as `record` does, but faster."""
    if type(x) is not _Tensor:
        x = as_tensor(name, x)
    return _apply(name, (x,), (x.array,), x.trainable, attributes)


def record_pair(
    name: str, x: Operand, y: Operand, attributes: Attributes = _NO_ATTRIBUTES
) -> Tensor:
    """Apply an operation of two operands, as `record` does, but faster."""
    if type(x) is not _Tensor or type(y) is not _Tensor:
        x, y = _as_pair(name, x, y)
    return _apply(name, (x, y), (x.array, y.array), x.trainable or y.trainable, attributes)


def _apply(
    name: str,
    operands: tuple[Tensor, ...],
    arrays: tuple[Array, ...],
    trainable: bool,
    attributes: Attributes,
    custom: Operation | None = None,
) -> Tensor:
    operation = custom or OPERATIONS[name]
    try:
        value = quiet.run(operation.forward, *arrays, **attributes)
    except (ValueError, IndexError) as error:
        kind = ValueError if isinstance(error, ValueError) else IndexError
        raise kind(f"{name} of {describe(arrays)}: {error}") from error
    if type(value) is not ndarray:
        value = asarray(value)
    node = _Tensor.__new__(_Tensor)
    if trainable:
        fill(node, value, True, name, attributes, operands, arrays, custom)
    else:
        fill(node, value, False)
    return node


def fill(
    node: Tensor,
    array: Array,
    trainable: bool,
    operation: str | None = None,
    keywords: Attributes = _NO_ATTRIBUTES,
    dependencies: tuple[Tensor, ...] = (),
    operands: tuple[Array, ...] = (),
    custom: Operation | None = None,
) -> None:
    """Set all that a Tensor stores. The array must be one that nobody else writes to."""
    node.array = array
    node.trainable = trainable
    node.operation = operation
    node.keywords = keywords
    node.dependencies = dependencies
    node.operands = operands
    node.custom = custom
    node.accumulated = None
    node.id = next(_identities)


def as_tensor(name: str, value: Operand, number_dtype: np.dtype[Any] | None = None) -> Tensor:
    """Return a Tensor as it is, and anything else as a constant.

    Parameters
    ----------
    name : str
        The operation, for the error message.
    value : Tensor, array or number
        The operand.
    number_dtype : dtype, optional
        The dtype that a Python number takes; float64 by default.

    Raises
    ------
    TypeError
        If it is an array of another dtype than float32, float64, integer or boolean.
    """
    if isinstance(value, _Tensor):
        return value
    if number_dtype is not None and type(value) in _NUMBERS:
        array = quiet.run(np.array, value, number_dtype)
    else:
        array = as_array(name, value)
    node = _Tensor.__new__(_Tensor)
    fill(node, array, False)
    return node


def as_operands(name: str, values: Sequence[Operand]) -> tuple[Tensor, ...]:
    """Return operands as Tensors. Python numbers among them take the dtype of the others."""
    mixed = [value if type(value) in _NUMBERS else as_tensor(name, value) for value in values]
    dtypes = [value.array.dtype for value in mixed if isinstance(value, _Tensor)]
    number_dtype = np.result_type(*dtypes) if dtypes else None
    return tuple([as_tensor(name, value, number_dtype) for value in mixed])


def _as_pair(name: str, x: Operand, y: Operand) -> tuple[Tensor, ...]:
    """Return two operands as Tensors, as `as_operands` does, but faster if one is a Tensor."""
    if isinstance(x, _Tensor):
        return x, as_tensor(name, y, x.array.dtype)
    if isinstance(y, _Tensor):
        return as_tensor(name, x, y.array.dtype), y
    return as_operands(name, (x, y))
