"""What a replay prints, and its exit code."""

from __future__ import annotations

from collections import Counter

from zenverify.corpus.replay import ReplayOutcome, Status
from zenverify.output.json.lines import print_json
from zenverify.output.model.numbers import counted
from zenverify.output.terminal.consoles import messages_console, results_console


class ReplayOutput:
    """Prints the outcomes as they come: a line for each entry that does not pass.

    Parameters
    ----------
    as_json
        Print one object per entry, and a last one with the counts and the exit code.
    quiet
        Leave the counts out.
    verbose
        Print a line for each entry that passes too.
    """

    def __init__(self, *, as_json: bool, quiet: bool, verbose: bool) -> None:
        self._as_json = as_json
        self._verbose = verbose
        self._results = results_console()
        self._messages = messages_console(quiet=quiet)
        self._counts: Counter[Status] = Counter()

    def add(self, outcome: ReplayOutcome) -> None:
        """Take in the next outcome."""
        self._counts[outcome.status] += 1
        if self._as_json:
            print_json(
                {
                    "event": "EntryReplayed",
                    "path": str(outcome.path),
                    "status": outcome.status,
                    "verdict": outcome.verdict,
                    "message": outcome.message,
                }
            )
        elif self._verbose or outcome.status not in (Status.PASSED, Status.OPEN):
            self._results.print(_line(outcome), soft_wrap=True)

    def finish(self) -> int:
        """Print the counts and return the exit code."""
        code = self.exit_code
        counts = {str(status): self._counts[status] for status in Status}
        if self._as_json:
            print_json({"event": "ReplayFinished", **counts, "exit_code": code})
        total = counted(self._counts.total(), "entry", "entries")
        parts = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
        self._messages.print(f"{total}: {parts or 'nothing was replayed'}", soft_wrap=True)
        return code

    @property
    def exit_code(self) -> int:
        """1 if an entry failed or is gone; 2 if one was not read or none decided; otherwise 0."""
        counts = self._counts
        if counts[Status.FAILED] or counts[Status.GONE]:
            return 1
        stopped = counts[Status.MALFORMED] + counts[Status.ERROR]
        return 2 if stopped or not counts[Status.PASSED] + counts[Status.OPEN] else 0


def _line(outcome: ReplayOutcome) -> str:
    head = f"{outcome.status}: {outcome.path}"
    return f"{head}: {outcome.message}" if outcome.message else head
