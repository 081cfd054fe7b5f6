"""Einstein's summation: a full index space, into which every operand is moved."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from zenverify.errors import GraphError
from zenverify.operators import sampling
from zenverify.operators.operator import Argument, Choose, Instance, Operator
from zenverify.operators.program.builder import Buffer, ProgramBuilder, Shape

Label = str | int
"""A letter; or the place of an axis that an ellipsis stands for, counted from the end: -1, -2."""


def _labels(term: str, ndim: int, subscripts: str) -> list[Label]:
    """The labels of a term's axes."""
    before, dots, after = term.partition("...")
    letters = before + after
    if not all(letter.isascii() and letter.isalpha() for letter in letters):
        raise GraphError(f"{term!r} in {subscripts!r} is not made of letters and one ellipsis")
    hidden = ndim - len(letters)
    if hidden < 0 or (hidden and not dots):
        raise GraphError(f"{term!r} in {subscripts!r} does not fit {ndim} dimensions")
    return [*before, *range(-hidden, 0), *after]


def _parsed(subscripts: str, ndims: Sequence[int]) -> tuple[list[list[Label]], list[Label]]:
    """The labels of each operand's axes, and of the result's."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise GraphError(f"{len(ndims)} operands, but {subscripts!r} has {len(terms)}")
    inputs = [_labels(term, ndim, subscripts) for term, ndim in zip(terms, ndims, strict=True)]
    every = [label for term in inputs for label in term]
    hidden = sorted({label for label in every if isinstance(label, int)})
    if not arrow:
        letters = sorted(label for label in every if isinstance(label, str))
        return inputs, [*hidden, *(letter for letter in letters if letters.count(letter) == 1)]
    shown = len(hidden) if "..." in right else 0
    output = _labels(right, len(right.replace("...", "")) + shown, subscripts)
    if len(set(output)) < len(output) or not set(hidden) <= set(output) <= set(every):
        raise GraphError(
            f"the result {right!r} of {subscripts!r} must have each of its letters once, all of "
            "them the operands', and the ellipsis if they have one"
        )
    return inputs, output


def _sizes(shapes: Sequence[Shape], inputs: Sequence[Sequence[Label]]) -> dict[Label, int]:
    """The size that goes with each label; axes of size one broadcast, except along a diagonal."""
    sizes: dict[Label, int] = {}
    for shape, labels in zip(shapes, inputs, strict=True):
        own: dict[Label, int] = {}
        for label, size in zip(labels, shape, strict=True):
            if own.setdefault(label, size) != size:
                raise GraphError(f"{label!r} of shape {shape} is {own[label]} and {size}")
        for label, size in own.items():
            (sizes[label],) = np.broadcast_shapes((sizes.get(label, 1),), (size,))
    return sizes


def _einsum(builder: ProgramBuilder, *operands: Buffer, subscripts: str) -> Buffer:
    shapes = [operand.shape for operand in operands]
    inputs, output = _parsed(subscripts, [operand.ndim for operand in operands])
    sizes = _sizes(shapes, inputs)
    order = [*output, *(label for label in sizes if label not in output)]
    full = tuple(sizes[label] for label in order)
    places = dict(zip(order, np.indices(full, sparse=True), strict=True))

    def moved(operand: Buffer, labels: Sequence[Label]) -> Buffer:
        key: tuple[Any, ...] = tuple(
            places[label] if size > 1 else np.zeros_like(places[label])
            for label, size in zip(labels, operand.shape, strict=True)
        )
        return builder.move(lambda n: np.broadcast_to(n[key], full), operand)

    factors = [moved(operand, labels) for operand, labels in zip(operands, inputs, strict=True)]
    if len(factors) > 2:
        builder.multiplies_many()
    product = reduce(operator.mul, factors)
    summed = tuple(range(len(output), len(order)))
    return product.sum(summed) if summed else product


_Contraction = tuple[str, tuple[Shape, ...]]
"""Subscripts, and the shapes of the operands after the first."""


def _of_any(shape: Shape) -> list[_Contraction]:
    return [
        ("...->...", ()),
        ("...,...", (shape,)),
        ("..., ...->...", ((),)),
        ("...,i...->...", ((2, *shape),)),
        ("...,...,...->...", (shape, (1, *shape))),
    ]


def _of_vectors(shape: Shape) -> list[_Contraction]:
    (n,) = shape
    return [
        ("i->", ()),
        ("i", ()),
        ("i,i", (shape,)),
        ("i,j->ji", ((2,),)),
        ("i,i,i->i", (shape, shape)),
        ("i,ij->j", ((n, 2),)),
        ("i,ii->i", ((n, n),)),
        ("i,ij,j->", ((n, 2), (2,))),
        ("i,i->i", ((1,),)),
        ("i,i...->...", ((n, 2, 1),)),
    ]


def _of_matrices(shape: Shape) -> list[_Contraction]:
    m, n = shape
    calls: list[_Contraction] = [
        ("ij->ji", ()),
        ("ba", ()),
        ("ij->j", ()),
        ("ij->", ()),
        ("ij,jk", ((n, 2),)),
        ("ij,kj->ki", ((2, n),)),
        ("ij,ij->i", (shape,)),
        ("ij,ij->j", ((m, 1),)),
        ("ij,j->ji", ((n,),)),
        ("ij,k->jk", ((2,),)),
        ("ij,jk,kl->il", ((n, 2), (2, 1))),
        ("ij,ij,ij->", (shape, shape)),
        ("...j,...j->...", ((2, 1, n),)),
        ("i...,i->...", ((m,),)),
        ("...j,jk->k...", ((n, 2),)),
        ("iB,BA", ((n, 2),)),
    ]
    if m == n:
        calls += [
            ("ii", ()),
            ("ii->i", ()),
            ("ii,i->", ((n,),)),
            ("ii,ij->ji", ((n, 2),)),
            ("ij,ji", (shape,)),
            ("ij,jj->i", (shape,)),
        ]
    return calls


def _of_three(shape: Shape) -> list[_Contraction]:
    a, b, c = shape
    calls: list[_Contraction] = [
        ("ijk->kij", ()),
        ("ijk->j", ()),
        ("bij,bjk->bik", ((a, c, 2),)),
        ("bij,bjk->ik", ((1, c, 2),)),
        ("...ij,jk->...ik", ((c, 2),)),
        ("...ij,...jk", ((2, 1, c, 1),)),
        ("i...k->k...", ()),
        ("ijk,ikl,j->il", ((a, c, 1), (b,))),
    ]
    if a == c:
        calls += [("iji->ij", ()), ("iji,j->i", ((b,),))]
    if a == b == c:
        calls += [("iii->i", ()), ("iij->j", ()), ("iij,jkk->ik", (shape,)), ("iii", ())]
    return calls


def _sample_einsum(choose: Choose, shape: Shape) -> Instance:
    special = {1: _of_vectors, 2: _of_matrices, 3: _of_three}.get(len(shape))
    calls = [*(special(shape) if special else ()), *_of_any(shape)]
    subscripts, others = sampling.pick(choose, calls)
    return Instance((shape, *others), {"subscripts": subscripts})


OPERATORS = (
    Operator(
        name="einsum",
        family="linear",
        summary="products of the operands, summed over the letters that the result does not have",
        arguments=(Argument("x"),),
        build=_einsum,
        sample=_sample_einsum,
        first_shapes=((2, 3), (2, 2), (3,), (), (2, 1, 2), (2, 2, 2), (0,)),
        variadic=True,
        broadcasts=True,
        wide=(
            Instance(((150,), (150,)), {"subscripts": "i,i->"}),
            Instance(((2, 100), (100, 1)), {"subscripts": "ij,jk->ik"}),
        ),
    ),
)
