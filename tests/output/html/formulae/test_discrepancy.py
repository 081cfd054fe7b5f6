import numpy as np
import pytest
from numpy.typing import NDArray

from tests.output.runs import CASE, FINDING, blamed, discrepancy, witness
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.operators import catalogue
from zenverify.operators.operator import Operator
from zenverify.output.html.formulae import discrepancy as module
from zenverify.output.html.formulae.discrepancy import Formula, formulae
from zenverify.verification.verdict import ACCUMULATION, Verdict


def case_of(operator: str, *shapes: tuple[int, ...], cotangent: NDArray[np.float64]) -> Case:
    build = GraphBuilder()
    build.apply(operator, *(build.variable(shape) for shape in shapes))
    return Case(build.graph(), tuple(np.full(shape, 0.5) for shape in shapes), cotangent)


def test_the_culprits_expression_its_derivative_and_the_whole_graphs() -> None:
    value, derivative, whole = formulae(discrepancy(CASE, FINDING))
    assert value.caption == "tanh, at v4"
    assert "<mi>tanh</mi>" in value.mathml
    assert derivative.caption == "Its derivative with respect to argument 0"
    assert "<mn>1</mn><mo>&#8722;</mo><msup>" in derivative.mathml
    assert whole.caption == "Derivative of the whole graph"
    assert "<msub><mi>v</mi><mn>1</mn></msub>" in whole.mathml
    assert {value.remark, derivative.remark, whole.remark} == {""}


@pytest.mark.parametrize("operator", [one for one in catalogue.all_operators() if one.kernel])
def test_every_kernel_can_be_shown(operator: Operator) -> None:
    arity = len(operator.arguments)
    case = case_of(operator.name, *((),) * arity, cotangent=np.array(1.0))
    shown = formulae(discrepancy(case, blamed(arity, operator.name, 0)))
    assert len(shown) == 2
    assert not any(one.remark.startswith("SymPy failed") for one in shown)


def test_the_step_function_is_explained() -> None:
    case = case_of("relu", (), cotangent=np.array(2.0))
    _, derivative, whole = formulae(discrepancy(case, blamed(1, "relu", 0)))
    step = "H is the unit step: 0 below zero, 1 above."
    assert derivative.remark == step
    assert whole.remark == f"c is the cotangent of the root. {step}"


def test_without_an_argument_there_is_no_derivative_of_the_culprit() -> None:
    captions = [one.caption for one in formulae(discrepancy(CASE, blamed(4, "tanh")))]
    assert captions == ["tanh, at v4", "Derivative of the whole graph"]


def test_operands_that_are_one_node_are_told_apart() -> None:
    _, derivative, _ = formulae(discrepancy(CASE, blamed(2, "multiply", 1)))
    assert derivative.mathml.endswith("<mo>=</mo><msub><mi>v</mi><mn>0</mn></msub></math>")


@pytest.mark.parametrize("operation", [ACCUMULATION, "<img src=x>"])
def test_what_is_no_operator_has_no_expression(operation: str) -> None:
    (whole,) = formulae(discrepancy(CASE, blamed(2, operation)))
    assert whole.caption == "Derivative of the whole graph"


def test_the_cotangent_is_part_of_the_whole_graphs_derivative() -> None:
    case = case_of("multiply", (2,), (2,), cotangent=np.array([1.0, 3.0]))
    wrong = witness(1, Verdict.ENGINE_WRONG, index=1)
    whole = formulae(discrepancy(case, blamed(2, "multiply", 1), [wrong]))[-1]
    assert whole.remark == "c is the cotangent of the root."
    assert "<msub><mi>v</mi><mtext>1[1]</mtext></msub></mrow></mfrac>" in whole.mathml
    assert "<msub><mi>c</mi><mtext>[1]</mtext></msub>" in whole.mathml
    assert "<mtext>0[1]</mtext>" in whole.mathml
    assert "<mtext>[0]</mtext>" not in whole.mathml


def test_one_operation_of_one_element_is_the_whole_graph() -> None:
    case = case_of("exp", (1,), cotangent=np.ones(1))
    assert len(formulae(discrepancy(case, blamed(1, "exp", 0)))) == 2
    build = GraphBuilder()
    x = build.variable()
    build.apply("multiply", x, x)
    twice = Case(build.graph(), (np.array(2.0),), np.array(1.0))
    assert len(formulae(discrepancy(twice, blamed(1, "multiply", 0)))) == 3


def test_an_operation_on_arrays_is_written_out_for_one_element() -> None:
    case = case_of("matmul", (2, 2), (2, 2), cotangent=np.ones((2, 2)))
    value, _ = formulae(discrepancy(case, blamed(2, "matmul", 1)))
    assert value.caption == "matmul, at v2"
    for name in ("2[0, 0]", "0[0, 0]", "1[0, 0]", "0[0, 1]", "1[1, 0]"):
        assert f"<mtext>{name}</mtext>" in value.mathml
    assert "<mtext>0[1, 0]</mtext>" not in value.mathml


def test_a_root_of_several_elements_is_summed() -> None:
    case = case_of("exp", (2,), cotangent=np.ones(2))
    whole = formulae(discrepancy(case, blamed(1, "exp", 0)))[-1]
    assert "<mo>&#8721;</mo>" in whole.mathml
    assert whole.remark == ""


def test_a_large_graph_is_left_out_and_said_so() -> None:
    case = case_of("exp", (50,), cotangent=np.ones(50))
    whole = formulae(discrepancy(case, blamed(1, "exp", 0)))[-1]
    assert whole == Formula("Derivative of the whole graph", "", "Left out: too large to be read.")


def test_a_formula_that_grows_beyond_reading_is_left_out() -> None:
    build = GraphBuilder()
    last = build.variable()
    for _ in range(4):
        last = build.apply("add", build.apply("tanh", last), build.apply("exp", last))
    case = Case(build.graph(), (np.array(0.1),), np.array(1.0))
    whole = formulae(discrepancy(case, blamed(last, "add", 0)))[-1]
    assert whole.mathml == ""
    assert whole.remark == "Left out: too large to be read."


def test_a_failure_of_sympy_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_out(graph: object) -> None:
        raise RecursionError("too deep <here>")

    monkeypatch.setattr(module, "write_out", write_out)
    fresh = Case(CASE.graph, CASE.values, CASE.cotangent)
    whole = formulae(discrepancy(fresh, FINDING))[-1]
    assert whole.mathml == ""
    assert whole.remark == "SymPy failed: RecursionError: too deep <here>"
