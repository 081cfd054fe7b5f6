"""Comparisons, and what combines their results: nothing is differentiated there.

What an element is, is Python's own comparison of two numbers, which is exact for floats of either
precision, and false with a NaN.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder


def _shape_only(builder: ProgramBuilder, *operands: Buffer) -> Buffer:
    return builder.move(lambda *arrays: np.broadcast_arrays(*arrays)[0], *operands)


def _decision(
    name: str, summary: str, decides: Callable[..., bool], arity: int, *, logical: bool
) -> Operator:
    return Operator(
        name=name,
        family="comparison",
        summary=summary,
        arguments=tuple(Argument(letter, logical=logical) for letter in "xy"[:arity]),
        build=_shape_only,
        sample=sampling.elementwise(arity),
        first_shapes=sampling.ANY_SHAPES,
        broadcasts=True,
        decides=decides,
    )


DECISIONS = (
    _decision("greater", "whether x > y", operator.gt, 2, logical=False),
    _decision("greater_equal", "whether x >= y", operator.ge, 2, logical=False),
    _decision("less", "whether x < y", operator.lt, 2, logical=False),
    _decision("less_equal", "whether x <= y", operator.le, 2, logical=False),
    _decision("equal", "whether x == y", operator.eq, 2, logical=False),
    _decision("not_equal", "whether x != y", operator.ne, 2, logical=False),
    _decision("logical_and", "whether both hold", operator.and_, 2, logical=True),
    _decision("logical_or", "whether one of them holds", operator.or_, 2, logical=True),
    _decision("logical_not", "whether it does not hold", operator.not_, 1, logical=True),
)
