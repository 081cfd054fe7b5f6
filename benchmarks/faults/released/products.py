"""Faults that libraries have released in products of vectors and matrices, and in determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.faults.fault import KnownFault, Pullback, altered, catalogued, rule

CONTRACTION = "contractions"
PRODUCT = "products"
DETERMINANT = "determinants"


def _integer_axes_reversed(g: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """Counts the last axes of the first operand from the end."""
    from zenverify.tensor.linear.contractions import _pull_left, _tensordot_pairs

    of_a, of_b = _tensordot_pairs(a, b, axes)
    return _pull_left(g, a, b, (of_a[::-1], of_b) if isinstance(axes, int) else (of_a, of_b))


def _axes_in_their_own_order(g: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """Lays what was summed along the axes as they were listed, not as they lie."""
    from zenverify.tensor.linear.contractions import _others, _tensordot_pairs, contract

    of_a, of_b = _tensordot_pairs(a, b, axes)
    rows, columns = _others(a.ndim, of_a), _others(b.ndim, of_b)
    found = contract(g, b, (range(len(rows), g.ndim), columns))
    return found.reshape(a.shape)


def _kept_in_front(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Leaves the summed axis of the second operand in front, where it is the last but one."""
    from zenverify.tensor.linear.contractions import _dot_pairs, _others, contract

    of_a, _ = _dot_pairs(a, b)
    rows = _others(a.ndim, of_a)
    return contract(a, g, (rows, range(len(rows)))).reshape(b.shape)


def _inner_as_dot(g: Any, y: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.contractions import _inner_pairs, _pull_left

    square = a.ndim == b.ndim == 2 and b.shape[0] == b.shape[1]
    return _pull_left(g, a, b.T if square else b, _inner_pairs(a, b))


def _labelled(subscripts: str, operands: Any) -> Any:
    from zenverify.tensor.reductions.summation import _labelled

    return _labelled(subscripts, tuple(operand.ndim for operand in operands))


def _off_the_diagonal(pullback: Pullback) -> Pullback:
    """Spreads the cotangent of a diagonal over the whole operand."""

    def wrong(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
        found = pullback(g, y, *operands, subscripts=subscripts, position=position)
        labels = _labelled(subscripts, operands)[0][position]
        own = list(dict.fromkeys(labels))
        if len(own) == len(labels):
            return found
        places = np.indices(found.shape, sparse=True)
        diagonal = np.einsum(found, labels, own)
        return np.broadcast_to(
            diagonal[tuple(places[labels.index(label)] for label in own)], found.shape
        )

    return wrong


def _summed_alone(subscripts: str, operands: Any, position: int) -> tuple[int, ...]:
    """The axes of an operand that are summed, and that no other operand has."""
    inputs, output = _labelled(subscripts, operands)
    met = set(output).union(*(term for k, term in enumerate(inputs) if k != position))
    return tuple(axis for axis, label in enumerate(inputs[position]) if label not in met)


def _not_repeated(pullback: Pullback) -> Pullback:
    """Keeps size one along an axis that was summed."""

    def wrong(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
        found = pullback(g, y, *operands, subscripts=subscripts, position=position)
        for axis in _summed_alone(subscripts, operands, position):
            found = found[(slice(None),) * axis + (slice(1),)]
        return found

    return wrong


def _ellipsis_not_summed(pullback: Pullback) -> Pullback:
    """Leaves the axes that the ellipsis has in other operands."""

    def wrong(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
        terms = subscripts.replace(" ", "").split("->")[0].split(",")
        wide = np.broadcast_shapes(
            *(_hidden(term, o) for term, o in zip(terms, operands, strict=True) if "..." in term)
        )
        x, term = operands[position], terms[position]
        if "..." in term:
            first, last = term.index("."), x.ndim - (len(term) - term.index(".") - 3)
            ones = (1,) * (len(wide) - (last - first))
            shape = x.shape[:first] + ones + x.shape[first:]
            full = x.shape[:first] + wide + x.shape[last:]
            operands = (
                *operands[:position],
                np.broadcast_to(x.reshape(shape), full),
                *operands[position + 1 :],
            )
        return pullback(g, y, *operands, subscripts=subscripts, position=position)

    return wrong


def _hidden(term: str, operand: Any) -> tuple[int, ...]:
    """The sizes of the axes that an ellipsis stands for."""
    first = term.index(".")
    return tuple(operand.shape[first : operand.ndim - (len(term) - first - 3)])


def _blocks_exchanged(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Takes the second operand's axes for the outer ones."""
    from zenverify.tensor.linear.products import _pull_kron_right

    return _pull_kron_right(g, y, b, a)


def _not_transposed(pullback: Pullback) -> Pullback:
    return lambda g, *rest: pullback(g, *rest).swapaxes(-1, -2)


def _batch_not_summed(g: Any, y: Any, a: Any, b: Any) -> Any:
    from zenverify.tensor.linear.linear import _as_matrices

    g, _, columns = _as_matrices(g, a, b)
    found = g @ columns.swapaxes(-1, -2)
    return found.reshape(a.shape) if found.size == a.size else found


def _by_the_inverse(g: Any, y: Any, x: Any) -> Any:
    from zenverify.tensor.linear.systems import matrixwise

    inverse = matrixwise(np.linalg.inv, x.shape[-2:], x)
    return np.asarray(g * y)[..., None, None] * inverse.swapaxes(-1, -2)


def _first_factor(g: Any, y: Any, x: Any, n: int) -> Any:
    if n == 0:
        return np.zeros_like(x)
    return g @ np.linalg.matrix_power(x, n - 1).swapaxes(-1, -2)


FAULTS: tuple[KnownFault, ...] = (
    rule(CONTRACTION, "tensordot", "integer axes reversed", _integer_axes_reversed),
    rule(CONTRACTION, "tensordot", "axes in the order of the list", _axes_in_their_own_order),
    rule(CONTRACTION, "dot", "summed axis left in front", _kept_in_front, 1),
    rule(CONTRACTION, "inner", "second operand transposed", _inner_as_dot),
    altered(CONTRACTION, "einsum", "repeated index off the diagonal", _off_the_diagonal),
    altered(
        CONTRACTION,
        "einsum",
        "index of one operand not repeated",
        _not_repeated,
        blamed=(0, 1, 2, None),
    ),
    altered(
        CONTRACTION,
        "einsum",
        "ellipsis not summed",
        _ellipsis_not_summed,
        blamed=(0, 1, 2, None),
    ),
    rule(
        PRODUCT,
        "outer",
        "shape of a vector",
        lambda g, y, a, b: g @ b.reshape(-1),
        blamed=(0, None),
    ),
    rule(PRODUCT, "kron", "blocks exchanged", _blocks_exchanged),
    catalogued(PRODUCT, "cross/0/sign", "factors exchanged"),
    rule(PRODUCT, "matmul", "batch not summed", _batch_not_summed, blamed=(0, None)),
    rule(PRODUCT, "matrix_power", "first factor only", _first_factor),
    rule(DETERMINANT, "det", "by the inverse, NaN if singular", _by_the_inverse),
    altered(DETERMINANT, "slogdet", "inverse not transposed", _not_transposed),
)
