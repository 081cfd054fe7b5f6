"""Products of matrices of pairs, by products of floats that are exact.

Each matrix is cut into slices of so few bits that the products of two slices, and all sums of
them, are whole multiples of one unit below 2^53: exact in floats, in whatever order a library adds
(Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix multiplication by using fast
routines of matrix multiplication", 2012).
"""

from __future__ import annotations

import numpy as np

from zenverify.oracles.screen.pairs import FLOOR, Floats, Pair

_SLICES = 4
"""So many slices hold some 80 bits of the largest number of a row, and more of smaller ones."""

_LARGEST = 400
"""Powers of two; beyond them the products of slices may overflow, or be too small for a float."""


def product(left: Pair, right: Pair) -> tuple[Pair, Floats] | None:
    """A matrix times another, transposed; and the sums of the magnitudes of the terms.

    Parameters
    ----------
    left, right
        Of shapes (rows, terms) and (columns, terms).

    Returns
    -------
    tuple or None
        Numbers of shape (rows, columns), and the sums, to a relative 2^-30 below. None where some
        number is not finite, or of a size whose products are not exact.
    """
    mine, yours = _sliced(left.high), _sliced(right.high)
    if mine is None or yours is None:
        return None
    if not (np.isfinite(left.error).all() and np.isfinite(right.error).all()):
        return None
    (ours, our_sizes), (theirs, their_sizes) = mine, yours
    terms = left.high.shape[1]
    up = 1 + (terms + 8) * 2.0**-51  # for the rounding of a sum of bounds
    total = Pair.exact(np.zeros((len(left.high), len(right.high))))
    dropped = np.zeros_like(total.high)
    for i in reversed(range(_SLICES + 1)):
        for j in reversed(range(_SLICES + 1)):
            if i + j < _SLICES:
                total = total + Pair.exact(ours[i] @ theirs[j].T)
            else:
                dropped += np.outer(our_sizes[i], their_sizes[j])
    high, other = np.abs(left.high), np.abs(right.high).T
    sizes = high @ other
    error = total.error + dropped * (terms * up)
    if left.low.any() or right.low.any():
        rest = left.high @ right.low.T + left.low @ right.high.T
        total = total + Pair.exact(rest)
        # The cross terms are at most 2^-53 of the products, and so is their own rounding of them.
        error = error + sizes * (terms + 8) * 2.0**-104 + terms * FLOOR
    if left.error.any() or right.error.any():
        unknown = left.error @ (other + right.error.T) + high @ right.error.T
        error = error + unknown * (up + 2.0**-40) + terms * FLOOR
    error = error * up + total.error
    if not sizes.all():
        # Where no term is anything but zero, so is the sum.
        met = (left.high != 0).astype(np.float64) @ (right.high != 0).astype(np.float64).T
        unsure = np.asarray(left.error.any(axis=1))[:, None] | right.error.any(axis=1)
        error = np.where((met == 0) & ~unsure, 0.0, error)
    return Pair(total.high, total.low, error), sizes * (1 - 2.0**-30)


def _sliced(numbers: Floats) -> tuple[list[Floats], list[Floats]] | None:
    """Slices that add up to the numbers, the last of them what is left; and the rows' largest."""
    terms = numbers.shape[1]
    bits = (53 - max(1, terms).bit_length()) // 2
    largest: Floats = np.abs(numbers).max(axis=1, initial=0.0)
    _, exponents = np.frexp(largest)
    beyond = (np.abs(exponents) > _LARGEST) & (largest > 0)
    if not np.isfinite(largest).all() or bool(beyond.any()):
        return None
    slices = []
    rest = numbers
    powers = exponents
    for _ in range(_SLICES):
        anchor = np.ldexp(1.5, powers + 52 - bits)[:, None]
        one = (rest + anchor) - anchor
        rest = rest - one
        powers = powers - bits - 1
        slices.append(one)
    slices.append(rest)
    return slices, [np.abs(one).max(axis=1, initial=0.0) for one in slices]
