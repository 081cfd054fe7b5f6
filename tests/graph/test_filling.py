"""Values for the leaves: one extreme among ordinary ones, and a NaN in the cotangent."""

import random

import numpy as np

from zenverify.graph.drawing import single_structure
from zenverify.graph.filling import Filling, fill, with_nan
from zenverify.graph.structure import Dtypes, Structure
from zenverify.operators import catalogue
from zenverify.operators.operator import Instance


def _product() -> Structure:
    call = Instance(((200,), (200,)))
    choose = random.Random(0).randrange
    return single_structure(choose, catalogue.get("multiply"), call, Dtypes.FLOAT64)


def test_one_leaf_only_is_extreme() -> None:
    for only in range(4):
        case = fill(_product(), Filling.EXTREME, 1, only)
        largest = [float(np.abs(value).max()) for value in case.values]
        assert largest[only % 2] > 10 > largest[1 - only % 2]


def test_a_nan_is_put_into_the_cotangent() -> None:
    case = fill(_product(), Filling.ORDINARY, 1)
    spoiled = with_nan(case, 203)
    assert np.flatnonzero(np.isnan(spoiled.cotangent)).tolist() == [3]
    assert np.isfinite(case.cotangent).all()
    assert spoiled.values is case.values


def test_a_cotangent_without_elements_stays_as_it_is() -> None:
    choose = random.Random(0).randrange
    empty = single_structure(choose, catalogue.get("exp"), Instance(((0,),)), Dtypes.FLOAT64)
    assert with_nan(fill(empty, Filling.ORDINARY, 1), 5).cotangent.size == 0
