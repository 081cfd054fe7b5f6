"""The case that is kept proves what is said about it: its numbers are those of the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.engines.tape import Node, TapeEngine
from tests.verification.prepared import CaseBuilder, only, planted, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.verification.blame.rule import CHECK, PROBES
from zenverify.verification.blame.setting import setting
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import verify_case


class SettingNode(Node):
    """A node to which tanh does not add, but whose gradient it sets."""

    setting = False

    def add(self, part: Any) -> None:
        if SettingNode.setting:
            self.gradient = np.zeros_like(self.value)
        super().add(part)


class SettingEngine(TapeEngine):
    """In which the rule of tanh sets the adjoint in place of adding to it."""

    def leaf(self, kind: Any, value: Any) -> Node:
        made = super().leaf(kind, value)
        made.__class__ = SettingNode
        return made

    def apply(self, operator: str, operands: Sequence[Node], attributes: dict[str, Any]) -> Node:
        node = super().apply(operator, operands, attributes)
        node.__class__ = SettingNode
        pull = node.pull

        def pulling(cotangent: Any) -> Any:
            SettingNode.setting = operator == "tanh"
            return pull(cotangent)

        node.pull = pulling
        return node


def proven(engine: Any, case: Case) -> Reduced:
    """The smallest case of a failure that only probes show."""
    finding = only(verify_case(engine, case))
    assert finding.check == PROBES
    return reduce(engine, case, finding)


def test_a_rule_that_ignores_its_cotangent_is_shown_with_another_one() -> None:
    with wrong_rule("tanh", lambda g, y, x: (1 - y * y) * np.ones_like(g)):
        found = proven(ZenEngine(), unary("tanh", at=0.5))
        _, gradients = differentiated(ZenEngine(), found.case)
    assert found.finding.check == CHECK
    assert found.case.cotangent.tolist() == 2.0
    number = gradients[0].item()
    assert f"(argument 0) for the cotangent 2.0 is wrong: the engine gives {number!r}" in (
        found.finding.message
    )


def test_a_cotangent_stays_while_shapes_become_smaller() -> None:
    build = CaseBuilder()
    build.apply("tanh", build.variable(np.linspace(-1, 1, 6).reshape(2, 3)))
    with wrong_rule("tanh", lambda g, y, x: (1 - y * y) * np.ones_like(g)):
        found = proven(ZenEngine(), build.case())
    assert found.case.graph.shapes[0] == ()
    assert found.case.cotangent.tolist() == 2.0


def test_a_rule_that_sets_the_adjoint_is_named_in_a_graph_with_a_second_consumer() -> None:
    found = proven(SettingEngine(), unary("tanh", at=0.5))
    assert (found.finding.verdict, found.finding.blame.operation) == (Verdict.STRUCTURE, "tanh")
    assert "sets the adjoint of its operand (argument 0)" in found.finding.message
    assert found.finding.check == "local adjoint"
    graph = found.case.graph
    assert len(graph.consumers[graph.apply(found.finding.blame.node).operands[0]]) > 1
    assert not verify_case(TapeEngine(), found.case).findings
    findings = verify_case(SettingEngine(), found.case).findings
    assert found.finding.message in [finding.message for finding in findings]


def test_where_every_rule_sets_it_is_the_walk() -> None:
    case = unary("tanh", at=0.5)
    with planted("gradient overwritten instead of accumulated"):
        assert setting(ZenEngine(), case.graph, 1, 0, [np.array(0.5), np.tanh(0.5)]) is None
        finding = only(verify_case(ZenEngine(), case))
    assert finding.blame.operation == ACCUMULATION
    assert finding.message.endswith("that enters at the node included")
