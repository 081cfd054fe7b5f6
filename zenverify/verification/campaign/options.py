"""What a campaign is asked for: its seed, its operations, when it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zenverify.graph.case import Case
from zenverify.graph.graph import Graph
from zenverify.verification.events import FailureMinimised, Finding, Planted
from zenverify.verification.trace import TIMEOUT

DEFAULT_GRAPHS = 20_000
"""Once through all that `zenverify.graph.sweep` lists for the catalogue, and random graphs."""

_GOLDEN = 2654435761
"""2^32 divided by the golden ratio, and prime."""

Keep = Callable[[Finding, Case], Path | None]
"""Writes a minimised failure to the corpus and says where; None if it cannot be written."""


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """What to draw, and when to stop.

    Attributes
    ----------
    seed
        The same seed gives the same graphs.
    graphs
        How many graphs to verify; `DEFAULT_GRAPHS` if there is no budget either.
    budget
        Seconds to run; None for no limit.
    operators
        Names to draw from; all that the engine has by default.
    max_nodes
        The largest graph to draw, about.
    timeout
        Seconds that one pass of the engine may take.
    keep
        Writes a minimised failure to disk; None to keep nothing.
    first
        Cases to verify before any is drawn.
    differences
        One of so many graphs is composed as a whole, and held against differences. These guard
        against a rule and an expression that are wrong alike, and against a mistake in how single
        operations are judged; which graphs it is depends on their numbers alone. Of those of one
        operation only these get a second forward pass and probes: nothing masks a root's cotangent.
    planted
        The fault that is in the engine on purpose; to plant it is the caller's part.
    enough
        Whether a failure ends the run; none does by default.
    """

    seed: int
    graphs: int | None = None
    budget: float | None = None
    operators: tuple[str, ...] | None = None
    max_nodes: int = 40
    timeout: float = TIMEOUT
    keep: Keep | None = None
    first: tuple[Case, ...] = ()
    differences: int = 8
    planted: Planted | None = None
    enough: Callable[[FailureMinimised], bool] | None = None

    def asks_for_whole(self, number: int) -> bool:
        """Whether the graph that was drawn as this one, from 0 on, is looked at as a whole too.

        The numbers are scattered (Knuth, *The Art of Computer Programming*, volume 3, section 6.4):
        in the order of drawing, each second graph has ordinary values.
        """
        return (number * _GOLDEN % (1 << 32) >> 12) % self.differences == 0

    def asks_for_probes(self, number: int, graph: Graph) -> bool:
        """Whether the graph that was drawn as this one gets probes, and passes that come again."""
        return len(graph.operations) != 1 or self.asks_for_whole(number)

    @property
    def limit(self) -> int | None:
        """How many graphs to verify; None where only the budget ends the run."""
        if self.graphs is None and self.budget is None:
            return DEFAULT_GRAPHS
        return self.graphs
