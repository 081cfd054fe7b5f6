"""Raising where an expression has no answer is no crash; anywhere else it is."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.verification.prepared import CaseBuilder, unary, wrong_rule
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.tensor import OPERATIONS
from zenverify.verification.campaign.offered import verify_offered
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

SINGULAR = [[1.0, 2.0], [2.0, 4.0]]
NEARLY = [[1.0, 2.0], [2.0, 4.0 + 2.0**-50]]


def systems(matrix: Any) -> Case:
    build = CaseBuilder()
    build.apply("solve", build.variable(matrix), build.variable([1.0, -1.0]))
    return build.case()


class Raising(ZenEngine):
    """Calls another function for an operation's value; NumPy's and Python's own may raise."""

    def __init__(self, operator: str, function: Callable[..., Any]) -> None:
        super().__init__()
        self._operator, self._function = operator, function

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if operator == self._operator:
            self._function(*(self.value(one) for one in operands))
        return super().apply(operator, operands, attributes)


def logarithms(x: np.ndarray) -> list[float]:
    return [math.log(each) for each in x.ravel().tolist()]


def quotients(x: Any, y: Any) -> list[float]:
    return [a / b for a, b in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)]


def quotient(x: float, y: float) -> Case:
    build = CaseBuilder()
    build.apply("divide", build.variable([x]), build.variable([y]))
    return build.case()


@pytest.mark.parametrize(
    "engine, case",
    [
        (Raising("solve", np.linalg.solve), systems(np.zeros((2, 2)))),
        (Raising("inv", np.linalg.inv), unary("inv", at=SINGULAR)),
        (Raising("cholesky", np.linalg.cholesky), unary("cholesky", at=[[1.0, 2.0], [2.0, 1.0]])),
        (Raising("log", logarithms), unary("log", at=[-1.0])),
        (Raising("log", logarithms), unary("log", at=[0.5, 0.0])),
        (Raising("divide", quotients), quotient(1.0, 0.0)),
        (Raising("exp", lambda x: math.exp(x)), unary("exp", at=1e3)),
    ],
)
def test_it_is_not_offered_where_there_is_no_answer(engine: ZenEngine, case: Case) -> None:
    (finding,) = verify_case(engine, case).findings
    assert finding.verdict is Verdict.UNSUPPORTED
    assert finding.message.endswith("the expression has no answer there")


@pytest.mark.parametrize(
    "engine, case",
    [
        # The smallest fault of this kind: it raises next to where it may.
        (
            Raising("solve", lambda a, b: np.linalg.inv(np.round(a))),
            systems([[1.0, 1.4], [0.6, 1.0]]),
        ),
        (Raising("log", lambda x: logarithms(x - 2.0**-40)), unary("log", at=[2.0**-40])),
        (Raising("divide", lambda x, y: quotients(x, np.round(y))), quotient(1.0, 0.4)),
        (Raising("exp", lambda x: math.exp(x + 1)), unary("exp", at=709.0)),
        (Raising("log", lambda x: x["key"]), unary("log", at=[-1.0])),
    ],
)
def test_it_is_a_crash_where_there_is_one(engine: ZenEngine, case: Case) -> None:
    assert verify_case(engine, case).verdict is Verdict.CRASH


def raising(g: Any, y: Any, a: Any, b: Any) -> Any:
    if np.linalg.cond(a) > 1e15:
        raise np.linalg.LinAlgError("Singular matrix")
    return OPERATIONS["inv"].forward(a) @ g


@pytest.mark.parametrize("matrix", [SINGULAR, NEARLY])
def test_the_reverse_pass_may_say_so_too(matrix: list[list[float]]) -> None:
    with wrong_rule("solve", raising, 1):
        finding = verify_case(ZenEngine(), systems(matrix)).findings[0]
    assert (finding.verdict, finding.blame.operation) == (Verdict.UNSUPPORTED, "solve")


def test_but_not_where_the_equations_have_a_solution() -> None:
    def always(g: Any, y: Any, a: Any, b: Any) -> Any:
        raise np.linalg.LinAlgError("Singular matrix")

    with wrong_rule("solve", always, 1):
        finding = verify_case(ZenEngine(), systems([[1.0, 2.0], [2.0, 4.5]])).findings[0]
    assert (finding.verdict, finding.blame.operation) == (Verdict.CRASH, "solve")


def test_the_rest_of_the_graph_is_verified_all_the_same() -> None:
    build = CaseBuilder()
    x = build.variable(SINGULAR)
    build.apply("tanh", build.apply("add", build.apply("inv", x), build.apply("exp", x)))
    engine = Raising("inv", np.linalg.inv)
    case, result = verify_offered(engine, build.case(), 10.0)
    assert result.verdict is Verdict.AGREE
    assert [one.blame.operation for one in result.refused] == ["inv"]
    assert "tanh" in {case.graph.operator_of(node) for node in case.graph.operations}
