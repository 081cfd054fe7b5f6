"""A rule that writes to its cotangent is blamed for that, and not the operand's derivative."""

from __future__ import annotations

import numpy as np
import pytest

from tests.accuracy.test_over_cases import case_of
from tests.engines.tape import TapeEngine
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.verification.blame.writing import writing
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

ENGINE = ZenEngine()


def between(operator: str) -> Case:
    """The operation between two others."""
    build = GraphBuilder()
    node = build.apply(operator, build.apply("negative", build.variable((2,))))
    build.apply("exp", node)
    return Case(build.graph(), (np.array([-0.5, 0.25]),), np.array([1.0, 3.0]))


@pytest.mark.parametrize("operator", ["tanh", "floor", "relu"])
@pytest.mark.parametrize("alone", [True, False])
def test_the_rule_is_blamed(operator: str, alone: bool) -> None:
    case = case_of(operator, 0.5, -0.25) if alone else between(operator)
    assert not verify_case(ENGINE, case).findings
    with find_fault(ENGINE, f"{operator}/0/cotangent-written").mutant.plant():
        findings = verify_case(ENGINE, case).findings
    assert {(one.verdict, one.blame.operation, one.message) for one in findings} == {
        (
            Verdict.STRUCTURE,
            operator,
            f"the rule of {operator} changes the cotangent that it is given",
        )
    }


@pytest.mark.parametrize("name", ["cotangent-doubled", "root-forgotten"])
def test_the_walk_is_blamed_where_every_operation_is_spoilt(name: str) -> None:
    with find_fault(ENGINE, f"accumulation/{name}").mutant.plant():
        findings = verify_case(ENGINE, case_of("tanh", 0.5)).findings
    assert {finding.blame.operation for finding in findings} == {"accumulation"}


def test_a_right_rule_writes_to_nothing() -> None:
    case = between("tanh")
    values = [np.array([0.5, 0.25])] * 4
    assert writing(ENGINE, case.graph, 2, values) is None


def test_an_engine_without_another_operation_is_not_accused() -> None:
    case = case_of("tanh", 0.5)
    assert writing(TapeEngine(), case.graph, 1, [np.array([0.5])] * 2) is None
