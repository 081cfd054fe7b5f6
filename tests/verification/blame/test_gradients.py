"""Who is to blame for a gradient: nobody is run alone twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.verification.prepared import CaseBuilder, only, square_of_tanh, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.verification.blame import gradients as blame
from zenverify.verification.blame import rule
from zenverify.verification.verify import verify_case


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that are run alone."""
    found: list[str] = []

    def counting(engine: Any, case: Any, *others: Any) -> Any:
        found.append(case.graph.operator_of(case.graph.root))
        return rule.judge_alone(engine, case, *others)

    monkeypatch.setattr(blame, "judge_alone", counting)
    return found


def test_who_is_blamed_is_not_run_again_with_probes(runs: list[str]) -> None:
    with wrong_rule("tanh", lambda g, y, x: -g * (1 - y * y)):
        finding = only(verify_case(ZenEngine(), unary("exp", "tanh", at=0.5)))
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)
    assert runs == ["tanh"]


def test_another_consumer_of_the_same_node_is_still_found(runs: list[str]) -> None:
    """The second consumer is masked: it is wrong with probes only."""
    build = CaseBuilder()
    x = build.variable(0.5)
    masked = build.apply("multiply", build.apply("sinh", x), build.number(0.0))
    build.apply("add", build.apply("tanh", x), masked)
    with (
        wrong_rule("tanh", lambda g, y, x: -g * (1 - y * y)),
        wrong_rule("sinh", lambda g, y, x: -g * (1 + y * y) ** 0.5),
    ):
        result = verify_case(ZenEngine(), build.case())
    blamed = [(finding.blame.operation, finding.check) for finding in result.findings]
    assert blamed == [("tanh", "local adjoint"), ("sinh", "probes")]
    assert sorted(runs) == ["sinh", "sinh", "tanh"]


def test_a_repeated_operand_with_one_wrong_argument_blames_that_one_alone() -> None:
    with wrong_rule("multiply", lambda g, y, a, b: 2 * g * b):
        finding = only(verify_case(ZenEngine(), square_of_tanh()))
    assert (finding.blame.operation, finding.blame.argument) == ("multiply", 0)
