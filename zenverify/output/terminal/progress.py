"""The progress of a run, on a terminal."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from zenverify.output.model.numbers import counted
from zenverify.output.reporter import Reporter
from zenverify.verification.events import CaseVerified, Event, FailureMinimised, RunFinished


def progress_bar(console: Console, *, enabled: bool) -> Progress:
    """A bar with a description and the time, which leaves nothing behind."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not enabled,
    )


class ProgressReporter(Reporter):
    """Shows how far a run is; nothing if it is not enabled.

    Parameters
    ----------
    console
        Where to draw; what is printed there meanwhile appears above the bar.
    enabled
        Whether to draw at all.
    graphs, budget
        What ends the run: a number of graphs, seconds, or neither.
    """

    def __init__(
        self, console: Console, *, enabled: bool, graphs: int | None, budget: float | None
    ) -> None:
        self._progress = progress_bar(console, enabled=enabled)
        self._budget = budget
        self._start = time.monotonic()
        self._graphs = 0
        self._failures = 0
        self._task = self._progress.add_task("0 graphs", total=graphs or budget)

    def start(self) -> None:
        """Show the bar."""
        self._progress.start()

    def finish(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def handle(self, event: Event) -> None:
        """Count, and move on; at the end the bar makes room for the summary."""
        match event:
            case CaseVerified():
                self._graphs += 1
            case FailureMinimised():
                self._failures += 1
            case RunFinished():
                self._progress.stop()
        elapsed = time.monotonic() - self._start
        self._progress.update(
            self._task,
            description=self._description(),
            completed=self._graphs if self._budget is None else min(elapsed, self._budget),
        )

    def _description(self) -> str:
        graphs = counted(self._graphs, "graph")
        return f"{graphs}, {counted(self._failures, 'discrepancy', 'discrepancies')}"
