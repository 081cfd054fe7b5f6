"""What a replay prints, alone or before a run, and its exit code."""

from __future__ import annotations

from collections import Counter
from typing import Any

from zenverify.corpus.replay import ReplayOutcome, ReplayStatus
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
    strict
        Take an entry that is not decided for one that fails.
    """

    def __init__(self, *, as_json: bool, quiet: bool, verbose: bool, strict: bool) -> None:
        self._strict = strict
        self._as_json = as_json
        self._verbose = verbose
        self._results = results_console()
        self._messages = messages_console(quiet=quiet)
        self._counts: Counter[ReplayStatus] = Counter()

    def add(self, outcome: ReplayOutcome) -> None:
        """Take in the next outcome."""
        self._counts[outcome.status] += 1
        if self._as_json:
            print_json(_data(outcome))
        elif self._verbose or outcome.status not in (ReplayStatus.PASSED, ReplayStatus.OPEN):
            self._results.print(_line(outcome), soft_wrap=True)

    def finish(self) -> int:
        """Print the counts and return the exit code."""
        code = self.exit_code
        counts = _by_status(self._counts)
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
        undecided = self._strict and counts[ReplayStatus.UNDECIDED]
        if counts[ReplayStatus.FAILED] or counts[ReplayStatus.GONE] or undecided:
            return 1
        stopped = counts[ReplayStatus.MALFORMED] + counts[ReplayStatus.ERROR]
        return 2 if stopped or not counts[ReplayStatus.PASSED] + counts[ReplayStatus.OPEN] else 0


def _line(outcome: ReplayOutcome) -> str:
    head = f"{outcome.status}: {outcome.path}"
    return f"{head}: {outcome.message}" if outcome.message else head


class FirstReplay:
    """What a run says of the engine's own corpus, which it replays before it draws a graph.

    Parameters
    ----------
    as_json
        Print an object per entry and one with the counts, in place of lines.
    quiet
        Leave the counts out.
    """

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self._as_json = as_json
        self._results = results_console()
        self._messages = messages_console(quiet=quiet)
        self._counts: Counter[ReplayStatus] = Counter()

    def add(self, outcome: ReplayOutcome) -> None:
        """Take in the next outcome; one that asks for something to be done is told at once."""
        self._counts[outcome.status] += 1
        if self._as_json:
            print_json(_data(outcome))
        elif outcome.status in _TOLD:
            text = f"{_TOLD[outcome.status]}: {outcome.path}: {outcome.message}"
            self._results.print(text, soft_wrap=True)

    def finish(self) -> int:
        """Print the counts; 1 if an entry that must pass fails, or one is known to and does not."""
        counts = self._counts
        code = 1 if counts[ReplayStatus.FAILED] or counts[ReplayStatus.GONE] else 0
        if self._as_json and counts:
            print_json({"event": "ReplayFinished", **_by_status(counts), "exit_code": code})
        said = [f"{counts[status]:,} {word}" for status, word in _COUNTED if counts[status]]
        if said:
            self._messages.print(f"corpus        {', '.join(said)}", soft_wrap=True)
        return code


_TOLD = {
    ReplayStatus.FAILED: "ERROR",
    ReplayStatus.GONE: "GONE",
    ReplayStatus.MALFORMED: "MALFORMED",
    ReplayStatus.ERROR: "INTERNAL ERROR",
}

_COUNTED = (
    (ReplayStatus.PASSED, "FIXED"),
    (ReplayStatus.OPEN, "still FAILED"),
    (ReplayStatus.FAILED, "in ERROR: must pass and fail"),
    (ReplayStatus.GONE, "GONE: known to fail and pass"),
    (ReplayStatus.UNDECIDED, "undecided"),
    (ReplayStatus.MALFORMED, "malformed"),
    (ReplayStatus.ERROR, "not verified by a fault of this program"),
)


def _data(outcome: ReplayOutcome) -> dict[str, Any]:
    return {
        "event": "EntryReplayed",
        "path": str(outcome.path),
        "status": outcome.status,
        "verdict": outcome.verdict,
        "message": outcome.message,
    }


def _by_status(counts: Counter[ReplayStatus]) -> dict[str, int]:
    return {str(status): counts[status] for status in ReplayStatus}
