"""Hostile text in every text of every event: no form, and no line on the terminal, shows it raw."""

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.output.forms.test_forms import HOSTILE, forms_of
from tests.output.runs import AGREED, FINDING, FINISHED, FOUND, MINIMISED, STARTED
from zenverify.accuracy.card.card import Card, Declared, MutationScore, Part, Survivor
from zenverify.accuracy.record import Accuracy
from zenverify.functions.result import GradcheckResult, OperationRow
from zenverify.graph.case import Case
from zenverify.output.html.card import card_to_data, render_card
from zenverify.output.html.render import render
from zenverify.output.json.lines import JsonLinesReporter, print_json
from zenverify.output.model.cut import cut
from zenverify.output.model.run import Collector
from zenverify.output.notebook import mimebundle
from zenverify.output.reporter import RunContext
from zenverify.output.runs.index import write_index
from zenverify.output.runs.record import FOLDER, record_run
from zenverify.output.terminal.card import print_card
from zenverify.output.terminal.commentary import CommentaryReporter
from zenverify.output.terminal.consoles import results_console
from zenverify.output.terminal.summary import SummaryReporter
from zenverify.verification.events import (
    Cause,
    Event,
    FailureMinimised,
    Planted,
    RunFinished,
    Unseen,
)
from zenverify.verification.live import LiveResult, OperationSummary
from zenverify.verification.verdict import Frame, Verdict

FIXED = ("quantity", "stop_reason", "dtype", "decimal")
"""Texts that are zenverify's own, of which there are few."""


def poisoned(value: Any) -> Any:
    if type(value) is str:
        return HOSTILE
    if isinstance(value, Case):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: poisoned(getattr(value, field.name))
            for field in fields(value)
            if field.init and field.name not in FIXED
        }
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(map(poisoned, value))
    if isinstance(value, Mapping):
        return {poisoned(key): poisoned(item) for key, item in value.items()}
    return value


def hostile_run() -> tuple[Event, ...]:
    frame = Frame("engine.py", 3, "f", "f(x)")
    finding = replace(FINDING, exception="E", function="f", traceback=(frame,))
    (bucket,) = FINISHED.buckets
    planted = Planted("name", "kind", "what", "tanh", 0)
    cause = Cause("headline", finding.verdict, "tanh", ("tanh",), (finding.bucket,))
    end = replace(
        FINISHED,
        buckets=(replace(bucket, key=finding.bucket, finding=finding),),
        causes=(cause,),
        gone=("gone",),
        not_looked_at=(Unseen("refused", "text", ("sum",)), Unseen("calls", "text")),
    )
    events = (
        replace(STARTED, planted=planted),
        AGREED,
        replace(FOUND, bucket=finding.bucket, finding=finding),
        replace(MINIMISED, bucket=finding.bucket, finding=finding),
        replace(end, not_looked_at=()),
    )
    made = [poisoned(event) for event in events]
    unseen = tuple(replace(one, text=HOSTILE) for one in end.not_looked_at)
    made[-1] = replace(made[-1], not_looked_at=unseen)
    return tuple(map(cut, made))


def collected() -> Collector:
    collector = Collector()
    for event in hostile_run():
        collector.add(event)
    return collector


def on_the_terminal() -> str:
    console = results_console()
    console.file = io.StringIO()
    context = RunContext(Collector())
    reporters = (
        CommentaryReporter(console, verbose=True, findings=True),
        SummaryReporter(context, console, console, verbose=True),
    )
    for event in hostile_run():
        context.collector.add(event)
        for reporter in reporters:
            reporter.handle(event)
    return console.file.getvalue()


def hostile_card() -> Card:
    """A card of which every text is hostile but the operation's name, which the catalogue holds."""
    finished = hostile_run()[-1]
    assert isinstance(finished, RunFinished)
    found = hostile_run()[3]
    assert isinstance(found, FailureMinimised)
    card = Card(
        name="tanh",
        signature=HOSTILE,
        summary=HOSTILE,
        arguments=(HOSTILE,),
        engine=HOSTILE,
        engine_version=HOSTILE,
        seed=1,
        declared=Declared(
            expression=HOSTILE,
            partials=((HOSTILE, HOSTILE),),
            domains=(HOSTILE,),
            natural=(HOSTILE,),
            kinks=(HOSTILE,),
            derived_kinks=(HOSTILE,),
            singularities=(HOSTILE,),
            problems=(HOSTILE,),
            notes=(HOSTILE,),
            equation=HOSTILE,
            result=HOSTILE,
            parts=(Part(HOSTILE, ((HOSTILE, HOSTILE),)),),
        ),
        run=replace(finished, coverage={"tanh": {HOSTILE: 1}}),
        failures=(found,),
        accuracy=(poisoned(Accuracy("tanh", "gradient", "x", "float64", 1, message="message")),),
        mutation=poisoned(
            MutationScore(3, 0, 2, 2, (Survivor("name", "kind", 0),), (("kind", 2, 3),))
        ),
    )
    return cut(card)


def card_on_the_terminal() -> str:
    console = results_console()
    console.file = io.StringIO()
    print_card(console, hostile_card(), brief=False)
    return console.file.getvalue()


def in_a_notebook() -> str:
    (finding,) = (event.finding for event in hostile_run() if isinstance(event, FailureMinimised))
    live = LiveResult(
        Verdict.ENGINE_WRONG,
        (finding,),
        (OperationSummary(HOSTILE, 1, 1, 1.0, Verdict.AGREE),),
        1,
        1,
        HOSTILE,
        (HOSTILE,),
    )
    row = OperationRow(HOSTILE, 1, HOSTILE, 1, 1, HOSTILE, Verdict.AGREE)
    checked = GradcheckResult(HOSTILE, Verdict.ENGINE_WRONG, (finding,), (row,), (HOSTILE,))
    shown = (mimebundle(one) for one in (live, checked, hostile_card()))
    return "\n".join(text for one in shown for text in one.values())


def as_lines(capsys: pytest.CaptureFixture[str]) -> str:
    for event in hostile_run():
        JsonLinesReporter().handle(event)
    print_json(card_to_data(hostile_card()))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(hostile_run()) + 1
    for line in lines:
        json.loads(line)
    return "\n".join(lines)


def index(folder: Path) -> str:
    """An index of a run that is hostile, and of a record that somebody wrote by hand."""
    record = record_run(folder, collected().model(), [folder / "a.html"])
    path = folder / FOLDER / f"{record.number + 1:06d}.json"
    written = asdict(record) | dict.fromkeys(("version", "state", "heading", "date"), HOSTILE)
    written |= {"files": ["javascript:alert(1)"], "findings": [[HOSTILE, HOSTILE]]}
    written |= {"format": 1, "number": record.number + 1}
    path.write_text(json.dumps(written), encoding="utf-8")
    return write_index(folder).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["terminal", "card on the terminal"])
def test_hostile_text_on_the_terminal(form: str) -> None:
    text = on_the_terminal() if form == "terminal" else card_on_the_terminal()
    assert "owned" in text
    assert_harmless(text)
    assert not re.search(r"(?m)^\s*::|^##\[", text)


@pytest.mark.parametrize("form", ["run", "card", "index", "notebook"])
def test_hostile_text_on_a_page(form: str, tmp_path: Path) -> None:
    pages: dict[str, Callable[[], str]] = {
        "run": lambda: render(collected().model()),
        "card": lambda: render_card(hostile_card()),
        "index": lambda: index(tmp_path),
        "notebook": in_a_notebook,
    }
    text = pages[form]()
    assert "owned" in text
    assert_harmless(text)
    assert 'href="javascript:' not in text
    if form != "notebook":  # of which a part is plain text
        assert "<script>alert" not in text
        assert text.count("<script>") <= 1


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "md", "github"])
def test_hostile_text_in_a_file(form: str) -> None:
    text = dict(forms_of(collected().model()))[form]
    assert "owned" in text
    assert_harmless(text)
    assert not re.search(r"(?m)^##\[", text)
    assert len(re.findall(r"(?m)^\s*::", text)) == (1 if form == "github" else 0)


def test_hostile_text_in_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    text = as_lines(capsys)
    assert "owned" in text
    assert text.isascii()
    assert_harmless(text, is_cut=False)


def assert_harmless(text: str, *, is_cut: bool = True) -> None:
    """Nothing that hides, nothing that no encoding has, and nothing of ten thousand characters."""
    text.encode("utf-8")
    assert not set(text) & {"\x1b", "\x00", "\x07", "\u202e", "\ufffe", "\r"}
    if is_cut:
        found = re.findall("(?:long ?)+", " ".join(text.split()))
        assert max(map(len, found), default=0) < 2_500
