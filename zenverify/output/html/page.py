"""What the page says, as plain data for the templates: text is chosen here, markup there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zenverify.operators import catalogue
from zenverify.output.html.accuracy import AccuracyPicture, accuracy_picture
from zenverify.output.html.section import Circumstances, Fact, Section, replay_of, section
from zenverify.output.html.strength import StrengthTable, strength_table
from zenverify.output.model.asking import Asking, nobody
from zenverify.output.model.catalogue_order import in_catalogue_order
from zenverify.output.model.commands import from_anywhere
from zenverify.output.model.numbers import duration, residual
from zenverify.output.model.printable import shortened
from zenverify.output.model.run import Discrepancy, RunModel
from zenverify.output.model.sentence import how_wrong, title_of
from zenverify.output.model.verdict import State, heading_of, lead_of, state_of
from zenverify.verification.campaign.coverage import CONDITIONS, impossible
from zenverify.verification.events import LACKING

_ENDINGS = {
    "finished": "finished",
    "budget": "used up its budget",
    "interrupted": "was interrupted",
    "found": "ended when the planted fault was found",
    "hanging": "ended early: the engine no longer returned in time",
    "limits": "ended early: nothing that can be drawn is within the engine's limits",
}

_LONGEST = 160
"""Characters of a message in the list of causes."""

MOST_IN_FULL = 25
"""Causes that are shown in full; of the others a row tells how to have them again."""

MOST_ROWS = 400
"""Rows of all causes together; the corpus has what follows."""


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """How often an operation met a condition; `is_possible` says whether it ever can."""

    count: int
    is_possible: bool = True

    @property
    def shade(self) -> int:
        """How dark it is drawn, from 0 to 5: a step for each power of ten."""
        return min(5, len(str(self.count))) if self.count else 0


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How often one operation was exercised, per condition."""

    operator: str
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One discrepancy in a line: what is wrong, how often it was seen, how to have it again."""

    title: str
    seen: str
    first: str
    entry: str
    replay: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class CauseBlock:
    """One thing to mend.

    Attributes
    ----------
    number, anchor
        Its place, and where a link leads to.
    headline, operations
        What is wrong; which operations show it.
    kind, seen, worst, operation
        What the list of causes says of it.
    section
        The finding that shows it best; None where only its row is given.
    others
        What else it made wrong; of a cause without a section its findings, all of them.
    left_out
        How many findings of it have no row.
    """

    number: int
    anchor: str
    headline: str
    operations: tuple[str, ...]
    kind: str
    operation: str
    seen: int
    worst: str
    section: Section | None
    others: tuple[FindingRow, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    heading: str
    state: State
    engine: str
    lead: str
    facts: tuple[Fact, ...]
    command: str
    verdicts: tuple[tuple[str, int], ...]
    conditions: tuple[str, ...]
    coverage: tuple[CoverageRow, ...]
    accuracy: AccuracyPicture | None
    unsupported: tuple[str, ...]
    unseen: tuple[str, ...]
    notes: tuple[tuple[str, int], ...]
    causes: tuple[CauseBlock, ...]
    strength: StrengthTable | None


def page(model: RunModel, ask: Asking = nobody) -> Page:
    """Choose what to say about a run.

    Parameters
    ----------
    model
        The run.
    ask
        Whom to ask for the evidence of a discrepancy.
    """
    return Page(
        heading=heading_of(model),
        state=state_of(model),
        engine=f"{model.engine} {model.engine_version}".strip(),
        lead=lead_of(model),
        facts=tuple(_facts(model)),
        command=from_anywhere(model.command, model.directory),
        verdicts=tuple(sorted(model.verdicts.items())),
        conditions=CONDITIONS,
        coverage=tuple(_coverage(model)),
        accuracy=accuracy_picture(model),
        unsupported=tuple(sorted(model.unsupported)),
        unseen=tuple(one.text for one in model.not_looked_at if one.kind != LACKING),
        notes=tuple(sorted(model.notes.items(), key=lambda note: (-note[1], note[0]))),
        causes=tuple(_causes(model, ask)),
        strength=None if model.strength is None else strength_table(model.strength),
    )


def _causes(model: RunModel, ask: Asking) -> Iterator[CauseBlock]:
    run = Circumstances(model.engine_spec, model.planted, model.directory)
    room = MOST_ROWS
    for number, cause in enumerate(model.causes, start=1):
        first = cause.findings[0]
        in_full = number <= MOST_IN_FULL
        listed = cause.findings[1:] if in_full else cause.findings
        rows = tuple(_finding_row(one, run) for one in listed[:room])
        room -= len(rows)
        witness = first.finding.witnesses[0] if first.finding.witnesses else None
        yield CauseBlock(
            number=number,
            anchor=f"cause-{number}",
            headline=cause.headline if cause.says_more else "",
            operations=cause.operations,
            kind=title_of(first.finding),
            operation=f"{first.finding.blame.operation}{first.finding.bucket.place}",
            seen=sum(one.count or 0 for one in cause.findings),
            worst=how_wrong(witness) if witness else shortened(first.finding.message, _LONGEST),
            section=section(number, first, run, ask(first)) if in_full else None,
            others=rows,
            left_out=len(listed) - len(rows),
        )


def _finding_row(one: Discrepancy, run: Circumstances) -> FindingRow:
    return FindingRow(
        title=f"{title_of(one.finding)}: {one.finding.blame.operation}{one.bucket.place}",
        seen="" if one.count is None else f"{one.count:,}",
        first=f"{one.first_number:,}",
        entry=one.path or "",
        replay=replay_of(one, run),
        known=one.known,
    )


def _facts(model: RunModel) -> Iterable[Fact]:
    yield Fact("engine", f"{model.engine} {model.engine_version}".strip())
    if model.planted is not None:
        yield Fact("fault planted on purpose", str(model.planted))
    yield Fact("zenverify", model.zenverify_version)
    yield Fact("seed", str(model.seed), is_code=True)
    yield Fact("graphs", f"{model.cases:,}")
    yield Fact("nodes", f"{model.nodes:,}")
    yield Fact("elements", f"{model.elements:,}")
    yield Fact("largest measured residual", residual(model.worst_units))
    if model.seconds is not None:
        yield Fact("duration", duration(model.seconds))
    yield Fact("the run", _ENDINGS.get(model.stop_reason or "", model.stop_reason or "goes on"))


def _coverage(model: RunModel) -> Iterable[CoverageRow]:
    tested = {*model.operators, *model.coverage} - set(model.unsupported)
    for operator in in_catalogue_order(tested):
        row = model.coverage.get(operator, {})
        known = operator in catalogue.names()
        never = impossible(catalogue.get(operator)) if known else frozenset()
        cells = tuple(
            CoverageCell(row.get(condition, 0), condition not in never) for condition in CONDITIONS
        )
        yield CoverageRow(operator, cells)
