"""JAX's primitives in terms of the catalogue: operands first, then the parameters by name.

A parameter that does not say what is computed (sharding, precision) is taken and ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, moved


def _float(operand: Any) -> Any:
    if isinstance(operand, np.ndarray):
        raise UndeclaredError("an operand of integers")
    return operand


def _elementwise(name: str) -> Callable[..., Term]:
    return lambda *operands, **_: apply(name, *map(_float, operands))


def _rsqrt(x: Term, **_: Any) -> Term:
    return apply("reciprocal", apply("sqrt", x))


def _integer_pow(x: Term, *, y: int) -> Term:
    return apply("power", x, float(y))


def _round(x: Term, *, rounding_method: Any) -> Term:
    if int(rounding_method) != 1:  # to the even one of two that are as near
        raise UndeclaredError("a way of rounding")
    return apply("rint", x)


def _same(x: Term, **_: Any) -> Term:
    return moved(lambda numbers: numbers, x)


def _stopped(x: Term, **_: Any) -> Term:
    return x.detach()


def _select(which: Any, *cases: Any) -> Term:
    if not isinstance(which, np.ndarray) or which.dtype != np.bool_ or len(cases) != 2:
        raise UndeclaredError("a choice among more than two")
    no, yes = map(_float, cases)
    return apply("where", yes, no, condition=np.broadcast_to(which, yes.shape))


def _reduced(name: str) -> Callable[..., Term]:
    def reduced(x: Term, *, axes: Sequence[int], **_: Any) -> Term:
        if not axes:
            return _same(x)
        return apply(name, x, axis=tuple(axes), keepdims=False)

    return reduced


def _cumulated(name: str) -> Callable[..., Term]:
    def cumulated(x: Term, *, axis: int, reverse: bool) -> Term:
        if reverse:
            x = apply("flip", x, axis=axis)
        found = apply(name, x, axis=axis)
        return apply("flip", found, axis=axis) if reverse else found

    return cumulated


def _dot_general(x: Term, y: Term, *, dimension_numbers: Any, **_: Any) -> Term:
    (of_x, of_y), (batch_x, batch_y) = dimension_numbers
    letters = iter(ascii_lowercase)
    names_x = [next(letters) for _ in range(x.ndim)]
    names_y = [next(letters) for _ in range(y.ndim)]
    for here, there in (*zip(of_x, of_y, strict=True), *zip(batch_x, batch_y, strict=True)):
        names_y[there] = names_x[here]
    kept = [names_x[i] for i in batch_x]
    kept += [name for i, name in enumerate(names_x) if i not in (*of_x, *batch_x)]
    kept += [name for i, name in enumerate(names_y) if i not in (*of_y, *batch_y)]
    subscripts = f"{''.join(names_x)},{''.join(names_y)}->{''.join(kept)}"
    return apply("einsum", x, y, subscripts=subscripts)


_NAMES = {
    "add": "add",
    "add_any": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "max": "maximum",
    "min": "minimum",
    "pow": "power",
    "atan2": "arctan2",
    "rem": "fmod",
    "logistic": "sigmoid",
    "abs": "absolute",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "lgamma": "gammaln",
    **{
        name: name
        for name in (
            "exp exp2 log log1p expm1 sin cos tan sinh cosh tanh sqrt cbrt square sign floor ceil "
            "erf erfc digamma"
        ).split()
    },
}

_ELEMENTWISE: dict[str, Callable[..., Any]] = {
    **{primitive: _elementwise(name) for primitive, name in _NAMES.items()},
    "rsqrt": _rsqrt,
    "integer_pow": _integer_pow,
    "round": _round,
    "convert_element_type": _same,
    "copy": _same,
    "copy_p": _same,
    "stop_gradient": _stopped,
}

ELEMENTWISE = frozenset(_ELEMENTWISE)
"""Those whose results' elements each depend on one of each operand."""

PRIMITIVES: dict[str, Callable[..., Any]] = {
    **_ELEMENTWISE,
    "select_n": _select,
    "reduce_sum": _reduced("sum"),
    "reduce_prod": _reduced("prod"),
    "reduce_max": _reduced("max"),
    "reduce_min": _reduced("min"),
    "cumsum": _cumulated("cumsum"),
    "cumprod": _cumulated("cumprod"),
    "dot_general": _dot_general,
}

MOVEMENTS = frozenset(
    "reshape transpose broadcast_in_dim squeeze expand_dims slice concatenate gather rev "
    "dynamic_slice split tile".split()
)
"""Primitives that only move elements."""
