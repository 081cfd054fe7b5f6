"""The page of an operator's card, and the card as data. Importing this module imports SymPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from zenverify.accuracy.card.card import Card
from zenverify.accuracy.record import Accuracy
from zenverify.operators import catalogue
from zenverify.output.html.formulae.operator import OperatorFormula, operator_formulae
from zenverify.output.html.pictures.plot import HEIGHT, WIDTH, Plot, plot
from zenverify.output.html.render import render_template
from zenverify.output.html.section import Circumstances, Fact, Section, section
from zenverify.output.json.accuracy import accuracy_to_data
from zenverify.output.json.data import to_data
from zenverify.output.model.asking import Asking, nobody
from zenverify.output.model.input_text import where_text
from zenverify.output.model.quantities import quantity_name
from zenverify.output.model.run import Discrepancy
from zenverify.verification.verdict import BucketKey


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """One line of the table of errors."""

    quantity: str
    dtype: str
    worst: str
    points: str
    where: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """What the page says."""

    heading: str
    state: Literal["clean", "wrong", "empty"]
    title: str
    facts: tuple[Fact, ...]
    formulae: tuple[OperatorFormula, ...]
    accuracy: tuple[AccuracyRow, ...]
    plots: tuple[Plot, ...]
    coverage: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
    width: int = WIDTH
    height: int = HEIGHT


def card_to_data(card: Card) -> dict[str, Any]:
    """The card as an object of strings, numbers, lists and objects, with its verdict."""
    accuracy = [accuracy_to_data(one) for one in card.accuracy]
    head = {"verdict": card.verdict, "exit_code": card.exit_code}
    return head | to_data(card) | {"accuracy": accuracy}


def render_card(card: Card, ask: Asking = nobody) -> str:
    """The page's text. The catalogue must know the operation, also if it is a user's own.

    `ask` gives the evidence of a discrepancy.
    """
    return render_template("card.html.j2", page=_page(card, ask), card=card)


def _page(card: Card, ask: Asking) -> CardPage:
    states: dict[int, Literal["clean", "wrong", "empty"]] = {0: "clean", 1: "wrong"}
    return CardPage(
        heading=card.verdict,
        state=states.get(card.exit_code, "empty"),
        title=f"{card.name}: {card.engine} {card.engine_version}",
        facts=tuple(_facts(card)),
        formulae=operator_formulae(catalogue.get(card.name)),
        accuracy=tuple(_row(one) for one in card.accuracy),
        plots=tuple(_plots(card)),
        coverage=tuple(card.run.coverage.get(card.name, {}).items()),
        sections=tuple(_sections(card, ask)),
    )


def _sections(card: Card, ask: Asking) -> Iterator[Section]:
    for number, one in enumerate(card.failures, start=1):
        shown = Discrepancy(
            one.bucket,
            one.finding,
            one.case,
            _first_number(card, one.bucket),
            one.witnesses,
            one.operations_before,
        )
        yield section(number, shown, Circumstances(), ask(shown))


def _first_number(card: Card, bucket: BucketKey) -> int:
    return next((one.first_number for one in card.run.buckets if one.key == bucket), 0)


def _facts(card: Card) -> Iterator[Fact]:
    declared = card.declared
    yield Fact("engine", f"{card.engine} {card.engine_version}".strip())
    yield Fact("domain", "; ".join(declared.domains) or "everywhere")
    yield Fact("kinks", "; ".join(declared.kinks) or "none")
    if declared.natural:
        yield Fact("follows from the expression", "; ".join(declared.natural))
    if declared.singularities:
        yield Fact("singular", "; ".join(declared.singularities))
    yield Fact("graphs", f"{card.run.cases:,}")
    yield Fact("elements", f"{card.run.elements:,}")
    yield Fact("seed", str(card.seed), is_code=True)


def _row(one: Accuracy) -> AccuracyRow:
    return AccuracyRow(
        quantity_name(one), one.dtype, f"{one.ulp:.3g}", f"{one.points:,}", where_text(one.most_ulp)
    )


def _plots(card: Card) -> Iterator[Plot]:
    for title, group in groupby(card.accuracy, key=lambda one: quantity_name(one)):
        drawn = plot(title, list(group))
        if drawn is not None:
            yield drawn
