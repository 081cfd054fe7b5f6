"""An elementwise operation all over its domain, as one large case per dtype."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zenverify.accuracy.points import Points, points_of
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.graph.graph import DTYPES, GraphBuilder
from zenverify.operators.operator import Operator
from zenverify.verification.verify import verify_case

_KEPT = 24
"""Of so many elements that fail, spread over all of them, a case each is verified."""


def scans(operator: Operator, seed: int) -> tuple[Case, ...]:
    """A case per dtype; none for an operator that is not elementwise."""
    if not operator.is_elementwise or operator.integers_extend is not None:
        return ()
    domains = [argument.limits for argument in operator.arguments]
    return tuple(_case(operator.name, points_of(domains, dtype, seed), dtype) for dtype in DTYPES)


def _case(name: str, points: list[Points], dtype: str) -> Case:
    build = GraphBuilder()
    build.apply(name, *[build.variable(one.shape, dtype) for one in points])
    return Case(build.graph(), tuple(points), np.ones(points[0].shape, dtype))


def narrowed(engine: Engine, case: Case, timeout: float) -> Iterator[Case]:
    """The case itself if it passes; otherwise the elements that fail, a case each.

    A case of one element is quick to reduce. Where no element fails by itself, the whole case is
    kept: then the fault lies in the company that the elements are in.
    """
    if not _fails(engine, case, timeout):
        yield case
        return
    size, dtype = case.cotangent.size, case.graph.dtypes[case.graph.root]
    name = case.graph.apply(case.graph.root).operator
    failing: list[Case] = []
    pending = [np.arange(size)]
    while pending and len(failing) < _KEPT:
        part = pending.pop()
        smaller = _case(name, [value[part] for value in case.values], dtype)
        if not _fails(engine, smaller, timeout):
            continue
        if part.size == 1:
            failing.append(smaller)
        else:
            pending += np.array_split(part, min(8, part.size))
    yield from failing or [case]


def _fails(engine: Engine, case: Case, timeout: float) -> bool:
    result = verify_case(engine, case, difference=False, timeout=timeout)
    return result.verdict.is_failure
