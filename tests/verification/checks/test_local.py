"""The local checks by themselves: what is handed in is taken as exact."""

from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, binary, square_of_tanh, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Array, Case
from zenverify.operators.kinks import MEAN
from zenverify.verification import trace
from zenverify.verification.checks.judge import Status
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case


def right(case: Case) -> tuple[list[Array], dict[int, Array]]:
    engine = ZenEngine()
    run = trace.forward(engine, case)
    trace.backward(engine, case.graph, run.handles[-1], case.cotangent)
    gradients = {n: engine.gradient(h) for n, h in enumerate(run.handles)}
    return [v.copy() for v in run.values], {n: g for n, g in gradients.items() if g is not None}


def check_of(case: Case, values: list[Array]) -> LocalCheck:
    return LocalCheck(case.graph, values, {"relu": MEAN})


def test_right_numbers_leave_no_suspects() -> None:
    case = square_of_tanh()
    values, gradients = right(case)
    check = check_of(case, values)
    assert check.values() == []
    assert check.gradients(gradients, {2: case.cotangent}) == []
    assert 0 <= check.worst_units < 8


def test_errors_that_pass_are_kept_by_operation() -> None:
    case = square_of_tanh()
    values, gradients = right(case)
    values[2] = values[2] * (1 + 3 * 2.0**-53)
    values[1] = values[1] * (1 + 1e-9)
    check = check_of(case, values)
    check.values()
    check.gradients(gradients, {2: case.cotangent})
    kept = {(operation, quantity): units for operation, quantity, units in check.accuracy}
    # What fails is no error that passed; both of square's operands are one node.
    assert 0 <= kept["tanh", "value"] < 1
    assert ("tanh", "gradient") in kept
    assert all(0 <= units < 8 for units in kept.values())


@pytest.mark.parametrize("node", [1, 2])
def test_a_wrong_value_is_suspected_where_it_is(node: int) -> None:
    case = square_of_tanh()
    values, _ = right(case)
    values[node] *= 1 + 1e-14
    suspects = check_of(case, values).values()
    # A value that is off also makes what is computed from it look off: it is exact there.
    assert suspects[0].node == node
    assert {s.quantity for s in suspects} == {"value"}


@pytest.mark.parametrize("node", [0, 1, 2])
def test_a_wrong_gradient_is_suspected_where_it_is(node: int) -> None:
    case = square_of_tanh()
    values, gradients = right(case)
    gradients[node] = gradients[node] * (1 + 1e-13)
    found = check_of(case, values).gradients(gradients, {2: case.cotangent})
    assert node in {s.node for s in found}
    assert {s.judgement.status for s in found} == {Status.WRONG}


def test_only_the_wrong_elements_are_suspected() -> None:
    case = binary("multiply", [[1.0, 2.0, 3.0]], [[4.0], [5.0]])
    values, gradients = right(case)
    gradients[1][1, 0] += 1e-9
    (suspect,) = check_of(case, values).gradients(gradients, {2: case.cotangent})
    assert (suspect.node, suspect.element, suspect.quantity) == (1, 1, "gradient")
    assert suspect.number == gradients[1][1, 0]


def test_a_node_that_was_given_no_gradient_counts_as_zero() -> None:
    case = unary("exp", "tanh", at=0.5)
    values, gradients = right(case)
    del gradients[1]
    (suspect,) = check_of(case, values).gradients(gradients, {2: case.cotangent})
    assert suspect.node == 0


@pytest.mark.parametrize("at, kinked", [(0.0, True), (-0.0, True), (1e-300, False)])
def test_kinks(at: float, kinked: bool) -> None:
    case = unary("relu", at=at)
    values, _ = right(case)
    assert check_of(case, values).kinked(1) is kinked


@pytest.mark.parametrize("element", [0, 1])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
def test_one_element_of_a_large_node(element: int, wrong: Any) -> None:
    case = unary("sin", at=np.linspace(1, 2, 50))
    values, gradients = right(case)
    gradients[0][element] = wrong
    (suspect,) = check_of(case, values).gradients(gradients, {1: case.cotangent})
    assert suspect.element == element


def test_an_infinity_elsewhere_excuses_nothing() -> None:
    case = unary("tanh", at=[np.inf, 1.0])
    values, gradients = right(case)
    gradients[0][1] = np.nan
    suspects = check_of(case, values).gradients(gradients, {1: case.cotangent})
    assert [s.element for s in suspects] == [1]


@pytest.mark.parametrize("off, verdict", [(0.0, Verdict.AGREE), (1e-12, Verdict.INACCURATE)])
def test_a_rule_of_logsumexp_may_take_its_slope_from_the_rounded_result(
    off: float, verdict: Verdict
) -> None:
    """exp(x - y) is the softmax but for what a unit in the last place of y, -1000, makes of it."""

    def pullback(g: Any, y: Any, x: Any, **_: Any) -> Any:
        return g * np.exp(x - y * (1 + off))

    with wrong_rule("logsumexp", pullback):
        build = CaseBuilder()
        x = build.variable([-1000.25, -1001.5, -999.125])
        build.apply("logsumexp", x, axis=None, keepdims=False)
        assert verify_case(ZenEngine(), build.case(), difference=False).verdict is verdict
