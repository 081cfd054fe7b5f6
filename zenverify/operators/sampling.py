"""How declarations draw instances of themselves: shapes of the other operands, axes, keys.

Every sampler takes few draws, since each costs more than checking what it leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from zenverify.operators.operator import Choose, Instance, Sampler
from zenverify.operators.program.builder import Shape

T = TypeVar("T")

ANY_SHAPES: tuple[Shape, ...] = (
    (),
    (3,),
    (2, 3),
    (1,),
    (3, 1),
    (1, 3),
    (2, 2),
    (2, 1, 2),
    (1, 1),
    (2,),
    (0,),
    (2, 0),
    (1, 2, 2),
    (4,),
)
"""Scalars, size-1 axes, squares, unequal sizes, three dimensions, and nothing at all."""

AXIS_SHAPES: tuple[Shape, ...] = (
    (3,),
    (2, 3),
    (2, 2),
    (2, 1, 2),
    (2, 2, 2),
    (3, 1),
    (1, 3),
    (1,),
    (1, 2, 3),
)
"""With at least one axis; equal sizes too, where a wrong permutation keeps the shape."""


def partners(shape: Shape) -> list[Shape]:
    """Shapes that broadcast with a given one: equal first, then every pattern."""
    found: list[Shape] = [shape, ()]
    found += [shape[start:] for start in range(1, len(shape))]
    for axis, size in enumerate(shape):
        other = 2 if size == 1 else 1
        found.append((*shape[:axis], other, *shape[axis + 1 :]))
    if len(shape) > 1:
        found.append(tuple(2 if size == 1 else 1 for size in shape))
    found += [(1,), (1, *shape), (2, *shape)]
    if not shape:
        found += [(3,), (2, 3), (2, 1, 2)]
    return list(dict.fromkeys(found))


WHOLE: dict[str, Any] = {"axis": None, "keepdims": False}
"""The attributes of a reduction of everything to one number."""


def pick(choose: Choose, options: Sequence[T]) -> T:
    """Draw one of several options."""
    return options[choose(len(options))]


def elementwise(arity: int) -> Sampler:
    """Operands that broadcast against each other."""

    def sample(choose: Choose, shape: Shape) -> Instance:
        shapes = [shape]
        while len(shapes) < arity:
            shapes.append(pick(choose, partners(np.broadcast_shapes(*shapes))))
        return Instance(tuple(shapes))

    return sample


def axes(ndim: int) -> list[Any]:
    """None, each axis from both ends, and tuples; one-element tuples and the empty one too."""
    found: list[Any] = [None]
    found += [*range(ndim), *range(-ndim, 0)]
    if ndim > 1:
        found += [(0, ndim - 1), (-1, 0), (1,)]
    if ndim > 2:
        found += [(0, 1), (-1, -2), (0, 1, 2)]
    if ndim:
        found.append(())
    return found


def reduction(*, empty: bool) -> Sampler:
    """An axis and `keepdims`; `empty` says whether reducing no elements is allowed."""

    def sample(choose: Choose, shape: Shape) -> Instance | None:
        if not empty and 0 in shape:
            return None
        axis = pick(choose, axes(len(shape)))
        return Instance((shape,), {"axis": axis, "keepdims": bool(choose(2))})

    return sample


def factorisations(shape: Shape) -> list[Shape]:
    """Shapes with as many elements."""
    size = int(np.prod(shape, dtype=np.int64))
    found: list[Shape] = [(size,), tuple(reversed(shape)), (1, *shape), (*shape, 1)]
    found += [(divisor, size // divisor) for divisor in (2, 3) if size and size % divisor == 0]
    if size == 1:
        found.append(())
    return list(dict.fromkeys(found))
