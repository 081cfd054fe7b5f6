"""torch's elementwise functions, in terms of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, constant, moved
from zenverify.functions.torch.tables.common import only, same


def _unary(name: str) -> Callable[..., Term]:
    return lambda input: apply(name, input)


def _binary(name: str) -> Callable[..., Term]:
    return lambda input, other: apply(name, input, other)


def _add(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("add", input, _scaled(other, alpha))


def _sub(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("subtract", input, _scaled(other, alpha))


def _scaled(other: Any, alpha: float) -> Any:
    if alpha == 1:
        return other
    return apply("multiply", other, alpha) if isinstance(other, Term) else other * alpha


def _rsub(input: Any, other: Any, *, alpha: float = 1) -> Term:
    return apply("subtract", other, _scaled(input, alpha))


def _rdiv(input: Any, other: Any) -> Term:
    return apply("divide", other, input)


def _rpow(input: Any, other: Any) -> Term:
    return apply("power", other, input)


def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Term:
    only(rounding_mode, None)
    return apply("divide", input, other)


def _rsqrt(input: Term) -> Term:
    return apply("reciprocal", apply("sqrt", input))


def _clamp(input: Term, min: Any = None, max: Any = None) -> Term:
    above = input if min is None else apply("maximum", input, min)
    return above if max is None else apply("minimum", above, max)


def _clamp_min(input: Term, min: Any) -> Term:
    return apply("maximum", input, min)


def _clamp_max(input: Term, max: Any) -> Term:
    return apply("minimum", input, max)


def _remainder(name: str) -> Callable[..., Term]:
    return lambda input, other: apply(name, input, other)


def _rmod(input: Any, other: Any) -> Term:
    return apply("remainder", other, input)


def _frac(input: Term) -> Term:
    return input - apply("trunc", input)


def _times(factor: float) -> Callable[..., Term]:
    return lambda input: apply("multiply", input, factor)


def _ldexp(input: Term, other: Any) -> Term:
    if isinstance(other, np.ndarray):
        return apply("multiply", input, constant(input, np.exp2(other)))
    return apply("multiply", input, apply("exp2", other))


def _copysign(input: Term, other: Any) -> Term:
    sign = other.elements if isinstance(other, Term) else np.asarray(other)
    signs = constant(input, np.copysign(1.0, sign))
    return apply("multiply", apply("absolute", input), signs)


def _ignoring_nan(name: str) -> Callable[..., Term]:
    def extremum(input: Term, other: Term) -> Term:
        for one in (input, other):
            only(bool(np.isnan(one.elements).any()), False)
        return apply(name, input, other)

    return extremum


def _lerp(input: Term, end: Term, weight: Any) -> Term:
    return input + apply("multiply", weight, end - input)


def _addcmul(input: Term, tensor1: Any, tensor2: Any, *, value: float = 1) -> Term:
    return apply("add", input, _scaled(apply("multiply", tensor1, tensor2), value))


def _addcdiv(input: Term, tensor1: Any, tensor2: Any, *, value: float = 1) -> Term:
    return apply("add", input, _scaled(apply("divide", tensor1, tensor2), value))


def _softplus(input: Term, beta: float = 1, threshold: float = 20) -> Term:
    scaled = _scaled(input, beta)
    curved = apply("softplus", scaled)
    if beta != 1:
        curved = apply("divide", curved, beta)
    straight = input.elements * beta > threshold
    return apply("where", input, curved, condition=straight) if straight.any() else curved


def _threshold(input: Term, threshold: float, value: float, inplace: bool = False) -> Term:
    return apply("where", input, value, condition=input.elements > threshold)


def _shrunk(name: str) -> Callable[..., Term]:
    return lambda input, lambd=0.5: apply(name, input, lambd=float(lambd))


def _celu(input: Term, alpha: float = 1.0) -> Term:
    return apply("multiply", apply("elu", apply("divide", input, alpha), alpha=1.0), alpha)


def _nan_to_num(
    input: Term, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Term:
    largest = float(np.finfo(input.dtype).max)
    return apply(
        "nan_to_num",
        input,
        nan=0.0 if nan is None else nan,
        posinf=largest if posinf is None else posinf,
        neginf=-largest if neginf is None else neginf,
    )


def _float_power(input: Any, exponent: Any) -> Term:
    for one in (input, exponent):
        if isinstance(one, Term) and one.dtype != "float64":
            raise UndeclaredError("float_power, which computes in float64")
    return apply("power", input, exponent)


def _polygamma(n: int, input: Term) -> Term:
    only(n, 0)
    return apply("digamma", input)


def _ndtr(input: Term) -> Term:
    raised = apply("add", apply("erf", apply("multiply", input, math.sqrt(0.5))), 1.0)
    return apply("multiply", raised, 0.5)


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
    "arcsinh": "arcsinh",
    "arccosh": "arccosh",
    "arctanh": "arctanh",
    "abs": "absolute",
    "neg": "negative",
    "fix": "trunc",
    "sgn": "sign",
    "softsign": "softsign",
    "special_expit": "sigmoid",
    "special_psi": "digamma",
    "special_digamma": "digamma",
    "special_gammaln": "gammaln",
    **{f"special_{name}": name for name in "exp2 expm1 log1p erf erfc sinc logit".split()},
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
    "special_xlogy": "xlogy",
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{torch_name: _unary(name) for torch_name, name in _UNARY.items()},
    **{torch_name: _binary(name) for torch_name, name in _BINARY.items()},
    "add": _add,
    "sub": _sub,
    "subtract": _sub,
    "rsub": _rsub,
    "div": _div,
    "divide": _div,
    "rdiv": _rdiv,
    "rtruediv": _rdiv,
    "rpow": _rpow,
    "rsqrt": _rsqrt,
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": _clamp_min,
    "clamp_max": _clamp_max,
    "fmod": _remainder("fmod"),
    "remainder": _remainder("remainder"),
    "mod": _remainder("remainder"),
    "rmod": _rmod,
    "frac": _frac,
    "deg2rad": _times(math.pi / 180),
    "rad2deg": _times(180 / math.pi),
    "ldexp": _ldexp,
    "copysign": _copysign,
    "fmax": _ignoring_nan("maximum"),
    "fmin": _ignoring_nan("minimum"),
    "lerp": _lerp,
    "addcmul": _addcmul,
    "addcdiv": _addcdiv,
    "softplus": _softplus,
    "threshold": _threshold,
    "softshrink": _shrunk("softshrink"),
    "hardshrink": _shrunk("hardshrink"),
    "celu": _celu,
    "nan_to_num": _nan_to_num,
    "float_power": _float_power,
    "polygamma": _polygamma,
    "special_polygamma": _polygamma,
    "special_ndtr": _ndtr,
    "relu": _relu,
    "gelu": _gelu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "hardtanh": _hardtanh,
    "dropout": _dropout,
    "clone": same,
    "contiguous": same,
    "double": same,
    "bfloat16": same,
    "half": same,
    "float": same,
    "to": same,
    "type": same,
    "type_as": same,
    "alias_copy": same,
    "positive": same,
    "pos": same,
    "requires_grad": same,
}
