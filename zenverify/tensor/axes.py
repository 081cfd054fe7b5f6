"""Axes and shapes: what reductions and shape operations check and work out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import prod
from operator import index
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

if TYPE_CHECKING:
    from zenverify.tensor.operation import Array
    from zenverify.tensor.tensor import Tensor

__all__ = [
    "Axis",
    "AxisArgument",
    "Shape",
    "axes_of",
    "checked_axis",
    "integers",
    "keep_axes",
    "kept_shape",
    "reduced_size",
]

Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | tuple[int, ...] | None
AxisArgument: TypeAlias = SupportsIndex | Iterable[SupportsIndex] | None


def checked_axis(name: str, x: Tensor, axis: AxisArgument, ndim: int | None = None) -> Axis:
    """Return an axis argument as an int, a tuple of ints, or None, once it has been checked.

    Parameters
    ----------
    name : str
        The operation, for the error message.
    x : Tensor
        The operand.
    axis : int, iterable of int, or None
        As the user gave it; negative axes count from the end and stay negative.
    ndim : int, optional
        How many axes there are to choose from, if not as many as the operand has.

    Raises
    ------
    ValueError
        If an axis is out of range or named twice.
    """
    if axis is None:
        return None
    chosen = integers(axis)
    ndim = len(x.shape) if ndim is None else ndim
    for number in chosen:
        if not -ndim <= number < ndim:
            raise ValueError(
                f"{name} of {x.shape} {x.array.dtype}: axis {number} is out of range for "
                f"{ndim} dimensions"
            )
    if len({number % ndim for number in chosen}) < len(chosen):
        raise ValueError(f"{name} of {x.shape} {x.array.dtype}: axis {axis} names an axis twice")
    return chosen if isinstance(axis, Iterable) else chosen[0]


def integers(numbers: SupportsIndex | Iterable[SupportsIndex]) -> tuple[int, ...]:
    """Return one integer, or several, as a tuple of Python ints."""
    if isinstance(numbers, Iterable):
        return tuple(index(number) for number in numbers)
    return (index(numbers),)


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the axes meant, none of them negative."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(number % ndim for number in integers(axis))


@lru_cache(maxsize=1024)
def kept_shape(shape: Shape, axis: Axis) -> Shape:
    """Return the shape with the axes reduced to size one."""
    axes = axes_of(axis, len(shape))
    return tuple(1 if number in axes else size for number, size in enumerate(shape))


@lru_cache(maxsize=1024)
def reduced_size(shape: Shape, axis: Axis) -> int:
    """Return how many elements a reduction over these axes combines into one."""
    return prod(shape[number] for number in axes_of(axis, len(shape)))


def keep_axes(reduced: Array, shape: Shape, axis: Axis) -> Array:
    """Give the result of a reduction its reduced axes back, with size one."""
    return reduced.reshape(kept_shape(shape, axis))
