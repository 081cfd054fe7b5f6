"""From buckets to causes: what one line to mend made wrong stands under one headline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zenverify.engines.protocol import Engine
from zenverify.operators import catalogue
from zenverify.verification.campaign.headlines import headline_of
from zenverify.verification.campaign.traits import (
    Failing,
    failing_traits,
    goes_without,
)
from zenverify.verification.events import Bucket, Cause
from zenverify.verification.examination import gravity
from zenverify.verification.trace import limited
from zenverify.verification.verdict import ACCUMULATION, Verdict

_OWN_CONDITIONS = frozenset({"kink", "broadcast", "masked", "repeated operand"})
"""Conditions that tell one fault of a rule from another; the others tell where it shows."""

_OF_THE_WHOLE = frozenset({Verdict.CRASH, Verdict.TIMEOUT, Verdict.STRUCTURE})
"""Verdicts that are not about a number."""


def causes_of(engine: Engine, buckets: Sequence[Bucket], timeout: float) -> tuple[Cause, ...]:
    """Sort a run's buckets by what caused them.

    Parameters
    ----------
    engine
        The engine, which is asked again what its walk gets wrong.
    buckets
        Failures, each with its smallest case.
    timeout
        Seconds that one pass of the engine may take.

    Returns
    -------
    tuple of Cause
        Each bucket belongs to one. The walk's come first: what they made wrong may hide more.
    """
    failures = [one for one in buckets if one.finding.verdict.is_failure]
    if not failures:
        return ()
    with limited(timeout):
        walks, rest = _of_the_walk(engine, failures, timeout)
    return (*walks, *_of_operations(rest))


def _of_the_walk(
    engine: Engine, buckets: Sequence[Bucket], timeout: float
) -> tuple[list[Cause], list[Bucket]]:
    """The walk's causes, and the buckets that they do not explain."""
    failing = list(failing_traits(engine, timeout)) if _may_be_walk(buckets) else []
    explained: dict[int, list[Bucket]] = {}
    rest = []
    for bucket in buckets:
        place = _explaining(engine, failing, bucket, timeout)
        if place is None:
            rest.append(bucket)
        else:
            explained.setdefault(place, []).append(bucket)
    causes = []
    for places in _alike(failing, explained):
        found = [bucket for place in places for bucket in explained[place]]
        causes.append(_walk_cause([failing[place] for place in places], found))
    return causes, rest


def _may_be_walk(buckets: Sequence[Bucket]) -> bool:
    """Whether the walk is blamed already, or more than one operation is."""
    places = {bucket.key.operation for bucket in buckets}
    return len(places) > 1 or ACCUMULATION in places


def _explaining(
    engine: Engine, failing: Sequence[Failing], bucket: Bucket, timeout: float
) -> int | None:
    """The first trait without which a bucket's smallest case is right; None if there is none."""
    for place, one in enumerate(failing):
        try:
            if goes_without(engine, one.trait, bucket.case, bucket.finding, timeout):
                return place
        except Exception:  # noqa: BLE001, S112  a case that cannot be changed stays as it is
            continue
    return None


def _alike(failing: Sequence[Failing], explained: Iterable[int]) -> list[list[int]]:
    """The places of traits, those together that the walk gets wrong in one and the same way."""
    unsummed = [place for place in sorted(explained) if failing[place].unsummed]
    others = [[place] for place in sorted(explained) if not failing[place].unsummed]
    return [*([unsummed] if unsummed else []), *others]


def _walk_cause(failing: Sequence[Failing], buckets: Sequence[Bucket]) -> Cause:
    trait = failing[0].trait
    ordered = sorted(buckets, key=lambda one: (gravity(one.finding), -one.count))
    operations = sorted(
        {name for one in failing for name in one.operations}
        | {b.key.operation for b in buckets if b.key.operation in catalogue.names()}
    )
    where = " or ".join(one.trait.name for one in failing)
    headline = f"the walk over the graph: {trait.wrong}"
    if trait.place != ACCUMULATION:
        headline += f", where {where}"
    return _cause(headline, trait.place, operations, ordered)


def _of_operations(buckets: Sequence[Bucket]) -> Iterator[Cause]:
    """The causes of what no trait explains."""
    groups: dict[tuple[object, ...], list[Bucket]] = {}
    plain = {
        (b.key.operation, b.key.during)
        for b in buckets
        if b.key.verdict not in _OF_THE_WHOLE and b.key.condition not in _OWN_CONDITIONS
    }
    for bucket in buckets:
        key = bucket.key
        groups.setdefault(_family(bucket, (key.operation, key.during) in plain), []).append(bucket)
    ordered = sorted(groups.values(), key=lambda group: min(gravity(b.finding) for b in group))
    for group in ordered:
        found = sorted(group, key=_significance)
        operations = list(dict.fromkeys(b.key.operation for b in found))
        yield _cause(headline_of([b.key for b in found]), found[0].key.operation, operations, found)


def _family(bucket: Bucket, is_plain: bool) -> tuple[object, ...]:
    """What buckets of one cause have in common."""
    key = bucket.key
    if key.verdict is Verdict.CRASH and key.function:
        return key.verdict, key.exception, key.function
    if key.verdict in _OF_THE_WHOLE or key.operation == ACCUMULATION:
        return key.verdict, key.operation, key.during, key.exception, key.function
    own = key.condition in _OWN_CONDITIONS and not is_plain
    return "number", key.operation, key.during, key.condition if own else ""


def _significance(bucket: Bucket) -> tuple[bool, int, int, str]:
    """The clearest first: what always shows, the gravest, the most often seen."""
    key = bucket.key
    return key.condition != "always", gravity(bucket.finding), -bucket.count, str(key)


def _cause(
    headline: str, place: str, operations: Sequence[str], buckets: Sequence[Bucket]
) -> Cause:
    return Cause(
        headline=headline,
        verdict=min((b.finding for b in buckets), key=gravity).verdict,
        place=place,
        operations=tuple(operations),
        findings=tuple(b.key for b in buckets),
    )
