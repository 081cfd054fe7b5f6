"""Kill processes that write to a corpus, at random moments: nothing that was reported is lost.

    python -m benchmarks.killed_writers [--kills N] [--seed N]

Each process writes entries of one bucket as fast as it can, and reports a path when the entry is
written. It is killed up to 30 ms after the first one. Then every file must be whole and every
reported entry there, and what the killed ones left behind is removed by the next writer, once it is
an hour old.

Exit code 1 if a file is not whole, an entry is lost or something is left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from zenverify.corpus.entry import Entry, read_entry
from zenverify.corpus.writing import write_entry
from zenverify.errors import CaseFormatError
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.verdict import Blame, Verdict

_LONGEST = 0.03
_HOUR = 3600


def entry(value: float) -> Entry:
    """An entry of tanh at a value."""
    build = GraphBuilder()
    build.apply("tanh", build.variable((2,)))
    case = Case(build.graph(), (np.array([value, 0.5]),), np.ones(2))
    return Entry("", case, "zen", Verdict.ENGINE_WRONG, Blame(1, "tanh", 0, "always"))


def killed(corpus: Path, seed: int, seconds: float) -> list[Path]:
    """Start a writer, kill it, and give back what it has reported."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        draw, one = random.Random(seed), entry(0.0)
        while True:
            value = np.array([draw.random(), 0.5])
            path = write_entry(corpus, replace(one, case=replace(one.case, values=(value,))))
            os.write(writing, f"{path}\n".encode())
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as reported:
        first = reported.readline()
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return [Path(line) for line in (first + reported.read()).split("\n")[:-1]]


def is_whole(path: Path) -> bool:
    """Whether a file is an entry."""
    try:
        read_entry(path)
    except CaseFormatError as error:
        print(error)
        return False
    return True


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder)
        reported: list[Path] = []
        for number in range(options.kills):
            reported += killed(corpus, number, draw.random() * _LONGEST)
        files = sorted((corpus / "zen").glob("*.json"))
        lost = sum(not path.is_file() for path in reported)
        broken = sum(not is_whole(path) for path in files)
        left = [path for path in (corpus / "zen").iterdir() if path.suffix != ".json"]
        for path in left:
            os.utime(path, (time.time() - 2 * _HOUR,) * 2)
        write_entry(corpus, entry(2.0))
        kept = sum(path.exists() for path in left)
    print(
        f"{options.kills} kills: {len(reported):,} entries reported, {lost} lost; {len(files):,} "
        f"files, {broken} not whole; {len(left)} left behind, {kept} after an hour"
    )
    return 1 if lost or broken or kept else 0


if __name__ == "__main__":
    sys.exit(main())
