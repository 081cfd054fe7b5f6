"""PyTorch's linear algebra."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch

from zenverify.engines.tabled import Function, named, offered
from zenverify.engines.torch.calls import of_tensors


def _of_vectors(name: str, function: Function) -> Function:
    """A function that takes vectors only."""

    def call(x: Any, y: Any) -> Any:
        offered(x.ndim == y.ndim == 1, f"{name} of other than vectors")
        return function(x, y)

    return of_tensors(call)


def _tensordot(x: Any, y: Any, axes: Any) -> Any:
    if isinstance(axes, int):
        return torch.tensordot(x, y, dims=axes)
    pairs = tuple([part] if isinstance(part, int) else list(part) for part in axes)
    return torch.tensordot(x, y, dims=pairs)


def _einsum(*operands: Any, subscripts: str) -> Any:
    return torch.einsum(subscripts, *operands)


def _cross(x: Any, y: Any, axisa: int, axisb: int, axisc: int) -> Any:
    offered(x.ndim == y.ndim, "linalg.cross of different numbers of dimensions")
    places = {axis % one.ndim - one.ndim for axis, one in ((axisa, x), (axisb, y))}
    places.add(axisc % x.ndim - x.ndim)
    offered(len(places) == 1, "linalg.cross along different axes")
    return torch.linalg.cross(x, y, dim=places.pop())


def _slogdet(x: Any) -> Any:
    """Both results in one tensor, as the catalogue has it."""
    return torch.stack(tuple(torch.linalg.slogdet(x)))


def _solve(a: Any, b: Any) -> Any:
    batched_vectors = b.ndim > 1 and b.shape == a.shape[:-1]
    offered(not batched_vectors, "linalg.solve with a matrix that it takes for a batch of vectors")
    return torch.linalg.solve(a, b)


def _lower(x: Any) -> Any:
    """The symmetric matrix with the lower triangle of x.

    PyTorch reads the lower triangle and gives the gradient of a symmetric matrix.
    """
    return torch.tril(x) + torch.tril(x, -1).mT


def _cholesky(x: Any) -> Any:
    return torch.linalg.cholesky(_lower(x))


def _eigh(x: Any) -> Any:
    """Both results in one tensor, as the catalogue has it."""
    values, vectors = torch.linalg.eigh(_lower(x))
    return torch.cat((values[..., None, :], vectors), dim=-2)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{
            o: of_tensors(f)
            for o, f in named(
                torch,
                (
                    "inner",
                    "kron",
                ),
            ).items()
        },
        **{
            o: _of_vectors(o, f)
            for o, f in named(
                torch,
                (
                    "dot",
                    "outer",
                    "vdot",
                ),
            ).items()
        },
        **named(
            torch,
            {
                "matrix_power": "linalg.matrix_power",
                "det": "linalg.det",
                "inv": "linalg.inv",
                "svdvals": "linalg.svdvals",
                "pinv": "linalg.pinv",
            },
        ),
        "matmul": operator.matmul,
        "tensordot": of_tensors(_tensordot),
        "einsum": _einsum,
        "cross": _cross,
        "slogdet": _slogdet,
        "solve": _solve,
        "cholesky": _cholesky,
        "eigh": _eigh,
    }
)
