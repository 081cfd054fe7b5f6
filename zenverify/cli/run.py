"""``zenverify run``: random graphs, verified."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zenverify.atomic import try_to_write
from zenverify.cli.configuration import resolve
from zenverify.cli.options import (
    Invocation,
    corpus_option,
    engine_option,
    json_option,
    quiet_option,
    setting,
    strict_option,
    verbose_option,
)
from zenverify.cli.parameters import duration_text
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.corpus.baseline import Baseline, KnownFailure
    from zenverify.engines.protocol import Engine
    from zenverify.faults.catalogue import Fault
    from zenverify.verification.campaign.options import CampaignOptions, Keep
    from zenverify.verification.events import FailureMinimised

_EXIT_FAILED = 2

_WORTH_A_PROCESS = 1500
"""Graphs that take longer than another process takes to start."""

_EXAMPLES = """\b
Examples:
  zenverify run                                the engine of this package
  zenverify run -n 200 --seed 42               the same 200 graphs every time
  zenverify run --budget 90s --ops tanh,matmul
  zenverify run --plant tanh/0/sign            see a fault found that is there on purpose
  zenverify run --ops exp,log --strength       and what finding nothing means
  zenverify run --engine my/engine.py:engine --json > events.jsonl
  zenverify run --engine jax --baseline known.json
  zenverify run --format html,junit,sarif,md --keep 30
"""


@click.command(epilog=_EXAMPLES)
@engine_option
@setting("-n", "--graphs", metavar="N", help="Stop after N graphs.")
@setting("--budget", metavar="TIME", help="Stop after this time: 90s, 1.5m, 2h.")
@setting("--seed", metavar="N", help="Draw the same graphs again.  [default: a fresh one]")
@setting("--ops", metavar="A,B", help="Draw these operations only.")
@setting("--max-nodes", metavar="N", help="The largest graph to draw.")
@setting("--timeout", metavar="TIME", help="Give up on one pass of the engine after this time.")
@setting(
    "-j",
    "--jobs",
    metavar="N",
    help="Verify in N processes: the same graphs and findings, sooner.  [default: a process per "
    "core, fewer for a short run]",
)
@click.option(
    "--plant",
    metavar="FAULT",
    help="Plant a fault into the engine first: one that `zenverify faults` lists. Nothing is "
    "written to the corpus, and the run ends when the fault is found, unless -n or --budget says "
    "how far to go.",
)
@click.option(
    "--strength",
    is_flag=True,
    help="After a clean run: how many elements met each condition, and which faults of the "
    "catalogue the same graphs would have exposed. Takes about as long again.",
)
@strict_option(
    "something was not looked at: calls that are refused, attributes that were never drawn, and "
    "whatever else the run says at its end."
)
@corpus_option
@setting(
    "--reports",
    default="reports",
    metavar="DIR",
    help="Where the report goes, and the index of all runs.  [default: reports]",
)
@setting(
    "--format",
    metavar="A,B",
    help="What to write there: html, json, junit, sarif, md; github prints annotations, and adds "
    "the summary to the job's.  [default: html]",
)
@click.option("--coverage", is_flag=True, help="Print how often each operation met each condition.")
@setting("--keep", metavar="N", help="Keep the reports of this engine's last N runs, no more.")
@click.option(
    "--reproducible",
    is_flag=True,
    help="Leave out date, duration and folder: the same run gives the same bytes.",
)
@setting(
    "--baseline",
    metavar="FILE",
    help="Accept the known failures that this file records; fail on new ones.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Record the failures of this run; give each its reason afterwards.",
)
@json_option
@quiet_option
@verbose_option
@click.pass_context
def run(
    context: click.Context,
    /,
    *,
    plant: str | None,
    strength: bool,
    reproducible: bool,
    strict: bool,
    coverage: bool,
    write_baseline: Path | None,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> int:
    """Verify an engine on random graphs.

    Replays the engine's own corpus first. Then it draws random graphs, proves or refutes every
    gradient that the engine computes on them, and reduces each kind of failure to the smallest
    graph that shows it. Every failure is written to the regression corpus and to the report. What
    the corpus's open entries or the baseline record is accepted.

    Exit code: 0 clean, 1 discrepancies, or an entry of the corpus that is not as it should be, with
    --strict also anything that was not looked at, 2 could not do the job, 130 interrupted.
    """
    # Imported here, as in every command: --help must load neither NumPy nor SymPy.
    from zenverify.cli.campaign import Output, run_campaign
    from zenverify.corpus.baseline import Baseline
    from zenverify.corpus.writing import Keeper, engine_folder
    from zenverify.engines import registry
    from zenverify.faults.catalogue import find_fault
    from zenverify.output.model.numbers import counted
    from zenverify.output.model.printable import printable

    settings = resolve(context)
    if settings["seed"] is None:
        settings["seed"] = secrets.randbits(32)
    spec = settings["engine"]
    engine = registry.load(spec)
    label = registry.file_label(spec, engine.name)
    if plant is not None and strength:
        raise UsageError("--strength measures a run that finds nothing; with --plant there is none")
    fault = None if plant is None else find_fault(engine, plant)
    # The engine is not really wrong: its corpus is no place for a fault that was planted.
    keep = None if fault else Keeper(settings["corpus"], label)
    baseline = _baseline(settings["baseline"], write_baseline, engine.name)
    for name in ("reports",) if fault else ("corpus", "reports"):
        _check_writable(name, settings[name])
    replayed = 0
    if fault is None:
        folder = engine_folder(settings["corpus"], label)
        of_file = baseline or Baseline(engine.name, engine.version, ())
        replayed, known = _replay_first(folder, engine, of_file, as_json=as_json, quiet=quiet)
        baseline = replace(of_file, entries=known) if known else baseline
    campaign_options = _campaign_options(settings, keep, fault)
    code = run_campaign(
        engine,
        campaign_options,
        Output(
            engine_spec=spec,
            restrictions=_restrictions(settings, plant),
            reports=settings["reports"],
            formats=settings["format"] or ("html",),
            keep=settings["keep"],
            reproducible=reproducible,
            coverage=coverage,
            fault=fault,
            strength=strength,
            strict=strict,
            as_json=as_json,
            quiet=quiet,
            verbose=context.ensure_object(Invocation).verbose,
            baseline=baseline,
            write_baseline=write_baseline,
            jobs=settings["jobs"] or _jobs_for(campaign_options.limit),
        ),
    )
    code = code or replayed
    if keep is None or not keep.refusals:
        return code
    number = counted(len(keep.refusals), "failure is", "failures are")
    click.echo(
        printable(f"zenverify: {number} not in {keep.directory}: {keep.refusals[-1]}"), err=True
    )
    return code or _EXIT_FAILED


def _replay_first(
    folder: Path, engine: Engine, baseline: Baseline, *, as_json: bool, quiet: bool
) -> tuple[int, tuple[KnownFailure, ...]]:
    """Replay the engine's own corpus: the exit code that it asks for, and what is known to fail."""
    from zenverify.corpus.baseline import known_failure
    from zenverify.corpus.replay import ReplayStatus, replay
    from zenverify.output.terminal.replay import FirstReplay

    output = FirstReplay(as_json=as_json, quiet=quiet)
    known = []
    for outcome in replay([folder], engine) if folder.is_dir() else ():
        bucket = outcome.bucket
        if outcome.status is ReplayStatus.OPEN and bucket is not None:
            known.append(known_failure(bucket, outcome.message))
        if (
            outcome.status is ReplayStatus.FAILED
            and bucket is not None
            and baseline.recorded(bucket)
        ):
            output.add(replace(outcome, status=ReplayStatus.OPEN))
        else:
            output.add(outcome)
    return output.finish(), tuple(known)


def _check_writable(name: str, directory: Path) -> None:
    """Refuse a directory that nothing can be written to, before a long run rather than after."""
    existing = next(one for one in (directory, *directory.absolute().parents) if one.exists())
    if not existing.is_dir():
        raise UsageError(f"--{name} {directory}: {existing} is no folder")
    try:
        try_to_write(existing)
    except OSError as error:
        raise UsageError(
            f"--{name} {directory}: nothing can be written to {existing}: {error.strerror}"
        ) from error


def _campaign_options(
    settings: dict[str, Any], keep: Keep | None, fault: Fault | None
) -> CampaignOptions:
    from zenverify.verification.campaign.options import CampaignOptions
    from zenverify.verification.events import Planted

    wanted: dict[str, Any] = {
        "graphs": settings["graphs"],
        "budget": settings["budget"],
        "operators": settings["ops"],
        "max_nodes": settings["max-nodes"],
        "timeout": settings["timeout"],
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if fault is not None:
        mutant = fault.mutant
        given["planted"] = Planted(
            fault.name, mutant.kind, mutant.name, fault.operation, mutant.argument
        )
        if settings["graphs"] is None and settings["budget"] is None:
            given["enough"] = partial(_is_found, fault)
    return CampaignOptions(seed=settings["seed"], keep=keep, **given)


def _jobs_for(graphs: int | None) -> int:
    """A process per core, where a run is so long that starting them pays.

    In a test of pytest it is one: tests may run in several processes already.
    """
    from zenverify.processes import available

    if "PYTEST_CURRENT_TEST" in os.environ:
        return 1
    return available() if graphs is None else min(available(), 1 + graphs // _WORTH_A_PROCESS)


def _is_found(fault: Fault, failure: FailureMinimised) -> bool:
    """Whether a failure is blamed on the fault's place."""
    from zenverify.verification.campaign.hunt import is_blamed

    return is_blamed(failure.finding, fault.operation, fault.mutant.argument)


def _baseline(given: Path | None, written: Path | None, engine: str) -> Baseline | None:
    """The known failures; a file that is to be written again may lack reasons still."""
    from zenverify.corpus.baseline import read_baseline

    if given is not None:
        return read_baseline(given, engine, reasons=given != written)
    if written is not None and written.exists():
        return read_baseline(written, engine, reasons=False)
    return None


def _restrictions(settings: dict[str, Any], plant: str | None) -> tuple[str, ...]:
    """The flags that another run needs to draw the same graphs, beside engine, seed and number."""
    words: list[str] = [] if plant is None else ["--plant", plant]
    if settings["ops"] is not None:
        words += ["--ops", ",".join(settings["ops"])]
    if settings["max-nodes"] is not None:
        words += ["--max-nodes", str(settings["max-nodes"])]
    if settings["timeout"] is not None:
        words += ["--timeout", duration_text(settings["timeout"])]
    return tuple(words)
