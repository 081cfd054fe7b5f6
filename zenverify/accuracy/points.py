"""Where to look at a function: over its whole domain, and where functions go wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zenverify.operators.domain import Domain

Points = NDArray[np.floating]

COUNT = 1_000
"""Points per function and dtype, beside the special ones."""

_INTEGERS = np.arange(-12.0, 13.0)
_STEEP = np.array([20.0, 50.0, 88.0, 90.0, 100.0, 700.0, 709.0, 745.0, 800.0])
_CORE = 10.0
_MOST_SPECIAL = 40
_MOST_GRID = 64_000


def points_of(domains: Sequence[Domain], dtype: str, seed: int) -> list[Points]:
    """Points of a function's domain, per argument an array; all of one length.

    A third of them is spread evenly over numbers of order one, the others over all magnitudes that
    the dtype has. Added to these are the domain's edges and their neighbours, zeros, integers and
    halves, and where exponentials overflow: for several arguments, each pair of special points.

    Parameters
    ----------
    domains
        One per argument.
    dtype
        ``"float64"`` or ``"float32"``.
    seed
        The same seed gives the same points.
    """
    random = np.random.default_rng(seed)
    special = [_special(domain, dtype) for domain in domains]
    if len(domains) > 1:
        most = _per_argument(len(domains))
        special = [random.choice(one, most) if one.size > most else one for one in special]
        special = [grid.ravel() for grid in np.meshgrid(*special)]
    spread = [random.permutation(_spread(random, domain, dtype)) for domain in domains]
    return [
        np.concatenate([here, there]).astype(dtype)
        for here, there in zip(special, spread, strict=True)
    ]


def _per_argument(arguments: int) -> int:
    """How many special points of each argument meet each other, the grid's total being bounded."""
    return max(n for n in range(1, _MOST_SPECIAL + 1) if n**arguments <= _MOST_GRID)


def _special(domain: Domain, dtype: str) -> Points:
    limits = np.finfo(dtype)
    magnitudes = np.concatenate(
        [[0.0, float(limits.tiny), float(limits.max) / 4, float(limits.eps)], _STEEP]
    )
    edges = np.array(domain.edges, dtype)
    around = [np.nextafter(edges, np.array(side, dtype)) for side in (-np.inf, np.inf)]
    candidates = [magnitudes, -magnitudes, _INTEGERS, _INTEGERS / 2, edges, *around]
    return _inside(np.concatenate([one.astype(np.float64) for one in candidates]), domain)


def _spread(random: np.random.Generator, domain: Domain, dtype: str) -> Points:
    """In turn: evenly in a range of order one, evenly on a squeezed axis, at all magnitudes."""
    core = domain.spread(random, _CORE, COUNT)
    largest = float(np.finfo(dtype).max) / 10
    reach = np.arcsinh(np.arcsinh(largest))
    squeezed = np.sinh(np.sinh(random.uniform(-reach, reach, COUNT)))
    decades = math.log10(largest)
    wide = 10.0 ** random.uniform(-decades, decades, COUNT) * random.choice([-1.0, 1.0], COUNT)
    # Distances from an edge, of all magnitudes too.
    ends = np.array(domain.ends)
    if ends.size:
        wide = random.choice(ends, COUNT) + wide
    chosen = np.choose(np.arange(COUNT) % 3, [core, squeezed, wide])
    chosen = np.rint(chosen) if domain.integer else chosen
    chosen = np.where(domain.contains(chosen), chosen, core)
    rounded = chosen.astype(dtype).astype(np.float64)
    _, ordinary = domain.moderate(negative=False)
    return np.where(domain.contains(rounded), rounded, ordinary)


def _inside(points: Points, domain: Domain) -> Points:
    return np.unique(points[domain.contains(points)])
