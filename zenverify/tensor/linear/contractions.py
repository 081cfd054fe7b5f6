"""Sums of products over pairs of axes: `dot`, `inner` and `tensordot`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias

from zenverify.tensor.arrays import describe
from zenverify.tensor.axes import axes_of, checked_axis, integers
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record, record_pair

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["dot", "inner", "tensordot"]

Axes: TypeAlias = int | tuple[Any, ...]
AxesArgument: TypeAlias = SupportsIndex | Iterable[SupportsIndex | Iterable[SupportsIndex]]
Pairs: TypeAlias = tuple[Sequence[int], Sequence[int]]
"""Axes of the first operand, and those of the second that they are summed with; none negative."""


def _others(ndim: int, axes: Sequence[int]) -> list[int]:
    return [axis for axis in range(ndim) if axis not in axes]


def contract(a: Array, b: Array, pairs: Pairs) -> Array:
    """Sum the products of two arrays over pairs of axes.

    Parameters
    ----------
    a, b : array
        The operands.
    pairs : pair of sequences of int
        Axes of `a`, and as many of `b`.

    Returns
    -------
    array
        The other axes of `a`, then those of `b`, each in increasing order.

    Raises
    ------
    ValueError
        If the sizes of a pair differ.
    """
    of_a, of_b = pairs
    summed = [a.shape[axis] for axis in of_a]
    if summed != [b.shape[axis] for axis in of_b]:
        raise ValueError(f"axes {tuple(of_a)} and {tuple(of_b)} differ in size")
    rows, columns = _others(a.ndim, of_a), _others(b.ndim, of_b)
    down, across = [a.shape[axis] for axis in rows], [b.shape[axis] for axis in columns]
    left = a.transpose(*rows, *of_a).reshape(prod(down), prod(summed))
    right = b.transpose(*of_b, *columns).reshape(prod(summed), prod(across))
    # matmul, since numpy.dot skips NaN times 0 where a matrix has one element.
    return (left @ right).reshape(down + across)


def _pull_left(g: Array, a: Array, b: Array, pairs: Pairs) -> Array:
    of_a, of_b = pairs
    rows, columns = _others(a.ndim, of_a), _others(b.ndim, of_b)
    found = contract(g, b, (range(len(rows), g.ndim), columns))
    # What is left of b are its summed axes, in its own order.
    order = [*rows, *(axis for _, axis in sorted(zip(of_b, of_a, strict=True)))]
    return found.transpose(_inverse(order))


def _pull_right(g: Array, a: Array, b: Array, pairs: Pairs) -> Array:
    of_a, of_b = pairs
    rows, columns = _others(a.ndim, of_a), _others(b.ndim, of_b)
    found = contract(a, g, (rows, range(len(rows))))
    order = [*(axis for _, axis in sorted(zip(of_a, of_b, strict=True))), *columns]
    return found.transpose(_inverse(order))


def _inverse(order: Sequence[int]) -> list[int]:
    return sorted(range(len(order)), key=order.__getitem__)


def _define(name: str, pairs_of: Callable[..., Pairs]) -> None:
    """Define a contraction by the pairs of axes that it sums over."""
    define(
        name,
        lambda a, b, **given: contract(a, b, pairs_of(a, b, **given)),
        lambda g, y, a, b, **given: _pull_left(g, a, b, pairs_of(a, b, **given)),
        lambda g, y, a, b, **given: _pull_right(g, a, b, pairs_of(a, b, **given)),
    )


def _dot_pairs(a: Array, b: Array) -> Pairs:
    if not a.ndim or not b.ndim:
        return (), ()
    return (a.ndim - 1,), (max(b.ndim - 2, 0),)


_define("dot", _dot_pairs)


def dot(x: Operand, y: Operand) -> Tensor:
    """Sum of products over the last axis of x and the last but one of y, as ``numpy.dot`` has it.

    The only axis of a vector y takes part; a number multiplies the other operand. The result has
    the other axes of x, then those of y: no axes are matched as a batch.

    Raises
    ------
    ValueError
        If the two axes differ in size.
    """
    return record_pair("dot", x, y)


def _inner_pairs(a: Array, b: Array) -> Pairs:
    if not a.ndim or not b.ndim:
        return (), ()
    return (a.ndim - 1,), (b.ndim - 1,)


_define("inner", _inner_pairs)


def inner(x: Operand, y: Operand) -> Tensor:
    """Sum of products over the last axes of both; a number multiplies the other operand.

    Raises
    ------
    ValueError
        If the last axes differ in size.
    """
    return record_pair("inner", x, y)


def _tensordot_pairs(a: Array, b: Array, axes: Axes) -> Pairs:
    if isinstance(axes, int):
        return range(a.ndim - axes, a.ndim), range(axes)
    return axes_of(axes[0], a.ndim), axes_of(axes[1], b.ndim)


_define("tensordot", _tensordot_pairs)


def tensordot(x: Operand, y: Operand, axes: AxesArgument = 2) -> Tensor:
    """Sum of products over pairs of axes.

    Parameters
    ----------
    x, y : Tensor, array or number
        The operands.
    axes : int, or pair of int or of sequences of int
        A number n: the last n axes of x with the first n of y, in order. A pair: axes of x, and
        those of y that they go with.

    Raises
    ------
    ValueError
        If an axis is out of range or named twice, their numbers differ, or their sizes do.
    """
    operands = as_operands("tensordot", (x, y))
    return record("tensordot", operands, {"axes": _checked_axes(operands, axes)})


def _checked_axes(operands: Sequence[Tensor], axes: AxesArgument) -> Axes:
    a, b = operands
    where = f"tensordot of {describe([a.array, b.array])}"
    if not isinstance(axes, Iterable):
        count = index(axes)
        if not 0 <= count <= min(a.ndim, b.ndim):
            raise ValueError(f"{where}: axes {count} is out of range for {a.ndim} and {b.ndim}")
        return count
    pair = tuple(axes)
    if len(pair) != 2:
        raise ValueError(f"{where}: axes has {len(pair)} parts; expected one for each operand")
    numbers = [len(integers(part)) for part in pair]
    if numbers[0] != numbers[1]:
        raise ValueError(f"{where}: axes {pair} pairs {numbers[0]} axes with {numbers[1]}")
    return (checked_axis("tensordot", a, pair[0]), checked_axis("tensordot", b, pair[1]))
