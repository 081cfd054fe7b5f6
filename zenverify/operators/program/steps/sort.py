"""Order statistics: rows sorted from the smallest to the largest element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, reduce
from typing import Any, NamedTuple

from flint import arb

from zenverify.operators.balls.arithmetic import ANYTHING, ZERO, Ball, total
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.steps.step import Balls


def _compare(a: Ball, b: Ball) -> int:
    return -1 if a < b else int(a > b)


_BY_SIZE = cmp_to_key(_compare)
"""Orders exact balls."""


class _Group(NamedTuple):
    """Elements that take consecutive places: one, or several that tie or may change places.

    Attributes
    ----------
    start
        The first of the places.
    members
        The elements, those that come first in the row first.
    tied
        Whether they are equal for certain.
    """

    start: int
    members: tuple[int, ...]
    tied: bool

    @property
    def places(self) -> range:
        return range(self.start, self.start + len(self.members))


class _Saved(NamedTuple):
    groups: list[list[_Group] | None]
    at_kink: AtKink


@dataclass(frozen=True)
class Sort:
    """Sorts rows of `width` consecutive elements.

    The place k among exact numbers is exact. Among balls it is enclosed by the k-th of their lower
    and the k-th of their upper ends.
    """

    sources: tuple[int, ...]
    width: int
    rows: int

    def _rows(self, items: Balls) -> Iterator[Balls]:
        for row in range(self.rows):
            yield items[row * self.width : (row + 1) * self.width]

    def length(self, sources: Sequence[int]) -> int:
        return self.rows * self.width

    def value(self, sources: Sequence[Balls]) -> Balls:
        return [item for row in self._rows(sources[0]) for item in _sorted(row)]

    def linearise(self, sources: Sequence[Balls], at_kink: AtKink) -> tuple[Balls, Any]:
        groups = [_groups(row) for row in self._rows(sources[0])]
        return self.value(sources), _Saved(groups, at_kink)

    def pull(self, saved: Any, cotangent: Balls, *, dead_is_zero: bool) -> Sequence[Balls | None]:
        pulled: list[Ball] = []
        for groups, given in zip(saved.groups, self._rows(cotangent), strict=True):
            row: list[Ball] = [ANYTHING] * self.width
            for group in groups or ():
                arriving = [given[place] for place in group.places]
                for member, item in zip(
                    group.members, _handed_on(group, arriving, saved.at_kink), strict=True
                ):
                    row[member] = item
            pulled += row
        return (pulled,)

    def carry(self, saved: Any, tangents: Sequence[Balls]) -> Balls:
        moved: list[Ball] = []
        for groups, given in zip(saved.groups, self._rows(tangents[0]), strict=True):
            if groups is None:
                moved += [ANYTHING] * self.width
            for group in groups or ():
                moved += _handed_on(group, [given[i] for i in group.members], saved.at_kink)
        return moved

    def push(self, sources: Sequence[Balls], tangents: Sequence[Balls]) -> Balls:
        moved: list[Ball] = []
        pairs = zip(self._rows(sources[0]), self._rows(tangents[0]), strict=True)
        for row, given in pairs:
            groups = _groups(row)
            if groups is None:
                moved += [ANYTHING] * self.width
            for group in groups or ():
                slopes = [given[i] for i in group.members]
                moved += _sorted(slopes) if group.tied else [_hull(slopes)] * len(slopes)
        return moved

    def kinked(self, sources: Sequence[Balls]) -> bool:
        for row in self._rows(sources[0]):
            groups = _groups(row)
            if groups is None or len(groups) < self.width:
                return True
        return False

    @property
    def can_kink(self) -> bool:
        return True

    def bound(self, sources: Sequence[Ball]) -> Ball:
        return sources[0]


def _sorted(row: Balls) -> Balls:
    if any(item.is_nan() for item in row):
        return [ANYTHING] * len(row)
    if all(item.is_exact() for item in row):
        return sorted(row, key=_BY_SIZE)
    low = sorted(map(arb.lower, row), key=_BY_SIZE)
    high = sorted(map(arb.upper, row), key=_BY_SIZE)
    return [a if a == b else a.union(b) for a, b in zip(low, high, strict=True)]


def _groups(row: Balls) -> list[_Group] | None:
    """The elements in the order of their places; None where there is a NaN, and no order."""
    if any(item.is_nan() for item in row):
        return None
    lower = [item if item.is_exact() else item.lower() for item in row]
    upper = [item if item.is_exact() else item.upper() for item in row]
    order = sorted(range(len(row)), key=lambda i: _BY_SIZE(lower[i]))
    clusters: list[list[int]] = []
    highest: Ball = ZERO
    for i in order:
        if clusters and not lower[i] > highest:
            clusters[-1].append(i)
            highest = max(highest, upper[i], key=_BY_SIZE)
        else:
            clusters.append([i])
            highest = upper[i]
    groups = []
    start = 0
    for cluster in clusters:
        tied = all(row[i] == row[cluster[0]] for i in cluster)
        groups.append(_Group(start, tuple(sorted(cluster)), tied))
        start += len(cluster)
    return groups


def _handed_on(group: _Group, items: Balls, at_kink: AtKink) -> Balls:
    """What the places of a group hand to its members, or its members to the places.

    The shares of a place add up to one, and so do those of a member. So what is handed on lies
    between the smallest and the largest item, whichever the shares are.
    """
    if len(items) == 1:
        return items
    if not group.tied or at_kink.ties is None:
        return [_hull(items)] * len(items)
    if at_kink.ties == "equal":
        return [total(items) / len(items)] * len(items)
    return items if at_kink.ties == "first" else items[::-1]


def _hull(items: Balls) -> Ball:
    return reduce(arb.union, items)
