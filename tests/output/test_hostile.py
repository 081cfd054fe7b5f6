"""Hostile text in every text of every event: no form, and no line on the terminal, shows it raw."""

import io
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from tests.output.forms.test_forms import HOSTILE, forms_of
from tests.output.runs import AGREED, FINDING, FINISHED, FOUND, MINIMISED, STARTED
from zenverify.graph.case import Case
from zenverify.output.html.render import render
from zenverify.output.model.run import Collector
from zenverify.output.reporter import RunContext
from zenverify.output.terminal.commentary import CommentaryReporter
from zenverify.output.terminal.consoles import results_console
from zenverify.output.terminal.summary import SummaryReporter
from zenverify.verification.events import Cause, Event, Planted, Unseen
from zenverify.verification.verdict import Frame

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
    return tuple(made)


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


@pytest.mark.parametrize("form", ["terminal", "html", "json", "junit", "sarif", "md", "github"])
def test_hostile_text_in_every_field(form: str) -> None:
    if form == "terminal":
        text = on_the_terminal()
    elif form == "html":
        text = render(collected().model())
    else:
        text = dict(forms_of(collected().model()))[form]
    assert "owned" in text
    text.encode("utf-8")
    assert not set(text) & {"\x1b", "\x00", "\x07", "\u202e", "\ufffe", "\r"}
    if form == "html":
        assert "<script>alert" not in text
        return
    assert not re.search(r"(?m)^##\[", text)
    assert len(re.findall(r"(?m)^\s*::", text)) == (1 if form == "github" else 0)
