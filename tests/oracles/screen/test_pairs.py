"""Pairs enclose: held against exact fractions."""

from collections.abc import Callable
from fractions import Fraction
from operator import add, mul
from typing import Any

import numpy as np
import pytest

from zenverify.oracles.screen.pairs import Pair, sums

RANDOM = np.random.default_rng(31)


def numbers(count: int) -> np.ndarray:
    sizes = 10.0 ** RANDOM.integers(-20, 20, count)
    return np.asarray(RANDOM.normal(size=count) * sizes)


def exactly(pair: Pair) -> list[Fraction]:
    return [
        Fraction(float(high)) + Fraction(float(low))
        for high, low in zip(pair.high.ravel(), pair.low.ravel(), strict=True)
    ]


def holds(pair: Pair, truths: list[Fraction], within: float = 2.0**-90) -> None:
    for number, error, truth in zip(exactly(pair), pair.error.ravel(), truths, strict=True):
        assert abs(number - truth) <= Fraction(float(error))
        assert error <= within * max(abs(float(truth)), 1e-300)


@pytest.mark.parametrize(
    "operate",
    [
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a * b + a / b,
        lambda a, b: (a / b) ** 3,
        lambda a, b: 2 - a / b * 3,
    ],
)
def test_arithmetic_encloses(operate: Callable[..., Any]) -> None:
    a, b = numbers(300), numbers(300)
    b[:4] = [1.0, -1.0, 3.0, 2.0**-20]
    a[:4] = [1.0, 1.0 / 3.0, 1e-60, 0.0]
    found = operate(Pair.exact(a), Pair.exact(b))
    truths = [operate(Fraction(float(x)), Fraction(float(y))) for x, y in zip(a, b, strict=True)]
    for number, error, truth in zip(exactly(found), found.error, truths, strict=True):
        if np.isfinite(error):
            assert abs(number - truth) <= Fraction(float(error))
    assert np.isfinite(found.error).all()


def test_errors_of_the_operands_are_carried_on() -> None:
    x, wide = numbers(200), np.full(200, 1e-3)
    y = numbers(200)
    blurred = Pair(x, np.zeros(200), np.abs(x) * wide)
    for sign in (-1, 1):
        inside = [Fraction(float(v)) * (1 + sign * Fraction(1, 1000)) for v in x]
        operations: list[Callable[..., Any]] = [mul, add, lambda a, b: b / a]
        for operate in operations:
            found = operate(blurred, Pair.exact(y))
            truths = [operate(v, Fraction(float(w))) for v, w in zip(inside, y, strict=True)]
            for number, error, truth in zip(exactly(found), found.error, truths, strict=True):
                assert abs(number - truth) <= Fraction(float(error)) * (1 + Fraction(1, 10**12))


def test_what_overflows_or_underflows_is_not_known() -> None:
    a = Pair.exact(np.array([1e200, 1e-200, 1e308, np.inf, np.nan, 5e-324]))
    b = Pair.exact(np.array([1e200, 1e-200, 10.0, 0.0, 1.0, 0.5]))
    with np.errstate(all="ignore"):
        product = a * b
        quotient = Pair.exact(np.array([1.0])) / Pair.exact(np.array([0.0]))
    assert not (product.error < 1e300).any()
    assert not (quotient.error < 1e300).any()


def test_zero_is_exact() -> None:
    zero = Pair.exact(np.array([0.0, -0.0]))
    assert (zero * Pair.exact(np.array([3.0, 1e-300]))).zero.all()
    x = Pair.exact(np.array([1.5, 2.0**-1074]))
    assert (x - x).zero.all()
    assert not (x - x).positive.any()


@pytest.mark.parametrize("width", [0, 1, 2, 3, 7, 64, 1000])
def test_sums_enclose_and_know_the_size_of_their_terms(width: int) -> None:
    rows = RANDOM.normal(size=(5, width)) * 10.0 ** RANDOM.integers(-8, 8, (5, width))
    total, sizes = sums(Pair.exact(rows))
    for row, size in enumerate(sizes):
        terms = [Fraction(float(v)) for v in rows[row]]
        error = Fraction(float(total.error[row]))
        assert abs(exactly(total)[row] - sum(terms)) <= error
        exact = float(sum(map(abs, terms)))
        assert exact * (1 - 2.0**-28) <= size <= exact
        assert float(error) <= 2.0**-80 * exact
