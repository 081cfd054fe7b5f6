"""The report of a run, rewritten whenever there is something new to see."""

from __future__ import annotations

from pathlib import Path

from zenverify.output.html.write import write_report
from zenverify.output.model.run import Collector
from zenverify.verification.events import (
    Event,
    FailureMinimised,
    RunFinished,
    StrengthMeasured,
)


class ReportWriter:
    """Writes the report at each new failure and at the end, so that no failure is ever lost.

    Attributes
    ----------
    path
        The report, None until it has been written.
    """

    def __init__(self, collector: Collector, directory: Path) -> None:
        self._collector = collector
        self._directory = directory
        self.path: Path | None = None

    def add(self, event: Event) -> None:
        """Take in an event that the collector has already seen."""
        if isinstance(event, FailureMinimised | RunFinished | StrengthMeasured):
            self.path = write_report(self._collector.model(), self._directory)
