"""Linear systems and factorizations: results declared by the equations that they satisfy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.balls.arithmetic import Ball
from zenverify.operators.domain import Domain, Matrix
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.allowance import affordable
from zenverify.operators.program.builder import Buffer, Numbers, ProgramBuilder, Shape
from zenverify.operators.program.steps.implicit import Start

Floats = NDArray[np.floating[Any]]
Objects = NDArray[np.object_]


def _orthogonal(height: int, width: int) -> int:
    """How many rounding errors meet in one number of a matrix turned from both sides.

    A reflection of m numbers counts for m of them (Higham, "Accuracy and Stability of Numerical
    Algorithms", theorem 19.4), and each row and column is reflected once.
    """
    return height * width + width * width


_NEGLECTED = 100
"""What may be left beside the diagonal when LAPACK's QR iteration stops, in units of the largest
singular value: "one eighth or two of the digits, whichever is smaller" (`TOLMUL` of DBDSQR)."""


def _singular(height: int, width: int) -> int:
    """How many rounding errors meet in one number that singular vectors are used for.

    What the iteration neglects is a number of units of the spectral norm, which is up to the square
    root of the number of elements times the largest of these.
    """
    iterates = min(height, width) > 1
    neglected = _NEGLECTED * math.ceil(math.sqrt(height * width)) if iterates else 0
    return _orthogonal(height, width) + neglected


def times(builder: ProgramBuilder, matrices: Buffer, vectors: Buffer) -> Buffer:
    """Per row, a matrix times a vector."""
    return (matrices * vectors[:, None, :]).sum(-1)


def transposed_times(builder: ProgramBuilder, matrices: Buffer, vectors: Buffer) -> Buffer:
    """Per row, the transpose of a matrix times a vector."""
    return times(builder, matrices.swapaxes(1, 2), vectors)


def _scaled(builder: ProgramBuilder, vectors: Buffer, numbers: Buffer) -> Buffer:
    """Per row, a vector times a number."""
    return vectors * numbers[:, None]


def _unit_length(builder: ProgramBuilder, vectors: Buffer) -> Buffer:
    """Per row, what is zero when a vector's length is one."""
    return (vectors * vectors).sum(-1) - 1.0


def _unit_vectors(builder: ProgramBuilder, rows: int, size: int) -> Buffer:
    """Row by row, the columns of the identity, over and over."""
    identity = np.tile(np.eye(size, dtype=bool), (rows // size if size else 0, 1))
    return builder.move(lambda one: np.where(identity, one, -1), builder.fill(1.0))


def _repeated(builder: ProgramBuilder, matrices: Buffer, times: int) -> Buffer:
    """A stack of matrices as rows, each so many times."""
    affordable(matrices.size * times)
    shape = (math.prod(matrices.shape[:-2]), *matrices.shape[-2:])
    return builder.move(lambda n: np.repeat(n.reshape(shape), times, axis=0), matrices)


def _square(x: Buffer) -> int:
    """The size of square matrices."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise GraphError(f"square matrices are expected, got shape {x.shape}")
    return x.shape[-1]


def _symmetric(builder: ProgramBuilder, x: Buffer) -> Buffer:
    """The symmetric matrices that have the same lower triangles."""
    lower = np.tri(x.shape[-1], dtype=bool)
    return builder.move(lambda n: np.where(lower, n, n.swapaxes(-1, -2)), x)


def _each(function: Callable[[Floats], tuple[Floats, ...]], stack: Floats) -> list[Floats]:
    """What NumPy finds for a stack of matrices; NaN for those for which it raises.

    Those that are not finite are not asked about: NumPy may never answer.
    """
    try:
        if not np.isfinite(stack).all():
            raise np.linalg.LinAlgError
        return list(function(stack))
    except np.linalg.LinAlgError:
        if len(stack) == 1:
            # The identity will do, to know the shapes.
            known = function(np.broadcast_to(np.eye(*stack.shape[1:]), stack.shape))
            return [np.full_like(part, np.nan) for part in known]
    parts = [_each(function, stack[i : i + 1]) for i in range(len(stack))]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _from_zero(*shapes: Shape) -> Start:
    """A start for linear equations, where any will do."""

    def start(*operands: Floats) -> list[Floats]:
        return [np.zeros((len(operands[0]), *shape)) for shape in shapes]

    return start


def _linear(builder: ProgramBuilder, y: Buffer, a: Buffer, b: Buffer) -> Buffer:
    return times(builder, a, y) - b


def _solve(builder: ProgramBuilder, a: Buffer, b: Buffer) -> Buffer:
    size = _square(a)
    columns = b[:, None] if b.ndim == 1 else b
    if columns.ndim < 2 or columns.shape[-2] != size:
        raise GraphError(f"matrices of shape {a.shape} and right sides of {b.shape} do not fit")
    batch = np.broadcast_shapes(a.shape[:-2], columns.shape[:-2])
    count = columns.shape[-1]
    rows = math.prod(batch) * count
    affordable(rows * size**2)

    def matrices(n: Numbers) -> Numbers:
        wide = np.broadcast_to(n[..., None, :, :], (*batch, count, size, size))
        return wide.reshape(rows, size, size)

    def right_sides(n: Numbers) -> Numbers:
        wide = np.broadcast_to(n.swapaxes(-1, -2), (*batch, count, size))
        return wide.reshape(rows, size)

    (found,) = builder.implicit(
        _linear,
        [(size,)],
        [builder.move(matrices, a), builder.move(right_sides, columns)],
        start=_from_zero((size,)),
        bound=lambda a, b: arb(0, 2 * math.sqrt(size)) * b,
    )
    result = builder.move(lambda n: n.reshape(*batch, count, size).swapaxes(-1, -2), found)
    return result[..., 0] if b.ndim == 1 else result


def _inv(builder: ProgramBuilder, x: Buffer) -> Buffer:
    size = _square(x)

    def equations(inner: ProgramBuilder, y: Buffer, a: Buffer) -> Buffer:
        return _linear(inner, y, a, _unit_vectors(inner, *y.shape))

    (columns,) = builder.implicit(
        equations,
        [(size,)],
        [_repeated(builder, x, size)],
        start=_from_zero((size,)),
        bound=_at_most_two,
    )
    return builder.move(lambda n: n.reshape(x.shape).swapaxes(-1, -2), columns)


def _cholesky(builder: ProgramBuilder, x: Buffer) -> Buffer:
    size = _square(x)
    high, low = np.tril_indices(size)
    count, batch = len(high), math.prod(x.shape[:-2])
    unpack = np.full((size, size), count)
    unpack[high, low] = np.arange(count)

    def unpacked(n: Numbers) -> Numbers:
        return np.concatenate([n, np.full((len(n), 1), -1)], axis=1)[:, unpack]

    def equations(inner: ProgramBuilder, packed: Buffer, a: Buffer) -> Buffer:
        factor = inner.move(unpacked, packed)
        return (factor[:, high] * factor[:, low]).sum(-1) - a

    def start(a: Floats) -> list[Floats]:
        full = np.zeros((len(a), size, size))
        full[:, high, low] = full[:, low, high] = a
        return [each[:, high, low] for each in _each(lambda m: (np.linalg.cholesky(m),), full)]

    (found,) = builder.implicit(
        equations,
        [(count,)],
        [builder.move(lambda n: n[..., high, low].reshape(batch, count), x)],
        start=start,
        branch=lambda packed: (packed[:, high == low] > 0).all(axis=1),
        bound=_at_most_two,
    )
    return builder.move(lambda n: unpacked(n).reshape(x.shape), found)


def _at_most_two(x: Ball) -> Ball:
    """What holds the results of the ordinary matrices that `Matrix` describes."""
    return arb(0, 2)


def _eigh(builder: ProgramBuilder, x: Buffer) -> Buffer:
    size = _square(x)
    batch = x.shape[:-2]

    def equations(
        inner: ProgramBuilder, vectors: Buffer, numbers: Buffer, a: Buffer
    ) -> tuple[Buffer, Buffer]:
        image, multiple = times(inner, a, vectors), _scaled(inner, vectors, numbers)
        return image - multiple, _unit_length(inner, vectors)

    def start(a: Floats) -> tuple[Floats, Floats]:
        numbers, vectors = _each(lambda m: tuple(np.linalg.eigh(m)), a[::size])
        return vectors.swapaxes(-1, -2).reshape(-1, size), numbers.reshape(-1)

    def ascending(vectors: Objects, numbers: Objects) -> NDArray[np.bool_]:
        rows = numbers.reshape(-1, size)
        return np.repeat((rows[:, 1:] > rows[:, :-1]).all(axis=1), size)

    vectors, numbers = builder.implicit(
        equations,
        [(size,), ()],
        [_repeated(builder, _symmetric(builder, x), size)],
        start=start,
        branch=ascending,
        bound=_at_most_two,
        terms=_orthogonal(size, size),
    )

    def pack(vectors: Numbers, numbers: Numbers) -> Numbers:
        below = vectors.reshape(*batch, size, size).swapaxes(-1, -2)
        return np.concatenate([numbers.reshape(*batch, 1, size), below], axis=-2)

    packed = builder.move(pack, vectors, numbers)
    return builder.free_signs(lambda n: n[..., 1:, :].swapaxes(-1, -2), packed)


def _svdvals(builder: ProgramBuilder, x: Buffer) -> Buffer:
    height, width = _matrix_shape(x)
    count = min(height, width)

    def equations(
        inner: ProgramBuilder, left: Buffer, right: Buffer, numbers: Buffer, a: Buffer
    ) -> tuple[Buffer, ...]:
        image, back = times(inner, a, right), transposed_times(inner, a, left)
        return (
            image - _scaled(inner, left, numbers),
            back - _scaled(inner, right, numbers),
            _unit_length(inner, right),
        )

    def start(a: Floats) -> tuple[Floats, ...]:
        left, numbers, right = _each(
            lambda m: tuple(np.linalg.svd(m, full_matrices=False)), a[::count]
        )
        lefts = left.swapaxes(-1, -2).reshape(-1, height)
        return lefts, right.reshape(-1, width), numbers.reshape(-1)

    def descending(left: Objects, right: Objects, numbers: Objects) -> NDArray[np.bool_]:
        rows = numbers.reshape(-1, count)
        falling = (rows[:, :-1] > rows[:, 1:]).all(axis=1) & (rows[:, -1] > 0)
        return np.repeat(falling, count)

    *_, numbers = builder.implicit(
        equations,
        [(height,), (width,), ()],
        [_repeated(builder, x, count)],
        start=start,
        branch=descending,
        bound=_at_most_two,
        terms=_singular(max(height, width), count),
    )
    return numbers.reshape(*x.shape[:-2], count)


def _pinv(builder: ProgramBuilder, x: Buffer) -> Buffer:
    height, width = _matrix_shape(x)
    if height < width:
        turned = _pinv(builder, x.swapaxes(-1, -2))
        return turned.swapaxes(-1, -2)

    def equations(
        inner: ProgramBuilder, y: Buffer, rest: Buffer, a: Buffer
    ) -> tuple[Buffer, Buffer]:
        distance = times(inner, a, y) + rest - _unit_vectors(inner, *rest.shape)
        return distance, transposed_times(inner, a, rest)

    columns, _ = builder.implicit(
        equations,
        [(width,), (height,)],
        [_repeated(builder, x, height)],
        start=_from_zero((width,), (height,)),
        bound=_at_most_two,
        terms=_singular(height, width),
        remainder=True,
    )
    shape = (*x.shape[:-2], height, width)
    return builder.move(lambda n: n.reshape(shape).swapaxes(-1, -2), columns)


def _matrix_shape(x: Buffer) -> tuple[int, int]:
    if x.ndim < 2:
        raise GraphError(f"matrices are expected, got shape {x.shape}")
    height, width = x.shape[-2:]
    return height, width


def _sample_one(choose: Choose, shape: Shape) -> Instance | None:
    fits = len(shape) >= 2 and max(shape) <= _LARGEST
    return Instance((shape,)) if fits else None


def _sample_square(choose: Choose, shape: Shape) -> Instance | None:
    fits = len(shape) >= 2 and shape[-1] == shape[-2] and max(shape) <= _LARGEST
    return Instance((shape,)) if fits else None


_LARGEST = 4
"""Matrices in random graphs have no more rows or columns: each takes milliseconds to enclose."""


def _sample_solve(choose: Choose, shape: Shape) -> Instance | None:
    if _sample_square(choose, shape) is None:
        return None
    batch, size = shape[:-2], shape[-1]
    options: list[Shape] = [(size,), (size, 2), (*batch, size, 1), (size, 1), (size, 0)]
    if batch:
        options.append((*(1,) * len(batch), size, 3))
    if set(batch) <= {1}:
        options += [(2, size, 2), (1, size, 3), (2, *batch, size, 1)]
    return Instance((shape, sampling.pick(choose, options)))


_SQUARES: tuple[Shape, ...] = (
    (2, 2),
    (1, 1),
    (3, 3),
    (2, 2, 2),
    (1, 2, 2),
    (2, 1, 1),
    (2, 1, 2, 2),
    (4, 4),
    (0, 0),
    (0, 2, 2),
    (1, 3, 3),
)
_RECTANGLES: tuple[Shape, ...] = (
    (3, 2),
    (2, 3),
    (1, 2),
    (3, 1),
    (2, 3, 2),
    (2, 1, 3),
    (1, 2, 1, 3),
    (4, 2),
    (2, 0),
    (0, 3),
)


def _declare(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    matrix: Matrix,
    *,
    square: bool = True,
) -> Operator:
    return Operator(
        name=name,
        family="linear",
        summary=summary,
        arguments=(Argument("x", Domain(matrix=matrix)),),
        build=build,
        sample=_sample_square if square else _sample_one,
        first_shapes=_SQUARES if square else (*_RECTANGLES, *_SQUARES),
    )


OPERATORS = (
    Operator(
        name="solve",
        family="linear",
        summary="y with a @ y = b, batched over leading axes; b is a vector if it has one axis",
        arguments=(Argument("a", Domain(matrix=Matrix.INVERTIBLE)), Argument("b")),
        build=_solve,
        sample=_sample_solve,
        first_shapes=_SQUARES,
        broadcasts=True,
    ),
    _declare("inv", "the inverse matrix", _inv, Matrix.INVERTIBLE),
    _declare(
        "cholesky",
        "the lower triangular L with L @ L.T = x; only the lower triangle of x is read",
        _cholesky,
        Matrix.POSITIVE_DEFINITE,
    ),
    _declare(
        "eigh",
        "eigenvalues of a symmetric matrix, ascending, above its eigenvectors, which are columns; "
        "only the lower triangle is read",
        _eigh,
        Matrix.DISTINCT_EIGENVALUES,
    ),
    _declare(
        "svdvals",
        "singular values, descending",
        _svdvals,
        Matrix.DISTINCT_SINGULAR_VALUES,
        square=False,
    ),
    _declare(
        "pinv",
        "the pseudo-inverse (Moore, Penrose)",
        _pinv,
        Matrix.FULL_RANK,
        square=False,
    ),
)
