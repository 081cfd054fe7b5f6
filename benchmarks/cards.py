"""Make the card of every operation of the engine: does each pass, and survive planted faults?

    python -m benchmarks.cards [--only NAMES] [--graphs N] [--seed N] [--processes N] [--json]

Prints a line per operation, the faults that were not noticed, and a table per class of faults.
Exit code 1 if an operation does not pass, or a fault of the classes below was missed or blamed on
something else: sign, factor, dropped term, swapped arguments, broadcasting, wrong axis.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

from zenverify import check
from zenverify.operators import catalogue

REQUIRED = ("sign", "factor", "dropped term", "swapped arguments", "broadcasting", "wrong axis")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the card of one operation says."""

    name: str
    passed: bool
    verdict: str
    complaints: tuple[str, ...]
    planted: int
    harmless: int
    found: int
    blamed: int
    survivors: tuple[tuple[str, str, int | None], ...]
    by_kind: tuple[tuple[str, int, int], ...]
    value_ulp: float
    gradient_ulp: float
    seconds: float

    @property
    def good(self) -> bool:
        """Whether it passes, and every fault of the required classes is found and blamed."""
        missed = [kind for _, kind, _ in self.survivors if kind in REQUIRED]
        return self.passed and not missed and self.blamed == self.found


def outcome_of(name: str, graphs: int, seed: int) -> Outcome:
    """Make one card."""
    start = time.perf_counter()
    card = check(name, graphs=graphs, seed=seed)
    score = card.mutation
    worst = {
        quantity: max((a.ulp for a in card.accuracy if a.quantity == quantity), default=0.0)
        for quantity in ("value", "gradient")
    }
    failures = tuple(f"{one.finding.verdict}: {one.finding.message}" for one in card.failures)
    return Outcome(
        name,
        bool(card),
        card.verdict,
        (*card.declared.problems, *failures),
        score.planted if score else 0,
        score.harmless if score else 0,
        score.found if score else 0,
        score.blamed if score else 0,
        tuple((s.name, s.kind, s.argument) for s in score.survivors) if score else (),
        score.by_kind if score else (),
        worst["value"],
        worst["gradient"],
        time.perf_counter() - start,
    )


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of operations, with commas")
    parser.add_argument("--graphs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else catalogue.names()
    count = len(names)
    outcomes = []
    with ProcessPoolExecutor(options.processes) as pool:
        made = pool.map(outcome_of, names, [options.graphs] * count, [options.seed] * count)
        for outcome in made:
            outcomes.append(outcome)
            print(json.dumps(asdict(outcome)) if options.json else _lines(outcome), flush=True)
    if not options.json:
        _table(outcomes)
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _lines(outcome: Outcome) -> str:
    mark = "ok  " if outcome.good else "FAIL"
    faults = f"{outcome.found}/{outcome.planted - outcome.harmless} faults, {outcome.blamed} blamed"
    errors = f"{outcome.value_ulp:.3g} and {outcome.gradient_ulp:.3g} ulp"
    lines = [f"{mark} {outcome.name:<30} {faults:<28} {errors:<26} {outcome.seconds:.1f} s"]
    lines += [f"       {complaint}" for complaint in outcome.complaints]
    lines += [
        f"       not noticed: {name} ({kind}, argument {argument})"
        for name, kind, argument in outcome.survivors
    ]
    return "\n".join(lines)


def _table(outcomes: list[Outcome]) -> None:
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for outcome in outcomes:
        for kind, some, count in outcome.by_kind:
            found[kind] += some
            every[kind] += count
    print(f"\n{'class':<20} {'found':>6} {'of':>6}")
    for kind, count in every.items():
        print(f"{kind:<20} {found[kind]:>6} {count:>6}")
    print(f"{'all':<20} {found.total():>6} {every.total():>6}")
    blamed = sum(outcome.blamed for outcome in outcomes)
    passed = sum(outcome.passed for outcome in outcomes)
    harmless = sum(outcome.harmless for outcome in outcomes)
    print(f"{passed} of {len(outcomes)} operations pass; {blamed} faults blamed rightly;")
    print(f"{harmless} more that never changed a number are left out")


if __name__ == "__main__":
    sys.exit(main())
