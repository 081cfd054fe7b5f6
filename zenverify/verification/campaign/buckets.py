"""Failures in buckets: what is new is made small and kept, what is known is counted."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.verification.blame.witnesses import witnesses_of
from zenverify.verification.campaign.options import CampaignOptions
from zenverify.verification.campaign.reduce import Reduced, reduce
from zenverify.verification.campaign.symptoms import Way, symptom_of, way_of
from zenverify.verification.campaign.tally import Tally
from zenverify.verification.events import Bucket, Event, FailureFound, FailureMinimised, Finding
from zenverify.verification.verdict import ACCUMULATION, BucketKey, Verdict, Witnesses
from zenverify.verification.verify import verify_case

_IRREDUCIBLE = 1000
"""Operations above which a failure of the walk is kept as it is: the chain fails by its length."""

_SAME_CAUSE = 4
"""How many failures of one operation and argument are minimised."""


Met = tuple[BucketKey, Way]
"""A bucket's key, and the way in which a failure was met."""


@dataclass(slots=True)
class Collected(Tally):
    """The counts, and the buckets.

    Attributes
    ----------
    buckets
        By their keys.
    met
        The bucket that holds what was met: its key before its case was minimised, and the way.
    symptoms
        Of each bucket; empty where it cannot be told.
    """

    buckets: dict[BucketKey, Bucket] = field(default_factory=dict)
    met: dict[Met, BucketKey] = field(default_factory=dict)
    symptoms: dict[BucketKey, str] = field(default_factory=dict)


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
            raw, way = finding.bucket, way_of(case, finding)
            known = _known(engine, tally, case, finding, way)
            if known is None:
                yield FailureFound(_next(tally, raw), tally.cases, finding, case)
                known = yield from _opened(engine, options, tally, case, finding, touched)
            tally.met[raw, way] = known
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

    Where the smallest case is called in another way, and may show another failure than the one that
    was found, the smallest that is called like that one has a bucket too. An interrupt ends the run
    when what was found is kept, in the corpus as in the events.
    """
    interrupted = None
    way = way_of(case, finding)
    again = finding.bucket in {raw for raw, _ in tally.met}
    try:
        reduced = _reduced(engine, options, tally, case, finding, way if again else None)
    except KeyboardInterrupt as interrupt:
        reduced, interrupted = Reduced(case, finding, 0), interrupt
    key = yield from _kept(engine, options, tally, case, reduced, touched)
    if interrupted is not None:
        raise interrupted
    if way_of(reduced.case, reduced.finding) == way or _is_full(tally, key):
        return key
    if _is_alike(engine, tally, case, finding):
        return key
    pinned = _reduced(engine, options, tally, case, finding, way)
    if _bucket_of(engine, tally, pinned.case, pinned.finding) is not None:
        return key
    yield FailureFound(_next(tally, pinned.finding.bucket), tally.cases, finding, case)
    return (yield from _kept(engine, options, tally, case, pinned, touched))


def _kept(
    engine: Engine,
    options: CampaignOptions,
    tally: Collected,
    case: Case,
    reduced: Reduced,
    touched: set[BucketKey],
) -> Generator[Event, None, BucketKey]:
    """Open the bucket of a reduced case, unless one holds its failure already; its key."""
    held = _bucket_of(engine, tally, reduced.case, reduced.finding)
    if held is not None:
        return held
    interrupted = None
    key = _next(tally, reduced.finding.bucket)
    kept = None if options.keep is None else options.keep(reduced.finding, reduced.case)
    path = None if kept is None else str(kept)
    tally.buckets[key] = Bucket(key, reduced.finding, reduced.case, 0, tally.cases, path)
    tally.met[reduced.finding.bucket, way_of(reduced.case, reduced.finding)] = key
    tally.symptoms[key] = _symptom(engine, reduced.case, reduced.finding)
    touched.add(key)
    witnesses: tuple[Witnesses, ...] = ()
    try:
        if reduced.finding.verdict is not Verdict.TIMEOUT:
            witnesses = _witnesses(engine, tally, reduced.case)
    except KeyboardInterrupt as interrupt:
        interrupted = interrupt
    yield FailureMinimised(
        key,
        reduced.finding,
        reduced.case,
        len(case.graph.operations),
        reduced.evaluations,
        witnesses,
        path,
    )
    if interrupted is not None:
        raise interrupted
    return key


def _known(
    engine: Engine, tally: Collected, case: Case, finding: Finding, way: Way
) -> BucketKey | None:
    """The bucket that a finding belongs to, None if it is of a kind not seen before."""
    raw = finding.bucket
    if (raw, way) in tally.met:
        return tally.met[raw, way]
    alike = [key for key in tally.buckets if key.cause == raw.cause]
    if len(alike) >= _SAME_CAUSE:
        return alike[-1]
    return _bucket_of(engine, tally, case, finding)


def _bucket_of(engine: Engine, tally: Collected, case: Case, finding: Finding) -> BucketKey | None:
    """The bucket that has a finding's key and was met in this way, or has the same symptom."""
    raw = finding.bucket
    met = tally.met.get((raw, way_of(case, finding)))
    if met is not None:
        return met
    candidates = [key for key in tally.buckets if replace(key, ordinal=1) == raw]
    if not candidates:
        return None
    symptom = _symptom(engine, case, finding)
    return next((key for key in candidates if symptom and tally.symptoms[key] == symptom), None)


def _is_alike(engine: Engine, tally: Collected, case: Case, finding: Finding) -> bool:
    """Whether a finding is known to be the failure that a bucket of its argument holds."""
    symptom = _symptom(engine, case, finding)
    same = [key for key in tally.buckets if key.cause == finding.bucket.cause]
    return bool(symptom) and any(tally.symptoms[key] == symptom for key in same)


def _is_full(tally: Collected, key: BucketKey) -> bool:
    """Whether enough failures of one operation and argument have buckets."""
    return sum(one.cause == key.cause for one in tally.buckets) >= _SAME_CAUSE


def _next(tally: Collected, raw: BucketKey) -> BucketKey:
    """The key of another bucket of this kind."""
    held = [key.ordinal for key in tally.buckets if replace(key, ordinal=1) == raw]
    return replace(raw, ordinal=max(held, default=0) + 1)


def _symptom(engine: Engine, case: Case, finding: Finding) -> str:
    try:
        return symptom_of(engine, case, finding)
    except Exception:  # noqa: BLE001  whatever goes wrong there, it cannot be told
        return ""


def _witnesses(engine: Engine, tally: Collected, case: Case) -> tuple[Witnesses, ...]:
    try:
        return witnesses_of(engine, case)
    except Exception as error:  # noqa: BLE001  whatever goes wrong there, the finding is kept
        tally.notes[f"witnesses not asked: {type(error).__name__}"] += 1
        return ()


def _reduced(
    engine: Engine,
    options: CampaignOptions,
    tally: Collected,
    case: Case,
    finding: Finding,
    way: Way | None,
) -> Reduced:
    """The smallest case, and what all checks together say about it.

    The case itself, and a note, where the reduction fails: that never loses the finding.
    """
    walks = finding.blame.operation == ACCUMULATION
    if walks and len(case.graph.operations) > _IRREDUCIBLE:
        return Reduced(case, finding, 0)
    try:
        reduced = reduce(engine, case, finding, options.timeout, way)
        final = verify_case(engine, reduced.case, timeout=options.timeout)
    except Exception as error:  # noqa: BLE001  whatever goes wrong there, the finding is kept
        tally.notes[f"not minimised, since the reduction failed: {type(error).__name__}"] += 1
        return Reduced(case, finding, 0)
    place = finding.blame.operation, finding.blame.argument
    same = [
        one
        for one in final.findings
        if (one.blame.operation, one.blame.argument) == place
        and way in (None, way_of(reduced.case, one))
    ]
    return replace(reduced, finding=same[0] if same else reduced.finding)
