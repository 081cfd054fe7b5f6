"""What a run says at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from zenverify.output.model.commands import replay_command
from zenverify.output.model.listing import marked_listing
from zenverify.output.model.numbers import counted, duration, residual
from zenverify.output.model.printable import shortened
from zenverify.output.model.run import CauseOfFindings, Discrepancy, RunModel
from zenverify.output.reporter import Reporter, RunContext
from zenverify.output.terminal.consoles import print_file, print_line
from zenverify.output.terminal.coverage import coverage_line, coverage_tables
from zenverify.verification.events import LACKING, REFUSED, Event, RunFinished, Unseen
from zenverify.verification.verdict import Verdict

_ENDINGS = {
    "interrupted": ", interrupted",
    "found": ", ended when the planted fault was found",
    "hanging": ", ended early: the engine no longer returned in time",
    "limits": ", ended early: nothing that can be drawn is within the engine's limits",
}

_MOST_IN_FULL = 25
"""Of so many causes the graph is shown; of the others, which come first, a line."""

_MOST_OTHERS = 8
"""How many findings of a cause are named besides the one that is shown."""

_MOST_UNSEEN = 12
"""How many things that were not looked at are named."""


class SummaryReporter(Reporter):
    """Prints each new discrepancy at the end, what was tested, and how to repeat it.

    Parameters
    ----------
    context
        The run.
    results
        Where the discrepancies go; None where another reporter prints results.
    messages
        Where the rest goes.
    verbose
        Whether to show the traceback of what the engine raised.
    coverage
        Whether to show how often each operation met each condition, and not in one line only.
    """

    def __init__(
        self,
        context: RunContext,
        results: Console | None,
        messages: Console,
        *,
        verbose: bool = False,
        coverage: bool = False,
    ) -> None:
        self._context = context
        self._coverage = coverage
        self._verbose = verbose
        self._results = results
        self._messages = messages

    def handle(self, event: Event) -> None:
        """Print, if the run has ended."""
        if not isinstance(event, RunFinished):
            return
        model = self._context.model
        told = self._results is not None
        _print_summary(self._messages, model, self._context.written, self._coverage, told)
        if self._results is not None:
            _print_discrepancies(self._results, model, verbose=self._verbose)


def _print_discrepancies(console: Console, model: RunModel, *, verbose: bool) -> None:
    """Print each cause: what is wrong, the smallest graph that shows it, what else it spoils.

    What matters most comes last, where the eye is.
    """
    for unseen in _refused(model):
        print_line(console, f"{Verdict.UNSUPPORTED}: {unseen.text}")
        console.print()
    new = [cause for cause in model.causes if cause.new]
    for cause in reversed(new[_MOST_IN_FULL:]):
        print_line(console, _cause_line(cause))
    if len(new) > _MOST_IN_FULL:
        console.print()
    for cause in reversed(new[:_MOST_IN_FULL]):
        for line in _cause_lines(cause, model.engine_spec, verbose=verbose):
            print_line(console, line)


def _refused(model: RunModel) -> Iterator[Unseen]:
    """The operations that the engine says it has, and of which it refused every call."""
    for unseen in model.not_looked_at:
        if unseen.kind == REFUSED:
            yield unseen


def _print_summary(
    console: Console, model: RunModel, written: Mapping[str, Path], table: bool, told: bool
) -> None:
    """Print what was tested, what the graphs exercised, and how to repeat it.

    What is `told` with the discrepancies is left out.
    """
    if model.coverage and table:
        console.print("How often each operation met each condition:")
        for part in coverage_tables(model.coverage, console.width):
            console.print(part)
    for line in _summary_lines(model, told):
        print_line(console, line)
    if model.coverage and not table:
        print_line(console, coverage_line(model))
    for label, path in written.items():
        print_file(console, f"{label:<14}", path)


def _cause_line(cause: CauseOfFindings) -> str:
    """A cause of which no more is said than what it is, and how many findings it has."""
    first, *others = cause.new
    more = f", and {counted(len(others), 'more finding')}" if others else ""
    return f"{cause.headline if cause.says_more else first.bucket}{more}"


def _cause_lines(cause: CauseOfFindings, engine_spec: str, *, verbose: bool) -> Iterator[str]:
    """A headline unless the first finding's own says it all, that finding, and the others."""
    first, *others = cause.new
    if cause.says_more:
        yield cause.headline
        if cause.operations != (first.bucket.operation,):
            yield f"  {', '.join(cause.operations)}"
    yield from _discrepancy_lines(first, engine_spec, verbose=verbose)
    for other in others[:_MOST_OTHERS]:
        yield f"  also {_bucket_line(other)}"
    if len(others) > _MOST_OTHERS:
        yield f"  and {len(others) - _MOST_OTHERS:,} more of this cause, in the report"
    yield ""


def _bucket_line(discrepancy: Discrepancy) -> str:
    seen = "" if discrepancy.count is None else f"seen {counted(discrepancy.count, 'time')}, "
    return f"{discrepancy.bucket}  [{seen}first in graph {discrepancy.first_number}]"


def _discrepancy_lines(
    discrepancy: Discrepancy, engine_spec: str, *, verbose: bool
) -> Iterator[str]:
    finding = discrepancy.finding
    yield _bucket_line(discrepancy)
    yield f"  {shortened(finding.message)}"
    for frame in finding.traceback if verbose else ():
        yield f"    {frame}"
        if frame.text:
            yield f"      {frame.text}"
    for line, is_culprit in marked_listing(discrepancy.case, finding.blame.node):
        yield f"    {line}{'    <- here' if is_culprit else ''}"
    if discrepancy.path is not None:
        yield f"  {replay_command(discrepancy.path, engine_spec)}"


def _summary_lines(model: RunModel, told: bool) -> Iterator[str]:
    yield f"{_outcome(model)} in {_extent(model)}{_ending(model)}"
    if model.verdicts:
        parts = (f"{verdict} {count:,}" for verdict, count in sorted(model.verdicts.items()))
        yield f"verdicts      {', '.join(parts)}"
    if model.differenced < model.cases:
        yield f"differences   asked in {model.differenced:,} of them"
    yield f"largest measured residual: {residual(model.worst_units)}"
    for known in (one for one in model.discrepancies if one.known):
        yield f"known         {known.bucket}: {known.known}"
    for bucket in model.gone:
        yield f"gone          {bucket}: recorded as known, not seen in this run"
    for note, count in sorted(model.notes.items()):
        yield f"note          {note} ({counted(count, 'time')})"
    elsewhere = (LACKING, REFUSED) if told else (LACKING,)
    unseen = [one for one in model.not_looked_at if one.kind not in elsewhere]
    for one in unseen[:_MOST_UNSEEN]:
        yield f"not looked at {one.text}"
    if len(unseen) > _MOST_UNSEEN:
        yield f"not looked at {len(unseen) - _MOST_UNSEEN:,} things more: --json lists them"
    if model.unsupported:
        yield f"unsupported   {', '.join(model.unsupported)}"
    yield f"engine        {model.engine} {model.engine_version}"
    yield f"seed          {model.seed}"
    yield f"repeat        {model.command}"


def _outcome(model: RunModel) -> str:
    if model.cases == model.verdicts.get(Verdict.UNSUPPORTED, 0):
        return "Nothing was tested"
    known = len(model.discrepancies) - len(model.new)
    beside = f" beside {known} known" if known else ""
    if not model.new:
        return f"No discrepancy{beside}"
    causes = sum(bool(cause.new) for cause in model.causes)
    few = f" with {counted(causes, 'cause')}" if causes < len(model.new) else ""
    return counted(len(model.new), "discrepancy", "discrepancies") + few + beside


def _extent(model: RunModel) -> str:
    checked = f"{counted(model.nodes, 'node')}, {counted(model.elements, 'element')}"
    time = "" if model.seconds is None else f", {duration(model.seconds)}"
    return f"{counted(model.cases, 'graph')} ({checked}{time})"


def _ending(model: RunModel) -> str:
    return _ENDINGS.get(model.stop_reason or "", "")
