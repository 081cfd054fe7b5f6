"""Linear algebra."""

from __future__ import annotations

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape


def _matmul(builder: ProgramBuilder, x: Buffer, y: Buffer) -> Buffer:
    if not x.ndim or not y.ndim:
        raise GraphError("a scalar is no operand")
    rows = x if x.ndim > 1 else x[None, :]
    columns = y if y.ndim > 1 else y[:, None]
    if rows.shape[-1] != columns.shape[-2]:
        raise GraphError(
            f"{x.shape} and {y.shape} do not fit: {rows.shape[-1]} columns, "
            f"{columns.shape[-2]} rows"
        )
    batch = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    full = (*batch, rows.shape[-2], columns.shape[-1], rows.shape[-1])
    left = builder.move(lambda n: np.broadcast_to(n[..., :, None, :], full), rows)
    right = builder.move(
        lambda n: np.broadcast_to(np.swapaxes(n, -1, -2)[..., None, :, :], full), columns
    )
    result = (left * right).sum(-1)
    if x.ndim == 1:
        result = result[..., 0, :]
    if y.ndim == 1:
        result = result[..., 0]
    return result


def _sample_matmul(choose: Choose, shape: Shape) -> Instance | None:
    if not shape:
        return None
    k = shape[-1]
    options: list[Shape] = [(k,), (k, 2), (k, 1)]
    if len(shape) > 1:
        options += [(k, shape[-2]), (2, k, 2) if len(shape) == 2 else (*shape[:-2], k, 1)]
    else:
        options.append((2, k, 2))
    if len(shape) > 2:
        options.append((1, k, 2))
        options.append((2, *(1,) * (len(shape) - 2), k, 1))
    return Instance((shape, sampling.pick(choose, options)))


OPERATORS = (
    Operator(
        name="matmul",
        family="linear",
        summary="matrix product, batched over leading axes; vectors as in NumPy",
        arguments=(Argument("x"), Argument("y")),
        build=_matmul,
        sample=_sample_matmul,
        first_shapes=((2, 3), (2, 2), (3,), (1, 2), (2, 1, 2), (2, 1), (1, 2, 3), (0, 2), (2, 0)),
        broadcasts=True,
        wide=(Instance(((150,), (150,))), Instance(((1, 100), (100, 1)))),
    ),
)
