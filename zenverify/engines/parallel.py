"""Work done with an engine in several processes, each of which loads its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from zenverify.engines import registry
from zenverify.errors import UsageError
from zenverify.processes import pool_of

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

Item = TypeVar("Item")
Made = TypeVar("Made")

_engine: list[Engine] = []
"""That of a worker process."""


def in_order(
    work: Callable[[Engine, Item], Made],
    items: Iterable[Item],
    spec: str,
    jobs: int,
    *,
    told: tuple[str, str],
    at_once: int = 1,
) -> Iterator[Made]:
    """What ``work(engine, item)`` makes of each item, in their order.

    Parameters
    ----------
    work
        A function of a module, so that it can be sent.
    items
        What can be sent, too.
    spec
        The engine, as ``--engine`` takes it: each process loads it anew.
    jobs
        How many processes.
    told
        For the error: what a process does, and what an item is called.
    at_once
        So many neighbours are sent together.

    Raises
    ------
    UsageError
        If a process was ended from outside.
    """
    with pool_of(jobs, _load, spec) as pool:
        try:
            yield from pool.map(partial(_worked, work), items, chunksize=at_once)
        except BrokenProcessPool as error:
            does, item = told
            raise UsageError(
                f"a process that {does} was ended, by a signal or for lack of memory: "
                f"without -j the {item} shows"
            ) from error


def _load(spec: str) -> None:
    _engine[:] = [registry.load(spec)]


def _worked(work: Callable[[Engine, Item], Made], item: Item) -> Made:
    return work(_engine[0], item)
