"""Large arrays: what the screen clears is right, and what is wrong is found."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder
from zenverify import Tensor, gradcheck, tensor, verify
from zenverify.engines.zen import ZenEngine
from zenverify.operators import catalogue
from zenverify.operators.kinks import AtKink
from zenverify.operators.program.program import Program
from zenverify.oracles.screen.pairs import BLOCK, Pair
from zenverify.oracles.screen.programs import Screened
from zenverify.tensor import OPERATIONS, new_operation
from zenverify.tensor.operation import Operation
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.checks import screening
from zenverify.verification.recording import record_case
from zenverify.verification.session import EngineSession
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def planted(name: str, error: float, place: int, *, forward: bool) -> Operation:
    """The engine's operation with one element of the result, or of the first pullback, off."""
    right = OPERATIONS[name]

    def off(array: np.ndarray) -> np.ndarray:
        changed = np.array(array)
        changed.flat[place] *= 1 + error
        return changed

    if forward:
        value = right.forward
        return Operation(
            name, lambda *a, **k: off(value(*a, **k)), right.pullbacks, right.broadcasts
        )
    first, *others = right.pullbacks
    pullbacks = (lambda *a, **k: off(first(*a, **k)), *others)
    return replace(right, pullbacks=pullbacks)


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("name", ["exp", "tanh", "sqrt", "multiply"])
@pytest.mark.parametrize("error", [1e-4, 1e-13])
def test_one_wrong_element_of_many_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, error: float, forward: bool
) -> None:
    x = np.random.default_rng(3).uniform(0.5, 1.5, 50_000)
    monkeypatch.setitem(OPERATIONS, name, planted(name, error, 31_234, forward=forward))
    operands = [Tensor(x), Tensor(x[::-1])][: 2 if name == "multiply" else 1]
    (finding,) = verify(getattr(tensor, name)(*operands)).findings
    assert finding.blame.operation == name
    assert finding.verdict is (Verdict.INACCURATE if error < 1e-6 else Verdict.ENGINE_WRONG)
    assert finding.witnesses[0].index == 31_234


def test_a_wrong_element_of_a_large_product_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    a, b = Tensor(random.normal(size=(60, 50))), Tensor(random.normal(size=(50, 40)))
    assert verify((a @ b).sum())
    monkeypatch.setitem(OPERATIONS, "matmul", planted("matmul", 1e-4, 777, forward=False))
    (finding,) = verify((a @ b).sum()).findings
    assert (finding.blame.operation, finding.blame.argument) == ("matmul", 0)


def test_a_large_operation_of_ones_own_is_screened() -> None:
    wrong = new_operation("cube", lambda x: x**3, lambda g, y, x: g * 3.0000003 * x * x)
    x = Tensor(np.linspace(0.5, 2, 20_000))
    assert gradcheck(wrong, x, expression="x**3").verdict is Verdict.INACCURATE


def test_both_ways_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything screened that can be, each case gets the verdict that it gets in balls."""
    engine = ZenEngine()
    cases = list(islice(cases_of(CampaignOptions(seed=77), catalogue.names()), 60))
    in_balls = [verify_case(engine, case).verdict for case in cases]
    monkeypatch.setattr(screening, "LARGE", 0)
    assert [verify_case(engine, case).verdict for case in cases] == in_balls


@pytest.mark.parametrize("operation", ["tanh", "matmul", "softmax"])
def test_both_ways_find_a_planted_fault(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    engine = ZenEngine()
    names = (operation, "multiply", "sum")
    cases = list(islice(cases_of(CampaignOptions(seed=78), names), 30))
    monkeypatch.setitem(OPERATIONS, operation, planted(operation, 1e-9, 0, forward=False))

    def found() -> list[tuple[Verdict, list[str]]]:
        results = [verify_case(engine, case) for case in cases if all(case.graph.sizes)]
        return [(r.verdict, [str(f.blame) for f in r.findings]) for r in results]

    in_balls = found()
    assert any(verdict is not Verdict.AGREE for verdict, _ in in_balls)
    monkeypatch.setattr(screening, "LARGE", 0)
    assert found() == in_balls


def test_elementwise_operations_are_screened_block_by_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build = CaseBuilder()
    x = build.variable(np.random.default_rng(5).uniform(0.5, 1.5, 40_000))
    root = build.apply("multiply", build.apply("tanh", x), x)
    case = build.case()
    recording = record_case(case, EngineSession(ZenEngine()))
    lengths: list[int] = []

    class Noted(Screened):
        def __init__(self, program: Program, operands: Sequence[Pair], at_kink: AtKink) -> None:
            lengths.extend(len(operand.high) for operand in operands)
            super().__init__(program, operands, at_kink)

    monkeypatch.setattr(screening, "Screened", Noted)
    screen = screening.Screening(case.graph, recording.values, {})
    gradients = {node: np.array(found) for node, found in recording.gradients.items()}
    assert (screen.values(), screen.gradients(gradients, case.seeds)) == ({}, {})
    assert max(lengths) <= BLOCK
    gradients[x][39_999] *= 1 + 1e-13
    gradients[root][20_000] *= 1 + 1e-12
    left = screen.gradients(gradients, case.seeds)
    assert left[x][-1] == 39_999
    assert left[root] == [20_000]
    assert 20_000 in left[x]


def test_a_whole_operation_that_is_kept_is_not_taken_for_a_block() -> None:
    build = CaseBuilder()
    x = build.variable(np.random.default_rng(6).uniform(0.5, 1.5, 40_000))
    both = build.apply("exp", x), build.apply("flip", x, axis=None)
    build.apply("add", *both)
    case = build.case()
    recording = record_case(case, EngineSession(ZenEngine()))
    screen = screening.Screening(case.graph, recording.values, {})
    assert screen.gradients(recording.gradients, case.seeds) == {}
    assert screen.values() == {}
