"""Rows of different lengths: windows at a border, keys that a query sees.

A step reduces rows of one length, so those of equal length are treated together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

T = TypeVar("T")


def by_length(rows: Sequence[Sequence[T]]) -> Iterator[tuple[list[int], list[Sequence[T]]]]:
    """Yield, for every length that occurs, the places of the rows that have it, and these rows."""
    lengths: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        lengths.setdefault(len(row), []).append(place)
    for places in lengths.values():
        yield places, [rows[place] for place in places]


def assembled(
    builder: ProgramBuilder, parts: Sequence[Buffer], order: Sequence[int], shape: Shape
) -> Buffer:
    """Join buffers along their last axes, put what is there in order, and give it a shape.

    Parameters
    ----------
    parts
        One buffer per length of row.
    order
        The places of all rows, in the order in which the parts hold them.
    shape
        The result's.
    """
    back = np.argsort(np.array(order, dtype=np.int64))
    return builder.move(lambda *n: np.concatenate(n, axis=-1)[..., back].reshape(shape), *parts)
