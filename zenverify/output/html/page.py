"""What the page says, as plain data for the templates: text is chosen here, markup there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from zenverify.output.html.section import Fact, Section, section
from zenverify.output.html.strength import StrengthTable, strength_table
from zenverify.output.model.asking import Asking, nobody
from zenverify.output.model.catalogue_order import in_catalogue_order
from zenverify.output.model.numbers import counted, duration, residual
from zenverify.output.model.run import RunModel
from zenverify.verification.campaign.coverage import CONDITIONS

State = Literal["clean", "wrong", "empty"]

_ENDINGS = {
    "finished": "finished",
    "budget": "used up its budget",
    "interrupted": "was interrupted",
    "found": "ended when the planted fault was found",
    "hanging": "ended early: the engine no longer returned in time",
    "limits": "ended early: nothing that can be drawn is within the engine's limits",
}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How often one operation was exercised, per condition."""

    operator: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    heading: str
    state: State
    engine: str
    facts: tuple[Fact, ...]
    command: str
    verdicts: tuple[tuple[str, int], ...]
    conditions: tuple[str, ...]
    coverage: tuple[CoverageRow, ...]
    unsupported: tuple[str, ...]
    notes: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
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
        heading=_heading(model),
        state=_state(model),
        engine=f"{model.engine} {model.engine_version}".strip(),
        facts=tuple(_facts(model)),
        command=model.command,
        verdicts=tuple(sorted(model.verdicts.items())),
        conditions=CONDITIONS,
        coverage=tuple(_coverage(model)),
        unsupported=tuple(sorted(model.unsupported)),
        notes=tuple(sorted(model.notes.items(), key=lambda note: (-note[1], note[0]))),
        sections=tuple(
            section(number, discrepancy, model.engine_spec, model.planted, ask(discrepancy))
            for number, discrepancy in enumerate(model.discrepancies, start=1)
        ),
        strength=None if model.strength is None else strength_table(model.strength),
    )


def _state(model: RunModel) -> State:
    if model.discrepancies:
        return "wrong"
    return "empty" if model.cases == 0 or model.exit_code == 2 else "clean"


def _heading(model: RunModel) -> str:
    graphs = counted(model.cases, "graph")
    if _state(model) == "empty":
        return "Nothing was tested" if model.is_finished else "Nothing has been tested so far"
    found = "No discrepancy"
    if model.discrepancies:
        found = counted(len(model.discrepancies), "discrepancy", "discrepancies")
    planted = "" if model.planted is None else ", with a fault planted on purpose"
    return f"{found} in {graphs}{planted}" + ("" if model.is_finished else " so far")


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
        counts = tuple(row.get(condition, 0) for condition in CONDITIONS)
        yield CoverageRow(operator, counts)
