"""Lengths of vectors and norms of matrices."""

# Attributes are named as in NumPy, also where Python has a function of that name.
# ruff: noqa: A002

from __future__ import annotations

import math
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.kernels import absolute, sqrt
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program import arithmetic
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Axis, Buffer, ProgramBuilder, Shape
from zenverify.operators.program.kernel import kernel

_LENGTH = kernel("hypot", 2, lambda sp, x, y: sp.sqrt(x**2 + y**2))
_MAGNITUDE_TO_POWER = kernel("magnitude_to_power", 2, lambda sp, x, p: sp.Abs(x) ** p)
_ROOT = kernel("root", 2, lambda sp, x, p: x ** (1 / p))

_FROBENIUS = "fro"

Orders = tuple[float | str | None, ...]


def _hypot(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    affordable(2 * math.prod(np.broadcast_shapes(x.shape, y.shape)))
    pairs = builder.move(lambda a, b: np.stack(np.broadcast_arrays(a, b), axis=-1), x, y)

    def length(inner: ProgramBuilder, rows: Buffer) -> Buffer:
        return _LENGTH(rows[:, 0], rows[:, 1])

    return builder.homogeneous(length, pairs, -1, symmetric=True, convex=True)


def _power_norm(
    builder: ProgramBuilder, x: Buffer, axis: Axis, power: float, *, keepdims: bool
) -> Buffer:
    def norm(inner: ProgramBuilder, rows: Buffer) -> Buffer:
        if power == 2:
            return sqrt((rows * rows).sum(1))
        # Of even powers the sign is gone, and with it the bend of the magnitude.
        even = power % 2 == 0
        to_power = arithmetic.POWER if even else _MAGNITUDE_TO_POWER
        return _ROOT(to_power(rows, power).sum(1), power)

    return builder.homogeneous(norm, x, axis, keepdims=keepdims, symmetric=True, convex=power >= 1)


def _norm(
    builder: ProgramBuilder, x: Buffer, *, ord: float | str | None, axis: Axis, keepdims: bool
) -> Buffer:
    named = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    if ord is None and axis is None:
        return _power_norm(builder, x, None, 2.0, keepdims=keepdims)
    if len(named) == 1:
        return _vector_norm(builder, x, ord, named[0], keepdims=keepdims)
    if len(named) == 2:
        return _matrix_norm(builder, x, ord, *named, keepdims=keepdims)
    raise GraphError(f"ord {ord!r} takes one axis or two, got {len(named)}")


def _vector_norm(
    builder: ProgramBuilder, x: Buffer, order: float | str | None, axis: int, *, keepdims: bool
) -> Buffer:
    if order is None:
        order = 2.0
    if isinstance(order, str) or not (order > 0 or order == -math.inf):
        raise GraphError(f"a vector has no norm of ord {order!r}")
    if math.isinf(order):
        sizes = absolute(x)
        return _extreme(builder, sizes, axis, keepdims=keepdims, largest=order > 0)
    if order == 1:
        return absolute(x).sum(axis, keepdims=keepdims)
    return _power_norm(builder, x, axis, order, keepdims=keepdims)


def _matrix_norm(
    builder: ProgramBuilder,
    x: Buffer,
    order: float | str | None,
    rows: int,
    columns: int,
    *,
    keepdims: bool,
) -> Buffer:
    if order is None or order == _FROBENIUS:
        return _power_norm(builder, x, (rows, columns), 2.0, keepdims=keepdims)
    if isinstance(order, str) or abs(order) not in (1, math.inf):
        raise GraphError(f"a matrix has no norm of ord {order!r} here")
    added, compared = (rows, columns) if abs(order) == 1 else (columns, rows)
    sums = absolute(x).sum(added, keepdims=True)
    extreme = _extreme(builder, sums, compared, keepdims=True, largest=order > 0)
    if keepdims:
        return extreme
    return builder.move(lambda n: n.squeeze((rows, columns)), extreme)


def _extreme(
    builder: ProgramBuilder, sizes: Buffer, axis: int, *, keepdims: bool, largest: bool
) -> Buffer:
    if largest and sizes.shape[axis] == 0:
        return sizes.sum(axis, keepdims=keepdims)
    return builder.extremum(sizes, axis, keepdims=keepdims, largest=largest)


_OF_VECTORS: Orders = (None, 1.0, 2.0, math.inf, -math.inf, 3.0, 1.5, 4.0, 0.5)
_OF_MATRICES: Orders = (None, _FROBENIUS, 1.0, -1.0, math.inf, -math.inf)
_ALONG: dict[int, list[Any]] = {1: [0, -1, None], 2: [1, -2, (0,)], 3: [1, -1]}
_ACROSS: dict[int, list[Any]] = {2: [None, (1, 0), (-2, -1)], 3: [(0, 2), (-1, 0)]}


def _sample_norm(choose: Choose, shape: Shape) -> Instance | None:
    ndim = len(shape)
    if 0 in shape or ndim not in _ALONG:
        whole = {"ord": None, "axis": None, "keepdims": bool(choose(2))}
        return Instance((shape,), whole)
    kind = choose(8)
    orders, axes = (_OF_VECTORS, _ALONG) if kind < 5 or ndim == 1 else (_OF_MATRICES, _ACROSS)
    attributes = {"ord": sampling.pick(choose, orders), "axis": sampling.pick(choose, axes[ndim])}
    if kind == 0:
        attributes = {"ord": None, "axis": None}
    return Instance((shape,), {**attributes, "keepdims": bool(choose(2))})


NORM = Operator(
    name="norm",
    family="reductions",
    summary="norm of vectors along an axis or of matrices along two, of order ord",
    arguments=(Argument("x"),),
    build=_norm,
    sample=_sample_norm,
    first_shapes=((3,), (2, 3), (2, 2), (2, 1, 2), (), (0,), (1, 3)),
    kinks=("all elements are zero", "an element is zero", "two magnitudes or sums tie"),
    wide=tuple(Instance(((150,),), {**sampling.WHOLE, "ord": power}) for power in (None, 3.0)),
)

HYPOT = Operator(
    name="hypot",
    family="elementary",
    summary="sqrt(x ** 2 + y ** 2), without overflow",
    arguments=(Argument("x"), Argument("y")),
    build=_hypot,
    sample=sampling.elementwise(2),
    first_shapes=sampling.ANY_SHAPES,
    kernel=_LENGTH,
    kinks=("x = y = 0",),
    broadcasts=True,
)

OPERATORS = (NORM, HYPOT)
