"""A library with twenty faults, mended as the report says: how many rounds until it is right?

    python -m benchmarks.twenty_faults [--graphs 1500] [--seed N] [--only KEY ...] [--verbose]

A round is a run of the default campaign. Its headlines are printed, each with the faults that it
names; a headline that names none is untrue. What was named is mended, and the next round begins.
Exit code 1 if a headline is untrue, a round names nothing new, or there are more than 25 headlines
in the first round.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.faulty_library.engine import FaultyLibrary
from benchmarks.faulty_library.faults import FAULTS, named_by
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import Cause, RunFinished

MOST_HEADLINES = 25


@dataclass(frozen=True, slots=True)
class Round:
    """A run on what is left of the faults.

    Attributes
    ----------
    headlines
        What it says, and which of the faults that were there each headline names.
    buckets
        How many buckets of failures it had.
    """

    headlines: tuple[tuple[Cause, tuple[str, ...]], ...]
    buckets: int

    @property
    def named(self) -> set[str]:
        """The faults that it names."""
        return {key for _, keys in self.headlines for key in keys}

    @property
    def untrue(self) -> int:
        """How many headlines name no fault."""
        return sum(not keys for _, keys in self.headlines)


def rounds(faults: Iterable[str], graphs: int, seed: int) -> Iterator[Round]:
    """Run and mend, until a run is clean or names nothing."""
    present = frozenset(faults)
    while True:
        done = _round(present, graphs, seed)
        yield done
        if not done.named:
            return
        present -= done.named


def _round(present: frozenset[str], graphs: int, seed: int) -> Round:
    *_, end = run(FaultyLibrary(present), CampaignOptions(seed=seed, graphs=graphs))
    assert isinstance(end, RunFinished)
    headlines = tuple(
        (cause, tuple(named_by(cause.place, cause.operations, cause.headline, sorted(present))))
        for cause in end.causes
    )
    return Round(headlines, len(end.buckets))


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--graphs", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--only", nargs="+", choices=sorted(FAULTS), default=sorted(FAULTS))
    parser.add_argument("--verbose", action="store_true", help="print the buckets too")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    found: set[str] = set()
    good, number = True, 0
    for number, done in enumerate(rounds(options.only, options.graphs, options.seed), start=1):
        for cause, keys in done.headlines:
            print(f"  {cause.headline}  [{', '.join(keys) or 'UNTRUE'}]")
            for key in cause.findings if options.verbose else ():
                print(f"      {key}")
        found |= done.named
        good &= not done.untrue and (number > 1 or len(done.headlines) <= MOST_HEADLINES)
        print(
            f"round {number}: {len(done.headlines)} headlines of {done.buckets} buckets, "
            f"{done.untrue} untrue, {len(done.named)} faults named",
            flush=True,
        )
    missing = sorted(set(options.only) - found)
    print(f"{len(found)} of {len(options.only)} faults named, rounds of mending: {number - 1}")
    if missing:
        print(f"never named: {', '.join(missing)}")
    return 0 if good and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
