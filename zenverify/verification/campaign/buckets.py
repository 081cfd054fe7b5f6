"""Failures in buckets: what is new is made small and kept, what is known is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.verification.blame.witnesses import witnesses_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.campaign.tally import Tally
from zenverify.verification.events import Bucket, Event, FailureFound, FailureMinimised, Finding
from zenverify.verification.verdict import ACCUMULATION, Blame, Verdict
from zenverify.verification.verify import verify_case

_IRREDUCIBLE = 1000
"""Operations above which a failure of the walk is kept as it is: the chain fails by its length."""

_SAME_CAUSE = 4
"""How many conditions of one verdict, operation and argument are minimised."""


@dataclass(slots=True)
class Collected(Tally):
    """The counts, and the buckets; an alias is a bucket's name before its case was minimised."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


def hung(tally: Collected) -> set[str]:
    """The operations that timed out in an earlier case: once is enough."""
    return {
        bucket.finding.blame.operation
        for bucket in tally.buckets.values()
        if bucket.finding.verdict is Verdict.TIMEOUT
    }


def bucket_key(finding: Finding) -> str:
    """The name of the bucket that a finding belongs to."""
    return f"{finding.verdict}: {finding.blame}"


def collect(
    engine: Engine,
    options: CampaignOptions,
    tally: Collected,
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


def _saturated(tally: Collected, finding: Finding) -> str | None:
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
    engine: Engine, options: CampaignOptions, tally: Collected, case: Case, reduced: Reduced
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
