"""How results show themselves in a notebook: the report's design, without its page.

`zenverify` gives these to the classes of its results on their first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zenverify.output.html.render import render_fragment
from zenverify.output.html.section import Answer, Fact, answers_of
from zenverify.output.model.cut import cut
from zenverify.output.model.input_text import where_text
from zenverify.output.model.numbers import counted
from zenverify.output.model.printable import visible
from zenverify.output.model.quantities import quantity_name
from zenverify.output.model.sentence import sentence_of, title_of
from zenverify.output.model.verdict import State
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict

if TYPE_CHECKING:
    from zenverify.accuracy.card.card import Card

_MOST = 10
"""Findings that are shown; a cell is no place for hundreds."""


@dataclass(frozen=True, slots=True)
class Said:
    """One finding."""

    title: str
    sentence: str
    message: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell shows."""

    state: State
    heading: str
    facts: tuple[Fact, ...]
    findings: tuple[Said, ...]
    left_out: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def html(result: Any) -> str:
    """The HTML of a result of `verify`, `gradcheck` or `check`."""
    shown = _SHOWING[type(result).__name__](cut(result))
    css = files("zenverify.output.html").joinpath("static/report.css").read_text(encoding="utf-8")
    # Nested, the style sheet reaches nothing of the notebook's own.
    nested = css.replace(":root", "&").replace("\nbody {", "\n& {")
    style = Markup(f".zenverify {{\n{nested}\n}}")  # noqa: S704  our own file
    return render_fragment("notebook.html.j2", shown=shown, style=style)


def mimebundle(result: Any) -> dict[str, str]:
    """The result as text and as HTML; a front end takes what it can."""
    return {"text/plain": visible(str(cut(result))), "text/html": html(result)}


def _live(result: Any) -> Shown:
    return Shown(
        state=_state(result.verdict),
        heading=_heading(result.verdict, result.findings),
        facts=(Fact("nodes", f"{result.nodes:,}"), Fact("elements", f"{result.elements:,}")),
        findings=tuple(_said(result.findings)),
        left_out=max(len(result.findings) - _MOST, 0),
        headings=("operation", "nodes", "elements", "largest residual, u * S", "verdict"),
        rows=tuple(
            (
                one.operation,
                f"{one.nodes:,}",
                f"{one.elements:,}",
                one.worst.strip(),
                str(one.verdict),
            )
            for one in result.operations
        ),
        notes=tuple(
            filter(
                None,
                (
                    result.sampled,
                    f"No declaration, hence not checked: {', '.join(result.unsupported)}"
                    if result.unsupported
                    else "",
                ),
            )
        ),
    )


def _gradcheck(result: Any) -> Shown:
    return Shown(
        state=_state(result.verdict),
        heading=_heading(result.verdict, result.findings),
        facts=(Fact("library", result.engine),),
        findings=tuple(_said(result.findings)),
        left_out=max(len(result.findings) - _MOST, 0),
        headings=("operation", "calls", "against", "numbers", "worst", "verdict"),
        rows=tuple(
            (
                one.operation,
                str(one.calls),
                one.method,
                f"{one.elements:,}",
                one.worst,
                str(one.verdict),
            )
            for one in result.operations
        ),
        notes=tuple(result.notes),
    )


def _card(card: Card) -> Shown:
    states: dict[int, State] = {0: "clean", 1: "wrong"}
    return Shown(
        state=states.get(card.exit_code, "empty"),
        heading=card.verdict,
        facts=(
            Fact("operation", card.signature, is_code=True),
            Fact("engine", f"{card.engine} {card.engine_version}"),
            Fact("graphs", f"{card.run.cases:,}"),
            Fact("elements", f"{card.run.elements:,}"),
        ),
        findings=tuple(_said([one.finding for one in card.failures])),
        left_out=max(len(card.failures) - _MOST, 0),
        headings=("largest error of", "dtype", "ulp", "numbers compared", "where"),
        rows=tuple(
            (
                quantity_name(one),
                one.dtype,
                f"{one.ulp:.3g}",
                f"{one.points:,}",
                where_text(one.most_ulp),
            )
            for one in card.accuracy
        ),
        notes=tuple(card.declared.problems),
    )


_SHOWING = {"LiveResult": _live, "GradcheckResult": _gradcheck, "Card": _card}


def _state(verdict: Verdict) -> State:
    if verdict is Verdict.AGREE:
        return "clean"
    return "wrong" if verdict.is_failure else "empty"


def _heading(verdict: Verdict, findings: Sequence[Finding]) -> str:
    if verdict is Verdict.AGREE:
        return "Every value and gradient agrees"
    if not findings:
        return "Not all could be decided"
    return counted(len(findings), "discrepancy", "discrepancies")


def _said(findings: Sequence[Finding]) -> Iterator[Said]:
    for finding in findings[:_MOST]:
        witness = finding.witnesses[0] if finding.witnesses else None
        yield Said(
            title=f"{title_of(finding)}: {finding.blame.operation}{finding.bucket.place}",
            sentence=sentence_of(finding),
            message=finding.message if witness is not None else "",
            answers=tuple(answers_of(witness, "float64")),
        )
