"""Plant every fault of the catalogue and see the default campaign find, blame and reduce it.

    python -m benchmarks.planted_faults [--seed N] [--only TEXT] [--json]

Prints a line per fault and a table per class. Exit code 1 if one was missed, blamed on something
else, or not reduced to at most 3 operations and 8 elements.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from benchmarks.faults import FAULTS, KnownFault
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.graph import Graph
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import CaseVerified, FailureMinimised

MAX_OPERATIONS, MAX_ELEMENTS = 3, 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign made of a planted fault."""

    name: str
    kind: str
    found: bool
    blamed: bool
    operations: int
    elements: int
    graphs: int
    seconds: float
    buckets: tuple[str, ...]
    reducible: bool = True

    @property
    def small(self) -> bool:
        """Whether the reduced graph is small enough."""
        return not self.reducible or (
            self.operations <= MAX_OPERATIONS and self.elements <= MAX_ELEMENTS
        )

    @property
    def good(self) -> bool:
        """Whether everything that is asked for was done."""
        return self.found and self.blamed and self.small


def elements_of(case: Case) -> int:
    """The elements of a case's leaves: what a reader has to look at."""
    graph: Graph = case.graph
    return sum(graph.sizes[leaf] for leaf in graph.leaves)


def find_known(fault: KnownFault, seed: int, operators: Iterable[str] = ()) -> Outcome:
    """Run a campaign on the engine with a fault, until it is blamed rightly and small.

    The default campaign, unless it is confined to some operators.
    """
    buckets: list[str] = []
    best: tuple[int, int] | None = None
    blamed = False
    graphs = 0
    options = CampaignOptions(seed=seed, operators=tuple(operators))
    start = time.perf_counter()
    with fault.plant():
        for event in run(ZenEngine(), options):
            if isinstance(event, CaseVerified):
                graphs = event.number
            if not isinstance(event, FailureMinimised):
                continue
            buckets.append(str(event.bucket))
            place = event.finding.blame
            if place.operation == fault.operation and place.argument in fault.arguments:
                blamed = True
                size = (len(event.case.graph.operations), elements_of(event.case))
                best = size if best is None else min(best, size)
                if best[0] <= MAX_OPERATIONS and best[1] <= MAX_ELEMENTS:
                    break
                if not fault.reducible:
                    break
    seconds = time.perf_counter() - start
    operations, elements = best or (0, 0)
    return Outcome(
        fault.name,
        fault.kind,
        bool(buckets),
        blamed,
        operations,
        elements,
        graphs,
        seconds,
        tuple(buckets),
        fault.reducible,
    )


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose name or class contains this")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    outcomes = []
    for fault in FAULTS:
        if options.only in fault.name or options.only in fault.kind:
            outcome = find_known(fault, options.seed)
            outcomes.append(outcome)
            print(json.dumps(asdict(outcome)) if options.json else _line(outcome), flush=True)
    if not options.json:
        _table(outcomes)
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _line(outcome: Outcome) -> str:
    mark = "ok  " if outcome.good else "MISS"
    size = f"{outcome.operations} operations, {outcome.elements} elements"
    line = f"{mark} {outcome.name:<55} {size}, graph {outcome.graphs}, {outcome.seconds:.1f} s"
    return line if outcome.good else f"{line}\n     buckets: {', '.join(outcome.buckets) or 'none'}"


def _table(outcomes: list[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.kind].append(outcome)
    print(f"\n{'class':<18} {'faults':>6} {'found':>6} {'blamed':>7} {'small':>6} {'graphs':>7}")
    for kind, members in [*groups.items(), ("all", outcomes)]:
        middle = sorted(m.graphs for m in members)[len(members) // 2] if members else 0
        print(
            f"{kind:<18} {len(members):>6} {sum(m.found for m in members):>6} "
            f"{sum(m.blamed for m in members):>7} {sum(m.small and m.found for m in members):>6} "
            f"{middle:>7}"
        )


if __name__ == "__main__":
    sys.exit(main())
