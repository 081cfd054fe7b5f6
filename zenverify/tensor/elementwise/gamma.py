"""The logarithm of the gamma function and its first two derivatives, on arrays.

All compute in float64. Formulae are cited by their number in NIST's Digital Library of Mathematical
Functions (DLMF), https://dlmf.nist.gov.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial.chebyshev import chebval

from zenverify.tensor.operation import Array

__all__ = ["digamma", "log_gamma", "trigamma"]

_ROOT = 1.4616321449683622
_ROOT_REST = 9.549995429965697e-17
"""The positive zero of digamma, in two parts."""

_NEAR_ROOT = (
    0.983570260441567,
    -0.2270640863346444,
    0.03336889902393011,
    -0.005320077271596548,
    0.0008788656937820505,
    -0.00014773492650606044,
    2.5060543468359146e-05,
    -4.2721034029993324e-06,
    7.302769272465923e-07,
    -1.2502886813559594e-07,
    2.1425009322359472e-08,
    -3.673295918565179e-09,
    6.299717236108931e-10,
    -1.080593028883266e-10,
    1.853735192053637e-11,
    -3.1802353658254772e-12,
    5.456147570319718e-13,
    -9.360993130857136e-14,
    1.606064635250028e-14,
    -2.7555430768340784e-15,
    4.727732628518255e-16,
    -8.11127728940837e-17,
)
"""Chebyshev coefficients of digamma(x) / (x - root) on [1, 2], by interpolation in 400 bits."""

_BETWEEN_ZEROS = (
    0.5031836568008651,
    -0.12106206737250128,
    0.02091042535855246,
    -0.00417799298931635,
    0.0009002630239208576,
    -0.00020287927285893477,
    4.707206618277412e-05,
    -1.1145551722345647e-05,
    2.6786471398085193e-06,
    -6.511750867977598e-07,
    1.597447652327773e-07,
    -3.948017821331452e-08,
    9.81802693196162e-09,
    -2.4544790124852744e-09,
    6.164112849015011e-10,
    -1.5542026666279419e-10,
    3.932483431425504e-11,
    -9.981136019707806e-12,
    2.540421235872442e-12,
    -6.482230781256436e-13,
    1.6578060134627766e-13,
    -4.248589986683655e-14,
    1.0908893848029689e-14,
    -2.805910611186575e-15,
    7.228773472698542e-16,
    -1.8650921549196397e-16,
    4.8187442781406756e-17,
)
"""Likewise of log Gamma(x) / ((x - 1) (x - 2)) on [3/4, 9/4]."""

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The numbers B2, B4, ... (DLMF 24.2)."""

_LARGE = 10
"""From here on the asymptotic series are accurate to float64."""


def log_gamma(x: Array) -> Array:
    """The logarithm of |Gamma(x)|: inf at the poles 0, -1, -2, ...

    The standard library's, but around its zeros 1 and 2 a polynomial times the distances from
    them, so that the digits there hold; the recurrence (DLMF 5.5.1) leads there from below 3.25.
    """
    x = np.asarray(x, dtype=np.float64)
    by_element = np.asarray(np.frompyfunc(_log_gamma, 1, 1)(x), dtype=np.float64)
    above = x > 2.25
    z = np.where(above, x - 1, x)
    near = (z - 1) * (z - 2) * chebval((4 * z - 6) / 3, _BETWEEN_ZEROS)
    near = np.where(above, near + np.log(z), near)
    return np.where((x > 0.75) & (x < 3.25), near, by_element)


def _log_gamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf


def digamma(x: Array) -> Array:
    """The derivative of `log_gamma`: NaN at the poles but zero, where it is infinite.

    On [1, 2] a polynomial times the distance from the zero, so that the digits next to it hold. The
    recurrence (DLMF 5.5.2) leads there from below 10, the asymptotic series (5.11.2) applies from
    there on, and negative arguments are reflected (5.5.4).
    """
    x = np.asarray(x, dtype=np.float64)
    reflected = x < 0
    z = np.where(reflected, 1 - x, x)
    small = _digamma_of_small(np.where(z < _LARGE, z, 1))
    result = np.where(z < _LARGE, small, _digamma_of_large(np.where(z < _LARGE, np.inf, z)))
    return np.where(reflected, result - _poles(x), result)


def _poles(x: Array) -> Array:
    """The function pi cot(pi x), from the nearer of its poles and zeros; NaN at the poles."""
    past = x - np.rint(x)
    close = np.abs(past) < 0.25
    to_zero = np.where(past < 0, -0.5, 0.5) - past
    result = np.pi * np.where(close, 1 / np.tan(np.pi * past), np.tan(np.pi * to_zero))
    return np.where(past == 0, np.nan, result)


def _digamma_of_small(z: Array) -> Array:
    """Digamma on [0, 10)."""
    below = z < 1
    start = np.where(below, z + 1, z - (np.maximum(np.floor(z), 1) - 1))
    distance = (start - _ROOT) - _ROOT_REST
    result: Array = distance * chebval(2 * start - 3, _NEAR_ROOT)
    for step in range(_LARGE - 2):
        passed = start + step
        result = result + np.where(passed + 1 <= z, 1 / passed, 0)
    return np.where(below, result - 1 / z, result)


def _digamma_of_large(z: Array) -> Array:
    inverse = 1 / z
    square = inverse * inverse
    tail = np.zeros_like(z)
    for k in range(len(_BERNOULLI), 0, -1):
        tail = (tail + _BERNOULLI[k - 1] / (2 * k)) * square
    return np.log(z) - (inverse / 2 + tail)


def trigamma(x: Array) -> Array:
    """The derivative of `digamma`: inf at the poles.

    The recurrence (DLMF 5.15.5) leads from below 10 to where the asymptotic series (5.15.8)
    applies; the terms are positive, and the smallest are added first. Negative arguments are
    reflected (5.15.6).
    """
    x = np.asarray(x, dtype=np.float64)
    reflected = x < 0
    z = np.where(reflected, 1 - x, x)
    steps = range(_LARGE)
    count = np.sum([z + step < _LARGE for step in steps], axis=0)
    result = _trigamma_of_large(z + count)
    for step in reversed(steps):
        passed = z + step
        result = result + np.where(step < count, 1 / (passed * passed), 0)
    ratio = np.pi / np.sin(np.pi * (x - np.rint(x)))
    return np.where(reflected, ratio * ratio - result, result)


def _trigamma_of_large(z: Array) -> Array:
    inverse = 1 / z
    square = inverse * inverse
    tail = np.zeros_like(z)
    for number in reversed(_BERNOULLI):
        tail = (tail + number) * square
    return inverse + (square / 2 + tail * inverse)
