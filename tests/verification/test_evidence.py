from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from zenverify import Tensor
from zenverify.engines.zen import ZenEngine
from zenverify.faults.catalogue import find_fault
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder, LeafKind
from zenverify.verification.events import Finding
from zenverify.verification.evidence import Evidence, evidence_of
from zenverify.verification.verdict import Pass, Verdict
from zenverify.verification.verify import verify_case

ENGINE = ZenEngine()


def unary(*operators: str, at: float) -> Case:
    build = GraphBuilder()
    last = build.variable()
    for operator in operators:
        last = build.apply(operator, last)
    return Case(build.graph(), (np.array(at),), np.array(1.0))


def masked() -> Case:
    """``tanh(x) * 0``: what is wrong with tanh shows in the probed pass only."""
    build = GraphBuilder()
    tanh = build.apply("tanh", build.variable())
    build.apply("multiply", tanh, build.leaf(LeafKind.CONSTANT))
    return Case(build.graph(), (np.array(0.5), np.array(0.0)), np.array(1.0))


def shown(engine: ZenEngine, case: Case) -> tuple[Finding, Evidence]:
    finding = next(f for f in verify_case(engine, case).findings if f.verdict.is_failure)
    return finding, evidence_of(engine, case, finding)


def number_of(evidence: Evidence, finding: Finding) -> Any:
    told = finding.witnesses[0]
    (found,) = (
        one
        for one in evidence.numbers
        if (one.node, one.index, one.quantity) == (told.node, told.index, told.quantity)
    )
    return found


def test_the_number_of_a_plain_pass_follows_from_operand_and_cotangent() -> None:
    with find_fault(ENGINE, "tanh/0/sign").mutant.plant():
        finding, evidence = shown(ENGINE, unary("exp", "tanh", at=0.25))
    assert not evidence.is_probed
    assert evidence.again
    found = number_of(evidence, finding)
    operand, cotangent = evidence.values[1], (evidence.gradients or {})[2]
    slope = 1 - np.tanh(operand) ** 2
    assert found.engine == finding.witnesses[0].engine == pytest.approx(-slope * cotangent)
    assert found.symbolic.low == pytest.approx(slope * cotangent)
    assert found.difference is not None
    wrong = {(one.node, one.quantity) for one in evidence.nodes if one.verdict.is_failure}
    assert wrong == {(1, "gradient")}


def test_the_number_of_a_probed_pass_comes_with_its_probes() -> None:
    with find_fault(ENGINE, "tanh/0/sign").mutant.plant():
        finding, evidence = shown(ENGINE, masked())
    assert finding.check == "probes"
    assert evidence.is_probed
    gradients, probes = evidence.gradients or {}, evidence.probes or {}
    assert gradients[1] == probes[1]  # the product hands on nothing
    found = number_of(evidence, finding)
    assert found.engine == pytest.approx(-(1 - np.tanh(0.5) ** 2) * gradients[1])
    assert found.difference.low <= found.symbolic.high


class WrongValue(ZenEngine):
    name = "wrong-value"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        return result + 1e-3 if operator == "exp" else result


def test_a_wrong_value_is_shown_as_a_value() -> None:
    finding, evidence = shown(WrongValue(), unary("sin", "exp", at=0.5))
    assert finding.during is Pass.FORWARD
    found = number_of(evidence, finding)
    assert found.quantity == "value"
    assert found.engine == pytest.approx(np.exp(evidence.values[1]) + 1e-3)
    assert evidence.gradients == {}


def test_what_adds_up_to_a_gradient_is_listed() -> None:
    build = GraphBuilder()
    x = build.variable()
    build.apply("add", build.apply("sin", x), build.apply("exp", x))
    case = Case(build.graph(), (np.array(0.5),), np.array(1.0))
    with find_fault(ENGINE, "accumulation/overwritten").mutant.plant():
        finding, evidence = shown(ENGINE, case)
    assert finding.blame.operation == "accumulation"
    parts = {part.node: part.amount.low for part in evidence.contributions}
    assert parts == {1: pytest.approx(np.cos(0.5)), 2: pytest.approx(np.exp(0.5))}


def test_what_does_not_matter_is_told() -> None:
    with find_fault(ENGINE, "tanh/0/sign").mutant.plant():
        _, evidence = shown(ENGINE, unary("tanh", at=0.25))
    assert evidence.spare == {0}
    _, evidence = shown(OnlyAtZero(), unary("sin", at=0.0))
    assert evidence.spare == frozenset()


class OnlyAtZero(ZenEngine):
    name = "only-at-zero"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        (x,) = operands
        value = np.sin(x.value)

        def pullback(g: Any) -> Any:
            return g * np.where(x.value == 0, 2.0, np.cos(x.value))

        return Tensor.from_operation(value, [x], [pullback], name="sin")


class Forgetful(ZenEngine):
    """Wrong by another amount each time."""

    name = "forgetful"
    calls = 0

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        (x,) = operands

        def pullback(cotangent: Any) -> Any:
            self.calls += 1
            return cotangent * self.calls

        return Tensor.from_operation(np.sin(x.value), [x], [pullback], name="sin")


def test_another_number_on_asking_again_is_told_and_the_findings_own_is_kept() -> None:
    engine, case = Forgetful(), unary("sin", at=0.5)
    with find_fault(ENGINE, "sin/0/sign").mutant.plant():
        finding, _ = shown(ENGINE, case)
    evidence = evidence_of(engine, case, finding)
    assert not evidence.again
    assert number_of(evidence, finding).engine == finding.witnesses[0].engine


def test_an_engine_that_raises_is_shown_as_far_as_it_came() -> None:
    class Raises(ZenEngine):
        name = "raises"

        def backward(self, root: Any, cotangent: Any) -> None:
            raise ValueError("no way back")

    finding, evidence = shown(Raises(), unary("exp", at=0.5))
    assert finding.exception == "ValueError"
    assert [float(value) for value in evidence.values] == [0.5, float(np.exp(0.5))]
    assert evidence.numbers == ()


class SlopeOfAnotherForm(ZenEngine):
    """``1 - y`` for the slope of tanh: near zero each step is within float32's rounding."""

    name = "disputed"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        (x,) = operands
        y = np.tanh(x.value)
        return Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")


def test_a_disputed_gradient_has_all_three_witnesses() -> None:
    build = GraphBuilder()
    build.apply("tanh", build.variable((), "float32"))
    at = np.array(float.fromhex("-0x1.e2a17p-21"), np.float32)
    case = Case(build.graph(), (at,), np.array(1.0, np.float32))
    finding, evidence = shown(SlopeOfAnotherForm(), case)
    assert finding.verdict is Verdict.DISPUTED
    assert "the engine gives 1.0000009536743164, the truth is 0.999999" in finding.message
    (found,) = evidence.numbers
    assert found.engine == 1.0000009536743164
    assert found.verdict is Verdict.DISPUTED
    assert found.symbolic is not None
    assert found.difference is not None
