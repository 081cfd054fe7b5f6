"""Elementary functions of pairs, each with a proof of its error.

None of them trusts NumPy's function of the same name, which may be the one under test: exponentials
are sums of their Taylor series, and a logarithm from NumPy is only a guess that is mended by them.
What is not here makes an operation one that is not screened.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import factorial
from typing import Any

import numpy as np

from zenverify.oracles.screen.pairs import LOSS, Floats, Pair, as_pair, choose

_LN2 = Pair(
    np.array(0.6931471805599453),
    np.array(2.3190468138462996e-17),
    np.array(2.0**-108),
)
"""The logarithm of 2; a test holds it against ball arithmetic."""

_PI = Pair(np.array(3.141592653589793), np.array(1.2246467991473532e-16), np.array(2.0**-106))

_HALVINGS = 8
_TERMS = 10
"""Of the series of exp(r) - 1 for |r| <= ln(2) / 2^9, which is below 2^-9.5: the first term that is
left out is below 2^-104.5 / 11!, relative to r below 2^-120."""

_LARGEST = 700.0
"""Beyond this exponentials overflow, or underflow: nothing is known."""

_SATURATED = 45.0
"""tanh is within 2^-128 of 1 from here on: 1 - tanh(x) < 2 exp(-2x)."""


def _taylor(r: Pair) -> Pair:
    """exp(r) - 1 for small r, by Horner's scheme."""
    total = as_pair(1.0) / factorial(_TERMS)
    for n in range(_TERMS - 1, 0, -1):
        total = total * r + as_pair(1.0) / factorial(n)
    value = total * r
    return Pair(value.high, value.low, value.error + 2.0**-110 * np.abs(r.high))


def _reduced(x: Pair) -> tuple[Floats, Pair]:
    """Whole numbers k, and exp(x - k ln 2) - 1."""
    k = np.rint(x.high / _LN2.high)
    r = (x - _LN2 * Pair.exact(k)).scaled(np.array(2.0**-_HALVINGS))
    value = _taylor(r)
    for _ in range(_HALVINGS):
        value = value * (value + 2.0)
    return k, value


def exp(x: Pair) -> Pair:
    """The exponential."""
    k, value = _reduced(x)
    return _within(x, (value + 1.0).scaled(np.exp2(k)))


def expm1(x: Pair) -> Pair:
    """``exp(x) - 1``, without the cancellation near zero."""
    k, value = _reduced(x)
    shifted = (value + 1.0).scaled(np.exp2(k)) - 1.0
    return _within(x, choose(k == 0, value, shifted))


def _within(x: Pair, value: Pair) -> Pair:
    beyond = ~(np.abs(x.high) < _LARGEST)
    return Pair(value.high, value.low, np.where(beyond, np.inf, value.error))


def log(x: Pair) -> Pair:
    """A guess y, and what is missing: log(x) = y + log1p(x exp(-y) - 1)."""
    guess = Pair.exact(np.log(np.where(x.high > 0, x.high, np.nan)))
    missing = x * exp(-guess) - 1.0
    small = np.abs(missing.high) < 2.0**-30
    # log1p(t) = t - t^2 / 2 + t^3 / 3 - ..., of which 2^-30 to the fourth is left out.
    value = guess + missing * (1.0 - missing * (0.5 - missing / 3.0))
    error = value.error + np.abs(missing.high) ** 4
    at_one = (x.high == 1) & (x.low == 0) & (x.error == 0)
    known = Pair(value.high, value.low, np.where(small, error, np.inf))
    return choose(at_one, Pair.exact(np.zeros_like(x.high)), known)


def log1p(x: Pair) -> Pair:
    """By its series near zero, where 1 + x has lost digits of x."""
    near = np.abs(x.high) < 2.0**-20
    t = choose(near, x, as_pair(0.0))
    total = -(as_pair(1.0) / 6)
    for n in range(5, 0, -1):
        total = total * t + (as_pair(1.0 if n % 2 else -1.0) / n)
    series = total * t
    series = Pair(series.high, series.low, series.error + np.abs(t.high) * 2.0**-120)
    return choose(near, series, log(1.0 + choose(near, as_pair(0.0), x)))


def tanh(x: Pair) -> Pair:
    """The hyperbolic tangent, by ``expm1``."""
    inside = np.abs(x.high) < _SATURATED
    sign = np.sign(x.high)
    value = expm1(choose(inside, x, Pair.exact(sign)) * 2.0)
    value = value / (value + 2.0)
    beyond = Pair(sign, np.zeros_like(sign), 2.0**-120 + 0 * sign + x.error)
    return choose(inside, value, beyond)


def sinh(x: Pair) -> Pair:
    """The hyperbolic sine."""
    size = absolute(x)
    value = expm1(size)
    value = (value + value / (value + 1.0)) * 0.5
    return choose(x.negative, -value, value)


def cosh(x: Pair) -> Pair:
    """The hyperbolic cosine."""
    value = exp(x)
    return (value + 1.0 / value) * 0.5


def sqrt(x: Pair) -> Pair:
    """A guess s, and (x - s²) / 2s: what is left out is (x - s²)² / 8s³."""
    guess = np.sqrt(x.high)
    s = Pair.exact(guess)
    rest = x - s * s
    value = s + rest / (s * 2.0)
    left_out = np.abs(rest.high) ** 2 / (4 * guess**3)
    known = Pair(value.high, value.low, value.error + left_out + LOSS * guess)
    return choose(x.zero, Pair.exact(np.zeros_like(x.high)), known)


def power(base: Pair | float, exponent: Pair | float) -> Pair:
    """By multiplication for one small whole exponent, else exp(exponent * log(base))."""
    base, exponent = as_pair(base), as_pair(exponent)
    first = exponent.high.flat[0] if exponent.high.size else 0.0
    same = bool(np.all((exponent.high == first) & (exponent.low == 0) & (exponent.error == 0)))
    if same and float(first).is_integer() and abs(first) <= 64:
        return base ** int(first)
    return exp(exponent * log(base))


def absolute(x: Pair) -> Pair:
    """The size."""
    return choose(x.negative, -x, _one_sided(x, x.positive | x.zero))


def sign(x: Pair) -> Pair:
    """1, -1, or 0 at zero."""
    value = np.sign(x.high)
    known = x.positive | x.negative | x.zero
    return Pair(value, np.zeros_like(value), np.where(known, 0.0, np.inf))


def floor(x: Pair) -> Pair:
    """The largest integer below."""
    return _whole(np.floor, x)


def ceiling(x: Pair) -> Pair:
    """The smallest integer above."""
    return _whole(np.ceil, x)


def _whole(function: Callable[[Floats], Floats], x: Pair) -> Pair:
    """Exact for floats; of other numbers nothing is claimed."""
    exact = (x.low == 0) & (x.error == 0)
    value = function(x.high)
    return Pair(value, np.zeros_like(value), np.where(exact, 0.0, np.inf))


def maximum(a: Pair | float, b: Pair | float) -> Pair:
    """The larger of two, where it is known which one that is."""
    a, b = as_pair(a), as_pair(b)
    apart = a - b
    return choose(apart.positive, a, _one_sided(b, apart.negative | apart.zero))


def minimum(a: Pair | float, b: Pair | float) -> Pair:
    """The smaller of two, where it is known which one that is."""
    return -maximum(-as_pair(a), -as_pair(b))


def step(argument: Pair, at_zero: float | None) -> Pair:
    """Heaviside's step; at zero what is given, or unknown."""
    value = np.where(argument.positive, 1.0, 0.0)
    zero = argument.zero
    error = np.where(argument.positive | argument.negative | zero, 0.0, np.inf)
    if at_zero is None:
        return Pair(value, np.zeros_like(value), np.where(zero, np.inf, error))
    return Pair(np.where(zero, at_zero, value), np.zeros_like(value), error)


def _one_sided(value: Pair, known: Any) -> Pair:
    return Pair(value.high, value.low, np.where(known, value.error, np.inf))


class Number:
    """What stands for `Ball` in the derived evaluators: makes a constant."""

    def __new__(cls, number: Pair | float) -> Pair:  # type: ignore[misc]  # it is only called
        return as_pair(number)

    @staticmethod
    def pi() -> Pair:
        return _PI


def ratio(numerator: int, denominator: int) -> Pair:
    """A fraction, as exactly as two floats hold it."""
    exact = Fraction(numerator, denominator)
    high = float(exact)
    low = float(exact - Fraction(high))
    error = float(abs(exact - Fraction(high) - Fraction(low))) * (1 + 2.0**-40)
    return Pair(np.array(high), np.array(low), np.array(error))


def total(items: tuple[Pair, ...]) -> Pair:
    """The sum of a few."""
    return reduce(Pair.__add__, items, as_pair(0.0))


NAMES: dict[str, Any] = {
    "Ball": Number,
    "absolute": absolute,
    "ceiling": ceiling,
    "cosh": cosh,
    "exp": exp,
    "expm1": expm1,
    "floor": floor,
    "log": log,
    "log1p": log1p,
    "maximum": maximum,
    "minimum": minimum,
    "power": power,
    "ratio": ratio,
    "sign": sign,
    "sinh": sinh,
    "sqrt": sqrt,
    "tanh": tanh,
    "total": total,
}
"""What the derived evaluators call by name, for pairs."""
