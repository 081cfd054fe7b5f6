"""Declarations of linear algebra: what they refuse, and determinants against SymPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb

from zenverify.errors import GraphError
from zenverify.operators import catalogue
from zenverify.operators.attributes import freeze_attributes
from zenverify.operators.program.program import Program

Shape = tuple[int, ...]


def program(name: str, *shapes: Shape, **attributes: Any) -> Program:
    return catalogue.get(name).program(shapes, freeze_attributes(attributes))


@pytest.mark.parametrize(
    "subscripts, shapes, message",
    [
        ("i,j", [(2,)], r"^einsum: 1 operands, but 'i,j' has 2$"),
        ("i", [(2, 3)], r"^einsum: 'i' in 'i' does not fit 2 dimensions$"),
        ("...ijk", [(2, 3)], r"^einsum: '\.\.\.ijk' in '\.\.\.ijk' does not fit 2 dimensions$"),
        ("i1", [(2, 3)], r"'i1' in 'i1' is not made of letters and one ellipsis$"),
        ("......", [(2, 3)], r"is not made of letters and one ellipsis$"),
        ("ii", [(1, 3)], r"^einsum: 'i' of shape \(1, 3\) is 1 and 3$"),
        ("i,i", [(2,), (3,)], r"^einsum of shapes \(2,\), \(3,\): shape mismatch"),
        ("i->ij", [(2,)], r"the result 'ij' of 'i->ij' must have each of its letters once"),
        ("i->ii", [(2,)], r"must have each of its letters once"),
        ("i->i->i", [(2,)], r"'i->i' in 'i->i->i' is not made of letters"),
        ("...i->i", [(2, 3)], r"and the ellipsis if they have one$"),
    ],
)
def test_einsum_refuses_subscripts_that_do_not_fit(
    subscripts: str, shapes: list[Shape], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        program("einsum", *shapes, subscripts=subscripts)
    with pytest.raises(ValueError, match=r"."):
        np.einsum(subscripts, *map(np.ones, shapes))


@pytest.mark.parametrize(
    "name, shapes, attributes, message",
    [
        ("dot", [(2, 3), (2, 3)], {}, r"^dot: \(2, 3\) and \(2, 3\) do not fit along axes"),
        ("inner", [(2,), (3,)], {}, r"^inner: \(2,\) and \(3,\) do not fit along axes"),
        ("tensordot", [(2,), (2,)], {"axes": 2}, r"^tensordot: 2 axes of \(2,\) and \(2,\)$"),
        ("tensordot", [(2,), (2,)], {"axes": (1, 0)}, r"axes 1 are out of range for shape \(2,\)$"),
        (
            "tensordot",
            [(2, 2), (2, 2)],
            {"axes": ((0, 0), (0, 1))},
            r"axes \(0, 0\) of shape \(2, 2\) name one twice$",
        ),
        ("vdot", [(2,), (3,)], {}, r"^vdot: \(2,\) and \(3,\): 2 and 3 elements$"),
        (
            "cross",
            [(2,), (3,)],
            {"axisa": 0, "axisb": 0, "axisc": 0},
            r"^cross: 2 elements along axis 0; expected 3$",
        ),
        ("matrix_power", [(2, 3)], {"n": 2}, r"^matrix_power: \(2, 3\) holds no square matrices$"),
        ("matrix_power", [(2, 2)], {"n": -1}, r"^matrix_power: exponent -1; expected none below"),
        ("det", [(2, 3)], {}, r"^det: \(2, 3\) holds no square matrices$"),
        ("det", [(13, 13)], {}, r"^det: 13 rows; determinants are verified up to 12$"),
        ("slogdet", [(2,)], {}, r"^slogdet: \(2,\) holds no square matrices$"),
    ],
)
def test_operands_that_do_not_fit_are_refused(
    name: str, shapes: list[Shape], attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        program(name, *shapes, **attributes)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4])
def test_a_determinant_and_its_slopes_are_those_of_sympy(size: int) -> None:
    numbers = np.random.default_rng(size).integers(-9, 10, (size, size))
    matrix = sympy.Matrix(size, size, [int(n) for n in numbers.ravel()])
    balls = [arb(int(n)) for n in numbers.ravel()]
    linear = program("det", (size, size)).linearise([balls])
    assert list(linear.value) == [int(matrix.det())]
    (pulled,) = linear.pull([arb(1)])
    assert pulled is not None
    assert list(pulled) == [int(n) for n in matrix.adjugate().T]


def test_a_large_determinant_is_enclosed() -> None:
    numbers = np.random.default_rng(0).integers(-2, 3, (9, 9))
    matrix = sympy.Matrix(9, 9, [int(n) for n in numbers.ravel()])
    (found,) = program("det", (9, 9)).value([[arb(int(n)) for n in numbers.ravel()]])
    assert found == int(matrix.det())


def test_the_sign_of_a_singular_matrix_is_zero_and_its_logarithm_is_undefined() -> None:
    sign, log = program("slogdet", (2, 2)).value([[arb(1), arb(2), arb(2), arb(4)]])
    assert sign == 0
    assert log.is_nan()
