"""Graphs with calls that the engine refuses: the rest is verified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, wrong_rule
from zenverify.engines.protocol import Handle
from zenverify.engines.zen import ZenEngine
from zenverify.errors import UnsupportedError
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.offered import verify_offered
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.events import CaseVerified
from zenverify.verification.trace import TIMEOUT
from zenverify.verification.verdict import Verdict


class Refusing(ZenEngine):
    """Lacks some calls of operations that it has."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = refused

    def apply(
        self, operator: str, operands: Sequence[Handle], attributes: dict[str, Any]
    ) -> Handle:
        if operator in self.refused:
            raise UnsupportedError(f"{operator} here")
        return super().apply(operator, operands, attributes)


def chain(start: float, *operators: str) -> CaseBuilder:
    build = CaseBuilder()
    node = build.variable([start, start])
    for operator in operators:
        node = build.apply(operator, node)
    return build


def test_a_refused_call_becomes_an_input_and_the_rest_is_verified() -> None:
    case = chain(0.5, "tanh", "exp", "sin").case()
    verified, result = verify_offered(Refusing("exp"), case, TIMEOUT)
    assert result.verdict is Verdict.AGREE
    assert [verified.graph.apply(p).operator for p in verified.graph.operations] == ["sin"]
    np.testing.assert_array_equal(verified.values[0], np.exp(np.tanh([0.5, 0.5])))
    assert "not offered, and left out of graphs: some calls of exp" in result.notes


@pytest.mark.parametrize("refused", ["exp", "tanh"])
def test_a_wrong_rule_beside_a_refused_call_is_found(refused: str) -> None:
    build = CaseBuilder()
    x = build.variable([0.5])
    build.apply("multiply", build.apply("sin", x), build.apply(refused, x))
    with wrong_rule("sin", lambda g, y, x: g * y):
        case, result = verify_offered(Refusing(refused), build.case(), TIMEOUT)
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == "sin"
    assert case.graph.operator_of(result.findings[0].blame.node) == "sin"


def test_a_refused_root_gives_way_to_the_operation_before_it() -> None:
    case = chain(0.5, "tanh", "exp").case()
    verified, result = verify_offered(Refusing("exp"), case, TIMEOUT)
    assert result.verdict is Verdict.AGREE
    assert verified.graph.operator_of(verified.graph.root) == "tanh"


def test_several_calls_are_left_out_one_by_one() -> None:
    case = chain(0.5, "tanh", "exp", "sin", "cos").case()
    verified, result = verify_offered(Refusing("tanh", "sin"), case, TIMEOUT)
    assert result.verdict is Verdict.AGREE
    assert [verified.graph.apply(p).operator for p in verified.graph.operations] == ["cos"]
    assert len([note for note in result.notes if note.startswith("not offered")]) == 2


def test_where_nothing_is_left_it_is_unsupported() -> None:
    case = chain(0.5, "tanh").case()
    verified, result = verify_offered(Refusing("tanh"), case, TIMEOUT)
    assert verified is case
    assert result.verdict is Verdict.UNSUPPORTED
    assert not result.notes


def test_a_refused_call_without_a_value_does_not_cost_the_rest() -> None:
    case = chain(-1.0, "log", "sin").case()
    verified, result = verify_offered(Refusing("log"), case, TIMEOUT)
    assert result.verdict is Verdict.AGREE
    np.testing.assert_array_equal(verified.values[0], [1.0, 1.0])


def test_a_case_that_is_offered_stays_as_it_is() -> None:
    case = chain(0.5, "tanh", "exp").case()
    verified, result = verify_offered(Refusing(), case, TIMEOUT)
    assert verified is case
    assert result.verdict is Verdict.AGREE


def test_a_campaign_verifies_what_is_left_of_its_graphs() -> None:
    options = CampaignOptions(seed=3, graphs=150, operators=("tanh", "exp", "add", "multiply"))
    events = [e for e in run(Refusing("exp"), options) if isinstance(e, CaseVerified)]
    unsupported = [event for event in events if event.verdict is Verdict.UNSUPPORTED]
    assert unsupported
    assert all(event.operations == 1 for event in unsupported)
    assert any("left out of graphs" in note for event in events for note in event.notes)
