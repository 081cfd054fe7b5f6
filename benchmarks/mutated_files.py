"""Replay entries, and read baselines and configurations, with something wrong in them.

    python -m benchmarks.mutated_files [--entries N] [--seed N]

Entries of the corpus have a piece or two exchanged, or some of their bytes, or end too early. Each
is replayed beside a good one. Baselines and configurations, a fifth as many each, are read. Each
must be answered by a sentence, within 2 s of processor time and 500 MB. The work is done in
processes of 500 files each, so that a signal is counted and stops nothing.

Exit code 1 if there is a traceback, a file that takes too much, a neighbour that is not replayed,
or a signal.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.measures.mutation import mutated, mutated_baseline, mutated_configuration
from zenverify.cli.configuration import read_configuration
from zenverify.corpus.baseline import read_baseline
from zenverify.corpus.replay import ReplayStatus, replay
from zenverify.engines import registry
from zenverify.errors import UsageError

_SECONDS = 2.0
_KILOBYTES = 500_000
_AT_ONCE = 500
_CORPUS = Path(__file__).parents[1] / "corpus" / "zen"

BAD = ("traceback", "too slow", "too large", "neighbour lost", "signal")


def entries(seed: int, number: int, told: Connection) -> None:
    """Replay mutated entries, each beside a good one, and tell what was wrong."""
    draw = random.Random(seed)
    paths = sorted(_CORPUS.glob("*.json"))
    neighbour = paths[0]
    engine = registry.load("zen")
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entry.json"
        for _ in range(number):
            content = mutated(draw, json.loads(draw.choice(paths).read_bytes()))
            path.write_bytes(content)
            with _measured(counts, content):
                first, second = replay([path, neighbour], engine)
                counts[str(first.status)] += 1
                if first.status is ReplayStatus.ERROR:
                    _complain(counts, "traceback", first.message, content)
                if first.status is ReplayStatus.FAILED:
                    print(f"a right engine fails: {first.message}\n  {content!r}", flush=True)
                if second.status is not ReplayStatus.PASSED:
                    _complain(counts, "neighbour lost", second.message, content)
    told.send(counts)


def baselines(seed: int, number: int, told: Connection) -> None:
    """Read mutated baselines."""
    _read(seed, number, told, "known.json", mutated_baseline, lambda p: read_baseline(p, "zen"))


def configurations(seed: int, number: int, told: Connection) -> None:
    """Read mutated configurations."""

    def drawn(draw: random.Random) -> bytes:
        return mutated_configuration(draw).encode("utf-8", "surrogatepass")

    _read(seed, number, told, "pyproject.toml", drawn, read_configuration)


def _read(
    seed: int,
    number: int,
    told: Connection,
    name: str,
    drawn: Callable[[random.Random], bytes],
    read: Callable[[Path], object],
) -> None:
    draw = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for _ in range(number):
            content = drawn(draw)
            path.write_bytes(content)
            with _measured(counts, content):
                try:
                    read(path)
                    counts["read"] += 1
                except UsageError as error:
                    counts["refused"] += 1
                    if str(path) not in str(error):
                        _complain(counts, "traceback", f"names no file: {error}", content)
    told.send(counts)


class _measured:  # noqa: N801  it is used as a statement
    """Counts what takes too much, and what raises."""

    def __init__(self, counts: Counter[str], content: bytes) -> None:
        self._counts, self._content = counts, content
        self._before = _peak()

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> bool:
        took = time.process_time() - self._start
        if took > _SECONDS:
            _complain(self._counts, "too slow", f"{took:.1f} s", self._content)
        if _peak() > _KILOBYTES >= self._before:
            _complain(self._counts, "too large", f"{_peak() / 1000:.0f} MB", self._content)
        if isinstance(error, Exception):
            _complain(self._counts, "traceback", repr(error), self._content)
        return isinstance(error, Exception)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _complain(counts: Counter[str], what: str, message: str, content: bytes) -> None:
    counts[what] += 1
    print(f"{what}: {message}\n  {content!r}", flush=True)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    kinds = (
        (entries, options.entries),
        (baselines, options.entries // 5),
        (configurations, options.entries // 5),
    )
    bad = 0
    for work, every in kinds:
        counts: Counter[str] = Counter()
        for start in range(0, every, _AT_ONCE):
            counts += _apart(work, options.seed + start, min(_AT_ONCE, every - start))
        bad += sum(counts[name] for name in BAD)
        said = [f"{count:,} {name}" for name, count in sorted(counts.items()) if name not in BAD]
        said += [f"{counts[name]} {name}" for name in BAD]
        print(f"{every:,} {work.__name__}: {', '.join(said)}", flush=True)
    return 1 if bad else 0


def _apart(work: Callable[[int, int, Connection], None], seed: int, number: int) -> Counter[str]:
    """Do it in a process of its own."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(seed, number, sending))
    process.start()
    sending.close()
    try:
        counts: Counter[str] = receiving.recv()
    except EOFError:
        process.join()
        print(f"signal or exit: {process.exitcode} with seed {seed}", flush=True)
        return Counter({"signal": 1})
    process.join()
    return counts


if __name__ == "__main__":
    sys.exit(main())
