"""Several processes that verify, each with an engine of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

SPAWN = get_context("spawn")
"""How they are started: an engine may have threads, which a fork would lose."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def pool_of(
    jobs: int, start: Callable[..., object], *arguments: Any
) -> Iterator[ProcessPoolExecutor]:
    """So many processes, in each of which ``start(*arguments)`` has been called.

    What they have not begun when the context ends is never done. While it lasts, processes that
    are started get a share of the cores each, if nobody has said which.
    """
    share = str(max(1, available() // jobs))
    given = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(given, share))
    pool = ProcessPoolExecutor(jobs, SPAWN, start, arguments)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name in given:
            os.environ.pop(name, None)


def available() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
