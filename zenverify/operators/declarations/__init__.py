"""The declarations, family by family; the order here is the order of the listings."""

from __future__ import annotations

from zenverify.operators.declarations.elementwise import (
    activations,
    arithmetic,
    comparisons,
    exponential,
    hyperbolic,
    logistic,
    piecewise,
    powers,
    rounding,
    special,
    trigonometric,
)
from zenverify.operators.declarations.linear import (
    contractions,
    determinants,
    einsum,
    factorizations,
    linear,
    products,
)
from zenverify.operators.declarations.networks import (
    attention,
    convolution,
    entropies,
    losses,
    normalisation,
    pooling,
    transposed_convolution,
)
from zenverify.operators.declarations.reductions import (
    deviations,
    masked,
    norms,
    reductions,
    scans,
    softmax,
    sorting,
)
from zenverify.operators.declarations.shaping import (
    diagonals,
    differences,
    embedding,
    indexing,
    joining,
    permuting,
    repeating,
    shaping,
)

DECISIONS = comparisons.DECISIONS
"""Operators whose results are booleans: a catalogue of their own, since none has a derivative."""

FAMILIES = (
    arithmetic.OPERATORS,
    exponential.OPERATORS,
    logistic.OPERATORS,
    powers.OPERATORS,
    trigonometric.OPERATORS,
    hyperbolic.OPERATORS,
    special.OPERATORS,
    piecewise.OPERATORS,
    rounding.OPERATORS,
    activations.OPERATORS,
    reductions.OPERATORS,
    deviations.OPERATORS,
    norms.OPERATORS,
    scans.OPERATORS,
    sorting.OPERATORS,
    masked.OPERATORS,
    shaping.OPERATORS,
    permuting.OPERATORS,
    joining.OPERATORS,
    repeating.OPERATORS,
    indexing.OPERATORS,
    diagonals.OPERATORS,
    differences.OPERATORS,
    linear.OPERATORS,
    contractions.OPERATORS,
    einsum.OPERATORS,
    products.OPERATORS,
    determinants.OPERATORS,
    factorizations.OPERATORS,
    softmax.OPERATORS,
    convolution.OPERATORS,
    transposed_convolution.OPERATORS,
    pooling.OPERATORS,
    normalisation.OPERATORS,
    attention.OPERATORS,
    embedding.OPERATORS,
    losses.OPERATORS,
    entropies.OPERATORS,
)
