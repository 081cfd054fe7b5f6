"""A graph without values, and how each of its leaves may be filled with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zenverify.graph.graph import Apply, Graph, Leaf
from zenverify.operators.attributes import FrozenArray
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Operator


class Dtypes(StrEnum):
    """Which dtypes the leaves of a structure have."""

    FLOAT64 = "float64"
    FLOAT32 = "float32"
    MIXED = "mixed"
    """Both, leaf by leaf in turn."""


DTYPE_ODDS = (Dtypes.FLOAT64, Dtypes.FLOAT64, Dtypes.FLOAT32, Dtypes.MIXED)
"""Each as often as it is drawn; the simplest first."""


def dtype_odds(operators: Iterable[Operator]) -> Sequence[Dtypes]:
    """What to draw the dtypes of a graph of these operations from."""
    if any(operator.composed for operator in operators):
        return [dtypes for dtypes in DTYPE_ODDS if dtypes is not Dtypes.MIXED]
    return DTYPE_ODDS


@dataclass(frozen=True, slots=True)
class LeafPlan:
    """How a leaf may be filled with values.

    Attributes
    ----------
    low, high
        Ordinary values.
    limits
        The domain of the operation that it was made for.
    integer
        Whether only integers will do: a domain of integers, or an exponent of a base that may be
        negative. The ends are integers then.
    items
        For a leaf of booleans or indices, its value.
    taken
        Which elements enter, if a mask leaves others out: these may be infinite, or NaN.
    """

    low: float
    high: float
    limits: Domain
    integer: bool = False
    items: FrozenArray | None = None
    taken: FrozenArray | None = None


@dataclass(frozen=True)
class Structure:
    """A graph without values, and per leaf how to fill it."""

    graph: Graph
    plans: tuple[LeafPlan, ...]


def trimmed(
    nodes: Sequence[Leaf | Apply], plans: Iterable[LeafPlan], further_roots: Iterable[int] = ()
) -> Structure:
    """The structure of some nodes, without what no root depends on.

    Parameters
    ----------
    nodes
        In topological order; the last one is the root.
    plans
        One per leaf.
    further_roots
        Other roots.
    """
    roots = (*sorted(further_roots), len(nodes) - 1)
    needed = [False] * len(nodes)
    for root in roots:
        needed[root] = True
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if needed[position] and isinstance(node, Apply):
            for used in node.uses:
                needed[used] = True
    left = iter(plans)
    places: dict[int, int] = {}
    kept: list[Leaf | Apply] = []
    kept_plans: list[LeafPlan] = []
    for position, node in enumerate(nodes):
        plan = next(left) if isinstance(node, Leaf) else None
        if not needed[position]:
            continue
        places[position] = len(kept)
        if plan is not None:
            kept_plans.append(plan)
        kept.append(node.at(places) if isinstance(node, Apply) else node)
    graph = Graph(tuple(kept), tuple(places[root] for root in roots[:-1]))
    return Structure(graph, tuple(kept_plans))


def plan_for(limits: Domain, *, negative: bool) -> LeafPlan:
    """Ordinary values inside a domain: of order one, away from its edges."""
    return LeafPlan(*limits.moderate(negative=negative), limits, limits.integer)
