"""The progress of a run, on a terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from zenverify.output.model.numbers import counted
from zenverify.verification.events import CaseVerified, Event, FailureMinimised


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


class RunProgress:
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

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def add(self, event: Event) -> None:
        """Take in the run's next event."""
        match event:
            case CaseVerified():
                self._graphs += 1
            case FailureMinimised():
                self._failures += 1
        elapsed = time.monotonic() - self._start
        self._progress.update(
            self._task,
            description=self._description(),
            completed=self._graphs if self._budget is None else min(elapsed, self._budget),
        )

    def _description(self) -> str:
        graphs = counted(self._graphs, "graph")
        return f"{graphs}, {counted(self._failures, 'discrepancy', 'discrepancies')}"
