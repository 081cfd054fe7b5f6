"""Replay in several processes, each with an engine of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.corpus.files import find_entries
from zenverify.corpus.replay import ReplayOutcome, replay_found
from zenverify.engines import registry
from zenverify.errors import UsageError
from zenverify.processes import pool_of

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

_AT_ONCE = 32
"""Neighbours are sent together."""

_engine: list[Engine] = []
"""That of a worker process."""


def replay_in_processes(paths: Iterable[Path], spec: str, jobs: int) -> Iterator[ReplayOutcome]:
    """Verify every entry, as `zenverify.corpus.replay.replay` does, in the same order.

    Parameters
    ----------
    paths
        Files, and directories that are searched recursively.
    spec
        The engine, as ``--engine`` takes it: each process loads it anew.
    jobs
        How many processes.

    Raises
    ------
    UsageError
        If a path does not exist, or a process was ended from outside.
    """
    found = list(find_entries(paths))
    with pool_of(jobs, _load, spec) as pool:
        try:
            yield from pool.map(_replayed, found, chunksize=_AT_ONCE)
        except BrokenProcessPool as error:
            raise UsageError(
                "a process that replays was ended, by a signal or for lack of memory: "
                "without -j the entry shows"
            ) from error


def _load(spec: str) -> None:
    _engine[:] = [registry.load(spec)]


def _replayed(found: tuple[Path, str]) -> ReplayOutcome:
    return replay_found(*found, _engine[0])
