"""All files of a finished run but its page, and the index of the folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zenverify.errors import UsageError
from zenverify.output.html.write import put, report_name, unused
from zenverify.output.reporter import Reporter, RunContext
from zenverify.verification.events import Event, RunFinished

if TYPE_CHECKING:
    from zenverify.output.forms.told import Told
    from zenverify.output.model.asking import Asking
    from zenverify.output.model.run import RunModel

FORMATS = ("html", "json", "junit", "sarif", "md", "github")
"""What ``--format`` takes. ``html`` is the page, which another reporter writes."""

_SUFFIXES = {"json": ".json", "junit": ".junit.xml", "sarif": ".sarif", "md": ".md"}

_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Where a runner of GitHub's wants a job's summary added."""


class FormsReporter(Reporter):
    """Writes each form when the run has ended, beside the page and under its name.

    Parameters
    ----------
    context
        The run.
    directory
        Where they go.
    formats
        Some of `FORMATS`.
    ask
        Whom to ask for the evidence of a discrepancy.
    keep
        How many runs of the engine to keep; all if None.
    dated
        Whether the record says when the run ended.
    """

    def __init__(
        self,
        context: RunContext,
        directory: Path,
        formats: Sequence[str],
        ask: Asking,
        *,
        keep: int | None = None,
        dated: bool = True,
    ) -> None:
        self._context = context
        self._directory = directory
        self._formats = tuple(formats)
        self._ask = ask
        self._keep = keep
        self._dated = dated

    def handle(self, event: Event) -> None:
        """Write, if the run has ended."""
        if not isinstance(event, RunFinished):
            return
        from zenverify.output.forms.told import told

        model = self._context.model
        found = told(model, self._ask)
        written = self._context.written
        for name in self._formats:
            if name in _SUFFIXES:
                try:
                    written[name] = put(_text(name, model, found), self._path(_SUFFIXES[name]))
                except UsageError as error:
                    self._context.refused[name] = str(error)
            elif name == "github":
                self._annotate(model, found)
        self._index(model)

    def _path(self, suffix: str) -> Path:
        """Beside the page, which has a name of its own; where there is none, a free one."""
        page = self._context.written.get("report")
        if page is not None:
            return page.with_name(f"{page.stem}{suffix}")
        name = report_name(self._context.model)
        return unused(self._directory / f"{name.removesuffix('.html')}{suffix}")

    def _annotate(self, model: RunModel, found: tuple[Told, ...]) -> None:
        from zenverify.output.forms.github import workflow_commands
        from zenverify.output.forms.markdown import markdown

        for line in workflow_commands(model, found):
            click.echo(line, err=True)
        summary = os.environ.get(_SUMMARY)
        if summary:
            try:
                with Path(summary).open("a", encoding="utf-8") as file:
                    file.write(markdown(model, found))
            except OSError as error:
                reason = error.strerror or str(error)
                self._context.refused["github"] = f"cannot add to {summary}: {reason}"

    def _index(self, model: RunModel) -> None:
        from zenverify.output.runs.index import forget_old, write_index
        from zenverify.output.runs.record import record_run

        names = ("report", *_SUFFIXES)
        files = [self._context.written[name] for name in names if name in self._context.written]
        date = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M") if self._dated else ""
        try:
            record_run(self._directory, model, files, date)
            if self._keep is not None:
                forget_old(self._directory, self._keep)
            self._context.written["index"] = write_index(self._directory)
        except OSError as error:
            refusal = f"cannot write the index of {self._directory}: {error.strerror or error}"
            self._context.refused["index"] = refusal


def _text(name: str, model: RunModel, found: tuple[Told, ...]) -> str:
    return _writers()[name](model, found)


def _writers() -> dict[str, Callable[[RunModel, tuple[Told, ...]], str]]:
    from zenverify.output.forms.junit import junit
    from zenverify.output.forms.markdown import markdown
    from zenverify.output.forms.sarif import sarif
    from zenverify.output.json.report import report

    return {"json": report, "junit": junit, "sarif": sarif, "md": markdown}
