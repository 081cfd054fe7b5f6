"""Products of matrices of pairs lie within their bounds, and the bounds are small."""

from fractions import Fraction

import numpy as np
import pytest

from zenverify.oracles.screen.pairs import Floats, Pair
from zenverify.oracles.screen.products import product

DRAW = np.random.default_rng(3)


def truly(left: Floats, right: Floats) -> list[list[Fraction]]:
    rows = [[Fraction(float(x)) for x in row] for row in left]
    columns = [[Fraction(float(x)) for x in row] for row in right]
    return [
        [sum((a * b for a, b in zip(r, c, strict=True)), Fraction(0)) for c in columns]
        for r in rows
    ]


def held(found: Pair, truth: list[list[Fraction]]) -> None:
    for index, high in np.ndenumerate(found.high):
        number = Fraction(float(high)) + Fraction(float(found.low[index]))
        apart = abs(number - truth[index[0]][index[1]])
        assert apart <= Fraction(float(found.error[index]))


@pytest.mark.parametrize("spread", [0, 3, 60])
@pytest.mark.parametrize("terms", [1, 2, 7, 33])
def test_exact_numbers(terms: int, spread: int) -> None:
    left = DRAW.normal(size=(4, terms)) * 2.0 ** DRAW.integers(-spread, spread + 1, (4, terms))
    right = DRAW.normal(size=(3, terms)) * 2.0 ** DRAW.integers(-spread, spread + 1, (3, terms))
    left[0, 0] = right[1, -1] = 0.0
    found = product(Pair.exact(left), Pair.exact(right))
    assert found is not None
    number, sizes = found
    held(number, truly(left, right))
    magnitudes = np.abs(left) @ np.abs(right).T
    assert (sizes <= magnitudes).all()
    assert (sizes >= magnitudes * (1 - 2.0**-29)).all()
    if not spread:
        assert (number.error <= magnitudes * 2.0**-80).all()


def test_sums_that_cancel_are_exact() -> None:
    left = np.array([[1e16, 1.0, -1e16]])
    found = product(Pair.exact(left), Pair.exact(np.ones((1, 3))))
    assert found is not None
    assert found[0].high[0, 0] + found[0].low[0, 0] == 1.0


def test_numbers_with_errors() -> None:
    """Wherever the numbers are within their errors, the product is within its own."""
    high = DRAW.normal(size=(2, 5, 6))
    low = high * DRAW.uniform(-1, 1, high.shape) * 2.0**-53
    low = high + low - high  # at most half a unit in the last place
    error = np.abs(high) * 2.0**-70
    left, right = (Pair(h, lo, e) for h, lo, e in zip(high, low, error, strict=True))
    found = product(left, right)
    assert found is not None
    for side in (-1, 1):
        rows = [
            [
                [
                    Fraction(h) + Fraction(lo) + side * Fraction(e)
                    for h, lo, e in zip(*r, strict=True)
                ]
                for r in zip(m.high.tolist(), m.low.tolist(), m.error.tolist(), strict=True)
            ]
            for m in (left, right)
        ]
        truth = [
            [sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0)) for y in rows[1]]
            for x in rows[0]
        ]
        held(found[0], truth)


def test_zeros_are_known_to_be_zeros() -> None:
    left = np.array([[0.0, 1.0], [1e-90, 0.0]])
    right = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = product(Pair.exact(left), Pair.exact(right))
    assert found is not None
    assert found[0].zero.tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("number", [np.inf, np.nan, 1e200, 1e-200])
def test_what_floats_cannot_multiply_exactly_is_refused(number: float) -> None:
    one = Pair.exact(np.ones((1, 1)))
    assert product(Pair.exact(np.array([[number]])), one) is None
    assert product(one, Pair.exact(np.array([[number]]))) is None
    assert product(Pair(one.high, one.low, np.array([[np.inf]])), one) is None
