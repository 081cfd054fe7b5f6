"""The page of a run, rewritten whenever there is something new to see."""

from __future__ import annotations

from pathlib import Path

from zenverify.errors import UsageError
from zenverify.output.html.write import write_report
from zenverify.output.reporter import Reporter, RunContext
from zenverify.verification.events import (
    Event,
    FailureMinimised,
    RunFinished,
    StrengthMeasured,
)


class HtmlReporter(Reporter):
    """Writes the page at each new failure and at the end, so that no failure is ever lost.

    Parameters
    ----------
    context
        The run.
    directory
        Where it goes.
    """

    def __init__(self, context: RunContext, directory: Path) -> None:
        self._context = context
        self._directory = directory
        self._path: Path | None = None

    def handle(self, event: Event) -> None:
        """Write the page anew if the event changes what it says."""
        if isinstance(event, FailureMinimised | RunFinished | StrengthMeasured):
            try:
                self._path = write_report(self._context.model, self._directory, self._path)
            except UsageError as error:
                self._context.refused["report"] = str(error)
            else:
                self._context.written["report"] = self._path
                self._context.refused.pop("report", None)
