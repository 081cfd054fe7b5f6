"""Outside the declared domain nothing is decided; just inside everything is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from zenverify import Contribution, Domain
from zenverify.engines.zen import ZenEngine
from zenverify.graph.case import Case
from zenverify.graph.graph import GraphBuilder
from zenverify.operators.operator import Operator
from zenverify.tensor import Tensor, new_operation
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import CaseResult, verify_case

TINY = 2.0**-1000


class _Own(ZenEngine):
    """The Zen engine with one operation more."""

    def __init__(self, name: str, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self._own = name
        self._function = function
        self.operators = ZenEngine.operators | {name}

    def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
        if operator == self._own:
            return self._function(*operands)
        return super().apply(operator, operands, attributes)


def _copysign(domain: Domain, factor: float = 1.0) -> tuple[Operator, _Own]:
    function = new_operation(
        "copysign",
        np.copysign,
        lambda g, r, x, y: factor * g * np.sign(x) * np.copysign(1.0, y),
        lambda g, r, x, y: 0 * g,
        broadcasts=True,
    )
    declared = Contribution(
        name="copysign",
        expression="abs(x) * sign(y)",
        function=function,
        kinks=("x = 0",),
        domains={"y": domain},
    ).declaration
    return declared, _Own("copysign", function)


def _verified(
    declared: Operator, engine: _Own, y: list[float], then: str | None = None
) -> CaseResult:
    build = GraphBuilder()
    size = (len(y),)
    root = build.apply(declared, build.variable(size), build.variable(size))
    if then is not None:
        build.apply(then, root)
    values = (np.linspace(1.0, 2.0, len(y)), np.array(y))
    return verify_case(engine, Case(build.graph(), values, np.ones(size)))


@pytest.mark.parametrize("domain", [Domain(nonzero=True), Domain(low=0.0)], ids=["hole", "end"])
def test_a_right_rule_is_not_accused_where_the_domain_has_ended(domain: Domain) -> None:
    result = _verified(*_copysign(domain), [0.0, 1.0])
    assert result.verdict is Verdict.AGREE, result.findings
    assert "not decided: 1 element outside the declared domain of copysign" in result.notes


@pytest.mark.parametrize("domain", [Domain(nonzero=True), Domain(low=0.0)], ids=["hole", "end"])
@pytest.mark.parametrize("y", [[TINY], [0.0, TINY], [0.0, 3.0]], ids=str)
def test_a_wrong_rule_is_found_just_inside_and_beside_what_is_outside(
    domain: Domain, y: list[float]
) -> None:
    result = _verified(*_copysign(domain, 2.0), y)
    assert result.verdict is Verdict.ENGINE_WRONG
    assert result.findings[0].blame.operation == "copysign"


def test_a_closed_end_is_part_of_the_domain() -> None:
    result = _verified(*_copysign(Domain(low=0.0, closed=True)), [0.0, 1.0])
    assert result.verdict is not Verdict.AGREE
    assert not any("outside" in note for note in result.notes)


def test_without_a_domain_every_point_is_judged() -> None:
    assert _verified(*_copysign(Domain()), [0.0, 1.0]).verdict is not Verdict.AGREE


def test_the_rest_of_the_graph_is_judged() -> None:
    declared, right = _copysign(Domain(nonzero=True))
    wrong_tanh = new_operation("tanh", np.tanh, lambda g, y, x: g * (1 - y), broadcasts=True)

    class WrongBeside(_Own):
        def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
            if operator == "tanh":
                return wrong_tanh(*operands)
            return super().apply(operator, operands, attributes)

    result = _verified(declared, WrongBeside("copysign", right._function), [0.0, 0.0], "tanh")
    assert [finding.blame.operation for finding in result.findings] == ["tanh"]


def test_an_expression_that_is_undefined_at_its_open_end() -> None:
    """sin(x) / x has no value at 0 in its form; the function has one, and the rule gives it."""

    def slope(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.where(x == 0, 0.0, (x * np.cos(x) - np.sin(x)) / x**2)

    function = new_operation(
        "sinc", lambda x: np.sinc(x / np.pi), lambda g, y, x: g * slope(x), broadcasts=True
    )
    for domain, verdict in ((Domain(low=0.0), Verdict.AGREE), (Domain(), Verdict.NON_FINITE)):
        declared = Contribution(
            name="sinc",
            expression=lambda sp, x: sp.sin(x) / x,
            function=function,
            domains={"x": domain},
        ).declaration
        build = GraphBuilder()
        build.apply(declared, build.variable((2,)))
        case = Case(build.graph(), (np.array([0.0, 1.0]),), np.ones(2))
        assert verify_case(_Own("sinc", function), case).verdict is verdict


def test_in_the_catalogue_the_expression_decides_outside_too() -> None:
    wrong = new_operation("log", lambda x: np.full_like(x, 5.0), lambda g, y, x: g / x)
    build = GraphBuilder()
    build.apply("log", build.variable((1,)))
    case = Case(build.graph(), (np.array([-1.0]),), np.ones(1))
    assert verify_case(_Own("log", wrong), case).verdict is not Verdict.AGREE
