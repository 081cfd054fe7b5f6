"""What the page says about one discrepancy; see `zenverify.output.html.page`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zenverify.graph.graph import Graph
from zenverify.output.html.pictures.graph import Picture, picture_of
from zenverify.output.html.pictures.heat import HeatMap, heat_map
from zenverify.output.html.pictures.surroundings import ErrorPlot, error_plot
from zenverify.output.model.commands import from_anywhere, replay_command
from zenverify.output.model.listing import (
    array_text,
    attribute_text,
    index_text,
    marked_listing,
    node_name,
)
from zenverify.output.model.numbers import agreeing, counted, enclosure, estimate, units
from zenverify.output.model.printable import shortened
from zenverify.output.model.run import Discrepancy
from zenverify.output.model.sentence import digits_lost, sentence_of, subject_of, title_of
from zenverify.output.reproducers.listed import Reproducer, reproducers
from zenverify.verification.blame.rule import PROBES
from zenverify.verification.checks.listed import CHECKS
from zenverify.verification.events import Finding, Planted
from zenverify.verification.evidence import Evidence
from zenverify.verification.verdict import Pass, Verdict, Witnesses

if TYPE_CHECKING:
    from zenverify.output.html.formulae.discrepancy import Formula

Role = Literal["agree", "first", "polluted"]

CHECK_NAMES = frozenset(check.name for check in CHECKS)

MOST_ROWS = 200
"""A table of witnesses shows no more elements than this."""

_MARKS: dict[Role, str] = {"agree": "✓", "first": "✗", "polluted": "~"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; `is_code` where it is to be read character by character."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One witness's answer to the question in dispute.

    Attributes
    ----------
    witness
        Who answers.
    same, rest
        The digits that agree with the truth, and those behind them.
    note
        What is to be said about it.
    role
        Whether it is the engine's, the truth, or the third witness's.
    """

    witness: str
    same: str
    rest: str
    note: str
    role: Literal["engine", "truth", "third"]


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """The answers for one element; `is_headline` where the section's title is about it."""

    node: str
    operation: str
    index: str
    engine: str
    symbolic: str
    difference: str
    error: str
    verdict: str
    role: Role
    is_headline: bool = False


@dataclass(frozen=True, slots=True)
class WitnessTable:
    """The witnesses of one quantity; `left_out` counts the elements that are not shown.

    ``has_difference`` says whether the third witness was asked about any of them, and
    ``is_folded`` whether a reader must ask for it.
    """

    caption: str
    remark: str
    rows: tuple[WitnessRow, ...]
    left_out: int
    has_difference: bool = True
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One discrepancy.

    Attributes
    ----------
    anchor, kind, operation, place, sentence, message
        How it is called, and what is wrong: in words, and as the check said it.
    answers
        The number in dispute, by each witness; none where there is none.
    given
        What the number follows from: operands, attributes, cotangent.
    seen
        The check, and the pass.
    facts
        How it was found and reduced.
    picture, formulae, tables, listing
        The graph, and what there is to see in it.
    traceback
        The lines that an error of the engine's went through, each as place and text.
    replay, reproducers
        How to have it again.
    heat, errors
        The error of each element of an array, and over the operand's domain.
    """

    anchor: str
    kind: str
    operation: str
    place: str
    sentence: str
    message: str
    answers: tuple[Answer, ...]
    given: tuple[Fact, ...]
    seen: str
    facts: tuple[Fact, ...]
    picture: Picture
    formulae: tuple[Formula, ...]
    tables: tuple[WitnessTable, ...]
    traceback: tuple[tuple[str, str], ...]
    listing: tuple[tuple[str, bool], ...]
    replay: str
    reproducers: tuple[Reproducer, ...]
    heat: HeatMap | None
    errors: ErrorPlot | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a section must know of the run.

    Attributes
    ----------
    engine_spec
        What ``--engine`` was given; empty where nothing can be had again by it.
    planted
        The fault that was planted on purpose.
    directory
        The folder that the run was started in; None where what is written must not tell.
    """

    engine_spec: str = ""
    planted: Planted | None = None
    directory: Path | None = None


def section(
    number: int,
    discrepancy: Discrepancy,
    run: Circumstances,
    evidence: Evidence | None = None,
) -> Section:
    """Choose what to say about the discrepancy of that number."""
    # SymPy is only worth its import time where there is something to explain.
    from zenverify.output.html.formulae.discrepancy import formulae

    finding, case = discrepancy.finding, discrepancy.case
    witness = finding.witnesses[0] if finding.witnesses else None
    dtype = "float64" if witness is None else case.graph.dtypes[witness.node]
    return Section(
        anchor=f"discrepancy-{number}",
        kind=title_of(finding),
        operation=finding.blame.operation,
        place=finding.bucket.place,
        sentence=sentence_of(finding, dtype),
        message=_as_sentence(finding.message) if finding.witnesses else "",
        answers=tuple(answers_of(_disputed(discrepancy, evidence), dtype)),
        given=tuple(_given(discrepancy, evidence)),
        seen=seen_by(finding),
        facts=tuple(_facts(discrepancy)),
        picture=picture_of(discrepancy, evidence),
        formulae=formulae(discrepancy),
        tables=tuple(_tables(discrepancy, evidence)),
        traceback=tuple((str(frame), shortened(frame.text)) for frame in finding.traceback),
        listing=tuple(marked_listing(case, finding.blame.node)),
        replay=replay_of(discrepancy, run),
        reproducers=reproducers(discrepancy, run.engine_spec, run.planted, run.directory)
        if run.engine_spec
        else (),
        heat=_heat(discrepancy, evidence),
        errors=_errors(discrepancy, evidence),
    )


def _as_sentence(message: str) -> str:
    text = shortened(message)
    return f"T{text[1:]}." if text.startswith("the ") else f"{text}."


def replay_of(discrepancy: Discrepancy, run: Circumstances) -> str:
    """The command that verifies the entry again; empty where there is none."""
    if not discrepancy.path:
        return ""
    return from_anywhere(replay_command(discrepancy.path, run.engine_spec), run.directory)


def _heat(discrepancy: Discrepancy, evidence: Evidence | None) -> HeatMap | None:
    worst = _disputed(discrepancy, evidence)
    if evidence is None or worst is None:
        return None
    graph = discrepancy.case.graph
    bits = 53 if graph.dtypes[worst.node] == "float64" else 24
    return heat_map(evidence.numbers, graph.shapes[worst.node], bits, worst)


def _errors(discrepancy: Discrepancy, evidence: Evidence | None) -> ErrorPlot | None:
    graph, finding = discrepancy.case.graph, discrepancy.finding
    if evidence is None or not evidence.around:
        return None
    apply = graph.apply(finding.blame.node)
    argument = finding.blame.argument or 0
    name = f"operand {argument}"
    if not apply.declared.variadic:
        name = apply.declared.argument(argument).name
    operand = apply.operands[argument]
    worst = finding.witnesses[0]
    same = graph.shapes[operand] == graph.shapes[worst.node]
    index = worst.index if same else 0
    here = float(evidence.values[operand].flat[index])
    axis = f"{name}{index_text(index, graph.shapes[operand])}, all else as it is here"
    subject = subject_of(finding)
    title = f"Error of {subject}, near this place"
    return error_plot(evidence.around, here, graph.dtypes[worst.node], title, axis)


def seen_by(finding: Finding) -> str:
    """The check that saw it, and the pass that gave the numbers."""
    if finding.during is Pass.FORWARD:
        how = "the forward pass"
    elif finding.during is Pass.SECOND_REVERSE:
        how = "a second reverse pass over the same graph"
    elif finding.check == PROBES:
        how = (
            "the probed reverse pass: a cotangent of order one, its probe, enters at every node, "
            "so that nothing is masked"
        )
    else:
        how = "the plain reverse pass: the cotangent enters at the root alone"
    if finding.verdict in (Verdict.CRASH, Verdict.TIMEOUT) and finding.check not in CHECK_NAMES:
        return f"Seen in {how}."
    return f"Seen by the check “{finding.check}”, in {how}."


def _disputed(discrepancy: Discrepancy, evidence: Evidence | None) -> Witnesses | None:
    """The number that the headline is about, with as many witnesses as were asked."""
    witnesses = discrepancy.finding.witnesses
    if not witnesses:
        return None
    worst = witnesses[0]
    place = worst.node, worst.index, worst.quantity
    for one in evidence.numbers if evidence else ():
        if (one.node, one.index, one.quantity) == place:
            return one
    return worst


def answers_of(worst: Witnesses | None, dtype: str) -> Iterator[Answer]:
    """What each witness says of a number, and the digits that agree; nothing without a number."""
    if worst is None:
        return
    engine, truth = repr(float(worst.engine)), enclosure(worst.symbolic, worst.engine)
    same = agreeing(engine, truth)
    note = "" if worst.error is None else f"{units(worst.error)} units in the last place off"
    if lost := digits_lost(worst, dtype):
        note += f": {lost}"
    yield Answer("engine", engine[:same], engine[same:], note, "engine")
    known = agreeing(truth, engine)
    if worst.verdict is Verdict.CONVENTION:
        label, source = "declared", "what the engine says that it does at a kink"
    else:
        label = "truth"
        source = "SymPy's partial" if worst.quantity == "gradient" else "SymPy's expression"
        source += ", in balls"
    yield Answer(label, truth[:known], truth[known:], source, "truth")
    if worst.difference is not None:
        third = estimate(worst.difference)
        number = third.partition(" ±")[0]
        common = agreeing(number, truth)
        reason = worst.difference.reason
        note = "finite difference" + (f", its error by {reason}" if reason else "")
        yield Answer("difference", third[:common], third[common:], note, "third")


def _given(discrepancy: Discrepancy, evidence: Evidence | None) -> Iterator[Fact]:
    """The operands, the attributes and the cotangent that the number follows from."""
    graph, blame = discrepancy.case.graph, discrepancy.finding.blame
    node = blame.node
    values = evidence.values if evidence else ()
    leaves = dict(zip(graph.leaves, discrepancy.case.values, strict=True))
    if node in graph.operations:
        apply = graph.apply(node)
        operator = apply.declared
        for argument, operand in enumerate(apply.operands):
            value = values[operand] if values else leaves.get(operand)
            name = f"operand {argument}"
            if not operator.variadic:
                name = operator.argument(argument).name
            text = "not known" if value is None else array_text(value)
            yield Fact(f"{name} = {node_name(operand)}", text, is_code=True)
        for name, attribute in apply.attributes:
            yield Fact(name, attribute_text(attribute), is_code=True)
    if discrepancy.finding.during is Pass.FORWARD or evidence is None:
        return
    gradients = evidence.gradients or {}
    if node in gradients and node in graph.operations:
        label = f"cotangent of {node_name(node)}"
        if evidence.is_probed:
            label += ", its probe included"
        yield Fact(label, array_text(gradients[node]), is_code=True)
    for part in evidence.contributions:
        amount = repr(part.amount.low / 2 + part.amount.high / 2)
        if part.node is None:
            yield Fact("what enters at the node", amount, is_code=True)
        else:
            name = f"{node_name(part.node)} ({graph.operator_of(part.node)})"
            yield Fact(f"contribution of {name}", amount, is_code=True)
    if not evidence.again:
        yield Fact("beware", "asked again, the engine gave another number")


def _facts(discrepancy: Discrepancy) -> Iterable[Fact]:
    graph = discrepancy.case.graph
    if discrepancy.known:
        yield Fact("known, accepted", discrepancy.known)
    yield Fact("first found in", f"graph {discrepancy.first_number:,}")
    operations = len(graph.operations)
    if discrepancy.operations_before is None:
        yield Fact("operations", f"{operations}, not minimised")
    else:
        yield Fact("operations", f"{discrepancy.operations_before} → {operations}")
    if discrepancy.count is not None:
        yield Fact("seen", counted(discrepancy.count, "time"))
    if discrepancy.path:
        yield Fact("corpus entry", discrepancy.path, is_code=True)


def _tables(discrepancy: Discrepancy, evidence: Evidence | None) -> Iterable[WitnessTable]:
    numbers = evidence.numbers if evidence else ()
    if not numbers:
        numbers = discrepancy.finding.witnesses
    if numbers:
        yield _table(discrepancy, _caption(discrepancy), "", numbers)
    for table in _passes(discrepancy, evidence):
        yield replace(table, is_folded=bool(numbers))


def _passes(discrepancy: Discrepancy, evidence: Evidence | None) -> Iterable[WitnessTable]:
    """All values and gradients of the pass."""
    whole = [one for one in discrepancy.witnesses if one.quantity == "gradient"]
    if evidence is not None and evidence.is_probed:
        gradients = [one for one in evidence.nodes if one.quantity == "gradient"]
        remark = "Every node got its probe besides. The truth is that of the cotangents here."
        yield from _some(discrepancy, "Gradient of every node, probed pass", remark, gradients)
    elif whole and discrepancy.finding.during is not Pass.FORWARD:
        remark = "The truth is composed from the leaves: what is wrong pollutes what comes before."
        yield from _some(discrepancy, "Gradient of every node", remark, whole)
    values = [one for one in (evidence.nodes if evidence else ()) if one.quantity == "value"]
    values = values or [one for one in discrepancy.witnesses if one.quantity == "value"]
    if any(one.verdict.is_failure for one in values):
        remark = "The truth is that of the engine's own operands."
        yield from _some(discrepancy, "Value of every node", remark, values)


def _caption(discrepancy: Discrepancy) -> str:
    finding, graph = discrepancy.finding, discrepancy.case.graph
    worst = finding.witnesses[0] if finding.witnesses else None
    if finding.during is Pass.FORWARD:
        return f"The value of {finding.blame.operation}"
    if worst is None or finding.blame.argument is None or finding.check.startswith("whole"):
        return "The gradient in question"
    operand = graph.operands[finding.blame.node][finding.blame.argument]
    return f"What {finding.blame.operation} hands on to {node_name(operand)}"


def _some(
    discrepancy: Discrepancy, caption: str, remark: str, witnesses: Sequence[Witnesses]
) -> Iterator[WitnessTable]:
    if witnesses:
        yield _table(discrepancy, caption, remark, witnesses)


def _table(
    discrepancy: Discrepancy, caption: str, remark: str, witnesses: Sequence[Witnesses]
) -> WitnessTable:
    shown = _most_telling(discrepancy, witnesses)
    rows = tuple(_row(discrepancy, one) for one in shown)
    asked = any(one.difference is not None for one in witnesses)
    return WitnessTable(caption, remark, rows, len(witnesses) - len(shown), asked)


def _most_telling(discrepancy: Discrepancy, witnesses: Sequence[Witnesses]) -> list[Witnesses]:
    """No more than `MOST_ROWS`, what the headline is about first, in the order of the nodes."""

    def weight(one: Witnesses) -> tuple[bool, bool, int, int]:
        is_headline = one in discrepancy.finding.witnesses
        return not is_headline, not one.verdict.is_failure, one.node, one.index

    telling = sorted(witnesses, key=weight)
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
        is_headline=_is_headline(discrepancy.finding, witness),
    )


def _is_headline(finding: Finding, witness: Witnesses) -> bool:
    """Whether the title's number is this one: at the same place, and the same to the last bit."""
    return any(
        (one.node, one.index, one.quantity, repr(one.engine))
        == (witness.node, witness.index, witness.quantity, repr(witness.engine))
        for one in finding.witnesses[:1]
    )


def _role(discrepancy: Discrepancy, witness: Witnesses) -> Role:
    if _is_headline(discrepancy.finding, witness):
        return "first"
    if not witness.verdict.is_failure:
        return "agree"
    return "first" if witness.node == _first_wrong(discrepancy) else "polluted"


def _first_wrong(discrepancy: Discrepancy) -> int:
    """The node whose number is wrong first: a wrong derivative shows in the operand's gradient."""
    blame = discrepancy.finding.blame
    graph: Graph = discrepancy.case.graph
    if blame.argument is None or blame.node not in graph.operations:
        return blame.node
    return graph.apply(blame.node).operands[blame.argument]
