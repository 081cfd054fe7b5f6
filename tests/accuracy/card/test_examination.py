"""One operation checked: what passes, what fails, and what is blamed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.accuracy.card.prepared import ratio, softplus
from tests.engines.tape import TapeEngine
from zenverify import check
from zenverify.accuracy.card.examination import known
from zenverify.engines.zen import ZenEngine
from zenverify.errors import GraphError, UsageError
from zenverify.operators import catalogue
from zenverify.output.json.accuracy import accuracy_to_data
from zenverify.output.model.input_text import where_text
from zenverify.verification.verdict import Verdict

GRAPHS = 150


def test_a_right_operation_passes_and_its_planted_faults_are_found() -> None:
    card = check(softplus(), graphs=GRAPHS)
    assert card
    assert card.exit_code == 0
    assert card.failures == ()
    assert card.mutation is not None
    assert card.mutation.survivors == ()
    assert card.mutation.found == card.mutation.blamed == card.mutation.of > 15
    assert card.verdict.startswith("softplus passes: no discrepancy in 150 graphs, at most 1.")
    assert card.verdict.endswith(f"{card.mutation.of} of {card.mutation.of} planted faults found")


def test_every_argument_has_its_accuracy() -> None:
    card = check(ratio(), graphs=GRAPHS)
    assert card
    quantities = [(one.quantity, one.argument, one.dtype) for one in card.accuracy]
    assert quantities == [
        ("value", None, "float64"),
        ("value", None, "float32"),
        ("gradient", "a", "float64"),
        ("gradient", "a", "float32"),
        ("gradient", "b", "float64"),
        ("gradient", "b", "float32"),
    ]
    assert all(one.points > 1000 and one.dots for one in card.accuracy)
    assert max(one.ulp for one in card.accuracy if one.quantity == "value") <= 0.5


def test_a_wrong_rule_is_blamed_and_no_fault_is_planted_on_top() -> None:
    card = check(softplus(pullback=lambda g, y, x: g * np.tanh(x)), graphs=GRAPHS)
    assert not card
    assert card.exit_code == 1
    assert {failure.finding.verdict for failure in card.failures} == {Verdict.ENGINE_WRONG}
    assert {failure.finding.blame.argument for failure in card.failures} == {0}
    assert card.mutation is None
    assert "discrepanc" in card.verdict
    assert "ENGINE_WRONG: softplus, argument 0" in repr(card)


def test_a_rule_that_overflows_is_found_where_it_does() -> None:
    card = check(softplus(pullback=lambda g, y, x: g * np.exp(x) / (1 + np.exp(x))), graphs=GRAPHS)
    (failure,) = card.failures
    assert failure.finding.verdict is Verdict.NON_FINITE
    assert [value.size for value in failure.case.values] == [1]


@pytest.mark.parametrize(
    "expression",
    [
        lambda sp, x: sp.log(1 + sp.exp(2 * x)),
        lambda sp, x: sp.log(2 + sp.exp(x)),
        lambda sp, x: sp.log(1 + sp.exp(x)) + sp.sin(x) / 1000,
    ],
)
def test_a_wrong_expression_is_told_from_a_wrong_engine(expression: object) -> None:
    card = check(softplus(expression=expression), graphs=GRAPHS)  # type: ignore[arg-type]
    assert not card
    assert {failure.finding.verdict for failure in card.failures} == {Verdict.EXPRESSION_WRONG}
    assert {failure.finding.blame.condition for failure in card.failures} == {"always"}


def test_a_wrong_value_is_the_engines() -> None:
    card = check(softplus(forward=lambda x: np.logaddexp(x, 0) + 0.1), graphs=GRAPHS)
    assert {failure.finding.verdict for failure in card.failures} == {Verdict.ENGINE_WRONG}
    assert {failure.finding.check for failure in card.failures} == {"forward"}


def test_an_operation_of_the_catalogue_is_checked_by_its_name() -> None:
    assert check("tanh", graphs=GRAPHS)


def test_one_that_is_not_elementwise_has_no_plot() -> None:
    card = check("softmax", graphs=GRAPHS)
    assert card
    assert card.accuracy
    assert all(one.dots == () for one in card.accuracy)
    assert all("element" in where_text(one.most_ulp) for one in card.accuracy if one.ulp)


def test_the_same_seed_gives_the_same_card() -> None:
    first, second = (check("sqrt", graphs=60, seed=7) for _ in range(2))
    assert [*map(accuracy_to_data, first.accuracy)] == [*map(accuracy_to_data, second.accuracy)]
    assert first.mutation == second.mutation


def test_an_engine_whose_rules_cannot_be_replaced_has_no_mutation_score() -> None:
    card = check("tanh", engine=TapeEngine(), graphs=20)  # its one tape grows and grows
    assert card
    assert card.mutation is None
    assert "planted" not in card.verdict


def test_the_catalogue_forgets_a_contribution() -> None:
    own = softplus(name="mine")
    with known(own) as (engine, operator):
        assert catalogue.get("mine") is operator
        assert "mine" in engine.operators
    with pytest.raises(GraphError, match="no operator 'mine'"):
        catalogue.get("mine")


def test_a_contribution_stands_in_for_an_operation_of_its_name() -> None:
    before = catalogue.get("softplus")
    with known(softplus()) as (_, operator):
        assert catalogue.get("softplus") is operator is not before
    assert catalogue.get("softplus") is before


def test_an_unknown_operation_is_an_error() -> None:
    with pytest.raises(GraphError, match="no operator 'softmx'; did you mean 'softmax'"):
        check("softmx")


def test_an_engine_without_the_operation_is_an_error() -> None:
    engine = ZenEngine()
    engine.operators = frozenset({"add"})
    with pytest.raises(UsageError, match="engine 'zen' does not offer the operator 'tanh'"):
        check("tanh", engine=engine)
