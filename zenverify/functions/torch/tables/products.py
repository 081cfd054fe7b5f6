"""torch's products of matrices, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, apply, moved
from zenverify.functions.torch.tables.common import only


def _product(input: Term, other: Term) -> Term:
    return apply("matmul", input, other)


def _rmatmul(input: Term, other: Term) -> Term:
    return apply("matmul", other, input)


def _linear(input: Term, weight: Term, bias: Term | None = None) -> Term:
    product = apply("matmul", input, moved(np.transpose, weight))
    return product if bias is None else product + bias


def _scaled(one: Any, factor: float) -> Any:
    return one if factor == 1 else apply("multiply", one, factor)


def _added(product: Term, input: Any, beta: float, alpha: float) -> Term:
    scaled = _scaled(product, alpha)
    return scaled if beta == 0 else apply("add", scaled, _scaled(input, beta))


def _addmm(input: Any, mat1: Term, mat2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    return _added(apply("matmul", mat1, mat2), input, beta, alpha)


def _addmv(input: Any, mat: Term, vec: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    return _added(apply("matmul", mat, vec), input, beta, alpha)


def _addr(input: Any, vec1: Term, vec2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    return _added(apply("outer", vec1, vec2), input, beta, alpha)


def _baddbmm(input: Any, batch1: Term, batch2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    return _added(apply("matmul", batch1, batch2), input, beta, alpha)


def _addbmm(input: Any, batch1: Term, batch2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    product = apply("einsum", batch1, batch2, subscripts="bij,bjk->ik")
    return _added(product, input, beta, alpha)


def _dot(input: Term, tensor: Term) -> Term:
    return apply("dot", input, tensor)


def _vdot(input: Term, other: Term) -> Term:
    return apply("vdot", input, other)


def _vecdot(x: Term, y: Term, *, dim: int = -1) -> Term:
    return apply("sum", x * y, axis=dim, keepdims=False)


def _inner(input: Term, other: Term) -> Term:
    return apply("inner", input, other) if input.ndim and other.ndim else input * other


def _mv(input: Term, vec: Term) -> Term:
    return apply("matmul", input, vec)


def _mm(input: Term, mat2: Term) -> Term:
    return apply("matmul", input, mat2)


def _outer(input: Term, vec2: Term) -> Term:
    return apply("outer", input, vec2)


def _kron(input: Term, other: Term) -> Term:
    return apply("kron", input, other)


def _tensordot(a: Term, b: Term, dims_a: Any, dims_b: Any) -> Term:
    return apply("tensordot", a, b, axes=(tuple(dims_a), tuple(dims_b)))


def _cross(input: Term, other: Term, dim: int | None = None) -> Term:
    if dim is None:  # the first axis of three elements
        dim = input.shape.index(3)
    return _linalg_cross(input, other, dim=dim)


def _linalg_cross(input: Term, other: Term, *, dim: int = -1) -> Term:
    return apply("cross", input, other, axisa=dim, axisb=dim, axisc=dim)


def _multi_dot(tensors: Sequence[Term]) -> Term:
    return reduce(_product, tensors)


def _einsum(equation: str, *operands: Any) -> Term:
    terms = operands[0] if len(operands) == 1 and isinstance(operands[0], tuple) else operands
    return apply("einsum", *terms, subscripts=equation.replace(" ", ""))


def _matrix_power(input: Term, n: int) -> Term:
    only(n >= 0, True)
    return apply("matrix_power", input, n=n)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "matmul": _product,
    "rmatmul": _rmatmul,
    "mm": _mm,
    "bmm": _mm,
    "mv": _mv,
    "dot": _dot,
    "vdot": _vdot,
    "linalg_vecdot": _vecdot,
    "inner": _inner,
    "outer": _outer,
    "ger": _outer,
    "kron": _kron,
    "tensordot": _tensordot,
    "cross": _cross,
    "linalg_cross": _linalg_cross,
    "linalg_multi_dot": _multi_dot,
    "linear": _linear,
    "addmm": _addmm,
    "addmv": _addmv,
    "addr": _addr,
    "addbmm": _addbmm,
    "baddbmm": _baddbmm,
    "einsum": _einsum,
    "matrix_power": _matrix_power,
    "linalg_matrix_power": _matrix_power,
}
