"""What the page says about one discrepancy; see `zenverify.output.html.page`."""

from __future__ import annotations

import pprint
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zenverify.graph.case import Case, case_to_data
from zenverify.graph.graph import Graph
from zenverify.output.html.pictures.graph import Picture, picture_of
from zenverify.output.model.commands import replay_command
from zenverify.output.model.listing import index_text, marked_listing, node_name
from zenverify.output.model.numbers import counted, enclosure, estimate, units
from zenverify.output.model.run import Discrepancy
from zenverify.verification.events import Planted
from zenverify.verification.verdict import Verdict, Witnesses

if TYPE_CHECKING:
    from zenverify.output.html.formulae.discrepancy import Formula

Role = Literal["agree", "first", "polluted"]

MOST_ROWS = 200
"""A table of witnesses shows no more elements than this."""

_TITLES = {
    Verdict.ENGINE_WRONG: "Wrong gradient",
    Verdict.EXPRESSION_WRONG: "Wrong expression",
    Verdict.DISPUTED: "Disputed gradient",
    Verdict.INACCURATE: "Inaccurate gradient",
    Verdict.NON_FINITE: "Gradient not finite, or wrongly finite",
    Verdict.CRASH: "Crash",
    Verdict.NON_DETERMINISTIC: "Another number each time",
    Verdict.TIMEOUT: "Timeout",
    Verdict.STRUCTURE: "Wrong structure",
    Verdict.CONVENTION: "Wrong choice at a kink",
}
_MARKS: dict[Role, str] = {"agree": "✓", "first": "✗", "polluted": "~"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; `is_code` where it is to be read character by character."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """The three answers for one element."""

    node: str
    operation: str
    index: str
    engine: str
    symbolic: str
    difference: str
    error: str
    verdict: str
    role: Role


@dataclass(frozen=True, slots=True)
class WitnessTable:
    """The witnesses of one quantity; `left_out` counts the elements that are not shown."""

    caption: str
    rows: tuple[WitnessRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Section:
    """One discrepancy."""

    anchor: str
    kind: str
    operation: str
    place: str
    message: str
    facts: tuple[Fact, ...]
    picture: Picture
    formulae: tuple[Formula, ...]
    tables: tuple[WitnessTable, ...]
    listing: tuple[tuple[str, bool], ...]
    replay: str
    snippet: str


def section(
    number: int, discrepancy: Discrepancy, engine_spec: str, planted: Planted | None = None
) -> Section:
    """Choose what to say about the discrepancy of that number."""
    # SymPy is only worth its import time where there is something to explain.
    from zenverify.output.html.formulae.discrepancy import formulae

    finding, case = discrepancy.finding, discrepancy.case
    is_value = finding.check == "forward" and finding.verdict is Verdict.ENGINE_WRONG
    return Section(
        anchor=f"discrepancy-{number}",
        kind="Wrong value" if is_value else _TITLES.get(finding.verdict, str(finding.verdict)),
        operation=finding.blame.operation,
        place=finding.bucket.place,
        message=finding.message,
        facts=tuple(_facts(discrepancy)),
        picture=picture_of(discrepancy),
        formulae=formulae(discrepancy),
        tables=tuple(_tables(discrepancy)),
        listing=tuple(marked_listing(case, finding.blame.node)),
        replay=replay_command(discrepancy.path, engine_spec) if discrepancy.path else "",
        snippet=_snippet(case, engine_spec, planted) if engine_spec else "",
    )


def _facts(discrepancy: Discrepancy) -> Iterable[Fact]:
    finding, graph = discrepancy.finding, discrepancy.case.graph
    if finding.witnesses:
        worst = finding.witnesses[0]
        yield Fact("engine says", repr(float(worst.engine)), is_code=True)
        yield Fact("exact", enclosure(worst.symbolic, worst.engine), is_code=True)
        if worst.error is not None:
            yield Fact("error, units in the last place", units(worst.error))
        yield Fact("of", f"{worst.quantity} of {_element(graph, worst)}")
    if discrepancy.known:
        yield Fact("known, accepted", discrepancy.known)
    yield Fact("seen by the check", finding.check)
    yield Fact("first found in", f"graph {discrepancy.first_number:,}")
    operations = len(graph.operations)
    if discrepancy.operations_before is None:
        yield Fact("operations", f"{operations}, not minimised")
    else:
        yield Fact("operations", f"{discrepancy.operations_before} → {operations}")
    if discrepancy.count is not None:
        yield Fact("seen", counted(discrepancy.count, "time"))


def _element(graph: Graph, witness: Witnesses) -> str:
    return node_name(witness.node) + index_text(witness.index, graph.shapes[witness.node])


def _tables(discrepancy: Discrepancy) -> Iterable[WitnessTable]:
    for quantity in ("gradient", "value"):
        witnesses = [one for one in discrepancy.witnesses if one.quantity == quantity]
        if witnesses:
            shown = _most_telling(witnesses)
            rows = tuple(_row(discrepancy, one) for one in shown)
            caption = f"{quantity.capitalize()} of every node"
            yield WitnessTable(caption, rows, len(witnesses) - len(shown))


def _most_telling(witnesses: list[Witnesses]) -> list[Witnesses]:
    """No more than `MOST_ROWS`, failures before others, in the order of the nodes."""
    telling = sorted(witnesses, key=lambda one: (not one.verdict.is_failure, one.node, one.index))
    return sorted(telling[:MOST_ROWS], key=lambda one: (one.node, one.index))


def _row(discrepancy: Discrepancy, witness: Witnesses) -> WitnessRow:
    graph = discrepancy.case.graph
    role = _role(discrepancy, witness)
    return WitnessRow(
        node=node_name(witness.node),
        operation=graph.operator_of(witness.node),
        index=index_text(witness.index, graph.shapes[witness.node]),
        engine=repr(float(witness.engine)),
        symbolic=enclosure(witness.symbolic, witness.engine),
        difference=estimate(witness.difference),
        error=units(witness.error),
        verdict=f"{_MARKS[role]} {witness.verdict.lower().replace('_', ' ')}",
        role=role,
    )


def _role(discrepancy: Discrepancy, witness: Witnesses) -> Role:
    if not witness.verdict.is_failure:
        return "agree"
    return "first" if witness.node == _first_wrong(discrepancy) else "polluted"


def _first_wrong(discrepancy: Discrepancy) -> int:
    """The node whose number is wrong first: a wrong derivative shows in the operand's gradient."""
    blame = discrepancy.finding.blame
    if blame.argument is None:
        return blame.node
    return discrepancy.case.graph.apply(blame.node).operands[blame.argument]


def _snippet(case: Case, engine_spec: str, planted: Planted | None) -> str:
    """A script that shows the discrepancy again, exact to the last bit."""
    data = pprint.pformat(case_to_data(case), width=96, compact=True, sort_dicts=False)
    return f"""\
from zenverify.engines import registry
from zenverify.graph.case import case_from_data
from zenverify.verification.verify import verify_case

case = case_from_data(
{data}
)
{_call(engine_spec, planted)}
print(result.verdict)
for finding in result.findings:
    print(finding.message)
"""


def _call(engine_spec: str, planted: Planted | None) -> str:
    if planted is None:
        return f"result = verify_case(registry.load({engine_spec!r}), case)"
    return f"""\
from zenverify.faults.catalogue import find_fault

engine = registry.load({engine_spec!r})
with find_fault(engine, {planted.name!r}).mutant.plant():
    result = verify_case(engine, case)"""
