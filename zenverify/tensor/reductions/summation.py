"""Einstein's summation: any number of operands, a letter for every axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from zenverify.tensor import walk
from zenverify.tensor.operation import Array, define
from zenverify.tensor.recording import Operand, as_operands, record

if TYPE_CHECKING:
    from zenverify.tensor.tensor import Tensor

__all__ = ["einsum"]

_einsum: Callable[..., Any] = np.einsum  # NumPy's own types leave out axes given as numbers

Labels: TypeAlias = list[int]
"""A number for each axis of an array; axes with the same number run together."""


@lru_cache(maxsize=1024)
def _labelled(subscripts: str, ndims: tuple[int, ...]) -> tuple[tuple[Labels, ...], Labels]:
    """Return the labels of the operands' axes and of the result's, for subscripts that NumPy takes.

    Letters come first in alphabetical order, then the axes that an ellipsis stands for.
    """
    given, arrow, wanted = subscripts.replace(" ", "").partition("->")
    terms = given.split(",")
    letters = sorted(set(given) - set(".,"))
    spare = [
        ndim - len(term) + 3 if "..." in term else 0
        for term, ndim in zip(terms, ndims, strict=True)
    ]
    widest = max(spare)

    def labels(term: str, hidden: int) -> Labels:
        before, dots, after = term.partition("...")
        last = len(letters) + widest
        between = range(last - hidden, last) if dots else ()
        return [*map(letters.index, before), *between, *map(letters.index, after)]

    if not arrow:
        once = [letter for letter in letters if given.count(letter) == 1]
        wanted = "".join(["...", *once])
    inputs = tuple(labels(term, hidden) for term, hidden in zip(terms, spare, strict=True))
    return inputs, labels(wanted, widest)


def _pull_einsum(g: Array, y: Array, *operands: Array, subscripts: str, position: int) -> Array:
    inputs, output = _labelled(subscripts, tuple([operand.ndim for operand in operands]))
    x, labels = operands[position], inputs[position]
    others = [pair for k, pair in enumerate(zip(operands, inputs, strict=True)) if k != position]
    own = list(dict.fromkeys(labels))
    met = set(output).union(*(term for _, term in others))
    shared = [label for label in own if label in met]
    flat = [part for pair in others for part in pair]
    found: Array = np.asarray(_einsum(g, output, *flat, shared))
    contribution = np.zeros(x.shape, found.dtype)
    # The axes of one label share a diagonal; the operand's elements off it do not matter.
    diagonal: Array = _einsum(contribution, labels, own) if labels else contribution
    # A label that nothing else has was summed, and its cotangent is the same all along it; one
    # that others have may have been broadcast.
    sizes = dict(zip(shared, found.shape, strict=True))
    wide = found.reshape([sizes.get(label, 1) for label in own])
    narrow = [1 if n == 1 else size for n, size in zip(diagonal.shape, wide.shape, strict=True)]
    diagonal[...] = walk.sum_to_shape(wide, tuple(narrow))
    return contribution


define(
    "einsum",
    lambda *operands, subscripts: _einsum(subscripts, *operands),
    _pull_einsum,
    variadic=True,
)


def einsum(subscripts: str, *operands: Operand) -> Tensor:
    """Products of the operands' elements, summed over the axes that the result does not have.

    Parameters
    ----------
    subscripts : str
        As ``numpy.einsum`` has them: a letter for every axis of every operand, operands parted by
        commas, and the result's axes after ``->``; without those, the result has the letters that
        occur once, in alphabetical order. ``...`` stands for axes that broadcast. A letter twice
        in one operand takes its diagonal.
    *operands : Tensor, array or number
        At least one.

    Raises
    ------
    TypeError
        If the subscripts are not a string.
    ValueError
        If they are not of this form, or do not fit the operands; NumPy says why.
    """
    if not isinstance(subscripts, str):
        raise TypeError(
            f"einsum: the subscripts are a {type(subscripts).__name__}; expected a string"
        )
    return record("einsum", as_operands("einsum", operands), {"subscripts": subscripts})
