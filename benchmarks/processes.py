"""Doing the same for many things in several processes, which share what was prepared before."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from typing import TypeVar

Made = TypeVar("Made")

_AT_ONCE = 8
"""Neighbours are done by one process, which may keep what they share."""

_work: list[Callable[[int], object]] = []
"""What a forked process does; a closure cannot be sent there."""


def in_processes(
    work: Callable[[int], Made], count: int, jobs: int, at_once: int = _AT_ONCE
) -> Iterator[Made]:
    """``work(0)``, ``work(1)`` and so on, in this order.

    Parameters
    ----------
    work
        What to do with a number; its result must be picklable if there are several processes.
    count
        How many numbers.
    jobs
        How many processes; with one, everything is done in this one.
    at_once
        So many neighbours go to one process.
    """
    if jobs == 1:
        yield from map(work, range(count))
        return
    _work[:] = [work]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_do, range(count), at_once)


def _do(number: int) -> object:
    return _work[0](number)
