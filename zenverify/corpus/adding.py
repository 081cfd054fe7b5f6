"""Entries that an engine's answer makes: of a case, of a smaller one, of a baseline's failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from zenverify.corpus.baseline import Baseline, KnownFailure
from zenverify.corpus.entry import Entry, EntryStatus
from zenverify.corpus.writing import entry_of
from zenverify.engines.protocol import Engine
from zenverify.graph.case import Case
from zenverify.verification.events import Bucket, Finding
from zenverify.verification.verdict import ACCUMULATION, BucketKey
from zenverify.verification.verify import verify_case


def gravest(engine: Engine, case: Case, like: BucketKey | None = None) -> Finding | None:
    """What an engine gets wrong in a case: what is like a bucket, else the gravest; or None."""
    result = verify_case(engine, case)
    failures = [one for one in result.findings if one.verdict.is_failure]
    same = [one for one in failures if like is not None and one.bucket.cause == like.cause]
    grave = [one for one in failures if one.verdict is result.verdict]
    return next(iter([*same, *grave]), None)


def entry_of_case(engine: Engine, label: str, case: Case) -> Entry | None:
    """An entry of what an engine gets wrong in a case; None where it gets nothing wrong."""
    finding = gravest(engine, case)
    return None if finding is None else entry_of(label, finding, case)


def minimised(engine: Engine, entry: Entry) -> Entry | None:
    """The smallest case found on which the same is wrong; None where nothing is wrong now.

    What people said of it is kept.
    """
    from zenverify.verification.campaign.reduce import reduce  # it draws, and loads Hypothesis

    finding = gravest(engine, entry.case, entry.bucket)
    if finding is None:
        return None
    reduced = reduce(engine, entry.case, finding)
    small = entry_of(entry.engine, reduced.finding, reduced.case)
    return replace(
        small, status=entry.status, reason=entry.reason, note=entry.note, link=entry.link
    )


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of a baseline.

    Attributes
    ----------
    entries
        Open entries, one for each bucket that was met and that it records.
    unmet
        What it records and what did not come up.
    """

    entries: tuple[Entry, ...]
    unmet: tuple[KnownFailure, ...]


def operations_of(baseline: Baseline, engine: Engine) -> tuple[str, ...]:
    """The operations that a run has to draw to meet what a baseline records."""
    named = {one.operation for one in baseline.failures}
    offered = sorted(engine.operators)
    return tuple(offered if ACCUMULATION in named else (n for n in offered if n in named))


def migrated(baseline: Baseline, label: str, buckets: Iterable[Bucket], link: str = "") -> Migrated:
    """Open entries of the failures of a run that a baseline records.

    Parameters
    ----------
    baseline
        What is known.
    label
        The engine's name in the corpus.
    buckets
        What a run on the engine found.
    link
        Stands for that of a failure that has none: an open entry has to have one.
    """
    met: set[KnownFailure] = set()
    entries = []
    for bucket in buckets:
        known = baseline.recorded(bucket.key)
        if known is None:
            continue
        met.add(known)
        entry = entry_of(label, bucket.finding, bucket.case)
        entries.append(opened(entry, known.reason, known.link or link))
    return Migrated(tuple(entries), tuple(one for one in baseline.failures if one not in met))


def without_link(baseline: Baseline) -> Iterator[KnownFailure]:
    """The failures that no open entry can be made of, for lack of a link."""
    yield from (one for one in baseline.failures if not one.link.strip())


def opened(entry: Entry, reason: str, link: str) -> Entry:
    """An entry that is known to fail."""
    return replace(entry, status=EntryStatus.OPEN, reason=reason, link=link)


def reopened(
    found: Sequence[Entry], baseline: Baseline, link: str = ""
) -> Iterator[tuple[Entry, Entry]]:
    """Entries that a baseline records, as they are and open."""
    for entry in found:
        known = baseline.recorded(entry.bucket)
        if known is not None and entry.status is EntryStatus.FIXED:
            yield entry, opened(entry, known.reason, known.link or link)
