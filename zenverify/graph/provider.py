"""Hypothesis's source of choices, made the same wherever the package is installed.

Hypothesis tries numbers that it finds in the modules of the project at hand. That suits a property
test; a campaign's graphs would then depend on where zenverify is installed and on what else is
imported, and a seed in a report would not bring them back elsewhere.
"""

from __future__ import annotations

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

BACKEND = "zenverify"
"""The name to give to `hypothesis.settings(backend=...)`."""


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


AVAILABLE_PROVIDERS[BACKEND] = UniformProvider
