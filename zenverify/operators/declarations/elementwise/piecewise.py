"""Operations with kinks, and the selection between two operands."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from zenverify.operators import sampling
from zenverify.operators.attributes import Mask
from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import EVERYWHERE
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

declare = partial(elementwise, "piecewise")

ABSOLUTE = declare("absolute", "|x|", lambda sp, x: sp.Abs(x), kinks=("x = 0",))
RELU = declare("relu", "max(x, 0)", lambda sp, x: sp.Max(x, 0), kinks=("x = 0",))
MAXIMUM = declare(
    "maximum",
    "the larger of two",
    lambda sp, x, y: sp.Max(x, y),
    domains=(EVERYWHERE, EVERYWHERE),
    kinks=("x = y",),
)
MINIMUM = declare(
    "minimum",
    "the smaller of two",
    lambda sp, x, y: sp.Min(x, y),
    domains=(EVERYWHERE, EVERYWHERE),
    kinks=("x = y",),
)


def _clip(
    builder: ProgramBuilder, x: Buffer, *, lower: float | None, upper: float | None
) -> Buffer:
    assert MAXIMUM.kernel is not None
    assert MINIMUM.kernel is not None
    if lower is not None and lower == upper:
        # A constant, but one that NaN reaches, forward and backward, as it does in any engine.
        return x * (x - x) + lower
    if lower is not None:
        x = MAXIMUM.kernel(x, lower)
    if upper is not None:
        x = MINIMUM.kernel(x, upper)
    return x


def _sample_clip(choose: Choose, shape: Shape) -> Instance:
    bounds: list[tuple[float | None, float | None]] = [
        (-1.0, 1.0),
        (0.0, None),
        (None, 0.5),
        (0.0, 1.0),
        (0.5, 0.5),
        (None, None),
    ]
    lower, upper = sampling.pick(choose, bounds)
    return Instance((shape,), {"lower": lower, "upper": upper})


CLIP = Operator(
    name="clip",
    family="piecewise",
    summary="x, but no less than lower and no more than upper; None is no bound",
    arguments=(Argument("x"),),
    build=_clip,
    sample=_sample_clip,
    first_shapes=sampling.ANY_SHAPES,
    kinks=("x = lower", "x = upper"),
)


def _where(builder: ProgramBuilder, x: Buffer, y: Buffer, *, condition: Mask) -> Buffer:
    affordable(math.prod(np.broadcast_shapes(np.shape(condition), x.shape, y.shape)))
    return builder.move(lambda a, b: np.where(condition, a, b), x, y)


_MASKS = (0b010101, 0b000000, 0b111111, 0b011001, 0b100110)
"""Bit patterns that masks repeat."""


def _sample_where(choose: Choose, shape: Shape) -> Instance:
    other = sampling.pick(choose, sampling.partners(shape))
    both = np.broadcast_shapes(shape, other)
    mask_shape = sampling.pick(choose, [both, both[1:], (2, *both), (1, *both)])
    bits = sampling.pick(choose, _MASKS)
    size = int(np.prod(mask_shape, dtype=np.int64))
    mask = np.array([bits >> (i % 6) & 1 for i in range(size)], dtype=bool).reshape(mask_shape)
    return Instance((shape, other), {"condition": mask})


WHERE = Operator(
    name="where",
    family="piecewise",
    summary="x where the condition holds, y elsewhere",
    arguments=(Argument("x"), Argument("y")),
    build=_where,
    sample=_sample_where,
    first_shapes=sampling.ANY_SHAPES,
    broadcasts=True,
    selects="condition",
)


def _nan_to_num(
    builder: ProgramBuilder,
    x: Buffer,
    *,
    nan: float,
    posinf: float | None,
    neginf: float | None,
) -> Buffer:
    return builder.finite(x)


_REPLACEMENTS: list[dict[str, float | None]] = [
    {"nan": 0.0, "posinf": None, "neginf": None},
    {"nan": 1.5, "posinf": 2.0, "neginf": -3.0},
    {"nan": -1.0, "posinf": None, "neginf": 0.0},
]


def _sample_nan_to_num(choose: Choose, shape: Shape) -> Instance:
    return Instance((shape,), dict(sampling.pick(choose, _REPLACEMENTS)))


NAN_TO_NUM = Operator(
    name="nan_to_num",
    family="piecewise",
    summary="x where it is finite; what stands for NaN and infinities is not checked",
    arguments=(Argument("x"),),
    build=_nan_to_num,
    sample=_sample_nan_to_num,
    first_shapes=sampling.ANY_SHAPES,
)

OPERATORS = (ABSOLUTE, RELU, MAXIMUM, MINIMUM, CLIP, WHERE, NAN_TO_NUM)
