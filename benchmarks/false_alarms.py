"""How many alarms the correct engine raises: none, or the method is at fault.

    python -m benchmarks.false_alarms [--graphs 20000] [--seeds 1,2,3,4,5] [--jobs N]

Runs the default campaign on the Zen engine for each seed, float64 and float32 mixed, with kinks,
ties, domain edges, tiny and huge values, and prints what came of it. Exit code 1 after any alarm.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from benchmarks.processes import in_processes
from zenverify.engines.zen import ZenEngine
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import FailureMinimised, RunFinished


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=20_000, help="over all seeds")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    verdicts: Counter[str] = Counter()
    conditions: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    elements, worst, seconds = 0, 0.0, 0.0

    def work(place: int) -> list[FailureMinimised | RunFinished]:
        told = run(ZenEngine(), CampaignOptions(seeds[place], options.graphs // len(seeds)))
        return [event for event in told if isinstance(event, FailureMinimised | RunFinished)]

    made = in_processes(work, len(seeds), options.jobs, at_once=1)
    for seed, events in zip(seeds, made, strict=True):
        for event in events:
            if isinstance(event, FailureMinimised):
                print(f"seed {seed}: {event.bucket}: {event.finding.message}")
            else:
                verdicts.update(event.verdicts)
                notes.update(event.notes)
                elements += event.elements
                seconds += event.seconds
                worst = max(worst, event.worst_units)
                for counts in event.coverage.values():
                    conditions.update(counts)
    total = sum(verdicts.values())
    alarms = total - verdicts["AGREE"]
    print(f"{total:,} graphs over {len(seeds)} seeds, {elements:,} elements, {seconds:.0f} s")
    print(f"verdicts: {dict(verdicts)}")
    print(f"operations seen, by condition: {dict(conditions)}")
    print(f"largest residual that was measured and passed: {worst:.2f} units of u * S")
    print(f"notes: {dict(notes.most_common(8))}")
    print(f"false alarms: {alarms}")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
