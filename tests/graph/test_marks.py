"""Places inside a domain that an operator wants tried."""

import numpy as np

from tests.verification.prepared import filled
from zenverify.graph.filling import Filling
from zenverify.operators import catalogue
from zenverify.operators.domain import Domain
from zenverify.operators.operator import Instance


def test_the_edge_filling_tries_them() -> None:
    operator = catalogue.get("hardswish")
    cases = [filled(operator, Instance(((2, 3),)), Filling.EDGES, seed) for seed in range(20)]
    values = np.concatenate([case.values[0].ravel() for case in cases])
    for mark in (-3.0, 3.0, 0.0):
        assert (values == mark).mean() > 0.02


def test_they_are_no_edges() -> None:
    assert Domain(marks=(3.0,)).edges == ()
    assert Domain(marks=(3.0,)).describe("x") == ""
