"""torch's products of matrices, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, apply, moved
from zenverify.functions.torch.tables.common import only


def _product(input: Term, other: Term) -> Term:
    return apply("matmul", input, other)


def _linear(input: Term, weight: Term, bias: Term | None = None) -> Term:
    product = apply("matmul", input, moved(np.transpose, weight))
    return product if bias is None else product + bias


def _addmm(input: Term, mat1: Term, mat2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    only((beta, alpha), (1, 1))
    return apply("matmul", mat1, mat2) + input


def _baddbmm(input: Term, batch1: Term, batch2: Term, *, beta: float = 1, alpha: float = 1) -> Term:
    only((beta, alpha), (1, 1))
    return apply("matmul", batch1, batch2) + input


def _dot(input: Term, tensor: Term) -> Term:
    return apply("dot", input, tensor)


def _mv(input: Term, vec: Term) -> Term:
    return apply("matmul", input, vec)


def _mm(input: Term, mat2: Term) -> Term:
    return apply("matmul", input, mat2)


def _outer(input: Term, vec2: Term) -> Term:
    return apply("outer", input, vec2)


def _einsum(equation: str, *operands: Any) -> Term:
    terms = operands[0] if len(operands) == 1 and isinstance(operands[0], tuple) else operands
    return apply("einsum", *terms, subscripts=equation.replace(" ", ""))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "baddbmm": _baddbmm,
    "matmul": _product,
    "mm": _mm,
    "bmm": _mm,
    "mv": _mv,
    "dot": _dot,
    "outer": _outer,
    "linear": _linear,
    "addmm": _addmm,
    "einsum": _einsum,
}
