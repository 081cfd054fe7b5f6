"""A small grid of positions over a finer one of elements: what convolution and pooling share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from types import EllipsisType
from typing import SupportsIndex, TypeAlias

from zenverify.tensor.axes import Shape, integers

__all__ = ["Key", "Numbers", "meetings", "per_axis", "position_count"]

Numbers: TypeAlias = SupportsIndex | Iterable[SupportsIndex]
"""One integer for all spatial axes, or one for each."""

Key: TypeAlias = tuple[EllipsisType | slice | int, ...]
"""An index of the last axes of an array."""

_HOW_MANY = {1: "an integer", 2: "one or two integers"}


def per_axis(name: str, what: str, numbers: Numbers, count: int, least: int) -> tuple[int, ...]:
    """Return an argument that is given for all spatial axes at once, or for each of them.

    Parameters
    ----------
    name, what : str
        The operation and the argument, for the error message.
    numbers : int or iterable of int
        As the user gave it.
    count : int
        How many spatial axes there are.
    least : int
        The smallest value that makes sense.

    Raises
    ------
    ValueError
        If there are neither one nor `count` integers, or one of them is too small.
    """
    found = integers(numbers)
    if len(found) == 1:
        found *= count
    if len(found) != count or min(found) < least:
        raise ValueError(f"{name}: {what} {numbers} must be {_HOW_MANY[count]} from {least} up")
    return found


def position_count(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Return at how many positions along an axis a kernel fits; below 1 if it is too large."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def meetings(
    sizes: Shape,
    positions: Shape,
    kernel: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape | None = None,
) -> Iterator[tuple[Key, Key, Key]]:
    """Walk through the kernel's elements, and say which elements each of them meets where.

    Parameters
    ----------
    sizes, positions
        Elements, and positions of the kernel, along each axis.
    kernel, stride, padding, dilation
        Along each axis; a dilation of 1 if None.

    Yields
    ------
    key, key, key
        An element of the kernel; the positions at which it meets an element and no padding; the
        elements that it meets there.
    """
    axes = zip(
        sizes, positions, kernel, stride, padding, dilation or (1,) * len(kernel), strict=True
    )
    for entries in product(*(list(_along_axis(*axis)) for axis in axes)):
        offset, places, elements = zip(*entries, strict=True)
        yield (..., *offset), (..., *places), (..., *elements)


def _along_axis(
    size: int, positions: int, kernel: int, stride: int, padding: int, dilation: int
) -> Iterator[tuple[int, slice, slice]]:
    for offset in range(kernel):
        start = offset * dilation - padding
        first = max(0, -(start // stride))
        last = min(positions - 1, (size - 1 - start) // stride)
        if first <= last:
            elements = slice(start + first * stride, start + last * stride + 1, stride)
            yield offset, slice(first, last + 1), elements
