"""How long replay takes: the corpus of Zen, and many entries in several processes.

    python -m benchmarks.replay_time [--entries N] [--jobs N]

The program is started as its user starts it. The many entries are those of the corpus, again and
again, with other cotangents. What counts is the processor time of all processes, on N cores at
best; the time on the clock stands beside it, since a machine may have other work.

The target is 3 s for the corpus, start-up included, and 20 s for 10,000 entries in two processes.
Exit code 1 if an entry does not pass; the times are only printed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from zenverify.corpus.entry import read_entry
from zenverify.corpus.writing import entry_name, entry_text

_CORPUS = Path(__file__).parents[1] / "corpus" / "zen"
_MAIN = "import sys; from zenverify.cli.main import main; sys.exit(main())"


def many(folder: Path, number: int) -> None:
    """Write so many different entries."""
    entries = [read_entry(path) for path in sorted(_CORPUS.glob("*.json"))]
    for place in range(number):
        entry = entries[place % len(entries)]
        scale = 2.0 ** -(place // len(entries))
        with np.errstate(all="ignore"):
            cotangent = (entry.case.cotangent * scale).astype(entry.case.cotangent.dtype)
        case = replace(entry.case, cotangent=cotangent)
        other = replace(entry, case=case)
        (folder / f"{entry_name(other)}-{place}.json").write_text(entry_text(other))


def timed(folder: Path, jobs: int) -> tuple[float, float]:
    """Seconds on the clock and of processor time; all entries must pass."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    call = [sys.executable, "-c", _MAIN, "replay", "--jobs", str(jobs), str(folder)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603  our own
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, used


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    number = len(list(_CORPUS.glob("*.json")))
    with tempfile.TemporaryDirectory() as folder:
        many(Path(folder), options.entries)
        for count, place, jobs in (
            (number, _CORPUS, 1),
            (options.entries, Path(folder), options.jobs),
        ):
            clock, used = timed(place, jobs)
            print(
                f"{count:,} entries in {jobs} processes: {used / jobs:.2f} s of each processor, "
                f"{clock:.2f} s on the clock"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
