"""Failures in buckets: what is new is made small and kept, what is known is counted."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.verification.blame.witnesses import witnesses_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.campaign.tally import Tally
from zenverify.verification.events import Bucket, Event, FailureFound, FailureMinimised, Finding
from zenverify.verification.verdict import ACCUMULATION, BucketKey, Verdict, Witnesses
from zenverify.verification.verify import verify_case

_IRREDUCIBLE = 1000
"""Operations above which a failure of the walk is kept as it is: the chain fails by its length."""

_SAME_CAUSE = 4
"""How many conditions of one cause are minimised."""


@dataclass(slots=True)
class Collected(Tally):
    """The counts, and the buckets; an alias is a bucket's key before its case was minimised."""

    buckets: dict[BucketKey, Bucket] = field(default_factory=dict)
    aliases: dict[BucketKey, BucketKey] = field(default_factory=dict)


def hung(tally: Collected) -> set[str]:
    """The operations, and kinds of leaves, that timed out in an earlier case: once is enough."""
    return {
        bucket.finding.blame.operation
        for bucket in tally.buckets.values()
        if bucket.finding.verdict is Verdict.TIMEOUT
    }


def collect(
    engine: Engine,
    options: CampaignOptions,
    tally: Collected,
    case: Case,
    findings: Sequence[Finding],
) -> Iterator[Event]:
    """Put findings into buckets, and minimise those of a kind that was not seen before."""
    touched: set[BucketKey] = set()
    try:
        for finding in findings:
            if not finding.verdict.is_failure:
                continue
            raw = finding.bucket
            known = _known(tally, raw)
            if known is None:
                yield FailureFound(raw, tally.cases, finding, case)
                known = yield from _opened(engine, options, tally, case, finding, touched)
                tally.aliases[raw] = known
            touched.add(known)
    finally:
        for known in touched:
            bucket = tally.buckets[known]
            tally.buckets[known] = replace(bucket, count=bucket.count + 1)


def _opened(
    engine: Engine,
    options: CampaignOptions,
    tally: Collected,
    case: Case,
    finding: Finding,
    touched: set[BucketKey],
) -> Generator[Event, None, BucketKey]:
    """Minimise a failure of a new kind, keep it, open its bucket if there is none; its key.

    An interrupt ends the run when what was found is kept, in the corpus as in the events.
    """
    interrupted = None
    try:
        reduced = _reduced(engine, options, tally, case, finding)
    except KeyboardInterrupt as interrupt:
        reduced, interrupted = Reduced(case, finding, 0), interrupt
    key = reduced.finding.bucket
    if key not in tally.buckets:
        kept = None if options.keep is None else options.keep(reduced.finding, reduced.case)
        path = None if kept is None else str(kept)
        tally.buckets[key] = Bucket(key, reduced.finding, reduced.case, 0, tally.cases, path)
        touched.add(key)
        witnesses: tuple[Witnesses, ...] = ()
        try:
            if reduced.finding.verdict is not Verdict.TIMEOUT:
                witnesses = _witnesses(engine, tally, reduced.case)
        except KeyboardInterrupt as interrupt:
            interrupted = interrupt
        operations = len(case.graph.operations)
        yield FailureMinimised(
            key, reduced.finding, reduced.case, operations, reduced.evaluations, witnesses, path
        )
    if interrupted is not None:
        raise interrupted
    return key


def _known(tally: Collected, raw: BucketKey) -> BucketKey | None:
    """The bucket that a finding belongs to, None if it is of a kind not seen before."""
    if raw in tally.buckets:
        return raw
    return tally.aliases.get(raw) or _saturated(tally, raw)


def _saturated(tally: Collected, raw: BucketKey) -> BucketKey | None:
    """A bucket of the same cause, once enough conditions of it have been minimised."""
    alike = [key for key in tally.buckets if key.cause == raw.cause]
    return alike[-1] if len(alike) >= _SAME_CAUSE else None


def _witnesses(engine: Engine, tally: Collected, case: Case) -> tuple[Witnesses, ...]:
    try:
        return witnesses_of(engine, case)
    except Exception as error:  # noqa: BLE001  whatever goes wrong there, the finding is kept
        tally.notes[f"witnesses not asked: {type(error).__name__}"] += 1
        return ()


def _reduced(
    engine: Engine, options: CampaignOptions, tally: Collected, case: Case, finding: Finding
) -> Reduced:
    """The smallest case, and what all checks together say about it.

    The case itself, and a note, where the reduction fails: that never loses the finding.
    """
    walks = finding.blame.operation == ACCUMULATION
    if walks and len(case.graph.operations) > _IRREDUCIBLE:
        return Reduced(case, finding, 0)
    try:
        reduced = reduce(engine, case, finding, options.timeout)
        final = verify_case(engine, reduced.case, timeout=options.timeout)
    except Exception as error:  # noqa: BLE001  whatever goes wrong there, the finding is kept
        tally.notes[f"not minimised, since the reduction failed: {type(error).__name__}"] += 1
        return Reduced(case, finding, 0)
    place = finding.blame.operation, finding.blame.argument
    same = [f for f in final.findings if (f.blame.operation, f.blame.argument) == place]
    return replace(reduced, finding=same[0] if same else reduced.finding)
