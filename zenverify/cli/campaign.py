"""Runs a campaign, hands its events to the reporters, and says how it ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.progress import Progress

from zenverify.corpus.baseline import Baseline, baseline_of, write_baseline
from zenverify.engines.protocol import Engine, limits_of
from zenverify.faults.catalogue import Fault
from zenverify.output.forms.reporter import FormsReporter
from zenverify.output.html.reporter import HtmlReporter
from zenverify.output.json.lines import JsonLinesReporter
from zenverify.output.model.asking import Asker, Asking
from zenverify.output.model.printable import printable
from zenverify.output.model.run import Collector, RunModel
from zenverify.output.reporter import Reporter, Reporters, RunContext
from zenverify.output.terminal.commentary import CommentaryReporter
from zenverify.output.terminal.consoles import messages_console, results_console
from zenverify.output.terminal.planted import PlantedReporter
from zenverify.output.terminal.progress import ProgressReporter
from zenverify.output.terminal.strength import StrengthReporter
from zenverify.output.terminal.summary import SummaryReporter
from zenverify.verification.campaign import campaign
from zenverify.verification.campaign.cases import cases_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.strength import strength_of
from zenverify.verification.campaign.workers import Workers
from zenverify.verification.events import Event, RunFinished, StrengthMeasured

_EXIT_FAILED = 2

Handle = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Output:
    """How a run is shown.

    Attributes
    ----------
    engine_spec
        What ``--engine`` was given.
    restrictions
        The flags that repeat the run, except engine, seed and number of graphs.
    reports
        The directory of the report.
    formats
        What to write there.
    keep
        How many runs of the engine to keep there; all if None.
    reproducible
        Whether what is written leaves out date, duration and folder.
    coverage
        Whether to print how often each operation met each condition.
    fault
        What to plant into the engine first.
    strength
        Whether to measure, after a clean run, what its graphs would have exposed.
    strict
        Whether a run that did not look at everything fails.
    as_json, quiet, verbose
        The flags.
    baseline
        The known failures, which are accepted.
    write_baseline
        Where to write those of this run.
    jobs
        How many processes verify the graphs.
    """

    engine_spec: str
    restrictions: tuple[str, ...]
    reports: Path
    formats: tuple[str, ...] = ("html",)
    keep: int | None = None
    reproducible: bool = False
    coverage: bool = False
    fault: Fault | None = None
    strength: bool = False
    strict: bool = False
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    baseline: Baseline | None = None
    write_baseline: Path | None = None
    jobs: int = 1


def run_campaign(engine: Engine, options: CampaignOptions, output: Output) -> int:
    """Run a campaign to its end, show it, and return the exit code."""
    messages = messages_console(quiet=output.quiet)
    context = RunContext(
        Collector(
            output.engine_spec,
            output.restrictions,
            Path.cwd(),
            reproducible=output.reproducible,
        )
    )
    planting = nullcontext() if output.fault is None else output.fault.mutant.plant()
    ask = Asker(engine, options.timeout)
    with Reporters(_reporters(context, options, output, messages, ask), context) as reporters:
        with planting, _noting_interrupts() as interrupted:
            events = campaign.run(engine, options, _workers(output))
            end = _consume(events, reporters.handle, interrupted, partial(_settled, output))
        if output.strength and end.exit_code == 0:
            shown = messages.file.isatty() and not output.as_json
            reporters.handle(_measured(engine, options, context.model, messages, shown=shown))
    if output.strength and end.exit_code != 0:
        messages.print("strength      not measured: the run was not clean")
    if output.write_baseline is not None:
        known = baseline_of(engine.name, engine.version, end, output.baseline)
        write_baseline(output.write_baseline, known)
        messages.print(f"baseline      {output.write_baseline}", soft_wrap=True)
    for why in context.refused.values():
        click.echo(f"zenverify: {printable(why)}", err=True)
    return end.exit_code or (_EXIT_FAILED if context.refused else 0)


def _workers(output: Output) -> Workers | None:
    if output.jobs == 1:
        return None
    return Workers(
        output.jobs, output.engine_spec, "" if output.fault is None else output.fault.name
    )


def _reporters(
    context: RunContext,
    options: CampaignOptions,
    output: Output,
    messages: Console,
    ask: Asking,
) -> Iterator[Reporter]:
    """Who shows the run, in the order in which each event is handed on."""
    yield CommentaryReporter(messages, verbose=output.verbose, findings=output.as_json)
    yield ProgressReporter(
        messages,
        enabled=messages.file.isatty() and not (output.as_json or output.quiet),
        graphs=options.limit,
        budget=options.budget,
    )
    if output.as_json:
        yield JsonLinesReporter()
    if "html" in output.formats:
        yield HtmlReporter(context, output.reports, ask)
    yield FormsReporter(
        context,
        output.reports,
        output.formats,
        ask,
        keep=output.keep,
        dated=not output.reproducible,
    )
    results = results_console()
    yield SummaryReporter(
        context,
        None if output.as_json else results,
        messages,
        verbose=output.verbose,
        coverage=output.coverage,
    )
    if output.fault is not None:
        yield PlantedReporter(context, messages, output.fault)
    if output.strength:
        yield StrengthReporter(messages if output.as_json else results)


def _measured(
    engine: Engine,
    options: CampaignOptions,
    model: RunModel,
    messages: Console,
    *,
    shown: bool,
) -> StrengthMeasured:
    """Draw the graphs of a run once more, and see what they are worth."""
    names = tuple(name for name in model.operators if name not in model.unsupported)
    drawn = cases_of(options, names, limits_of(engine))
    cases = islice(drawn, model.cases)
    total = Progress(*Progress.get_default_columns(), console=messages, transient=True)
    with total if shown else nullcontext():
        task = total.add_task("planting faults")
        return strength_of(
            engine,
            names,
            cases,
            options.timeout,
            lambda done, of: total.update(task, completed=done, total=of),
        )


@contextmanager
def _noting_interrupts() -> Iterator[threading.Event]:
    """Ctrl-C as ever, and a note of it: code in C that runs then may swallow the exception."""
    noted = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        del number, frame
        noted.set()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _settled(output: Output, end: RunFinished) -> RunFinished:
    """The end of a run, by what its user accepts."""
    if output.baseline is not None:
        end = output.baseline.settled(end)
    unseen = output.strict and end.not_looked_at
    return replace(end, exit_code=1) if unseen and end.exit_code == 0 else end


def _consume(
    events: Iterator[Event],
    handle: Handle,
    interrupted: threading.Event,
    settled: Callable[[RunFinished], RunFinished],
) -> RunFinished:
    """Hand every event on; the last one is the result, as it is settled."""
    try:
        return _hand_on(events, handle, interrupted, settled)
    except KeyboardInterrupt:
        # A campaign ends its account when it is interrupted; this came while it was waiting.
        interrupted.clear()
        return _hand_on(_interrupted(events), handle, interrupted, settled)


def _interrupted(events: Iterator[Event]) -> Iterator[Event]:
    if not isinstance(events, Generator):
        raise KeyboardInterrupt
    yield events.throw(KeyboardInterrupt())
    yield from events


def _hand_on(
    events: Iterator[Event],
    handle: Handle,
    interrupted: threading.Event,
    settled: Callable[[RunFinished], RunFinished],
) -> RunFinished:
    end: RunFinished | None = None
    for given in events:
        event = settled(given) if isinstance(given, RunFinished) else given
        handle(event)
        if isinstance(event, RunFinished):
            end = event
        elif interrupted.is_set():
            raise KeyboardInterrupt
    if end is None:
        raise RuntimeError("the campaign ended without RunFinished")
    return end
