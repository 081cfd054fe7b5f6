"""Activation functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.declarations.elementwise.exponential import expm1, log1p
from zenverify.operators.declarations.kernels import absolute, maximum, minimum, sign
from zenverify.operators.declarations.parameters import finite
from zenverify.operators.domain import EVERYWHERE, Domain
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape
from zenverify.operators.program.kernel import kernel

FAMILY = "activations"

declare = partial(elementwise, FAMILY)


def _with_parameters(
    name: str,
    summary: str,
    build: Callable[..., Buffer],
    choices: Sequence[dict[str, Any]],
    kinks: tuple[str, ...] = (),
    jumps: bool = False,
    limits: Domain = EVERYWHERE,
) -> Operator:
    """An elementwise operator with parameters, and the values of theirs that are tried."""

    def sample(choose: Choose, shape: Shape) -> Instance:
        return Instance((shape,), dict(sampling.pick(choose, choices)))

    return Operator(
        name=name,
        family=FAMILY,
        summary=summary,
        arguments=(Argument("x", limits),),
        build=build,
        sample=sample,
        first_shapes=sampling.ANY_SHAPES,
        kinks=kinks,
        jumps=jumps,
    )


def _elu(sp: Any, x: Any, alpha: Any) -> Any:
    return sp.Max(x, 0) + alpha * expm1(sp, sp.Min(x, 0))


def _selu(sp: Any, x: Any) -> Any:
    """With the constants of the paper, to more digits than a float holds."""
    alpha = sp.Rational("1.6732632423543772848170429916717")
    scale = sp.Rational("1.0507009873554804934193349852946")
    return scale * _elu(sp, x, alpha)


_ELU = kernel("elu", 2, _elu)
_LEAKY_RELU = kernel("leaky_relu", 2, lambda sp, x, slope: sp.Max(x, 0) + slope * sp.Min(x, 0))

ELU = _with_parameters(
    "elu",
    "x where positive, alpha (exp(x) - 1) elsewhere",
    lambda builder, x, *, alpha: _ELU(x, finite("alpha", alpha)),
    [{"alpha": alpha} for alpha in (1.0, 0.5, 2.0, -1.0, 0.0)],
    kinks=("x = 0, unless alpha is 1",),
)
SELU = declare("selu", "elu, scaled to keep mean 0 and variance 1", _selu, kinks=("x = 0",))
LEAKY_RELU = _with_parameters(
    "leaky_relu",
    "x where positive, negative_slope x elsewhere",
    lambda builder, x, *, negative_slope: _LEAKY_RELU(x, finite("negative_slope", negative_slope)),
    [{"negative_slope": slope} for slope in (0.25, 0.01, 0.0, 1.0, -0.5, 2.0)],
    kinks=("x = 0, unless negative_slope is 1",),
)


def _between(x: Buffer, low: float, high: float) -> Buffer:
    return minimum(maximum(x, low), high)


def _hardtanh(builder: ProgramBuilder, x: Buffer, *, min_val: float, max_val: float) -> Buffer:
    if not finite("min_val", min_val) < finite("max_val", max_val):
        raise GraphError(f"min_val {min_val} is not below max_val {max_val}")
    return _between(x, min_val, max_val)


HARDTANH = _with_parameters(
    "hardtanh",
    "x, but no less than min_val and no more than max_val",
    _hardtanh,
    [
        {"min_val": low, "max_val": high}
        for low, high in ((-1.0, 1.0), (0.0, 1.0), (-2.0, 0.5), (-1.0, 0.0), (0.5, 2.0))
    ],
    kinks=("x = min_val", "x = max_val"),
)


def _hardsigmoid(builder: ProgramBuilder, x: Buffer) -> Buffer:
    return _between(x + 3.0, 0.0, 6.0) / 6.0


def _hardswish(builder: ProgramBuilder, x: Buffer) -> Buffer:
    return x * _hardsigmoid(builder, x)


RELU6 = _with_parameters(
    "relu6",
    "min(max(x, 0), 6)",
    lambda builder, x: _between(x, 0.0, 6.0),
    [{}],
    kinks=("x = 0", "x = 6"),
    limits=Domain(marks=(6.0,)),
)
HARDSIGMOID = _with_parameters(
    "hardsigmoid",
    "min(max(x + 3, 0), 6) / 6",
    _hardsigmoid,
    [{}],
    kinks=("x = -3", "x = 3"),
    limits=Domain(marks=(-3.0, 3.0)),
)
HARDSWISH = _with_parameters(
    "hardswish",
    "x min(max(x + 3, 0), 6) / 6",
    _hardswish,
    [{}],
    kinks=("x = -3", "x = 3"),
    limits=Domain(marks=(-3.0, 3.0)),
)


def _softshrink(builder: ProgramBuilder, x: Buffer, *, lambd: float) -> Buffer:
    threshold = builder.fill(finite("lambd", lambd, 0.0))
    return maximum(x - threshold, 0.0) + minimum(x + threshold, 0.0)


def _hardshrink(builder: ProgramBuilder, x: Buffer, *, lambd: float) -> Buffer:
    if finite("lambd", lambd, 0.0) == 0:
        return builder.move(lambda numbers: numbers, x)
    kept = maximum(sign(absolute(x) - lambd), 0.0)
    return x * kept.detach()


_THRESHOLDS = [{"lambd": lambd} for lambd in (0.5, 1.0, 0.0, 2.0)]

SOFTSHRINK = _with_parameters(
    "softshrink",
    "x moved towards 0 by lambd, 0 where it is closer",
    _softshrink,
    _THRESHOLDS,
    kinks=("x = lambd", "x = -lambd"),
)
HARDSHRINK = _with_parameters(
    "hardshrink",
    "x where |x| > lambd, 0 elsewhere",
    _hardshrink,
    _THRESHOLDS,
    kinks=("|x| = lambd: a jump, slope 0; none if lambd is 0",),
    jumps=True,
)


def _gelu_tanh(sp: Any, x: Any) -> Any:
    inner = sp.sqrt(2 / sp.pi) * (x + sp.Rational("0.044715") * x**3)
    return x * (1 + sp.tanh(inner)) / 2


# In two kernels: SymPy turns erfc(-x) into 2 - erfc(x), which loses all digits where x is far
# below zero, and with them the error unit there.
_GELU_ARGUMENT = kernel("gelu_argument", 1, lambda sp, x: -x / sp.sqrt(2))
_GELU_TAIL = kernel("gelu_tail", 1, lambda sp, x: sp.erfc(x) / 2)
_GELU_TANH = kernel("gelu_tanh", 1, _gelu_tanh)


def _gelu(builder: ProgramBuilder, x: Buffer, *, approximate: str) -> Buffer:
    if approximate == "tanh":
        return _GELU_TANH(x)
    if approximate != "none":
        raise ValueError(f"approximate is {approximate!r}; expected 'none' or 'tanh'")
    return x * _GELU_TAIL(_GELU_ARGUMENT(x))


GELU = _with_parameters(
    "gelu",
    "x times the normal distribution function, or its approximation by tanh",
    _gelu,
    [{"approximate": "none"}, {"approximate": "tanh"}],
    limits=Domain(marks=(-5.0, -10.0)),
)
SILU = declare("silu", "x / (1 + exp(-x))", lambda sp, x: x / (1 + sp.exp(-x)))
MISH = declare("mish", "x tanh(log(1 + exp(x)))", lambda sp, x: x * sp.tanh(log1p(sp, sp.exp(x))))
# Not x in place of sign(x) |x|: two signs cancel in its derivative, so no kink is left at 0.
SOFTSIGN = declare(
    "softsign", "x / (1 + |x|)", lambda sp, x: sp.sign(x) * sp.Abs(x) / (1 + sp.Abs(x))
)
LOG_SIGMOID = declare("log_sigmoid", "-log(1 + exp(-x))", lambda sp, x: -log1p(sp, sp.exp(-x)))

OPERATORS = (
    GELU,
    SILU,
    MISH,
    SOFTSIGN,
    LOG_SIGMOID,
    ELU,
    SELU,
    LEAKY_RELU,
    HARDTANH,
    RELU6,
    HARDSIGMOID,
    HARDSWISH,
    SOFTSHRINK,
    HARDSHRINK,
)
