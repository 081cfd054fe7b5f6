"""Operations that join arrays, and the one that takes them apart again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import numpy as np

from zenverify.tensor.axes import Shape, checked_axis, integers
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, as_tensor, record, record_single

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["concatenate", "dstack", "hstack", "split", "stack", "vstack"]

Sections: TypeAlias = int | tuple[int, ...]


def _pull_stack(g: Array, y: Array, *operands: Array, axis: int, position: int) -> Array:
    along = axis % y.ndim
    return g[(slice(None),) * along + (position,)]


define("stack", lambda *operands, axis: np.stack(operands, axis), _pull_stack, variadic=True)


def stack(operands: Sequence[Operand], axis: SupportsIndex = 0) -> Tensor:
    """Operands of one shape along a new axis.

    Raises
    ------
    ValueError
        If there are no operands, their shapes differ, or the axis is out of range.
    """
    return record("stack", as_operands("stack", operands), {"axis": index(axis)})


def _piece(g: Array, sizes: Sequence[int], along: int, position: int) -> Array:
    """The part of a joined array that stems from one operand, by the operands' sizes."""
    start = sum(sizes[:position])
    return g[(slice(None),) * along + (slice(start, start + sizes[position]),)]


def _pull_concatenate(
    g: Array, y: Array, *operands: Array, axis: int | None, position: int
) -> Array:
    if axis is None:
        sizes = [operand.size for operand in operands]
        return _piece(g, sizes, 0, position).reshape(operands[position].shape)
    along = axis % y.ndim
    return _piece(g, [operand.shape[along] for operand in operands], along, position)


define(
    "concatenate",
    lambda *operands, axis: np.concatenate(operands, axis),
    _pull_concatenate,
    variadic=True,
)


def concatenate(operands: Sequence[Operand], axis: SupportsIndex | None = 0) -> Tensor:
    """Operands joined along an axis that they have, or all their elements in a row for None.

    Raises
    ------
    ValueError
        If there are no operands, their other sizes differ, or the axis is out of range.
    """
    along = None if axis is None else index(axis)
    return record("concatenate", as_operands("concatenate", operands), {"axis": along})


def _columns_first(shape: Shape) -> tuple[Shape, int]:
    """The shape in which `hstack` joins an operand, and the axis."""
    return (shape or (1,), 0) if len(shape) < 2 else (shape, 1)


def _rows_first(shape: Shape) -> tuple[Shape, int]:
    """The same for `vstack`: vectors are rows."""
    return ((1,) * (2 - len(shape)) + shape, 0)


def _depth_first(shape: Shape) -> tuple[Shape, int]:
    """The same for `dstack`: vectors are rows too, and matrices slices of depth one."""
    return (*_rows_first(shape)[0], 1)[:3] + shape[3:], 2


def _pull_hstack(g: Array, y: Array, *operands: Array, position: int) -> Array:
    joined = [_columns_first(operand.shape) for operand in operands]
    sizes = [shape[axis] for shape, axis in joined]
    return _piece(g, sizes, joined[0][1], position).reshape(operands[position].shape)


def _pull_vstack(g: Array, y: Array, *operands: Array, position: int) -> Array:
    sizes = [_rows_first(operand.shape)[0][0] for operand in operands]
    return _piece(g, sizes, 0, position).reshape(operands[position].shape)


def _pull_dstack(g: Array, y: Array, *operands: Array, position: int) -> Array:
    sizes = [_depth_first(operand.shape)[0][2] for operand in operands]
    return _piece(g, sizes, 2, position).reshape(operands[position].shape)


define("hstack", lambda *operands: np.hstack(operands), _pull_hstack, variadic=True)
define("vstack", lambda *operands: np.vstack(operands), _pull_vstack, variadic=True)
define("dstack", lambda *operands: np.dstack(operands), _pull_dstack, variadic=True)


def hstack(operands: Sequence[Operand]) -> Tensor:
    """Operands joined along the second axis; numbers and vectors along the first.

    Raises
    ------
    ValueError
        If there are no operands, or their other sizes differ.
    """
    return record("hstack", as_operands("hstack", operands), {})


def vstack(operands: Sequence[Operand]) -> Tensor:
    """Operands joined along the first axis; numbers and vectors are rows.

    Raises
    ------
    ValueError
        If there are no operands, or their other sizes differ.
    """
    return record("vstack", as_operands("vstack", operands), {})


def dstack(operands: Sequence[Operand]) -> Tensor:
    """Operands joined along the third axis; shapes (n,) and (m, n) count as (m, n, 1).

    Raises
    ------
    ValueError
        If there are no operands, or their other sizes differ.
    """
    return record("dstack", as_operands("dstack", operands), {})


def _cut(shape: Shape, sections: Sections, axis: int, part: int) -> tuple[slice, ...]:
    """The key of one part of a split array."""
    along = axis % len(shape)
    if isinstance(sections, int):
        width = shape[along] // sections
        piece = slice(part * width, (part + 1) * width)
    else:
        piece = slice(*(0, *sections, shape[along])[part : part + 2])
    return (slice(None),) * along + (piece,)


def _pull_split(g: Array, y: Array, x: Array, sections: Sections, axis: int, part: int) -> Array:
    contribution = np.zeros_like(x)
    contribution[_cut(x.shape, sections, axis, part)] = g
    return contribution


define(
    "split",
    lambda x, sections, axis, part: x[_cut(x.shape, sections, axis, part)],
    _pull_split,
)


def split(
    x: Operand, sections: SupportsIndex | Iterable[SupportsIndex], axis: SupportsIndex = 0
) -> list[Tensor]:
    """The operand cut into parts along an axis; every part is an operation of its own.

    Parameters
    ----------
    x : Tensor, array or number
        What to split.
    sections : int or sequence of int
        Into how many equal parts, or where to cut; places count as they do in a slice.
    axis : int
        The axis to cut.

    Returns
    -------
    list of Tensor
        The parts in order.

    Raises
    ------
    ValueError
        If the axis is out of range, or the number of equal parts does not divide its size.
    """
    operand = as_tensor("split", x)
    along = index(axis)
    checked_axis("split", operand, along)
    cuts: Sections
    if isinstance(sections, Iterable):
        cuts = integers(sections)
        number = len(cuts) + 1
    else:
        cuts = number = index(sections)
        size = operand.shape[along]
        if number < 1 or size % number:
            raise ValueError(
                f"split of {operand.shape} {operand.dtype}: {number} equal sections do not fit "
                f"{size} elements along axis {along}"
            )
    attributes = {"sections": cuts, "axis": along}
    return [record_single("split", operand, {**attributes, "part": n}) for n in range(number)]
