"""Values and partials of the catalogue's kernels, derived by SymPy.

Written by ``python -m zenverify.operators.derive``: do not edit, change the declaration instead.
"""

from __future__ import annotations

from zenverify.operators.balls import (
    Ball,
    absolute,
    cos,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    power,
    ratio,
    sin,
    sqrt,
    tanh,
)
from zenverify.operators.kernel import Derived, DerivedSlice


def value_absolute(x0: Ball) -> Ball:
    return absolute(x0)

def linear_absolute(x0: Ball, h0: Ball) -> tuple[Ball, ...]:
    return (absolute(x0), 2*h0 - 1,)

def kinks_absolute(x0: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_absolute(x0: Ball) -> tuple[Ball, ...]:
    return (Ball(1),)

def value_add(x0: Ball, x1: Ball) -> Ball:
    return x0 + x1

def linear_add(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0 + x1,)

def value_cos(x0: Ball) -> Ball:
    return cos(x0)

def linear_cos(x0: Ball) -> tuple[Ball, ...]:
    return (cos(x0), -sin(x0),)

def value_divide(x0: Ball, x1: Ball) -> Ball:
    return x0/x1

def linear_divide(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = 1 / x1
    return (t0*x0, t0, -x0/(x1 * x1),)

def value_exp(x0: Ball) -> Ball:
    return exp(x0)

def linear_exp(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    return (t0, t0,)

def value_expm1(x0: Ball) -> Ball:
    return expm1(x0)

def linear_expm1(x0: Ball) -> tuple[Ball, ...]:
    return (expm1(x0), exp(x0),)

def value_log(x0: Ball) -> Ball:
    return log(x0)

def linear_log(x0: Ball) -> tuple[Ball, ...]:
    return (log(x0), 1 / x0,)

def value_log1p(x0: Ball) -> Ball:
    return log1p(x0)

def linear_log1p(x0: Ball) -> tuple[Ball, ...]:
    return (log1p(x0), 1 / (x0 + 1),)

def value_maximum(x0: Ball, x1: Ball) -> Ball:
    return maximum(x1, x0)

def linear_maximum(x0: Ball, x1: Ball, h0: Ball) -> tuple[Ball, ...]:
    return (maximum(x1, x0), h0, 1 - h0,)

def kinks_maximum(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0 - x1,)

def kink_partials_maximum(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (Ball(1), Ball(-1),)

def value_minimum(x0: Ball, x1: Ball) -> Ball:
    return minimum(x1, x0)

def linear_minimum(x0: Ball, x1: Ball, h0: Ball) -> tuple[Ball, ...]:
    return (minimum(x1, x0), 1 - h0, h0,)

def kinks_minimum(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0 - x1,)

def kink_partials_minimum(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (Ball(1), Ball(-1),)

def value_multiply(x0: Ball, x1: Ball) -> Ball:
    return x0*x1

def linear_multiply(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0*x1, x1, x0,)

def value_negative(x0: Ball) -> Ball:
    return -x0

def linear_negative(x0: Ball) -> tuple[Ball, ...]:
    return (-x0,)

def value_power(x0: Ball, x1: Ball) -> Ball:
    return power(x0, x1)

def linear_power(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = power(x0, x1)
    return (t0, power(x0, x1 - 1)*x1, t0*log(x0),)

def slice_power_0(x0: Ball, x1: Ball) -> Ball:
    return Ball(0)

def slice_power_1(x0: Ball, x1: Ball) -> Ball:
    return Ball(0)

def value_relu(x0: Ball) -> Ball:
    return maximum(x0, 0)

def linear_relu(x0: Ball, h0: Ball) -> tuple[Ball, ...]:
    return (maximum(x0, 0), h0,)

def kinks_relu(x0: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_relu(x0: Ball) -> tuple[Ball, ...]:
    return (Ball(1),)

def value_sigmoid(x0: Ball) -> Ball:
    return 1 / (1 + exp(-x0))

def linear_sigmoid(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(-x0)
    t1 = t0 + 1
    return (1 / t1, t0/(t1 * t1),)

def value_sin(x0: Ball) -> Ball:
    return sin(x0)

def linear_sin(x0: Ball) -> tuple[Ball, ...]:
    return (sin(x0), cos(x0),)

def value_softplus(x0: Ball) -> Ball:
    return log1p(exp(x0))

def linear_softplus(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    return (log1p(t0), t0/(t0 + 1),)

def value_sqrt(x0: Ball) -> Ball:
    return sqrt(x0)

def linear_sqrt(x0: Ball) -> tuple[Ball, ...]:
    t0 = sqrt(x0)
    return (t0, (ratio(1, 2))/t0,)

def value_subtract(x0: Ball, x1: Ball) -> Ball:
    return x0 - x1

def linear_subtract(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0 - x1,)

def value_tanh(x0: Ball) -> Ball:
    return tanh(x0)

def linear_tanh(x0: Ball) -> tuple[Ball, ...]:
    t0 = tanh(x0)
    return (t0, 1 - (t0 * t0),)

DERIVED: dict[str, Derived] = {
    "absolute": Derived(value_absolute, linear_absolute, (None,), kinks_absolute, kink_partials_absolute, 1),
    "add": Derived(value_add, linear_add, (1, 1)),
    "cos": Derived(value_cos, linear_cos, (None,)),
    "divide": Derived(value_divide, linear_divide, (None, None)),
    "exp": Derived(value_exp, linear_exp, (None,)),
    "expm1": Derived(value_expm1, linear_expm1, (None,)),
    "log": Derived(value_log, linear_log, (None,)),
    "log1p": Derived(value_log1p, linear_log1p, (None,)),
    "maximum": Derived(value_maximum, linear_maximum, (None, None), kinks_maximum, kink_partials_maximum, 1),
    "minimum": Derived(value_minimum, linear_minimum, (None, None), kinks_minimum, kink_partials_minimum, 1),
    "multiply": Derived(value_multiply, linear_multiply, (None, None)),
    "negative": Derived(value_negative, linear_negative, (-1,)),
    "power": Derived(value_power, linear_power, (None, None), slices=(DerivedSlice(0, ('any', 'zero'), slice_power_0), DerivedSlice(1, ('zero', 'positive'), slice_power_1),)),
    "relu": Derived(value_relu, linear_relu, (None,), kinks_relu, kink_partials_relu, 1),
    "sigmoid": Derived(value_sigmoid, linear_sigmoid, (None,)),
    "sin": Derived(value_sin, linear_sin, (None,)),
    "softplus": Derived(value_softplus, linear_softplus, (None,)),
    "sqrt": Derived(value_sqrt, linear_sqrt, (None,)),
    "subtract": Derived(value_subtract, linear_subtract, (1, -1)),
    "tanh": Derived(value_tanh, linear_tanh, (None,)),
}
