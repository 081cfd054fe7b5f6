"""Filling a structure with values: ordinary ones, and those that engines stumble over."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zenverify.graph import matrices
from zenverify.graph.case import Array, Case
from zenverify.graph.graph import Graph, Leaf, LeafKind
from zenverify.graph.structure import LeafPlan, Structure
from zenverify.operators.attributes import thaw
from zenverify.operators.domain import Domain

Numbers = NDArray[np.float64]


class Filling(StrEnum):
    """What kind of values the leaves get."""

    ORDINARY = "ordinary"
    """Of order one, away from edges and kinks."""
    INTEGERS = "integers"
    """Small integers: ties, kinks, exact zeros and ones everywhere."""
    EDGES = "edges"
    """Exactly on the edges of domains, zero and negative zero."""
    EXTREME = "extreme"
    """Tiny and huge magnitudes; arguments of exponentials up to 800."""
    NEIGHBOURS = "neighbours"
    """Floats next to each other, in no order, some of them twice."""
    PAIRS = "pairs"
    """Small and large numbers of either sign, so that each of one leaf meets each of the next."""
    LARGE = "large"
    """Large numbers of either sign, of which exponentials do not overflow."""


SPECIAL = (Filling.INTEGERS, Filling.EDGES, Filling.EXTREME)
FILLINGS = (Filling.ORDINARY, *SPECIAL)
"""What any graph is filled with; see `corners` for the others."""

_SMALL = np.array([0.0, 1.0, -1.0, 2.0, 0.5, -2.0])
_SPECIAL = np.array([0.0, -0.0, 1.0, 0.0, -1.0])
_PLAIN = np.array([2.0, -1.0, 3.0, 0.5, 1.0, -2.0])
_LEFT_OUT = np.array([np.inf, -np.inf, np.nan, 1.0])
_SMALL_INTEGERS = (2, 1, 3, -1, 0, -2)
_HUGE = (1_000, -1_000, 2**20, 100)
_AROUND = (1.0, 0.5, -1.0, 2.0)
_FAR = np.array([-30.0, -8.0, -1.5, 1.5, 8.0, 30.0])
PAIRED = len(_FAR)
"""So many numbers meet each other."""
_LARGE = np.array([400.0, -400.0, 25.0, -25.0, 360.0, -360.0, 100.0, -100.0])
_STEEP = np.array([50.0, -50.0, 90.0, -90.0, 700.0, -700.0, 800.0, -800.0, 20.0, -20.0, 8.0, -8.0])


def fill(structure: Structure, filling: Filling, seed: int, only: int | None = None) -> Case:
    """Give every leaf values, and every root a cotangent.

    Parameters
    ----------
    structure
        What to fill.
    filling
        Which kind of values.
    seed
        The same seed always gives the same values.
    only
        The number of the one leaf that is filled in this way, counted round; the others get
        ordinary values. All are by default.
    """
    random = np.random.default_rng(seed)
    graph = structure.graph
    values: list[Array] = []
    for number, (position, plan) in enumerate(zip(graph.leaves, structure.plans, strict=True)):
        leaf = graph.nodes[position]
        assert isinstance(leaf, Leaf)
        chosen = only is None or number == only % len(graph.leaves)
        numbers = _numbers(random, leaf, plan, filling if chosen else Filling.ORDINARY, number)
        if leaf.kind is LeafKind.NUMBER and leaf.dtype == "float64":
            numbers = numbers.astype(np.float32).astype(np.float64)
        with np.errstate(all="ignore"):
            values.append(numbers.astype(leaf.dtype))
    cotangent = _cotangent(random, graph, graph.root, filling)
    further = tuple(_cotangent(random, graph, root, filling) for root in graph.further_roots)
    # Nothing is known of what will be decided: what was drawn in its place must not stay.
    undecided = {node: np.zeros(graph.shapes[node], bool) for node in graph.decisions}
    return Case(graph.bound(undecided), tuple(values), cotangent, further)


def _cotangent(random: np.random.Generator, graph: Graph, root: int, filling: Filling) -> Array:
    shape = graph.shapes[root]
    cotangent = random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape)
    if filling is Filling.INTEGERS:
        cotangent = np.ones(shape)
    return np.asarray(cotangent).astype(graph.dtypes[root])


def with_nan(case: Case, place: int) -> Case:
    """The case with a NaN in the root's cotangent.

    What depends on that element is NaN. A rule that gives a number there hides what went wrong
    behind it.

    Parameters
    ----------
    case
        The case.
    place
        Which element, counted round; a cotangent without elements stays as it is.
    """
    cotangent = case.cotangent.copy()
    if cotangent.size:
        cotangent.flat[place % cotangent.size] = math.nan
    return replace(case, cotangent=cotangent)


def _numbers(
    random: np.random.Generator, leaf: Leaf, plan: LeafPlan, filling: Filling, number: int
) -> Numbers:
    """Values for the leaf of a number."""
    shape = leaf.shape
    if plan.items is not None:
        return np.asarray(thaw(plan.items))
    if leaf.dtype == "int64":
        return _python_integer(random, plan, filling)
    if plan.integer:
        drawn = np.asarray(random.integers(int(plan.low), int(plan.high) + 1, shape))
        return _integers(random, leaf, plan, filling, drawn.astype(np.float64))
    ordinary = np.asarray(random.uniform(plan.low, plan.high, shape))
    if filling is Filling.PAIRS:
        return _paired(ordinary, plan, number)
    if plan.limits.matrix is not None:
        return _matrices(random, leaf, plan, filling, ordinary)
    numbers = _elements(random, leaf, plan, filling, ordinary)
    if plan.taken is None or filling not in SPECIAL:
        return numbers
    return np.where(thaw(plan.taken), numbers, random.choice(_LEFT_OUT, shape))


def _integers(
    random: np.random.Generator, leaf: Leaf, plan: LeafPlan, filling: Filling, ordinary: Numbers
) -> Numbers:
    """Integers; in special fillings of a domain of integers, those that are nearest to these."""
    if not plan.limits.integer or filling in (Filling.ORDINARY, Filling.PAIRS):
        return ordinary
    special = np.rint(_elements(random, leaf, plan, filling, ordinary))
    return np.where(plan.limits.contains(special), special, ordinary)


def _python_integer(random: np.random.Generator, plan: LeafPlan, filling: Filling) -> Numbers:
    """A Python integer: an ordinary one, or at times one that is special."""
    ordinary = random.choice(ordinary_integers(plan))
    if filling is Filling.ORDINARY:
        return np.asarray(ordinary)
    special = random.choice(_HUGE if filling is Filling.EXTREME else _SMALL_INTEGERS)
    allowed = plan.limits.closure(np.asarray(special, np.float64))
    return np.asarray(special if allowed and not plan.integer else ordinary)


def ordinary_integers(plan: LeafPlan) -> list[int]:
    """The small integers that are ordinary values of a leaf; there may be none."""
    fitting = [n for n in _SMALL_INTEGERS if plan.low <= n <= plan.high]
    return [
        n for n in fitting if plan.limits.contains(np.float64(n)) and n not in plan.limits.edges
    ]


def _elements(
    random: np.random.Generator, leaf: Leaf, plan: LeafPlan, filling: Filling, ordinary: Numbers
) -> Numbers:
    """The elements one by one."""
    shape = leaf.shape
    match filling:
        case Filling.ORDINARY if leaf.kind is LeafKind.NUMBER:
            fitting = _PLAIN[(plan.low <= _PLAIN) & (plan.high >= _PLAIN)]
            # Of a domain that holds none of them, its middle.
            middle = np.array([plan.low / 2 + plan.high / 2])
            plain = random.choice(fitting if fitting.size else middle)
            return _mixed(random, ordinary, plain, plan.limits, 0.5)
        case Filling.ORDINARY:
            return ordinary
        case Filling.INTEGERS:
            return _mixed(random, ordinary, random.choice(_SMALL, shape), plan.limits, 0.9)
        case Filling.EDGES:
            edges = np.array([*plan.limits.edges, *plan.limits.marks, *_SPECIAL])
            return _mixed(random, ordinary, random.choice(edges, shape), plan.limits, 0.5)
        case Filling.NEIGHBOURS:
            return _neighbours(random, leaf, plan)
        case Filling.LARGE:
            return _inside(plan.limits, np.resize(_LARGE, shape), ordinary)
    return _mixed(random, ordinary, _extreme(random, leaf), plan.limits, 0.7)


def _neighbours(random: np.random.Generator, leaf: Leaf, plan: LeafPlan) -> Numbers:
    """Up to two floats from a power of two, where their distance changes, inside the domain."""
    limits = plan.limits
    inside = [place for place in _AROUND if limits.interior(np.float64(place))]
    ladder = [np.array(inside[0] if inside else (plan.low + plan.high) / 2, leaf.dtype)]
    for _ in range(2):
        ladder.insert(0, np.nextafter(ladder[0], -np.inf, dtype=leaf.dtype))
        ladder.append(np.nextafter(ladder[-1], np.inf, dtype=leaf.dtype))
    return np.asarray(random.choice(np.array(ladder, np.float64), leaf.shape))


def _paired(ordinary: Numbers, plan: LeafPlan, number: int) -> Numbers:
    """Numbers of which each meets each of the other leaves' at the same place, if there is room."""
    places = np.arange(ordinary.size) // PAIRED**number % PAIRED
    return _inside(plan.limits, _FAR[places].reshape(ordinary.shape), ordinary)


def _inside(limits: Domain, special: Numbers, ordinary: Numbers) -> Numbers:
    """Special values where the domain holds them."""
    return np.where(limits.interior(special), special, ordinary)


def _matrices(
    random: np.random.Generator, leaf: Leaf, plan: LeafPlan, filling: Filling, ordinary: Numbers
) -> Numbers:
    """Matrices of the kind that the operation wants; in special fillings, others too."""
    kind = plan.limits.matrix
    assert kind is not None
    sound = matrices.well_conditioned(random, kind, ordinary)
    if filling is Filling.ORDINARY:
        return sound
    choice = random.integers(0, 4)
    if choice < 2:
        return _elements(random, leaf, plan, filling, sound if choice else ordinary)
    match filling:
        case Filling.INTEGERS if choice == 2:
            return np.asarray(np.rint(4 * sound))
        case Filling.EXTREME:
            return matrices.scaled(random, kind, ordinary, _decades(leaf))
    return matrices.singular(random, sound)


def _decades(leaf: Leaf) -> float:
    return 8.0 if leaf.dtype == "float32" else 30.0


def _extreme(random: np.random.Generator, leaf: Leaf) -> Numbers:
    """Magnitudes far from one, or steep arguments; which of them is drawn per leaf."""
    shape = leaf.shape
    decades = _decades(leaf)
    if random.integers(0, 2):
        return np.asarray(random.choice(_STEEP, shape) * random.uniform(0.9, 1.1, shape))
    sizes = 10.0 ** random.uniform(-decades, decades, shape)
    return np.asarray(sizes * random.choice([-1.0, 1.0], shape))


def _mixed(
    random: np.random.Generator,
    ordinary: Numbers,
    special: Numbers,
    limits: Domain,
    share: float,
) -> Numbers:
    """Special values for a share of the elements, where the domain or its edge holds them."""
    special = np.asarray(special)
    if limits.low > -math.inf:
        special = np.where(special < limits.low, 2 * limits.low - special, special)
    allowed = limits.closure(special)
    taken = (random.uniform(size=ordinary.shape) < share) & allowed
    return np.where(taken, special, ordinary)
