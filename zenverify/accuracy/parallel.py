"""Operations searched in several processes, each with an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from zenverify.accuracy.operations import search_operation
from zenverify.engines import registry
from zenverify.errors import UsageError
from zenverify.operators import catalogue
from zenverify.processes import pool_of

if TYPE_CHECKING:
    from zenverify.accuracy.record import Accuracy
    from zenverify.engines.protocol import Engine

_engine: list[Engine] = []
"""That of a worker process."""


def search_in_processes(
    spec: str,
    operations: Sequence[str],
    dtypes: Sequence[str],
    jobs: int,
    *,
    evaluations: int,
    seed: int,
) -> Iterator[Accuracy]:
    """Give what `zenverify.accuracy.operations.search_operations` does, in the same order.

    Parameters
    ----------
    spec
        The engine, as ``--engine`` takes it: each process loads it anew.
    operations
        Names of the catalogue.
    dtypes
        Those that the engine has.
    jobs
        How many processes.
    evaluations, seed
        As for one operation.

    Raises
    ------
    UsageError
        If a process was ended from outside.
    """
    search = partial(_searched, evaluations, seed)
    with pool_of(jobs, _load, spec) as pool:
        try:
            for rows in pool.map(search, *zip(*product(operations, dtypes), strict=True)):
                yield from rows
        except BrokenProcessPool as error:
            raise UsageError(
                "a process that searches was ended, by a signal or for lack of memory: "
                "without -j the operation shows"
            ) from error


def _load(spec: str) -> None:
    _engine[:] = [registry.load(spec)]


def _searched(evaluations: int, seed: int, operation: str, dtype: str) -> tuple[Accuracy, ...]:
    return search_operation(
        _engine[0], catalogue.get(operation), dtype, evaluations=evaluations, seed=seed
    )
