"""A campaign: graph after graph, failures collected in buckets, everything told as events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import zenverify
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine
from zenverify.errors import UsageError
from zenverify.graph.graph import LeafKind
from zenverify.operators import catalogue
from zenverify.verification.campaign.buckets import Collected, collect, hung
from zenverify.verification.campaign.causes import causes_of
from zenverify.verification.campaign.coverage import CONDITIONS
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.unseen import Looking
from zenverify.verification.campaign.workers import Workers, in_processes, in_this_process
from zenverify.verification.events import (
    CaseVerified,
    Cause,
    Event,
    FailureMinimised,
    RunFinished,
    RunStarted,
)
from zenverify.verification.verdict import ACCUMULATION, Verdict
from zenverify.verification.verify import CaseResult

_EVERYWHERE = frozenset({ACCUMULATION, str(LeafKind.VARIABLE)})
"""What no graph is without: the walk, and a leaf whose gradient is asked for."""


def run(
    engine: Engine, options: CampaignOptions, workers: Workers | None = None
) -> Iterator[Event]:
    """Verify an engine on random graphs.

    Every event is given out before the next graph is drawn or verified, so a consumer that writes
    failures to disk has them there whatever happens afterwards.

    Parameters
    ----------
    engine
        The engine under test.
    options
        What to draw, and when to stop.
    workers
        The processes that verify the graphs, the same engine in each; None for this one alone. The
        events are the same, in the same order. What fails is reduced in this process.

    Raises
    ------
    UsageError
        If an operator does not exist, or the engine has none of those asked for.
    """
    names, lacking = _operators(engine, options)
    return _events(completed(engine), options, names, lacking, workers)


def _operators(engine: Engine, options: CampaignOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    decisions = catalogue.names_of_decisions()
    wanted = options.operators or (*catalogue.names(), *decisions)
    for name in wanted:
        catalogue.get(name)
    names = tuple(name for name in wanted if name in engine.operators)
    if names and set(names) <= set(decisions):
        raise UsageError(f"nothing to differentiate among the operators {', '.join(names)}")
    if not names:
        raise UsageError(f"engine {engine.name!r} offers none of the operators {', '.join(wanted)}")
    return names, tuple(name for name in wanted if name not in engine.operators)


def _events(
    engine: Engine,
    options: CampaignOptions,
    names: tuple[str, ...],
    lacking: tuple[str, ...],
    workers: Workers | None,
) -> Iterator[Event]:
    start = time.monotonic()
    tally, looking = Collected(), Looking()
    waiting_for: set[str] = set()
    if workers is None:
        graphs = in_this_process(engine, options, names)
    else:
        graphs = in_processes(workers, options, names, waiting_for)
    stop_reason = "finished"
    yield RunStarted(
        engine.name, engine.version, zenverify.__version__, options.seed, names, options.planted
    )
    try:
        with closing(graphs):
            for drawn in graphs:
                if stop_reason == "found":
                    break
                if options.limit is not None and tally.cases >= options.limit:
                    break
                if options.budget is not None and time.monotonic() - start >= options.budget:
                    stop_reason = "budget"
                    break
                if drawn is None:
                    continue
                waiting_for |= hung(tally)
                if not waiting_for.isdisjoint(_EVERYWHERE) or waiting_for >= set(names):
                    stop_reason = "hanging"
                    break
                waiting = sorted(waiting_for & drawn.names)
                if waiting:
                    tally.notes[f"not run: graphs with {waiting[0]}, which did not return"] += 1
                    continue
                case, result = drawn.verified()
                looking.add(result)
                verified = _verified(tally.cases + 1, result, differenced=drawn.whole)
                tally.add(verified)
                yield verified
                if case is None:
                    continue
                for event in collect(engine, options, tally, case, result.findings):
                    yield event
                    if isinstance(event, FailureMinimised) and options.enough is not None:
                        stop_reason = "found" if options.enough(event) else stop_reason
            else:
                stop_reason = "limits"
    except KeyboardInterrupt:
        stop_reason = "interrupted"
    causes: tuple[Cause, ...] = ()
    try:
        causes = causes_of(engine, tuple(tally.buckets.values()), options.timeout)
    except KeyboardInterrupt:
        stop_reason = "interrupted"
    seconds = time.monotonic() - start
    blamed = {key.operation for key in tally.buckets}
    yield replace(
        _finished(tally, options, stop_reason, seconds, lacking),
        causes=causes,
        not_looked_at=tuple(looking.unseen(engine, names, lacking, blamed)),
    )


def _verified(number: int, result: CaseResult, *, differenced: bool) -> CaseVerified:
    return CaseVerified(
        number,
        result.verdict,
        result.operations,
        result.nodes,
        result.elements,
        result.sampled,
        result.coverage,
        result.worst_units,
        result.notes,
        differenced,
        result.accuracy,
    )


def _finished(
    tally: Collected,
    options: CampaignOptions,
    stop_reason: str,
    seconds: float,
    lacking: tuple[str, ...],
) -> RunFinished:
    failed = any(bucket.finding.verdict.is_failure for bucket in tally.buckets.values())
    tested = tally.cases > tally.verdicts[Verdict.UNSUPPORTED]
    if stop_reason == "interrupted":
        exit_code = 130
    elif failed:
        exit_code = 1
    else:
        exit_code = 0 if tested else 2
    return RunFinished(
        stop_reason=stop_reason,
        exit_code=exit_code,
        cases=tally.cases,
        nodes=tally.nodes,
        elements=tally.elements,
        seconds=seconds,
        seed=options.seed,
        buckets=tuple(tally.buckets.values()),
        coverage={
            name: {condition: counts[condition] for condition in CONDITIONS if counts[condition]}
            for name, counts in sorted(tally.coverage.items())
        },
        verdicts=dict(sorted(tally.verdicts.items())),
        unsupported=lacking,
        worst_units=tally.worst_units,
        differenced=tally.differenced,
        notes=dict(tally.notes.most_common()),
    )
