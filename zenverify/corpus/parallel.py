"""Replay in several processes, each with an engine of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.corpus.files import find_entries
from zenverify.corpus.replay import ReplayOutcome, replay_found
from zenverify.engines.parallel import in_order

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

_AT_ONCE = 32
"""Neighbours are sent together."""


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
    told = ("replays", "entry")
    yield from in_order(_replayed, found, spec, jobs, told=told, at_once=_AT_ONCE)


def _replayed(engine: Engine, found: tuple[Path, str]) -> ReplayOutcome:
    return replay_found(*found, engine)
