"""Where the slots of a layered layout stand within their layers.

The order follows the barycentres of the neighbours; the positions are the least squares fit to
straight links that keeps the slots apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from zenverify.output.html.pictures.skeleton import Link, Skeleton

_GAP = 22.0
_SWEEPS = 8


def arrange(skeleton: Skeleton) -> list[float]:
    """The horizontal centre of every slot; the leftmost slot begins at zero."""
    return _positions(skeleton, _ordered(skeleton))


def _ordered(skeleton: Skeleton) -> list[list[int]]:
    """The rows in the order, of all that the sweeps pass through, with the fewest crossings."""
    rows = skeleton.rows()
    best, fewest = [list(row) for row in rows], _crossings(skeleton, rows)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            _sort_by_barycentre(skeleton, rows, row, downwards)
        crossings = _crossings(skeleton, rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _sort_by_barycentre(
    skeleton: Skeleton, rows: list[list[int]], row: list[int], downwards: bool
) -> None:
    rank = _ranks(rows)
    wishes: dict[int, list[float]] = {}
    for link in skeleton.links:
        if downwards:
            wishes.setdefault(link.lower, []).append(rank[link.upper] - link.port)
        else:
            wishes.setdefault(link.upper, []).append(rank[link.lower] + link.port)
    row.sort(key=lambda slot: _mean(wishes.get(slot, [rank[slot]])))


def _ranks(rows: list[list[int]]) -> dict[int, float]:
    return {slot: float(place) for row in rows for place, slot in enumerate(row)}


def _crossings(skeleton: Skeleton, rows: list[list[int]]) -> int:
    rank = _ranks(rows)
    by_layer: list[list[tuple[float, float]]] = [[] for _ in rows]
    for link in skeleton.links:
        ends = (rank[link.upper], rank[link.lower] + link.port)
        by_layer[skeleton.layers[link.upper]].append(ends)
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for ends in by_layer
        for i, a in enumerate(ends)
        for b in ends[:i]
    )


def _positions(skeleton: Skeleton, rows: list[list[int]]) -> list[float]:
    across = [0.0] * len(skeleton.widths)
    for row in rows:
        _settle(row, across, skeleton.widths)
    above: list[list[Link]] = [[] for _ in across]
    below: list[list[Link]] = [[] for _ in across]
    for link in skeleton.links:
        above[link.lower].append(link)
        below[link.upper].append(link)
    shift = {link: link.port * skeleton.widths[link.lower] for link in skeleton.links}
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            for slot in row:
                if downwards:
                    wishes = [across[link.upper] - shift[link] for link in above[slot]]
                else:
                    wishes = [across[link.lower] + shift[link] for link in below[slot]]
                across[slot] = _mean(wishes or [across[slot]])
            _settle(row, across, skeleton.widths)
    left = min(x - width / 2 for x, width in zip(across, skeleton.widths, strict=True))
    return [x - left for x in across]


def _settle(row: list[int], across: list[float], widths: list[float]) -> None:
    """Move a row's slots as little as possible, in squares, so that none overlap.

    Pool adjacent violators: slots that touch form a block, which stands at the mean of their
    wishes.
    """
    offsets: list[float] = []
    reach = 0.0
    for place, slot in enumerate(row):
        if place:
            reach += (widths[row[place - 1]] + widths[slot]) / 2 + _GAP
        offsets.append(reach)
    blocks: list[list[float]] = []
    for slot, offset in zip(row, offsets, strict=True):
        blocks.append([across[slot] - offset])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    starts = [_mean(block) for block in blocks for _ in block]
    for slot, start, offset in zip(row, starts, offsets, strict=True):
        across[slot] = start + offset


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
