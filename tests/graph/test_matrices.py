"""Matrices in random graphs: well conditioned as a rule, and singular on purpose."""

import random

import numpy as np
import pytest

from zenverify.graph.drawing import draw_structure, single_structure
from zenverify.graph.filling import SPECIAL, Filling, fill
from zenverify.graph.graph import Apply, Leaf
from zenverify.graph.matrices import scaled, singular, well_conditioned
from zenverify.graph.structure import Dtypes
from zenverify.operators import catalogue
from zenverify.operators.domain import Domain, Matrix
from zenverify.operators.operator import Instance

SHAPES = [(1, 1), (3, 3), (2, 4, 4), (0, 0), (0, 2, 2)]


def numbers(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).uniform(-2, 2, shape)


@pytest.mark.parametrize("shape", [*SHAPES, (3, 2), (2, 1, 4)])
@pytest.mark.parametrize("kind", [kind for kind in Matrix if not kind.symmetric])
def test_singular_values_are_as_promised(kind: Matrix, shape: tuple[int, ...]) -> None:
    made = well_conditioned(np.random.default_rng(0), kind, numbers(shape))
    assert made.shape == shape
    sizes = np.linalg.svd(made, compute_uv=False)
    assert ((sizes > 0.499) & (sizes < 2)).all()
    assert (np.diff(sizes, axis=-1) < -0.2).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [kind for kind in Matrix if kind.symmetric])
def test_eigenvalues_are_as_promised(kind: Matrix, shape: tuple[int, ...]) -> None:
    given = numbers(shape)
    made = well_conditioned(np.random.default_rng(0), kind, given)
    upper = np.triu_indices(shape[-1], 1)
    np.testing.assert_array_equal(made[..., *upper], given[..., *upper])
    found = np.linalg.eigvalsh(made)
    assert ((np.abs(found) > 0.499) & (np.abs(found) < 2)).all()
    assert (np.diff(found, axis=-1) > 0.2).all()
    if kind is Matrix.POSITIVE_DEFINITE:
        assert (found > 0).all()


def test_eigenvalues_of_both_signs_occur() -> None:
    made = well_conditioned(
        np.random.default_rng(0), Matrix.DISTINCT_EIGENVALUES, numbers((20, 3, 3))
    )
    found = np.linalg.eigvalsh(made)
    assert (found < 0).any()
    assert (found > 0).any()


def test_singular_ones_have_equal_eigenvalues_or_a_dependent_column() -> None:
    sound = well_conditioned(np.random.default_rng(0), Matrix.INVERTIBLE, numbers((3, 3)))
    ranks = set()
    for seed in range(20):
        made = singular(np.random.default_rng(seed), sound)
        rank = int(np.linalg.matrix_rank(made))
        ranks.add(rank)
        assert rank < 3 or np.ptp(np.linalg.svd(made, compute_uv=False)) == 0
    assert ranks == {2, 3}


def test_scaled_ones_stay_well_conditioned() -> None:
    made = scaled(np.random.default_rng(0), Matrix.INVERTIBLE, numbers((5, 3, 3)), 30.0)
    assert (np.linalg.cond(made) < 5).all()
    assert np.ptp(np.log10(np.abs(made).max(axis=(1, 2)))) > 5


def test_a_domain_of_matrices_in_words() -> None:
    domain = Domain(matrix=Matrix.POSITIVE_DEFINITE)
    assert domain.describe("x") == "x positive definite"
    assert not domain.admits(-1.0, 1.0)
    assert Domain().admits(-1.0, 1.0)


def test_ordinary_fillings_invert_and_special_ones_also_do_not() -> None:
    operator = catalogue.get("inv")
    structure = single_structure(
        lambda count: 0, operator, Instance(((3, 3),)), Dtypes.FLOAT64, None
    )
    for seed in range(30):
        (value,) = fill(structure, Filling.ORDINARY, seed).values
        assert np.linalg.cond(value) < 4
    for filling in SPECIAL:
        ranks = {
            int(np.linalg.matrix_rank(fill(structure, filling, seed).values[0]))
            for seed in range(40)
        }
        assert ranks >= {2, 3}, filling


def test_a_matrix_operand_is_always_a_leaf_of_its_own_and_a_right_side_need_not_be() -> None:
    """The size of elements does not tell whether another node's value can be inverted."""
    draw = random.Random(0).randrange
    operators = [catalogue.get(name) for name in ("solve", "tanh", "matmul")]
    right_sides = set()
    for _ in range(200):
        graph = draw_structure(draw, operators, 6, Dtypes.FLOAT64).graph
        for node in graph.nodes:
            if isinstance(node, Apply) and node.operator == "solve":
                matrix, right = (graph.nodes[operand] for operand in node.operands)
                assert isinstance(matrix, Leaf)
                right_sides.add(type(right))
    assert right_sides == {Leaf, Apply}
