"""What a card says of an operation that an equation declares."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from tests.verification.prepared import CaseBuilder
from zenverify import Contribution, Domain
from zenverify.accuracy.card.card import Card
from zenverify.accuracy.card.declared import declared
from zenverify.accuracy.card.examination import examine, known
from zenverify.output.html.card import render_card
from zenverify.output.terminal.card import print_card
from zenverify.tensor import new_operation
from zenverify.verification.verify import verify_case


def solved(x: Any, rounds: int = 20) -> Any:
    y = np.where(x > 1, np.log(np.maximum(x, 1)), np.minimum(x, 0))
    for _ in range(rounds):
        y = y - (y + np.exp(y) - x) / (1 + np.exp(y))
    return y


def root(
    *,
    forward: Any = solved,
    pullback: Any = lambda g, y, x: g / (1 + np.exp(y)),
    start: Any = solved,
    **fields: Any,
) -> Contribution:
    """A root finder with one thing changed."""
    function = new_operation("root", forward, pullback, broadcasts=True)
    equation = fields.pop("equation", "y + exp(y) = x")
    return Contribution(name="root", equation=equation, start=start, function=function, **fields)


@pytest.fixture(scope="module")
def passing() -> tuple[Card, str]:
    with known(root()) as (engine, operator):
        card = examine(engine, operator, graphs=60, seed=1)
        return card, render_card(card)


def test_a_right_root_finder_passes_and_its_planted_faults_are_found(
    passing: tuple[Card, str],
) -> None:
    card, page = passing
    assert card
    assert card.declared.equation == "x = y + exp(y)"
    assert card.declared.partials == (("x", "1/(exp(y) + 1)"),)
    assert card.declared.singularities == ()
    assert card.mutation is not None
    assert card.mutation.found == card.mutation.blamed == card.mutation.of > 15
    assert all(one.points > 900 and one.dots for one in card.accuracy)
    assert "Equation for y, the result" in page
    assert "Its partial in x, derived by SymPy" in page


def test_the_terminal_shows_the_equation(
    passing: tuple[Card, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with known(root()):
        print_card(Console(width=200), passing[0], brief=False)
    printed = capsys.readouterr().out
    assert "equation      x = y + exp(y)\n" in printed
    assert "dy/dx         1/(exp(y) + 1)\n" in printed


@pytest.mark.parametrize(
    "changed, argument",
    [
        ({"forward": lambda x: solved(x, 2)}, None),
        ({"pullback": lambda g, y, x: g / (2 + np.exp(y))}, 0),
    ],
)
def test_what_is_wrong_is_found(changed: dict[str, Any], argument: int | None) -> None:
    build = CaseBuilder()
    with known(root(**changed)) as (engine, _):
        build.apply("root", build.variable([2.0, -0.5]))
        finding, *_ = verify_case(engine, build.case()).findings
    assert (finding.blame.operation, finding.blame.argument) == ("root", argument)


def test_a_pass_is_none_if_no_planted_fault_was_found(passing: tuple[Card, str]) -> None:
    card, _ = passing
    assert card.mutation is not None
    blind = replace(card, mutation=replace(card.mutation, found=0, blamed=0))
    assert blind.exit_code == 2
    assert not blind
    assert blind.verdict == (
        f"root was not tested: none of {card.mutation.of} planted faults was found in 60 graphs"
    )


def test_a_start_that_leads_nowhere_is_a_problem_of_the_declaration() -> None:
    (problem,) = declared(root(start=lambda x: x * np.nan).declaration).problems
    assert problem.startswith("no solution is proven at 64 of 64 points of the domain, such as x =")


def test_a_domain_without_solutions_is_a_problem_of_the_declaration() -> None:
    wide = root(equation="exp(y) = x", start=lambda x: np.log(x))
    (problem,) = declared(wide.declaration).problems
    assert "points of the domain, such as x = -" in problem
    for domain in (Domain(low=0.0), Domain(low=50.0), Domain(low=50.0, high=51.0)):
        narrow = root(equation="exp(y) = x", start=lambda x: np.log(x), domains={"x": domain})
        assert declared(narrow.declaration).problems == ()
    negative = root(
        equation="exp(y) = -x", start=lambda x: np.log(-x), domains={"x": Domain(high=-20.0)}
    )
    assert declared(negative.declaration).problems == ()


def test_where_no_derivative_is_defined_is_told() -> None:
    found = declared(root(equation="y**2 = x", start=np.sqrt).declaration)
    assert found.equation == "x = y**2"
    assert found.singularities == ("y = 0",)
    assert found.result == "y"
