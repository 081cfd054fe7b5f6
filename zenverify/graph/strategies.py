"""Hypothesis strategies for graphs and cases, for property tests of your own.

Examples
--------
>>> from hypothesis import HealthCheck, given, settings
>>> from zenverify import strategies
>>> @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
... @given(strategies.cases(max_operations=5))
... def test_round_trip(case):
...     assert type(case).from_json(case.to_json()).to_json() == case.to_json()
>>> test_round_trip()
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_any
from zenverify.graph.filling import FILLINGS, Filling, fill
from zenverify.graph.structure import Structure
from zenverify.operators import catalogue
from zenverify.operators.operator import Operator

_SEEDS = st.integers(0, 2**32 - 1)


def _operators(names: Sequence[str] | None) -> list[Operator]:
    if names is None:
        return [*catalogue.all_operators(), *catalogue.decisions()]
    return [catalogue.get(name) for name in names]


@st.composite
def structures(
    draw: st.DrawFn,
    *,
    operators: Sequence[str] | None = None,
    min_operations: int = 1,
    max_operations: int = 12,
) -> Structure:
    """Graphs without values, and how each leaf may be filled.

    Parameters
    ----------
    operators
        Names from the catalogue; all of it by default. Comparisons compute conditions.
    min_operations, max_operations
        How many operations to draw. Some more are added to join loose ends.

    Raises
    ------
    GraphError
        If a name is not in the catalogue.
    """
    return draw_any(
        lambda count: draw(st.integers(0, count - 1)),
        _operators(operators),
        min_operations,
        max_operations,
    )


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    operators: Sequence[str] | None = None,
    min_operations: int = 1,
    max_operations: int = 12,
    fillings: Sequence[Filling] = FILLINGS,
) -> Case:
    """Graphs with the values of their leaves and the root's cotangent.

    Parameters
    ----------
    operators, min_operations, max_operations
        As for `structures`.
    fillings
        Which kinds of values to draw from.
    """
    structure = draw(
        structures(
            operators=operators, min_operations=min_operations, max_operations=max_operations
        )
    )
    return fill(structure, draw(st.sampled_from(list(fillings))), draw(_SEEDS))
