"""Sums of products that are the product of two matrices: what a program repeats, found once.

A matrix product, a convolution or an inner product is declared as two movements into one index
space, their products, and sums of rows. Where the rows that are multiplied with each other repeat,
as those of a matrix do once per column of the other, the distinct ones make two matrices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zenverify.operators.program import arithmetic
from zenverify.operators.program.steps.map import Map
from zenverify.operators.program.steps.move import Move
from zenverify.operators.program.steps.step import Step
from zenverify.operators.program.steps.sum import Sum

Indices = NDArray[np.intp]

_SPARE = 16
"""The product of the two matrices may have so many times the elements that are asked for."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the two matrices.

    Attributes
    ----------
    source
        The buffer that its elements are moved from.
    elements
        Which elements of it, (rows, terms); one past its end is a zero.
    """

    source: int
    elements: Indices


@dataclass(frozen=True, slots=True)
class Contraction:
    """Results that are elements of the product of one matrix with the other, transposed.

    Attributes
    ----------
    step
        The number of the step that sums.
    left, right
        The matrices.
    rows, columns
        Which row of the left and which of the right give each result; no two results share both.
    """

    step: int
    left: Factor
    right: Factor
    rows: Indices
    columns: Indices


def contractions(sizes: Sequence[int], steps: Sequence[Step]) -> dict[int, Contraction]:
    """The contractions of a program, by the number of the step that sums."""
    found = (
        _contraction(number, one, sizes, steps)
        for number, one in enumerate(steps)
        if isinstance(one, Sum) and one.width > 1
    )
    return {one.step: one for one in found if one is not None}


def replaced(
    found: Mapping[int, Contraction], sizes: Sequence[int], steps: Sequence[Step]
) -> frozenset[int]:
    """The steps that nobody needs who has the contractions."""
    count = len(sizes)
    needed: set[int] = set()
    waiting = [count + len(steps) - 1]
    while waiting:
        buffer = waiting.pop()
        if buffer in needed:
            continue
        needed.add(buffer)
        if buffer < count:
            continue
        number = buffer - count
        if number in found:
            waiting += [found[number].left.source, found[number].right.source]
        else:
            waiting += steps[number].sources
    return frozenset(n for n in range(len(steps)) if count + n not in needed)


def _contraction(
    number: int, one: Sum, sizes: Sequence[int], steps: Sequence[Step]
) -> Contraction | None:
    users = Counter(source for step in steps for source in step.sources)
    buffer, taken = _traced(one.sources[0], None, len(sizes), steps, users)
    product = steps[buffer - len(sizes)] if buffer >= len(sizes) else None
    if not isinstance(product, Map) or product.kernel is not arithmetic.MULTIPLY:
        return None
    if users[buffer] > 1 or one.rows == 0:
        return None
    factors = []
    places = []
    for source in product.sources:
        moved, found = _traced(source, taken, len(sizes), steps, users)
        elements = np.arange(one.rows * one.width) if found is None else found
        matrix = elements.reshape(one.rows, one.width)
        first, which = _distinct(matrix)
        factors.append(Factor(moved, matrix[first]))
        places.append(which)
    left, right = factors
    rows, columns = places
    wide = len(right.elements)
    if len(left.elements) * wide > _SPARE * one.rows:
        return None
    if len(np.unique(rows * wide + columns)) < one.rows:
        return None
    if left.elements.size + right.elements.size > one.rows * one.width:
        return None  # Nothing repeats.
    return Contraction(number, left, right, rows, columns)


def _traced(
    buffer: int,
    elements: Indices | None,
    count: int,
    steps: Sequence[Step],
    users: Mapping[int, int],
) -> tuple[int, Indices | None]:
    """Where elements of a buffer come from, back through movements that serve nobody else.

    None stands for all of them, in order.
    """
    while buffer >= count and users[buffer] == 1:
        one = steps[buffer - count]
        if not isinstance(one, Move) or len(one.sources) > 1 or one.detached:
            break
        if elements is None:
            elements = one.array
        else:
            # A zero stays one past the end, whatever the number of elements.
            elements = np.append(one.array, one.sizes[0])[elements]
        buffer = one.sources[0]
    return buffer, elements


def _distinct(rows: Indices) -> tuple[Indices, Indices]:
    """The first of each kind of row, and of which kind each row is."""
    mixed = np.random.default_rng(0).integers(1 << 62, size=rows.shape[1], dtype=np.int64)
    marks = rows.astype(np.int64) @ (mixed | 1)  # Wraps around, and means nothing but itself.
    _, first, which = np.unique(marks, return_index=True, return_inverse=True)
    if np.array_equal(rows[first][which], rows):
        return first, which
    every = np.arange(len(rows))
    return every, every
