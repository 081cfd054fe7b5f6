"""Matrices for operations that want them invertible, or positive definite, or the like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zenverify.operators.domain import Matrix

Numbers = NDArray[np.float64]

_SMALLEST, _GAP, _LEEWAY = 0.5, 0.35, 0.1


def well_conditioned(random: np.random.Generator, kind: Matrix, numbers: Numbers) -> Numbers:
    """Matrices as `Matrix` describes them, turned at random.

    Where only the lower triangle is read, the upper one keeps the numbers that were there.
    """
    width = min(numbers.shape[-2:])
    sizes = (
        _SMALLEST
        + _GAP * np.arange(width)
        + random.uniform(0, _LEEWAY, numbers.shape[:-1])[..., :width]
    )
    if not kind.symmetric:
        left, _, right = np.linalg.svd(numbers, full_matrices=False)
        return np.asarray((left * sizes[..., None, :]) @ right)
    if kind is Matrix.DISTINCT_EIGENVALUES:
        sizes = sizes * random.choice([-1.0, 1.0], sizes.shape)
    _, vectors = np.linalg.eigh(numbers)
    symmetric = (vectors * sizes[..., None, :]) @ vectors.swapaxes(-1, -2)
    return np.where(np.tri(width, dtype=bool), symmetric, numbers)


def singular(random: np.random.Generator, numbers: Numbers) -> Numbers:
    """The same matrices, with equal eigenvalues or a column that depends on another one."""
    found = numbers.copy()
    width = min(numbers.shape[-2:])
    if random.integers(0, 2):
        found[...] = np.eye(*numbers.shape[-2:]) * random.integers(1, 4)
    elif width:
        found[..., -1] = found[..., 0] * random.choice([0.0, 1.0, -2.0])
    return found


def scaled(random: np.random.Generator, kind: Matrix, numbers: Numbers, decades: float) -> Numbers:
    """Well conditioned ones times a tiny or huge number."""
    shape = (*numbers.shape[:-2], 1, 1)
    size = np.asarray(10.0 ** random.uniform(-decades, decades, shape))
    return well_conditioned(random, kind, numbers) * size
