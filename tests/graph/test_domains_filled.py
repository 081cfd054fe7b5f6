"""Values for leaves whose domain is a union, has points left out, or holds integers only."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.verification.prepared import filled
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import FILLINGS, Filling, fill
from zenverify.graph.structure import Dtypes
from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Instance, Operator
from zenverify.operators.program.kernel import CATALOGUE


@pytest.fixture(autouse=True)
def no_kernel_stays() -> Iterator[None]:
    before = dict(CATALOGUE)
    yield
    CATALOGUE.clear()
    CATALOGUE.update(before)


UNION = Domain(high=-1.0) | Domain(low=1.0)
HOLED = Domain(without=(2.0,))
WHOLE = Domain(low=-3.0, integer=True, nonzero=True)


def declared(*domains: Domain) -> Operator:
    names = "xy"[: len(domains)]
    if len(domains) == 1:
        return elementwise("own", f"sum_of_{names}", "", lambda _, x: x, domains=domains)
    return elementwise("own", f"sum_of_{names}", "", lambda _, x, y: x + y, domains=domains)


def values(domain: Domain, filling: Filling) -> np.ndarray:
    drawn = [filled(declared(domain), Instance(((2, 3),)), filling, seed) for seed in range(30)]
    return np.concatenate([case.values[0].ravel() for case in drawn]).astype(np.float64)


@pytest.mark.parametrize("domain", [UNION, HOLED, WHOLE], ids=["union", "holed", "whole"])
def test_ordinary_values_are_inside(domain: Domain) -> None:
    assert domain.contains(values(domain, Filling.ORDINARY)).all()


def test_each_end_and_hole_is_tried() -> None:
    found = values(UNION, Filling.EDGES)
    assert (found == -1.0).any()
    assert (found == 1.0).any()
    assert UNION.closure(found).all()
    assert (values(HOLED, Filling.EDGES) == 2.0).any()


def test_both_sides_of_a_union_are_tried() -> None:
    found = values(UNION, Filling.INTEGERS)
    assert (found < -1).any()
    assert (found > 1).any()


@pytest.mark.parametrize("filling", FILLINGS)
def test_an_integer_is_an_integer_in_every_filling(filling: Filling) -> None:
    assert WHOLE.contains(values(WHOLE, filling)).all()


def test_extreme_integers_are_tried() -> None:
    assert np.abs(values(WHOLE, Filling.EXTREME)).max() > 100


def test_no_result_is_handed_to_an_argument_that_wants_integers() -> None:
    random = np.random.default_rng(1)
    own = declared(Domain(), WHOLE)
    for _ in range(20):
        structure = draw_structure(lambda n: int(random.integers(n)), [own], 4, Dtypes.FLOAT64)
        case = fill(structure, Filling.ORDINARY, 1)
        leaves = dict(zip(case.graph.leaves, case.values, strict=True))
        for node in case.graph.operations:
            apply = case.graph.apply(node)
            if apply.operator == own.name:
                assert WHOLE.contains(leaves[apply.operands[1]]).all()
