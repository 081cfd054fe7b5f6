"""The case that is kept proves what is said about it: its numbers are those of the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.engines.tape import Node, TapeEngine
from tests.verification.prepared import CaseBuilder, only, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.verification.blame.rule import CHECK, PROBES
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.checks.structure import differentiated
from zenverify.verification.verdict import ACCUMULATION
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


def test_a_walk_that_fails_behind_probes_is_shown_by_a_graph_that_fails_without() -> None:
    found = proven(SettingEngine(), unary("tanh", at=0.5))
    assert found.finding.check == CHECK
    graph = found.case.graph
    assert len(graph.consumers[found.finding.blame.node]) > 1
    assert "probe" not in found.finding.message
    assert not verify_case(TapeEngine(), found.case).findings
    findings = verify_case(SettingEngine(), found.case).findings
    assert found.finding.message in [finding.message for finding in findings]


def test_a_message_about_a_walk_says_which_probe_came_in() -> None:
    finding = only(verify_case(SettingEngine(), unary("tanh", at=0.5)))
    assert finding.blame.operation == ACCUMULATION
    assert finding.message.endswith("that enters at the node included")
