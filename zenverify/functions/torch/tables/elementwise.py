"""torch's elementwise functions, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.functions.terms import Term, apply, moved
from zenverify.functions.torch.tables.common import only, same, term


def _unary(name: str) -> Callable[..., Term]:
    return lambda input: apply(name, input)


def _binary(name: str) -> Callable[..., Term]:
    return lambda input, other: apply(name, term(input), term(other))


def _add(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("add", term(input), _scaled(term(other), alpha))


def _sub(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("subtract", term(input), _scaled(term(other), alpha))


def _scaled(other: Any, alpha: float) -> Any:
    if alpha == 1:
        return other
    return apply("multiply", other, alpha) if isinstance(other, Term) else other * alpha


def _rsub(input: Any, other: Any) -> Term:
    return apply("subtract", term(other), term(input))


def _rdiv(input: Any, other: Any) -> Term:
    return apply("divide", term(other), term(input))


def _rpow(input: Any, other: Any) -> Term:
    return apply("power", term(other), term(input))


def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Term:
    only(rounding_mode, None)
    return apply("divide", term(input), term(other))


def _rsqrt(input: Term) -> Term:
    return apply("reciprocal", apply("sqrt", input))


def _clamp(input: Term, min: Any = None, max: Any = None) -> Term:
    above = input if min is None else apply("maximum", input, term(min))
    return above if max is None else apply("minimum", above, term(max))


def _gelu(input: Term, *, approximate: str = "none") -> Term:
    return apply("gelu", input, approximate=approximate)


def _relu(input: Term, inplace: bool = False) -> Term:
    return apply("relu", input)


def _leaky_relu(input: Term, negative_slope: float = 0.01) -> Term:
    return apply("leaky_relu", input, negative_slope=negative_slope)


def _elu(input: Term, alpha: float = 1.0) -> Term:
    return apply("elu", input, alpha=alpha)


def _hardtanh(input: Term, min_val: float = -1.0, max_val: float = 1.0) -> Term:
    return apply("hardtanh", input, min_val=min_val, max_val=max_val)


def _dropout(input: Term, p: float, train: bool) -> Term:
    only(p == 0 or not train, True)
    return moved(lambda numbers: numbers, input)


_SAME_NAME = (
    "exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal sin cos tan sinh cosh tanh erf "
    "erfc digamma absolute negative sigmoid silu mish sign floor ceil trunc hardswish "
    "hardsigmoid relu6 selu log_sigmoid logit sinc"
).split()
_OTHER_NAMES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "arcsin": "arcsin",
    "arccos": "arccos",
    "arctan": "arctan",
    "lgamma": "gammaln",
    "abs": "absolute",
    "neg": "negative",
}
_UNARY = {**{name: name for name in _SAME_NAME}, **_OTHER_NAMES}
_BINARY = {
    "mul": "multiply",
    "multiply": "multiply",
    "rmul": "multiply",
    "radd": "add",
    "truediv": "divide",
    "true_divide": "divide",
    "pow": "power",
    "maximum": "maximum",
    "minimum": "minimum",
    "atan2": "arctan2",
    "hypot": "hypot",
    "logaddexp": "logaddexp",
    "xlogy": "xlogy",
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{torch_name: _unary(name) for torch_name, name in _UNARY.items()},
    **{torch_name: _binary(name) for torch_name, name in _BINARY.items()},
    "add": _add,
    "sub": _sub,
    "rsub": _rsub,
    "div": _div,
    "divide": _div,
    "rdiv": _rdiv,
    "rtruediv": _rdiv,
    "rpow": _rpow,
    "rsqrt": _rsqrt,
    "clamp": _clamp,
    "relu": _relu,
    "gelu": _gelu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "hardtanh": _hardtanh,
    "dropout": _dropout,
    "clone": same,
    "contiguous": same,
    "double": same,
    "float": same,
    "to": same,
}
