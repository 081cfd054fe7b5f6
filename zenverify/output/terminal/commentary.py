"""One line for each thing worth knowing while a run goes on."""

from __future__ import annotations

from rich.console import Console

from zenverify.output.reporter import Reporter
from zenverify.verification.events import CaseVerified, Event, FailureMinimised, RunStarted
from zenverify.verification.verdict import Verdict


class CommentaryReporter(Reporter):
    """Prints how the run began; if verbose, each new failure and each graph that is no pass too.

    Parameters
    ----------
    console
        Where to print.
    verbose
        Whether to say more.
    findings
        Whether to print each new failure in any case: nothing else does, at the end of the run.
    """

    def __init__(self, console: Console, *, verbose: bool, findings: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._findings = findings

    def handle(self, event: Event) -> None:
        """Print a line if the event is worth one."""
        match event:
            case RunStarted():
                self._print(f"{event.engine} {event.engine_version}, seed {event.seed}")
                if event.planted is not None:
                    self._print(f"planted on purpose: {event.planted}")
            case FailureMinimised(finding=finding) if self._findings or self._verbose:
                self._print(f"{finding.bucket}: {finding.message}")
            case CaseVerified() if self._verbose and event.verdict is not Verdict.AGREE:
                self._print(f"graph {event.number}: {'; '.join((event.verdict, *event.notes))}")

    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)
