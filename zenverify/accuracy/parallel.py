"""Operations searched in several processes, each with an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from zenverify.accuracy.operations import search_operation
from zenverify.engines.parallel import in_order
from zenverify.operators import catalogue

if TYPE_CHECKING:
    from zenverify.accuracy.record import Accuracy
    from zenverify.engines.protocol import Engine


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
    calls = product(operations, dtypes)
    for rows in in_order(search, calls, spec, jobs, told=("searches", "operation")):
        yield from rows


def _searched(
    evaluations: int, seed: int, engine: Engine, call: tuple[str, str]
) -> tuple[Accuracy, ...]:
    operation, dtype = call
    return search_operation(
        engine, catalogue.get(operation), dtype, evaluations=evaluations, seed=seed
    )
