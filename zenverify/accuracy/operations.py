"""A search for the inputs where an operation loses most: it climbs towards larger errors."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from zenverify.accuracy.inputs import spaces_of
from zenverify.accuracy.record import Accuracy, WorstFound
from zenverify.accuracy.search import Search
from zenverify.engines.protocol import Engine, limits_of
from zenverify.graph.graph import DTYPES
from zenverify.operators.operator import Operator

DEFAULT_EVALUATIONS = 1_000
DEFAULT_SEED = 1

_CHEAP = 4
"""Of an operation whose points are independent so many times more numbers are measured: they are
measured all at a time."""


def search_operation(
    engine: Engine,
    operator: Operator,
    dtype: str,
    *,
    evaluations: int = DEFAULT_EVALUATIONS,
    seed: int = DEFAULT_SEED,
) -> tuple[Accuracy, ...]:
    """Search an operation's inputs for the largest inaccuracies.

    Parameters
    ----------
    engine, operator
        What to search.
    dtype
        ``"float64"`` or ``"float32"``.
    evaluations
        How many numbers, of results and of gradients, to measure; four times as many where all
        elements are independent of each other.
    seed
        The same seed gives the same inputs.

    Returns
    -------
    tuple of Accuracy
        One for the result, and one for each argument's gradient, those that there are. A single
        one without inaccuracies where the engine cannot do the operation.
    """
    limits = limits_of(engine)
    drawn = zlib.crc32(f"{operator.name} {dtype} {seed}".encode())
    spaces = spaces_of(operator, dtype, arrays=limits.arrays, seed=drawn)
    record = WorstFound(operator, dtype)
    for number, space in enumerate(spaces):
        share = evaluations * (_CHEAP if space.call.pointwise else 1) // len(spaces)
        Search(engine, space, drawn + number, record).run(share)
    return record.rows(engine)


def search_operations(
    engine: Engine,
    operators: Sequence[Operator],
    dtypes: Sequence[str] = DTYPES,
    *,
    evaluations: int = DEFAULT_EVALUATIONS,
    seed: int = DEFAULT_SEED,
) -> Iterator[Accuracy]:
    """`search_operation` for several operations, in each precision that the engine has."""
    for operator in operators:
        for dtype in dtypes:
            if dtype in limits_of(engine).dtypes:
                yield from search_operation(
                    engine, operator, dtype, evaluations=evaluations, seed=seed
                )
