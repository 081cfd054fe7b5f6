"""The page of a run, rewritten whenever there is something new to see."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.errors import UsageError
from zenverify.output.html.write import write_report
from zenverify.output.reporter import Reporter, RunContext
from zenverify.verification.events import (
    Event,
    FailureMinimised,
    RunFinished,
    StrengthMeasured,
)

if TYPE_CHECKING:
    from zenverify.output.model.asking import Asking

_SHARE = 10
"""How many times as long as it took to write the page nothing is written again."""


class HtmlReporter(Reporter):
    """Writes the page at each new failure and at the end, so that no failure is ever lost.

    Parameters
    ----------
    context
        The run.
    directory
        Where it goes.
    ask
        Whom to ask for the evidence of a discrepancy; nobody by default.
    """

    def __init__(self, context: RunContext, directory: Path, ask: Asking | None = None) -> None:
        self._context = context
        self._directory = directory
        self._ask = ask
        self._path: Path | None = None
        self._not_before = 0.0

    def handle(self, event: Event) -> None:
        """Write the page anew if the event changes what it says.

        While the run goes on, no more than a tenth of its time is spent on that.
        """
        if isinstance(event, FailureMinimised) and time.monotonic() < self._not_before:
            return
        if isinstance(event, FailureMinimised | RunFinished | StrengthMeasured):
            began = time.monotonic()
            model = self._context.model
            try:
                self._path = write_report(model, self._directory, self._path, self._ask)
            except UsageError as error:
                self._context.refused["report"] = str(error)
            else:
                self._context.written["report"] = self._path
                self._context.refused.pop("report", None)
            ended = time.monotonic()
            self._not_before = ended + _SHARE * (ended - began)
