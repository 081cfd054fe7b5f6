"""What a card says of operations that are composed of several steps."""

from __future__ import annotations

import pytest
from rich.console import Console

from zenverify.accuracy.card.card import Part
from zenverify.accuracy.card.composition import composition
from zenverify.accuracy.card.examination import examine, known
from zenverify.operators import catalogue
from zenverify.output.html.card import render_card
from zenverify.output.terminal.card import print_card


def test_kernels_are_told_with_their_partials_and_other_steps_in_words() -> None:
    found = composition(catalogue.get("softmax"))
    assert found == (
        Part("a - b", (("a", "1"), ("b", "-1"))),
        Part("exp(a)", (("a", "exp(a)"),)),
        Part("a/b", (("a", "1/b"), ("b", "-a/b**2"))),
        Part("largest or smallest elements"),
        Part("sums"),
    )


def test_what_a_norm_and_a_solver_hold_inside_is_told_too() -> None:
    assert "Abs(a)**b" in [part.text for part in composition(catalogue.get("norm"))]
    inverse = [part.text for part in composition(catalogue.get("inv"))]
    assert inverse == ["a*b", "a - b", "the solution of equations", "sums"]


@pytest.mark.parametrize("name", catalogue.names())
def test_every_operation_that_is_not_elementwise_is_composed_of_something(name: str) -> None:
    operator = catalogue.get(name)
    if operator.kernel is None and operator.equation is None:
        assert composition(operator)


def test_only_moving_elements_is_told_as_such() -> None:
    assert composition(catalogue.get("flip")) == (Part("elements, moved"),)


def test_the_terminal_and_the_page_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    with known("softmax") as (engine, operator):
        card = examine(engine, operator, graphs=5, seed=1)
    print_card(Console(width=200), card, brief=False)
    printed = capsys.readouterr().out
    assert "composed of   a - b: d/da 1, d/db -1\n              exp(a): d/da exp(a)\n" in printed
    page = render_card(card)
    assert "<h2>Composed of</h2>" in page
    assert "<code>a/b</code>: d/da <code>1/b</code>, d/db <code>-a/b**2</code>" in page
