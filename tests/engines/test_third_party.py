"""An engine of another make, verified through the protocol's required part alone."""

import random
from typing import Any

import numpy as np
import pytest

from tests.engines.tape import RULES, TapeEngine
from tests.verification.prepared import CaseBuilder, only, unary
from zenverify.engines.protocol import Counting, Probing, Recorded
from zenverify.graph.drawing import draw_structure
from zenverify.graph.filling import FILLINGS, fill
from zenverify.graph.structure import DTYPE_ODDS
from zenverify.operators import catalogue
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def test_it_has_nothing_of_what_is_optional() -> None:
    engine = TapeEngine()
    assert not isinstance(engine, Probing | Counting | Recorded)


def test_it_is_right() -> None:
    draw = random.Random(1)
    operators = [catalogue.get(name) for name in RULES]
    for seed in range(60):
        structure = draw_structure(draw.randrange, operators, 1 + seed % 8, DTYPE_ODDS[seed % 3])
        for filling in FILLINGS:
            result = verify_case(TapeEngine(), fill(structure, filling, seed))
            assert result.verdict is Verdict.AGREE, result.findings


def with_rule(name: str, pullbacks: Any) -> TapeEngine:
    engine = TapeEngine()
    engine.rules[name] = (RULES[name][0], pullbacks)
    return engine


@pytest.mark.parametrize("before", [(), ("tanh", "tanh")])
def test_a_wrong_rule_is_found_and_blamed(before: tuple[str, ...]) -> None:
    engine = with_rule("tanh", lambda g, x: (g * (1 - np.tanh(x)),))
    finding = only(verify_case(engine, unary("tanh", at=[0.3, 0.8])))
    assert finding.verdict is Verdict.ENGINE_WRONG
    assert (finding.blame.operation, finding.blame.argument) == ("tanh", 0)


def test_a_masked_rule_is_found_through_the_fallback_probes() -> None:
    build = CaseBuilder()
    y = build.apply("tanh", build.variable([0.3, 0.8]))
    build.apply("multiply", y, build.constant(0.0))
    engine = with_rule("tanh", lambda g, x: (g * 1.001,))
    finding = only(verify_case(engine, build.case()))
    assert finding.check == "probes"
    assert finding.blame.operation == "tanh"


def test_a_second_call_that_adds_up_undeclared_is_found() -> None:
    class Adding(TapeEngine):
        def backward(self, root: Any, cotangent: Any) -> None:
            before = [(node, node.gradient) for node in self.tape]
            super().backward(root, cotangent)
            for node, gradient in before:
                node.add(gradient)

    finding = only(verify_case(Adding(), unary("tanh", "tanh", at=0.5)))
    assert finding.verdict is Verdict.STRUCTURE
    assert "should replace the gradient" in finding.message


def test_gradients_that_are_added_to_in_place_do_not_upset_the_difference() -> None:
    class InPlace(TapeEngine):
        accumulates = True

        def __init__(self) -> None:
            super().__init__()
            self.held: dict[int, Any] = {}

        def backward(self, root: Any, cotangent: Any) -> None:
            super().backward(root, cotangent)
            for node in dict.fromkeys(one for n in self.tape for one in (n, *n.operands)):
                if id(node) in self.held:
                    self.held[id(node)] += node.gradient
                else:
                    self.held[id(node)] = node.gradient.copy()

        def gradient(self, handle: Any) -> Any:
            return self.held[id(handle)] if handle.trainable else None

    result = verify_case(InPlace(), unary("tanh", "tanh", at=[0.5, 0.25]))
    assert result.verdict is Verdict.AGREE
    assert result.notes == ()


def test_what_it_does_not_offer_is_unsupported() -> None:
    result = verify_case(TapeEngine(), unary("exp", "tanh", "log", at=0.5))
    finding = only(result)
    assert result.verdict is Verdict.UNSUPPORTED
    assert not result.verdict.is_failure
    assert finding.message == "the engine does not offer exp, log"
