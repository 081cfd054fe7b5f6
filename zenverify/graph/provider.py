"""Drawing from Hypothesis's strategies one at a time, alike wherever the package is installed.

Hypothesis tries numbers that it finds in the modules of the project at hand. That suits a property
test; a campaign's graphs would then depend on where zenverify is installed and on what else is
imported, and a seed in a report would not bring them back elsewhere. And Hypothesis runs a test on
a batch of examples; a campaign that ends at its third graph has no use for the other forty.
"""

from __future__ import annotations

import random
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.errors import StopTest
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.providers import HypothesisProvider

T = TypeVar("T")


class UniformProvider(HypothesisProvider):
    """Draws integers between two bounds uniformly, and looks at no module for them.

    Every operator, shape and argument of a graph is such an integer, so that none is favoured for
    its place in a list.
    """

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
    ) -> int:
        """An integer between the bounds, both included; as Hypothesis draws it if one is open.

        Weights, with which Hypothesis prefers likely culprits such as the bounds, are left out.
        """
        if min_value is None or max_value is None:
            return super().draw_integer(
                min_value, max_value, weights=weights, shrink_towards=shrink_towards
            )
        assert self._random is not None
        return self._random.randint(min_value, max_value)


def drawn(strategy: st.SearchStrategy[T], source: random.Random) -> T | None:
    """One value of a strategy; None where Hypothesis finds that it took too many choices.

    Parameters
    ----------
    strategy
        What to draw: numbers, or what `hypothesis.strategies.composite` makes of them. Lists and
        tuples take a running test of Hypothesis's.
    source
        Where choices come from; the same state gives the same value.
    """
    data = ConjectureData(random=source, provider=UniformProvider)
    try:
        return data.draw(strategy)
    except StopTest:
        return None
