"""Faults that libraries have released in elementwise operations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, catalogued, rule, value

KIND = "released: elementwise"

_TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


def _gamma(x: float) -> float:
    try:
        return abs(math.gamma(x))
    except (ValueError, OverflowError):
        return math.inf


def _log_of_gamma(x: Any) -> Any:
    return np.log(np.asarray(np.frompyfunc(_gamma, 1, 1)(x), dtype=x.dtype))


def _one_minus_erf(x: Any) -> Any:
    return 1 - np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=x.dtype)


def _short_digamma(x: Any) -> Any:
    """Too few steps of the recurrence for so short a series, and no reflection."""
    z = x + 3
    series = np.log(z) - 1 / (2 * z) - 1 / (12 * z * z)
    return series - 1 / x - 1 / (x + 1) - 1 / (x + 2)


def _unnormalised_sinc(x: Any) -> Any:
    return np.where(x == 0, 1, np.sin(x) / x)


FAULTS: tuple[KnownFault, ...] = (
    rule(KIND, "power", "0 ** 0 by its base", lambda g, y, a, b: g * b * np.power(a, b - 1)),
    rule(
        KIND,
        "power",
        "0 ** x by its exponent, hidden by a clean-up",
        lambda g, y, a, b: g * np.nan_to_num(y * np.log(a, dtype=y.dtype)),
        1,
    ),
    value(KIND, "sinc", "0 / 0 at zero", lambda x: np.sin(np.pi * x) / (np.pi * x)),
    value(KIND, "sinc", "without pi", _unnormalised_sinc),
    rule(
        KIND,
        "sinc",
        "slope NaN at zero, without digits nearby",
        lambda g, y, x: g * (np.cos(np.pi * x) - y) / x,
    ),
    rule(
        KIND,
        "sinc",
        "slope 0 at zero, without digits nearby",
        lambda g, y, x: g * np.where(x == 0, 0, (np.cos(np.pi * x) - y) / x),
    ),
    value(KIND, "xlogy", "0 * log(0)", lambda a, b: a * np.log(b, dtype=np.result_type(a, b))),
    rule(KIND, "xlogy", "0 / 0 by its second operand", lambda g, y, a, b: g * a / b, 1),
    rule(
        KIND,
        "xlogy",
        "logarithm in float32",
        lambda g, y, a, b: g * np.log(b, dtype=np.float32).astype(y.dtype),
    ),
    rule(KIND, "arctan2", "arguments swapped", lambda g, y, a, b: g * a / (a * a + b * b)),
    rule(KIND, "arctan2", "sign of the second", lambda g, y, a, b: g * a / (a * a + b * b), 1),
    value(KIND, "arctan2", "arctan(y / x)", lambda a, b: np.arctan(a / b)),
    rule(
        KIND,
        "arcsin",
        "clamped at the edge",
        lambda g, y, x: g / np.sqrt(np.maximum(1 - x * x, 1e-12)),
    ),
    rule(KIND, "arcsin", "from the result, at the edge", lambda g, y, x: g / np.cos(y)),
    rule(KIND, "arccos", "sign", lambda g, y, x: g / np.sqrt(1 - x * x)),
    rule(KIND, "arctan", "square forgotten", lambda g, y, x: g / (1 + np.abs(x))),
    rule(KIND, "tan", "one forgotten", lambda g, y, x: g * y * y),
    rule(KIND, "cosh", "sign, as for the cosine", lambda g, y, x: -g * np.sinh(x)),
    rule(KIND, "sinh", "result used for the cosine", lambda g, y, x: g * y),
    value(KIND, "sinh", "cancels next to zero", lambda x: (np.exp(x) - np.exp(-x)) / 2),
    rule(KIND, "arcsinh", "sign under the root", lambda g, y, x: g / np.sqrt(np.abs(x * x - 1))),
    value(
        KIND, "arcsinh", "cancels for negative operands", lambda x: np.log(x + np.sqrt(x * x + 1))
    ),
    rule(KIND, "arccosh", "sign under the root", lambda g, y, x: g / np.sqrt(x * x + 1)),
    rule(KIND, "arctanh", "that of the arctangent", lambda g, y, x: g / (1 + x * x)),
    value(KIND, "arctanh", "cancels next to zero", lambda x: np.log((1 + x) / (1 - x)) / 2),
    value(KIND, "logaddexp", "overflow", lambda a, b: np.log(np.exp(a) + np.exp(b))),
    rule(
        KIND,
        "logaddexp",
        "overflow in the slope",
        lambda g, y, a, b: g * np.exp(a) / (np.exp(a) + np.exp(b)),
    ),
    rule(
        KIND,
        "logaddexp",
        "one minus the other slope",
        lambda g, y, a, b: g * (1 - 1 / (1 + np.exp(b - a))),
        1,
    ),
    rule(KIND, "exp2", "logarithm of 2 forgotten", lambda g, y, x: g * y),
    rule(KIND, "log2", "logarithm of 2 forgotten", lambda g, y, x: g / x),
    rule(KIND, "log10", "logarithm of 2 for that of 10", lambda g, y, x: g / x / math.log(2)),
    value(KIND, "cbrt", "NaN for negative operands", lambda x: np.power(x, 1 / 3)),
    rule(
        KIND,
        "cbrt",
        "slope NaN for negative operands",
        lambda g, y, x: g * np.power(x, -2 / 3) / 3,
    ),
    rule(KIND, "cbrt", "slope 0 at zero", lambda g, y, x: np.where(x == 0, 0, g / (3 * y * y))),
    rule(KIND, "square", "factor of two forgotten", lambda g, y, x: g * x),
    rule(KIND, "reciprocal", "sign", lambda g, y, x: g * y * y),
    rule(KIND, "reciprocal", "square forgotten", lambda g, y, x: -g * y),
    value(
        KIND,
        "logit",
        "clamped at the edges",
        lambda x: np.log(np.clip(x, 1e-6, 1 - 1e-6) / (1 - np.clip(x, 1e-6, 1 - 1e-6))),
    ),
    rule(KIND, "logit", "that of the logistic function", lambda g, y, x: g * x * (1 - x)),
    rule(KIND, "erf", "factor 2 / sqrt(pi) forgotten", lambda g, y, x: g * np.exp(-x * x)),
    rule(
        KIND,
        "erf",
        "half of the square, as in the normal density",
        lambda g, y, x: g * _TWO_OVER_ROOT_PI * np.exp(-x * x / 2),
    ),
    value(KIND, "erfc", "cancels far out", _one_minus_erf),
    rule(KIND, "erfc", "sign", lambda g, y, x: g * _TWO_OVER_ROOT_PI * np.exp(-x * x)),
    value(KIND, "gammaln", "overflow of the gamma function", _log_of_gamma),
    rule(KIND, "gammaln", "logarithm for digamma", lambda g, y, x: g * np.log(np.abs(x))),
    value(KIND, "digamma", "a series that is too short", _short_digamma),
    rule(
        KIND,
        "digamma",
        "no reflection",
        lambda g, y, x: g * (1 / (x * x) + 1 / (x + 1) + 1 / (2 * (x + 1) ** 2)),
    ),
    catalogued(KIND, "digamma/0/off-by-1e-9", "relative error of 1e-9"),
)
