"""The card's page: all that the card says, escaped, and nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.accuracy.card.prepared import softplus
from tests.output.html.test_render import Outline
from zenverify.accuracy.card.card import Card
from zenverify.accuracy.card.examination import examine, known
from zenverify.contribution import Contribution
from zenverify.errors import UsageError
from zenverify.output.html.card import card_to_data, render_card
from zenverify.output.html.write import write_card
from zenverify.output.model.input_text import where_text

HOSTILE = "<img src=x onerror=alert(1)>"


def made(own: Contribution) -> tuple[Card, str]:
    with known(own) as (engine, operator):
        card = examine(engine, operator, graphs=60, seed=1)
        return card, render_card(card)


@pytest.fixture(scope="module")
def passing() -> tuple[Card, str]:
    return made(softplus(summary=HOSTILE))


@pytest.fixture(scope="module")
def failing() -> tuple[Card, str]:
    return made(softplus(pullback=lambda g, y, x: g * np.tanh(x)))


def test_the_page_says_what_the_card_says(passing: tuple[Card, str]) -> None:
    card, page = passing
    text = " ".join(Outline(page).text.split())
    assert card.verdict in text
    assert "softplus(x)" in text
    assert "its partial in x, derived by sympy" in text.lower()
    assert card.mutation is not None
    assert f"the checks found {card.mutation.found}" in text
    with known(softplus()):
        for one in card.accuracy:
            assert where_text(one.most_ulp) in text


def test_it_is_well_formed_and_escaped(passing: tuple[Card, str]) -> None:
    _, page = passing
    outline = Outline(page)
    assert outline.open == []
    assert HOSTILE not in page
    assert HOSTILE in outline.text
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"img", "link", "iframe"}
    assert not any("style" in attributes for _, attributes in outline.elements)


def test_errors_are_plotted(passing: tuple[Card, str]) -> None:
    elements = Outline(passing[1]).elements
    assert sum(tag == "svg" for tag, _ in elements) == 2
    assert sum(tag == "circle" for tag, _ in elements) > 400


def test_a_failure_has_its_graph_and_no_script_that_cannot_run(failing: tuple[Card, str]) -> None:
    _, page = failing
    text = Outline(page).text
    assert "Wrong gradient" in text
    assert "variable" in text
    assert "As a Python script" not in text
    assert "proves nothing" in text


def test_problems_of_the_declaration_are_listed() -> None:
    card, page = made(
        softplus(
            name="root",
            forward=np.sqrt,
            pullback=lambda g, y, x: g / (y + y),
            expression=lambda sp, x: sp.sqrt(x),
        )
    )
    assert card.declared.problems
    assert card.exit_code == 1
    assert "problem" in card.verdict
    assert "The declaration" in Outline(page).text


def test_the_card_is_json(failing: tuple[Card, str]) -> None:
    data = json.loads(json.dumps(card_to_data(failing[0]), allow_nan=False))
    assert data["verdict"].startswith("softplus fails")
    assert data["exit_code"] == 1
    assert data["failures"][0]["finding"]["verdict"] == "ENGINE_WRONG"
    assert data["mutation"] is None
    assert data["accuracy"][0]["quantity"] == "value"


def test_the_page_is_written_under_engine_and_name(
    tmp_path: Path, failing: tuple[Card, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zenverify.output.html.card.render_card", lambda card: "page")
    path = write_card(failing[0], tmp_path / "reports")
    assert path == tmp_path / "reports" / "zen-softplus.html"
    assert path.read_text() == "page"
    with pytest.raises(UsageError, match=r"cannot write the report .*: File exists"):
        write_card(failing[0], path)
