"""A campaign: graph after graph, failures collected in buckets, everything told as events."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, settings

import zenverify
from zenverify.engines.completed import completed
from zenverify.engines.protocol import Engine, limits_of
from zenverify.errors import UsageError
from zenverify.graph.case import Case
from zenverify.graph.drawing import draw_chain
from zenverify.graph.filling import FILLINGS, SPECIAL, Filling, fill, with_nan
from zenverify.graph.limits import UNLIMITED, Limits, within
from zenverify.graph.provider import BACKEND
from zenverify.graph.strategies import structures
from zenverify.graph.structure import Structure, dtype_odds
from zenverify.graph.sweep import Way, draw_way, ways_of
from zenverify.operators import catalogue
from zenverify.operators.operator import Operator
from zenverify.verification.cost import cost_cases
from zenverify.verification.coverage import CONDITIONS
from zenverify.verification.events import (
    Bucket,
    CaseVerified,
    Event,
    FailureFound,
    FailureMinimised,
    Finding,
    Planted,
    RunFinished,
    RunStarted,
)
from zenverify.verification.reduce import Reduced, reduce
from zenverify.verification.tally import Tally
from zenverify.verification.trace import TIMEOUT
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict
from zenverify.verification.verify import CaseResult, verify_case
from zenverify.verification.witnesses import witnesses_of

DEFAULT_GRAPHS = 20_000
"""Once through all that `zenverify.graph.sweep` lists for the catalogue, and random graphs."""

_LEAST = 24
"""How often an operation is swept at least, however few ways there are to call it."""
_APART_EVERY = 4
"""In about so many ways to call an operation once with a NaN in the cotangent, and with one extreme
operand only."""
_GRAPH_EVERY = 8
"""So many operations by themselves are followed by a random graph."""
_CHAIN_EVERY = 128
"""After so many of them it is a chain."""
_CHUNK = 40
_IRREDUCIBLE = 1000
"""Operations above which a failure of the walk is kept as it is: the chain fails by its length."""

_SAME_CAUSE = 4
"""How many conditions of one verdict, operation and argument are minimised."""

Keep = Callable[[Finding, Case], Path]
"""Writes a minimised failure to the corpus and says where."""


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """What to draw, and when to stop.

    Attributes
    ----------
    seed
        The same seed gives the same graphs.
    graphs
        How many graphs to verify; `DEFAULT_GRAPHS` if there is no budget either.
    budget
        Seconds to run; None for no limit.
    operators
        Names to draw from; all that the engine has by default.
    max_nodes
        The largest graph to draw, about.
    timeout
        Seconds that one pass of the engine may take.
    keep
        Writes a minimised failure to disk; None to keep nothing.
    first
        Cases to verify before any is drawn.
    planted
        The fault that is in the engine on purpose; to plant it is the caller's part.
    enough
        Whether a failure ends the run; none does by default.
    """

    seed: int
    graphs: int | None = None
    budget: float | None = None
    operators: tuple[str, ...] | None = None
    max_nodes: int = 40
    timeout: float = TIMEOUT
    keep: Keep | None = None
    first: tuple[Case, ...] = ()
    planted: Planted | None = None
    enough: Callable[[FailureMinimised], bool] | None = None

    @property
    def limit(self) -> int | None:
        """How many graphs to verify; None where only the budget ends the run."""
        if self.graphs is None and self.budget is None:
            return DEFAULT_GRAPHS
        return self.graphs


@dataclass(slots=True)
class _Tally(Tally):
    """The counts, and the buckets; an alias is a bucket's name before its case was minimised."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


def run(engine: Engine, options: CampaignOptions) -> Iterator[Event]:
    """Verify an engine on random graphs.

    Every event is given out before the next graph is drawn or verified, so a consumer that writes
    failures to disk has them there whatever happens afterwards.

    Parameters
    ----------
    engine
        The engine under test.
    options
        What to draw, and when to stop.

    Raises
    ------
    UsageError
        If an operator does not exist, or the engine has none of those asked for.
    """
    names, lacking = _operators(engine, options)
    return _events(completed(engine), options, names, lacking)


def _operators(engine: Engine, options: CampaignOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wanted = options.operators or catalogue.names()
    for name in wanted:
        catalogue.get(name)
    names = tuple(name for name in wanted if name in engine.operators)
    if not names:
        raise UsageError(f"engine {engine.name!r} offers none of the operators {', '.join(wanted)}")
    return names, tuple(name for name in wanted if name not in engine.operators)


def _events(
    engine: Engine, options: CampaignOptions, names: tuple[str, ...], lacking: tuple[str, ...]
) -> Iterator[Event]:
    start = time.monotonic()
    tally = _Tally()
    stop_reason = "finished"
    yield RunStarted(
        engine.name, engine.version, zenverify.__version__, options.seed, names, options.planted
    )
    try:
        for case in cases_of(options, names, limits_of(engine)):
            if stop_reason == "found":
                break
            if options.limit is not None and tally.cases >= options.limit:
                break
            if options.budget is not None and time.monotonic() - start >= options.budget:
                stop_reason = "budget"
                break
            hung = _hung(tally)
            if ACCUMULATION in hung or hung >= set(names):
                stop_reason = "hanging"
                break
            waiting = sorted(hung & _operators_of(case))
            if waiting:
                tally.notes[f"not run: graphs with {waiting[0]}, which did not return"] += 1
                continue
            result = verify_case(engine, case, timeout=options.timeout)
            verified = _verified(tally.cases + 1, result)
            tally.add(verified)
            yield verified
            for event in _collect(engine, options, tally, case, result.findings):
                yield event
                if isinstance(event, FailureMinimised) and options.enough is not None:
                    stop_reason = "found" if options.enough(event) else stop_reason
    except KeyboardInterrupt:
        stop_reason = "interrupted"
    seconds = time.monotonic() - start
    yield _finished(tally, options, stop_reason, seconds, lacking)


def _hung(tally: _Tally) -> set[str]:
    """The operations that an earlier case waited for in vain: once is enough."""
    return {
        bucket.finding.blame.operation
        for bucket in tally.buckets.values()
        if bucket.finding.verdict is Verdict.TIMEOUT
    }


def _operators_of(case: Case) -> set[str]:
    return {case.graph.apply(position).operator for position in case.graph.operations}


def _verified(number: int, result: CaseResult) -> CaseVerified:
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
    )


def _finished(
    tally: _Tally,
    options: CampaignOptions,
    stop_reason: str,
    seconds: float,
    lacking: tuple[str, ...],
) -> RunFinished:
    failed = any(bucket.finding.verdict.is_failure for bucket in tally.buckets.values())
    tested = tally.cases > 0
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
        notes=dict(tally.notes.most_common()),
    )


def bucket_key(finding: Finding) -> str:
    """The name of the bucket that a finding belongs to."""
    return f"{finding.verdict}: {finding.blame}"


def _collect(
    engine: Engine,
    options: CampaignOptions,
    tally: _Tally,
    case: Case,
    findings: Sequence[Finding],
) -> Iterator[Event]:
    """Put findings into buckets, and minimise those of a kind that was not seen before."""
    touched: set[str] = set()
    for finding in findings:
        if not finding.verdict.is_failure:
            continue
        raw = bucket_key(finding)
        known = tally.aliases.get(raw) or _saturated(tally, finding)
        if known is None:
            yield FailureFound(raw, tally.cases, finding, case)
            try:
                reduced = _reduced(engine, options, case, finding)
            except KeyboardInterrupt:
                # What was found is kept as it is, and the run ends.
                yield _record(engine, options, tally, case, Reduced(case, finding, 0))
                raise
            known = bucket_key(reduced.finding)
            tally.aliases[raw] = known
            if known not in tally.buckets:
                yield _record(engine, options, tally, case, reduced)
        touched.add(known)
    for known in sorted(touched):
        bucket = tally.buckets[known]
        tally.buckets[known] = replace(bucket, count=bucket.count + 1)


def _saturated(tally: _Tally, finding: Finding) -> str | None:
    """A bucket of the same cause, once enough conditions of it have been minimised."""
    alike = [
        key
        for key, bucket in tally.buckets.items()
        if _cause(bucket.finding.blame) == _cause(finding.blame)
        and bucket.finding.verdict is finding.verdict
    ]
    return alike[-1] if len(alike) >= _SAME_CAUSE else None


def _cause(blame: Blame) -> tuple[str, int | None]:
    return blame.operation, blame.argument


def _record(
    engine: Engine, options: CampaignOptions, tally: _Tally, case: Case, reduced: Reduced
) -> FailureMinimised:
    """Keep a new kind of failure, and open its bucket."""
    minimised = _minimised(engine, options, case, reduced)
    tally.buckets[minimised.bucket] = Bucket(
        minimised.bucket, minimised.finding, minimised.case, 0, tally.cases, minimised.path
    )
    return minimised


def _reduced(engine: Engine, options: CampaignOptions, case: Case, finding: Finding) -> Reduced:
    """The smallest case, and what all checks together say about it."""
    walks = finding.blame.operation == ACCUMULATION
    if walks and len(case.graph.operations) > _IRREDUCIBLE:
        return Reduced(case, finding, 0)
    reduced = reduce(engine, case, finding, options.timeout)
    final = verify_case(engine, reduced.case, timeout=options.timeout)
    same = [f for f in final.findings if _cause(f.blame) == _cause(finding.blame)]
    return replace(reduced, finding=same[0] if same else reduced.finding)


def _minimised(
    engine: Engine, options: CampaignOptions, case: Case, reduced: Reduced
) -> FailureMinimised:
    path = None if options.keep is None else str(options.keep(reduced.finding, reduced.case))
    hangs = reduced.finding.verdict is Verdict.TIMEOUT
    return FailureMinimised(
        bucket=bucket_key(reduced.finding),
        finding=reduced.finding,
        case=reduced.case,
        operations_before=len(case.graph.operations),
        evaluations=reduced.evaluations,
        witnesses=() if hangs else witnesses_of(engine, reduced.case),
        path=path,
    )


def cases_of(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits = UNLIMITED
) -> Iterator[Case]:
    """All cases of a campaign in their order, without end."""
    return chain(options.first, cost_cases(names), draw_cases(options, names, limits))


def draw_cases(
    options: CampaignOptions, names: tuple[str, ...], limits: Limits = UNLIMITED
) -> Iterator[Case]:
    """The cases of a campaign, without end: operations by themselves, random graphs, chains.

    Those that are beyond the limits of an engine are cut to them, or left out. The operations go
    through all their shapes and attributes, in an order of the seed's; the first time round with
    ordinary values, later with each other filling. Some of the ordinary ones get a NaN in their
    cotangent: in graphs one rarely reaches every rule. In some, one operand only is extreme.
    """
    draw = random.Random(options.seed)
    sweep: list[tuple[Operator, Way, bool]] = []
    for operator in map(catalogue.get, names):
        ways = ways_of(operator)
        sweep += [
            # Not every fourth: in these, attributes that alternate would be all alike.
            (operator, ways[i % len(ways)], (i + i // _APART_EVERY) % _APART_EVERY == 0)
            for i in range(max(len(ways), _LEAST))
        ]
    graphs = _structures(options, names, draw)
    for round_ in count():
        draw.shuffle(sweep)
        for place, (operator, way, apart) in enumerate(sweep):
            alone = within(limits, draw_way(draw.randrange, operator, way))
            special = SPECIAL[(place + round_) % len(SPECIAL)]
            ordinary = Filling.ORDINARY
            for filling in (ordinary, special) if place % 2 else (special, ordinary):
                if alone is None:
                    break
                # Where all operands are extreme, one may hide what is wrong behind another.
                only = place if apart and filling is Filling.EXTREME else None
                case = fill(alone, filling, draw.getrandbits(32), only)
                yield with_nan(case, place) if apart and filling is ordinary else case
            if place % _GRAPH_EVERY == 0:
                chained = place % _CHAIN_EVERY == 0
                drawn = (_chain(options, names, draw) if chained else None) or next(graphs)
                graph = within(limits, drawn)
                for filling in FILLINGS:
                    if graph is None:
                        break
                    yield fill(graph, filling, draw.getrandbits(32))


def _chain(
    options: CampaignOptions, names: tuple[str, ...], draw: random.Random
) -> Structure | None:
    """A deep chain, as long as the largest graph allows; None if no operator can be chained."""
    most = max(1, options.max_nodes - 1)
    length = draw.randint(most // 2 + 1, most)
    operators = [catalogue.get(name) for name in names]
    return draw_chain(draw.randrange, operators, length, draw.choice(dtype_odds(operators)))


def _structures(
    options: CampaignOptions, names: tuple[str, ...], draw: random.Random
) -> Iterator[Structure]:
    """Random graphs that Hypothesis draws, a chunk at a time."""
    most = max(1, options.max_nodes // 3)
    while True:
        yield from _chunk(names, most, draw.getrandbits(64))


def _chunk(names: tuple[str, ...], most: int, seed: int) -> list[Structure]:
    """Some structures; every setting that the environment could change is given."""
    found: list[Structure] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=_CHUNK,
        database=None,
        derandomize=False,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        backend=BACKEND,
    )
    @hypothesis.given(structures(operators=names, max_operations=most))
    def collect(structure: Structure) -> None:
        found.append(structure)

    collect()
    return found
