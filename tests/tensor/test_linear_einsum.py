"""`einsum` against NumPy and central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zenverify.tensor as zt
from tests.tensor.differences import assert_gradients
from zenverify.tensor import Tensor

Shape = tuple[int, ...]


def arrays(*shapes: Shape) -> list[np.ndarray]:
    source = np.random.default_rng(0)
    return [source.normal(size=shape) for shape in shapes]


CALLS: list[tuple[str, list[Shape]]] = [
    ("", [()]),
    (",->", [(), ()]),
    ("i", [(3,)]),
    ("i->", [(3,)]),
    ("ij->ji", [(2, 3)]),
    ("ba", [(2, 3)]),
    ("bA", [(2, 3)]),
    ("ij->j", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iii", [(2, 2, 2)]),
    ("iji->j", [(2, 3, 2)]),
    ("iij,jkk->ik", [(2, 2, 3), (3, 2, 2)]),
    ("i,i", [(3,), (3,)]),
    ("i,j", [(3,), (2,)]),
    ("i,->i", [(3,), ()]),
    ("ij,jk", [(2, 3), (3, 4)]),
    (" i j , k j -> k i ", [(2, 3), (4, 3)]),
    ("ij,k->jk", [(2, 3), (4,)]),
    ("ij,ij->", [(2, 3), (2, 3)]),
    ("ii,ij->ji", [(3, 3), (3, 2)]),
    ("i,i,i->i", [(3,), (3,), (3,)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
    ("i,ij,j->", [(2,), (2, 3), (3,)]),
    ("i,j,k,l->lkji", [(2,), (3,), (1,), (2,)]),
    ("...", [(2, 3)]),
    ("...,...", [(2, 3), (3,)]),
    ("i...->...", [(2, 3)]),
    ("...i,...i", [(2, 1, 3), (4, 3)]),
    ("i...k->k...", [(2, 3, 4, 2)]),
    ("...ij,...jk->...ik", [(2, 2, 3), (1, 3, 2)]),
    ("...ij,...jk->...ik", [(2, 3), (4, 3, 2)]),
    ("b...,...->b...", [(2, 3, 1), (3, 4)]),
    ("...ii->...i", [(4, 2, 2)]),
    ("...->...", [()]),
    ("ij->...", [(2, 3)]),
    ("i,i->i", [(1,), (3,)]),
    ("i,i", [(3,), (1,)]),
    ("ij,jk->ik", [(2, 1), (3, 4)]),
    ("i->i", [(0,)]),
    ("ij->j", [(0, 2)]),
    ("ij,jk", [(2, 0), (0, 3)]),
    ("i,i", [(0,), (1,)]),
]


@pytest.mark.parametrize("subscripts, shapes", CALLS)
def test_einsum_is_that_of_numpy(subscripts: str, shapes: list[Shape]) -> None:
    operands = arrays(*shapes)
    found = zt.einsum(subscripts, *operands).value
    expected = np.asarray(np.einsum(subscripts, *operands))
    np.testing.assert_array_equal(found, expected, strict=True)
    assert_gradients(lambda *xs: zt.einsum(subscripts, *xs), *operands)


def test_the_same_operand_twice_gets_both_contributions() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    zt.einsum("ij,jk->ik", x, x).get_gradients()
    np.testing.assert_array_equal(x.gradient, [[7, 11], [9, 13]])


def test_elements_off_the_diagonal_have_slope_zero() -> None:
    x = Tensor([[1.0, np.nan], [np.inf, 4.0]])
    result = zt.einsum("ii->i", x)
    result.get_gradients([2.0, 3.0])
    assert result.value.tolist() == [1, 4]
    assert x.gradient.tolist() == [[2, 0], [0, 3]]


def test_the_subscripts_are_recorded_as_they_are() -> None:
    x = Tensor(np.ones((2, 2)))
    assert zt.einsum("i j -> j", x).attributes == {"subscripts": "i j -> j"}


def test_both_precisions_meet_in_the_wider() -> None:
    x, y = Tensor(np.ones(2, np.float32)), Tensor(np.ones(2))
    result = zt.einsum("i,i,->", x, y, 2)
    result.get_gradients()
    assert result.dtype == y.gradient.dtype == np.float64
    assert x.gradient.dtype == np.float32
    assert zt.einsum("i,->i", x, 2.0).dtype == np.float32


@pytest.mark.parametrize(
    "subscripts, operands, message",
    [
        ("i", (np.ones((2, 3)),), r"^einsum of \(2, 3\) float64: operand has more dimensions"),
        ("ij", (np.ones(2), np.ones(2)), r"^einsum of \(2,\) float64 and \(2,\) float64: "),
        ("i,i", (np.ones(2), np.ones(3)), r"^einsum of \(2,\) float64 and \(3,\) float64: "),
        ("ii", (np.ones((1, 3)),), r"don't match"),
        ("i->ij", (np.ones(2),), r"'j' which never appeared"),
        ("i->ii", (np.ones(2),), r"'i' multiple times"),
        ("...i->i", (np.ones((2, 3)),), r"ellipsis"),
        ("i1", (np.ones((2, 3)),), r"invalid subscript '1'"),
        ("i", (), r"^einsum of no operands: "),
    ],
)
def test_subscripts_that_do_not_fit_are_refused(
    subscripts: str, operands: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        zt.einsum(subscripts, *operands)


def test_axes_given_as_numbers_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^einsum: the subscripts are a ndarray; expected a str"):
        zt.einsum(np.ones(2), [0])  # type: ignore[arg-type]
