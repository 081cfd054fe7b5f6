"""The plain passes give what the engine gives, for each operation that has one."""

from itertools import islice

import numpy as np

from benchmarks.measures.numpy_passes import LACKING, has_numpy, numpy_pass
from zenverify.engines.zen import ZenEngine
from zenverify.operators import catalogue
from zenverify.verification import trace
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions


def test_every_operation_has_one_but_for_those_that_are_named() -> None:
    assert {name for name in catalogue.names() if not has_numpy(name)} == LACKING


def test_each_gives_what_the_engine_gives() -> None:
    engine = ZenEngine()
    met = set()
    for case in islice(cases_of(CampaignOptions(seed=3), catalogue.names()), 2500):
        graph = case.graph
        operators = {graph.operator_of(position) for position in graph.operations}
        finite = all(np.isfinite(value).all() for value in case.values)
        if len(graph.operations) != 1 or not all(map(has_numpy, operators)) or not finite:
            continue
        expected = trace.forward(engine, case).values[-1]
        try:
            found = numpy_pass(case)()
        except np.linalg.LinAlgError:
            continue
        np.testing.assert_allclose(found, expected, 1e-4, 1e-4, err_msg=str(operators))
        met |= operators
    assert len(met) > 100
