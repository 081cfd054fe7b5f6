"""Values and partials of the catalogue's kernels, derived by SymPy.

Written by ``python -m zenverify.operators.derivation``: do not edit it, change the
declaration instead.
"""

from __future__ import annotations

from zenverify.operators.balls.arithmetic import (
    Ball,
    absolute,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
    expm1,
    floor,
    hypergeometric,
    log,
    log1p,
    loggamma,
    maximum,
    minimum,
    power,
    ratio,
    root,
    sign,
    sin,
    sinc,
    sinh,
    sqrt,
    tan,
    tanh,
    total,
    trigamma,
)
from zenverify.operators.derivation.evaluators import Derived, DerivedSlice


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

def value_arccos(x0: Ball) -> Ball:
    return acos(x0)

def linear_arccos(x0: Ball) -> tuple[Ball, ...]:
    return (acos(x0), -1/sqrt(1 - (x0 * x0)),)

def value_arccosh(x0: Ball) -> Ball:
    return acosh(x0)

def linear_arccosh(x0: Ball) -> tuple[Ball, ...]:
    return (acosh(x0), 1/(sqrt(x0 - 1)*sqrt(x0 + 1)),)

def value_arcsin(x0: Ball) -> Ball:
    return asin(x0)

def linear_arcsin(x0: Ball) -> tuple[Ball, ...]:
    return (asin(x0), 1 / sqrt(1 - (x0 * x0)),)

def value_arcsinh(x0: Ball) -> Ball:
    return asinh(x0)

def linear_arcsinh(x0: Ball) -> tuple[Ball, ...]:
    return (asinh(x0), 1 / sqrt((x0 * x0) + 1),)

def value_arctan(x0: Ball) -> Ball:
    return atan(x0)

def linear_arctan(x0: Ball) -> tuple[Ball, ...]:
    return (atan(x0), 1 / ((x0 * x0) + 1),)

def value_arctan2(x0: Ball, x1: Ball) -> Ball:
    return atan2(x0, x1)

def linear_arctan2(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = 1 / ((x0 * x0) + (x1 * x1))
    return (atan2(x0, x1), t0*x1, -t0*x0,)

def value_arctanh(x0: Ball) -> Ball:
    return atanh(x0)

def linear_arctanh(x0: Ball) -> tuple[Ball, ...]:
    return (atanh(x0), 1 / (1 - (x0 * x0)),)

def value_cbrt(x0: Ball) -> Ball:
    return root(absolute(x0), 3)*sign(x0)

def linear_cbrt(x0: Ball) -> tuple[Ball, ...]:
    t0 = root(absolute(x0), 3)
    return (t0*sign(x0), (ratio(1, 3))/(t0 * t0),)

def value_ceil(x0: Ball) -> Ball:
    return ceiling(x0)

def linear_ceil(x0: Ball) -> tuple[Ball, ...]:
    return (ceiling(x0),)

def jumps_ceil(x0: Ball) -> tuple[Ball, ...]:
    return (ceiling(x0),)

def value_cos(x0: Ball) -> Ball:
    return cos(x0)

def linear_cos(x0: Ball) -> tuple[Ball, ...]:
    return (cos(x0), -sin(x0),)

def value_cosh(x0: Ball) -> Ball:
    return cosh(x0)

def linear_cosh(x0: Ball) -> tuple[Ball, ...]:
    return (cosh(x0), sinh(x0),)

def value_digamma(x0: Ball) -> Ball:
    return digamma(x0)

def linear_digamma(x0: Ball) -> tuple[Ball, ...]:
    return (digamma(x0), trigamma(x0),)

def value_divide(x0: Ball, x1: Ball) -> Ball:
    return x0/x1

def linear_divide(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = 1 / x1
    return (t0*x0, t0, -x0/(x1 * x1),)

def value_elu(x0: Ball, x1: Ball) -> Ball:
    return x1*expm1(minimum(x0, 0)) + maximum(x0, 0)

def linear_elu(x0: Ball, x1: Ball, h0: Ball) -> tuple[Ball, ...]:
    t0 = minimum(x0, 0)
    t1 = expm1(t0)
    return (t1*x1 + maximum(x0, 0), h0 + x1*(1 - h0)*exp(t0), t1,)

def kinks_elu(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_elu(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (Ball(1), Ball(0),)

def value_erf(x0: Ball) -> Ball:
    return erf(x0)

def linear_erf(x0: Ball) -> tuple[Ball, ...]:
    return (erf(x0), 2*exp(-(x0 * x0))/sqrt(Ball.pi()),)

def value_erfc(x0: Ball) -> Ball:
    return erfc(x0)

def linear_erfc(x0: Ball) -> tuple[Ball, ...]:
    return (erfc(x0), -2*exp(-(x0 * x0))/sqrt(Ball.pi()),)

def value_exp(x0: Ball) -> Ball:
    return exp(x0)

def linear_exp(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    return (t0, t0,)

def value_exp2(x0: Ball) -> Ball:
    return power(2, x0)

def linear_exp2(x0: Ball) -> tuple[Ball, ...]:
    t0 = power(2, x0)
    return (t0, t0*log(Ball(2)),)

def value_expm1(x0: Ball) -> Ball:
    return expm1(x0)

def linear_expm1(x0: Ball) -> tuple[Ball, ...]:
    return (expm1(x0), exp(x0),)

def value_floor(x0: Ball) -> Ball:
    return floor(x0)

def linear_floor(x0: Ball) -> tuple[Ball, ...]:
    return (floor(x0),)

def jumps_floor(x0: Ball) -> tuple[Ball, ...]:
    return (floor(x0),)

def value_fmod(x0: Ball, x1: Ball) -> Ball:
    t0 = x0/x1
    return x0 - x1*(ceiling(minimum(t0, 0)) + floor(maximum(t0, 0)))

def linear_fmod(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = x0/x1
    t1 = ceiling(minimum(t0, 0)) + floor(maximum(t0, 0))
    return (-t1*x1 + x0, -t1,)

def jumps_fmod(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = x0/x1
    return (ceiling(minimum(t0, 0)), floor(maximum(t0, 0)),)

def value_gammaln(x0: Ball) -> Ball:
    return loggamma(x0)

def linear_gammaln(x0: Ball) -> tuple[Ball, ...]:
    return (loggamma(x0), digamma(x0),)

def value_gelu_argument(x0: Ball) -> Ball:
    return -ratio(1, 2)*sqrt(Ball(2))*x0

def linear_gelu_argument(x0: Ball) -> tuple[Ball, ...]:
    t0 = (ratio(1, 2))*sqrt(Ball(2))
    return (-t0*x0, -t0,)

def value_gelu_tail(x0: Ball) -> Ball:
    return (ratio(1, 2))*erfc(x0)

def linear_gelu_tail(x0: Ball) -> tuple[Ball, ...]:
    return ((ratio(1, 2))*erfc(x0), -exp(-(x0 * x0))/sqrt(Ball.pi()),)

def value_gelu_tanh(x0: Ball) -> Ball:
    return (ratio(1, 2))*x0*(tanh(sqrt(Ball(2))*((ratio(8943, 200000))*power(x0, 3) + x0)/sqrt(Ball.pi())) + 1)

def linear_gelu_tanh(x0: Ball) -> tuple[Ball, ...]:
    t0 = sqrt(Ball(2))/sqrt(Ball.pi())
    t1 = tanh(t0*((ratio(8943, 200000))*power(x0, 3) + x0))
    t2 = (ratio(1, 2))*x0
    return (t2*(t1 + 1), total((t0*t2*(1 - (t1 * t1))*((ratio(26829, 200000))*(x0 * x0) + 1), (ratio(1, 2))*t1, Ball(ratio(1, 2)))),)

def value_hypot(x0: Ball, x1: Ball) -> Ball:
    return sqrt((x0 * x0) + (x1 * x1))

def linear_hypot(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = sqrt((x0 * x0) + (x1 * x1))
    t1 = 1 / t0
    return (t0, t1*x0, t1*x1,)

def value_leaky_relu(x0: Ball, x1: Ball) -> Ball:
    return x1*minimum(x0, 0) + maximum(x0, 0)

def linear_leaky_relu(x0: Ball, x1: Ball, h0: Ball) -> tuple[Ball, ...]:
    t0 = minimum(x0, 0)
    return (t0*x1 + maximum(x0, 0), h0 + x1*(1 - h0), t0,)

def kinks_leaky_relu(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_leaky_relu(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (Ball(1), Ball(0),)

def value_log(x0: Ball) -> Ball:
    return log(x0)

def linear_log(x0: Ball) -> tuple[Ball, ...]:
    return (log(x0), 1 / x0,)

def value_log10(x0: Ball) -> Ball:
    return log(x0)/log(Ball(10))

def linear_log10(x0: Ball) -> tuple[Ball, ...]:
    t0 = 1 / log(Ball(10))
    return (t0*log(x0), t0/x0,)

def value_log1p(x0: Ball) -> Ball:
    return log1p(x0)

def linear_log1p(x0: Ball) -> tuple[Ball, ...]:
    return (log1p(x0), 1 / (x0 + 1),)

def value_log2(x0: Ball) -> Ball:
    return log(x0)/log(Ball(2))

def linear_log2(x0: Ball) -> tuple[Ball, ...]:
    t0 = 1 / log(Ball(2))
    return (t0*log(x0), t0/x0,)

def value_log_of_size(x0: Ball) -> Ball:
    return (ratio(1, 2))*log((x0 * x0))

def linear_log_of_size(x0: Ball) -> tuple[Ball, ...]:
    return ((ratio(1, 2))*log((x0 * x0)), 1 / x0,)

def value_log_sigmoid(x0: Ball) -> Ball:
    return -log1p(exp(-x0))

def linear_log_sigmoid(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(-x0)
    return (-log1p(t0), t0/(t0 + 1),)

def value_logaddexp(x0: Ball, x1: Ball) -> Ball:
    return log(exp(x0) + exp(x1))

def linear_logaddexp(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    t1 = exp(x1)
    t2 = t0 + t1
    t3 = 1 / t2
    return (log(t2), t0*t3, t1*t3,)

def value_logit(x0: Ball) -> Ball:
    return log(x0) - log1p(-x0)

def linear_logit(x0: Ball) -> tuple[Ball, ...]:
    return (log(x0) - log1p(-x0), 1 / (1 - x0) + 1 / x0,)

def value_magnitude_to_power(x0: Ball, x1: Ball) -> Ball:
    return power(absolute(x0), x1)

def linear_magnitude_to_power(x0: Ball, x1: Ball, h0: Ball) -> tuple[Ball, ...]:
    t0 = absolute(x0)
    t1 = power(t0, x1)
    return (t1, power(t0, x1 - 1)*x1*(2*h0 - 1), t1*log(t0),)

def kinks_magnitude_to_power(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_magnitude_to_power(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (Ball(1), Ball(0),)

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

def value_mish(x0: Ball) -> Ball:
    return x0*tanh(log1p(exp(x0)))

def linear_mish(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    t1 = tanh(log1p(t0))
    return (t1*x0, t0*x0*(1 - (t1 * t1))/(t0 + 1) + t1,)

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

def value_reciprocal(x0: Ball) -> Ball:
    return 1 / x0

def linear_reciprocal(x0: Ball) -> tuple[Ball, ...]:
    return (1 / x0, -1/(x0 * x0),)

def value_relu(x0: Ball) -> Ball:
    return maximum(x0, 0)

def linear_relu(x0: Ball, h0: Ball) -> tuple[Ball, ...]:
    return (maximum(x0, 0), h0,)

def kinks_relu(x0: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_relu(x0: Ball) -> tuple[Ball, ...]:
    return (Ball(1),)

def value_remainder(x0: Ball, x1: Ball) -> Ball:
    return x0 - x1*floor(x0/x1)

def linear_remainder(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = floor(x0/x1)
    return (-t0*x1 + x0, -t0,)

def jumps_remainder(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (floor(x0/x1),)

def value_rint(x0: Ball) -> Ball:
    t0 = (ratio(1, 2))*x0 + ratio(-1, 4)
    return ceiling(t0) - floor(t0) + floor(x0 + ratio(1, 2)) - 1

def linear_rint(x0: Ball) -> tuple[Ball, ...]:
    t0 = (ratio(1, 2))*x0 + ratio(-1, 4)
    return (ceiling(t0) - floor(t0) + floor(x0 + ratio(1, 2)) - 1,)

def jumps_rint(x0: Ball) -> tuple[Ball, ...]:
    t0 = (ratio(1, 2))*x0 + ratio(-1, 4)
    return (ceiling(t0), floor(t0), floor(x0 + ratio(1, 2)),)

def value_root(x0: Ball, x1: Ball) -> Ball:
    return power(x0, 1 / x1)

def linear_root(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = 1 / x1
    t1 = power(x0, t0)
    return (t1, t0*power(x0, t0 - 1), -t1*log(x0)/(x1 * x1),)

def value_selu(x0: Ball) -> Ball:
    return (ratio(87904967042368842997010876040615967103012290445610415488549141, 50000000000000000000000000000000000000000000000000000000000000))*expm1(minimum(x0, 0)) + (ratio(5253504936777402467096674926473, 5000000000000000000000000000000))*maximum(x0, 0)

def linear_selu(x0: Ball, h0: Ball) -> tuple[Ball, ...]:
    t0 = minimum(x0, 0)
    return ((ratio(87904967042368842997010876040615967103012290445610415488549141, 50000000000000000000000000000000000000000000000000000000000000))*expm1(t0) + (ratio(5253504936777402467096674926473, 5000000000000000000000000000000))*maximum(x0, 0), (ratio(5253504936777402467096674926473, 5000000000000000000000000000000))*h0 + (ratio(87904967042368842997010876040615967103012290445610415488549141, 50000000000000000000000000000000000000000000000000000000000000) - ratio(87904967042368842997010876040615967103012290445610415488549141, 50000000000000000000000000000000000000000000000000000000000000)*h0)*exp(t0),)

def kinks_selu(x0: Ball) -> tuple[Ball, ...]:
    return (x0,)

def kink_partials_selu(x0: Ball) -> tuple[Ball, ...]:
    return (Ball(1),)

def value_sigmoid(x0: Ball) -> Ball:
    return 1 / (1 + exp(-x0))

def linear_sigmoid(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(-x0)
    t1 = t0 + 1
    return (1 / t1, t0/(t1 * t1),)

def value_sign(x0: Ball) -> Ball:
    return sign(x0)

def linear_sign(x0: Ball) -> tuple[Ball, ...]:
    return (sign(x0),)

def jumps_sign(x0: Ball) -> tuple[Ball, ...]:
    return (sign(x0),)

def value_silu(x0: Ball) -> Ball:
    return x0/(1 + exp(-x0))

def linear_silu(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(-x0)
    t1 = t0 + 1
    t2 = 1 / t1
    return (t2*x0, t0*x0/(t1 * t1) + t2,)

def value_sin(x0: Ball) -> Ball:
    return sin(x0)

def linear_sin(x0: Ball) -> tuple[Ball, ...]:
    return (sin(x0), cos(x0),)

def value_sinc(x0: Ball) -> Ball:
    return sinc(Ball.pi()*x0)

def linear_sinc(x0: Ball) -> tuple[Ball, ...]:
    t0 = power(Ball.pi(), 2)
    return (sinc(Ball.pi()*x0), -ratio(1, 3)*t0*x0*hypergeometric(ratio(5, 2), -ratio(1, 4)*t0*(x0 * x0)),)

def value_sinh(x0: Ball) -> Ball:
    return sinh(x0)

def linear_sinh(x0: Ball) -> tuple[Ball, ...]:
    return (sinh(x0), cosh(x0),)

def value_softplus(x0: Ball) -> Ball:
    return log1p(exp(x0))

def linear_softplus(x0: Ball) -> tuple[Ball, ...]:
    t0 = exp(x0)
    return (log1p(t0), t0/(t0 + 1),)

def value_softsign(x0: Ball) -> Ball:
    t0 = absolute(x0)
    return t0*sign(x0)/(t0 + 1)

def linear_softsign(x0: Ball) -> tuple[Ball, ...]:
    t0 = absolute(x0)
    t1 = t0 + 1
    t2 = 1 / t1
    return (t0*t2*sign(x0), -t0/(t1 * t1) + t2,)

def value_sqrt(x0: Ball) -> Ball:
    return sqrt(x0)

def linear_sqrt(x0: Ball) -> tuple[Ball, ...]:
    t0 = sqrt(x0)
    return (t0, (ratio(1, 2))/t0,)

def value_square(x0: Ball) -> Ball:
    return (x0 * x0)

def linear_square(x0: Ball) -> tuple[Ball, ...]:
    return ((x0 * x0), 2*x0,)

def value_subtract(x0: Ball, x1: Ball) -> Ball:
    return x0 - x1

def linear_subtract(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    return (x0 - x1,)

def value_tan(x0: Ball) -> Ball:
    return tan(x0)

def linear_tan(x0: Ball) -> tuple[Ball, ...]:
    t0 = tan(x0)
    return (t0, (t0 * t0) + 1,)

def value_tanh(x0: Ball) -> Ball:
    return tanh(x0)

def linear_tanh(x0: Ball) -> tuple[Ball, ...]:
    t0 = tanh(x0)
    return (t0, 1 - (t0 * t0),)

def value_trunc(x0: Ball) -> Ball:
    return ceiling(minimum(x0, 0)) + floor(maximum(x0, 0))

def linear_trunc(x0: Ball) -> tuple[Ball, ...]:
    return (ceiling(minimum(x0, 0)) + floor(maximum(x0, 0)),)

def jumps_trunc(x0: Ball) -> tuple[Ball, ...]:
    return (ceiling(minimum(x0, 0)), floor(maximum(x0, 0)),)

def value_x_log_x(x0: Ball) -> Ball:
    return x0*log(x0)

def linear_x_log_x(x0: Ball) -> tuple[Ball, ...]:
    t0 = log(x0)
    return (t0*x0, t0 + 1,)

def slice_x_log_x_0(x0: Ball) -> Ball:
    return Ball(0)

def value_xlogy(x0: Ball, x1: Ball) -> Ball:
    return x0*log(x1)

def linear_xlogy(x0: Ball, x1: Ball) -> tuple[Ball, ...]:
    t0 = log(x1)
    return (t0*x0, t0, x0/x1,)

def slice_xlogy_0(x0: Ball, x1: Ball) -> Ball:
    return Ball(0)

def slice_xlogy_1(x0: Ball, x1: Ball) -> Ball:
    return Ball(0)

DERIVED: dict[str, Derived] = {
    "absolute": Derived(value_absolute, linear_absolute, (None,), kinks_absolute, kink_partials_absolute, 1),
    "add": Derived(value_add, linear_add, (1, 1)),
    "arccos": Derived(value_arccos, linear_arccos, (None,)),
    "arccosh": Derived(value_arccosh, linear_arccosh, (None,)),
    "arcsin": Derived(value_arcsin, linear_arcsin, (None,)),
    "arcsinh": Derived(value_arcsinh, linear_arcsinh, (None,)),
    "arctan": Derived(value_arctan, linear_arctan, (None,)),
    "arctan2": Derived(value_arctan2, linear_arctan2, (None, None)),
    "arctanh": Derived(value_arctanh, linear_arctanh, (None,)),
    "cbrt": Derived(value_cbrt, linear_cbrt, (None,)),
    "ceil": Derived(value_ceil, linear_ceil, (0,), jumps=jumps_ceil),
    "cos": Derived(value_cos, linear_cos, (None,)),
    "cosh": Derived(value_cosh, linear_cosh, (None,)),
    "digamma": Derived(value_digamma, linear_digamma, (None,)),
    "divide": Derived(value_divide, linear_divide, (None, None)),
    "elu": Derived(value_elu, linear_elu, (None, None), kinks_elu, kink_partials_elu, 1),
    "erf": Derived(value_erf, linear_erf, (None,)),
    "erfc": Derived(value_erfc, linear_erfc, (None,)),
    "exp": Derived(value_exp, linear_exp, (None,)),
    "exp2": Derived(value_exp2, linear_exp2, (None,)),
    "expm1": Derived(value_expm1, linear_expm1, (None,)),
    "floor": Derived(value_floor, linear_floor, (0,), jumps=jumps_floor),
    "fmod": Derived(value_fmod, linear_fmod, (1, None), jumps=jumps_fmod),
    "gammaln": Derived(value_gammaln, linear_gammaln, (None,)),
    "gelu_argument": Derived(value_gelu_argument, linear_gelu_argument, (None,)),
    "gelu_tail": Derived(value_gelu_tail, linear_gelu_tail, (None,)),
    "gelu_tanh": Derived(value_gelu_tanh, linear_gelu_tanh, (None,)),
    "hypot": Derived(value_hypot, linear_hypot, (None, None)),
    "leaky_relu": Derived(value_leaky_relu, linear_leaky_relu, (None, None), kinks_leaky_relu, kink_partials_leaky_relu, 1),
    "log": Derived(value_log, linear_log, (None,)),
    "log10": Derived(value_log10, linear_log10, (None,)),
    "log1p": Derived(value_log1p, linear_log1p, (None,)),
    "log2": Derived(value_log2, linear_log2, (None,)),
    "log_of_size": Derived(value_log_of_size, linear_log_of_size, (None,)),
    "log_sigmoid": Derived(value_log_sigmoid, linear_log_sigmoid, (None,)),
    "logaddexp": Derived(value_logaddexp, linear_logaddexp, (None, None)),
    "logit": Derived(value_logit, linear_logit, (None,)),
    "magnitude_to_power": Derived(value_magnitude_to_power, linear_magnitude_to_power, (None, None), kinks_magnitude_to_power, kink_partials_magnitude_to_power, 1),
    "maximum": Derived(value_maximum, linear_maximum, (None, None), kinks_maximum, kink_partials_maximum, 1),
    "minimum": Derived(value_minimum, linear_minimum, (None, None), kinks_minimum, kink_partials_minimum, 1),
    "mish": Derived(value_mish, linear_mish, (None,)),
    "multiply": Derived(value_multiply, linear_multiply, (None, None)),
    "negative": Derived(value_negative, linear_negative, (-1,)),
    "power": Derived(value_power, linear_power, (None, None), slices=(DerivedSlice(0, ('any', 'zero'), slice_power_0), DerivedSlice(1, ('zero', 'positive'), slice_power_1),)),
    "reciprocal": Derived(value_reciprocal, linear_reciprocal, (None,)),
    "relu": Derived(value_relu, linear_relu, (None,), kinks_relu, kink_partials_relu, 1),
    "remainder": Derived(value_remainder, linear_remainder, (1, None), jumps=jumps_remainder),
    "rint": Derived(value_rint, linear_rint, (0,), jumps=jumps_rint),
    "root": Derived(value_root, linear_root, (None, None)),
    "selu": Derived(value_selu, linear_selu, (None,), kinks_selu, kink_partials_selu, 1),
    "sigmoid": Derived(value_sigmoid, linear_sigmoid, (None,)),
    "sign": Derived(value_sign, linear_sign, (0,), jumps=jumps_sign),
    "silu": Derived(value_silu, linear_silu, (None,)),
    "sin": Derived(value_sin, linear_sin, (None,)),
    "sinc": Derived(value_sinc, linear_sinc, (None,)),
    "sinh": Derived(value_sinh, linear_sinh, (None,)),
    "softplus": Derived(value_softplus, linear_softplus, (None,)),
    "softsign": Derived(value_softsign, linear_softsign, (None,)),
    "sqrt": Derived(value_sqrt, linear_sqrt, (None,)),
    "square": Derived(value_square, linear_square, (None,)),
    "subtract": Derived(value_subtract, linear_subtract, (1, -1)),
    "tan": Derived(value_tan, linear_tan, (None,)),
    "tanh": Derived(value_tanh, linear_tanh, (None,)),
    "trunc": Derived(value_trunc, linear_trunc, (0,), jumps=jumps_trunc),
    "x_log_x": Derived(value_x_log_x, linear_x_log_x, (None,), slices=(DerivedSlice(None, ('limit',), slice_x_log_x_0),)),
    "xlogy": Derived(value_xlogy, linear_xlogy, (None, None), slices=(DerivedSlice(None, ('zero', 'number'), slice_xlogy_0), DerivedSlice(1, ('zero', 'number'), slice_xlogy_1),)),
}
