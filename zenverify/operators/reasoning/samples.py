"""Points to look at: inside domains, at their edges, and on the zeros of an expression."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence

import numpy as np

from zenverify.operators.domain import Domain

Numbers = tuple[float, ...]

_SIMPLE = (
    *(0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1.5, -1.5, 3.0, -3.0, 2.5, -2.5, 4.0, -4.0),
    *(10.0, -10.0, 0.25, -0.25, 5.0, -5.0, 0.1, -0.1, 7.5, -7.5, 30.0, -30.0, 100.0, -100.0),
)
_OFFSETS = (1.0, 0.5, 2.0, 0.1, 10.0, 1e-3, 1e-9)
_DRAWN = 40
_FEW = 14
_MOST = 500
_REACH = 10.0


def numbers_in(domain: Domain, seed: int, special: Sequence[float] = ()) -> list[float]:
    """Numbers in a domain, simple ones first; a closed one's ends are among them.

    `special` numbers and their neighbours are added.
    """
    ends = [*special, *domain.edges]
    near = [end + sign * offset for end in ends for offset in _OFFSETS for sign in (1.0, -1.0)]
    drawn = domain.spread(np.random.default_rng(seed), _REACH, _DRAWN).tolist()
    pieces = [one.stretch(_REACH) for one in domain.intervals]
    parts = [low + (high - low) * part for low, high in pieces for part in (0.5, 0.25, 0.75)]
    found = [*_SIMPLE, *ends, *parts, *near, *drawn]
    return [number for number in dict.fromkeys(found) if domain.holds(number)]


def points_in(
    domains: Sequence[Domain], seed: int = 0, special: Sequence[Sequence[float]] = ()
) -> list[Numbers]:
    """Points of a product of domains, simple ones first; `special` numbers per argument too."""
    extra = special or [()] * len(domains)
    columns = [
        numbers_in(domain, seed + place, extra[place]) for place, domain in enumerate(domains)
    ]
    if not all(columns):
        return []
    if len(columns) == 1:
        return [(number,) for number in columns[0]]
    draw = random.Random(seed)
    few = itertools.islice(itertools.product(*(column[:_FEW] for column in columns)), _MOST)
    drawn = (tuple(draw.choice(column) for column in columns) for _ in range(_MOST))
    edges = _edges(domains, columns, draw)
    return list(dict.fromkeys([*few, *edges, *drawn]))


def _edges(
    domains: Sequence[Domain], columns: Sequence[list[float]], draw: random.Random
) -> Iterator[Numbers]:
    for place, domain in enumerate(domains):
        for edge in domain.edges:
            if domain.holds(edge):
                for _ in range(_FEW):
                    point = [draw.choice(column) for column in columns]
                    point[place] = edge
                    yield tuple(point)


def generic(domain: Domain, seed: int) -> float:
    """A number inside a domain at which nothing special is to be expected."""
    inside = [n for n in numbers_in(domain, seed)[-_DRAWN:] if n not in domain.edges]
    return inside[seed % len(inside)] if inside else math.nan
