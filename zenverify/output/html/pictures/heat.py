"""The errors of an array, element by element, as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zenverify.output.model.listing import index_text
from zenverify.output.model.numbers import units
from zenverify.verification.verdict import Witnesses

_CELL = 26.0
_FEWEST, _MOST = 4, 400
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One element; `heat` is from 0, right, to 5, nothing right."""

    x: float
    y: float
    heat: int
    label: str
    is_headline: bool


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid of elements: the last axis runs across, all others down."""

    cells: tuple[Cell, ...]
    width: float
    height: float
    size: float = _CELL


def heat_map(
    numbers: Sequence[Witnesses], shape: tuple[int, ...], bits: int, headline: Witnesses | None
) -> HeatMap | None:
    """The map of an array's errors; None of a few elements, and of very many."""
    size = math.prod(shape)
    if len(numbers) != size or not _FEWEST <= size <= _MOST or not shape:
        return None
    columns = shape[-1]
    cells = tuple(
        Cell(
            one.index % columns * _CELL,
            one.index // columns * _CELL,
            _heat(one, bits),
            f"{index_text(one.index, shape)}: {_error_text(one)}",
            headline is not None and one.index == headline.index,
        )
        for one in sorted(numbers, key=lambda one: one.index)
    )
    return HeatMap(cells, columns * _CELL, size // columns * _CELL)


def _heat(one: Witnesses, bits: int) -> int:
    if not one.verdict.is_failure:
        return 0
    if one.error is None:
        return _STEPS
    lost = math.log2(1 + one.error) / bits
    return min(_STEPS, max(1, math.ceil(lost * _STEPS)))


def _error_text(one: Witnesses) -> str:
    if not one.verdict.is_failure:
        return "right"
    return "not finite" if one.error is None else f"{units(one.error)} units in the last place off"
