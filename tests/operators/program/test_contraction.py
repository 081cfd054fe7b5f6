"""Sums of products that are products of matrices are found, and nothing else is."""

from typing import Any

import numpy as np
import pytest

from zenverify.operators import catalogue
from zenverify.operators.program.program import Program

DRAW = np.random.default_rng(0)

CONV = {"stride": (1, 1), "padding": (1, 1), "dilation": (1, 1), "groups": 1}


def program(name: str, *shapes: tuple[int, ...], **attributes: Any) -> Program:
    return catalogue.get(name).program(shapes, tuple(sorted(attributes.items())))


@pytest.mark.parametrize(
    "made, left, right",
    [
        (program("matmul", (4, 5), (5, 3)), (4, 5), (3, 5)),
        (program("matmul", (2, 4, 5), (2, 5, 3)), (8, 5), (6, 5)),
        (program("conv2d", (2, 3, 5, 5), (4, 3, 3, 3), **CONV), (50, 27), (4, 27)),
    ],
    ids=["matmul", "batched", "conv2d"],
)
def test_the_matrices(made: Program, left: tuple[int, int], right: tuple[int, int]) -> None:
    (found,) = made.contractions.values()
    assert found.left.elements.shape == left
    assert found.right.elements.shape == right
    operands = [np.append(DRAW.normal(size=size), 0.0) for size in made.sizes]
    first, second = (operands[f.source][f.elements] for f in (found.left, found.right))
    from_matrices = (first @ second.T)[found.rows, found.columns]
    buffers = [list(operand[:-1]) for operand in operands]
    for one in made.steps[: found.step + 1]:
        buffers.append(list(one.value([buffers[source] for source in one.sources])))
    assert np.allclose(from_matrices, [float(item) for item in buffers[-1]], rtol=1e-12, atol=1e-12)
    assert made.contracted == frozenset(range(found.step))


@pytest.mark.parametrize(
    "made",
    [
        program("multiply", (4, 5), (4, 5)),
        program("sum", (4, 5), axis=1, keepdims=False),
        program("matmul", (20, 30), (30,)),
    ],
    ids=["no sum", "no product", "nothing repeats"],
)
def test_none(made: Program) -> None:
    assert not made.contractions
    assert not made.contracted


def test_a_padded_place_is_a_zero() -> None:
    made = program("conv2d", (1, 1, 2, 2), (2, 1, 2, 2), **CONV)
    (found,) = made.contractions.values()
    assert (found.left.elements == 4).any()
