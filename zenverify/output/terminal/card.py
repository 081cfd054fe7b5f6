"""The operator's card on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from zenverify.accuracy.card.card import Card, MutationScore, Part
from zenverify.output.model.input_text import where_text
from zenverify.output.model.listing import marked_listing
from zenverify.output.model.quantities import quantity_name

_LABEL = 14
_MOST_SURVIVORS = 8


def print_card(console: Console, card: Card, *, brief: bool) -> None:
    """Print a card; if `brief`, what is wrong and the verdict only."""
    lines = [] if brief else [*_declared_lines(card), ""]
    lines += _problem_lines(card)
    _print(console, lines)
    if not brief:
        if card.accuracy:
            console.print(_accuracy_table(card))
        _print(console, _run_lines(card))
    console.print(card.verdict, soft_wrap=True)


def _print(console: Console, lines: list[str] | Iterator[str]) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)


def _labelled(label: str, items: tuple[str, ...], nothing: str = "") -> Iterator[str]:
    for item in items or ((nothing,) if nothing else ()):
        yield f"{label:<{_LABEL}}{item}"
        label = ""


def _declared_lines(card: Card) -> Iterator[str]:
    declared = card.declared
    about = f": {card.summary}" if card.summary else ""
    yield f"{card.signature}{about}"
    yield f"{'engine':<{_LABEL}}{card.engine} {card.engine_version}"
    if declared.expression:
        yield f"{'expression':<{_LABEL}}{declared.expression}"
    if declared.equation:
        yield f"{'equation':<{_LABEL}}{declared.equation}"
    for name, partial in declared.partials:
        label = f"d{declared.result}/d{name}"
        yield f"{label:<{_LABEL}}{partial}"
    yield from _labelled("composed of", tuple(map(_part_line, declared.parts)))
    yield from _labelled("domain", declared.domains, "everywhere")
    yield from _labelled("follows from", declared.natural)
    yield from _labelled("kinks", declared.kinks, "none")
    yield from _labelled("singular", declared.singularities)
    yield from _labelled("note", declared.notes)


def _part_line(part: Part) -> str:
    partials = ", ".join(f"d/d{name} {partial}" for name, partial in part.partials)
    return f"{part.text}: {partials}" if partials else part.text


def _problem_lines(card: Card) -> Iterator[str]:
    for problem in card.declared.problems:
        yield f"DECLARATION: {problem}"
    if card.declared.problems:
        yield ""
    for failure in card.failures:
        finding = failure.finding
        yield f"{finding.bucket}"
        yield f"  {finding.message}"
        for line, is_culprit in marked_listing(failure.case, finding.blame.node):
            yield f"    {line}{'    <- here' if is_culprit else ''}"
        yield ""


def _accuracy_table(card: Card) -> Table:
    table = Table("largest error", "dtype", box=None, padding=(0, 2, 0, 0))
    table.add_column("ulp", justify="right")
    table.add_column("of numbers", justify="right")
    table.add_column("where")
    for one in card.accuracy:
        table.add_row(
            quantity_name(one),
            one.dtype,
            f"{one.ulp:.3g}",
            f"{one.points:,}",
            where_text(one.most_ulp),
        )
    return table


def _run_lines(card: Card) -> Iterator[str]:
    run = card.run
    yield ""
    yield (
        f"{'checked':<{_LABEL}}{run.cases:,} graphs, {run.nodes:,} nodes, {run.elements:,} elements"
    )
    met = card.run.coverage.get(card.name, {})
    conditions = [f"{name} {count:,}" for name, count in met.items() if name != "seen" and count]
    if conditions:
        yield f"{'met':<{_LABEL}}{', '.join(conditions)}"
    for note, count in run.notes.items():
        yield f"{'note':<{_LABEL}}{note} ({count:,})"
    yield from _labelled("not seen", tuple(one.text for one in run.not_looked_at))
    yield from _labelled("planted", tuple(_mutation_lines(card)))
    yield ""


def _mutation_lines(card: Card) -> Iterator[str]:
    score = card.mutation
    if score is None:
        if card.run.exit_code == 0:
            yield f"no faults: the rules of engine {card.engine} cannot be replaced"
        return
    yield (
        f"{score.of} faults in its rule: {score.found} found, {score.blamed} of them blamed on "
        "the right argument"
    )
    kinds = ", ".join(f"{kind} {found}/{count}" for kind, found, count in score.by_kind)
    yield kinds
    yield from _survivor_lines(score)


def _survivor_lines(score: MutationScore) -> Iterator[str]:
    for one in score.survivors[:_MOST_SURVIVORS]:
        where = "" if one.argument is None else f", argument {one.argument}"
        yield f"not noticed: {one.name} ({one.kind}{where})"
    if len(score.survivors) > _MOST_SURVIVORS:
        yield f"and {len(score.survivors) - _MOST_SURVIVORS} more"
