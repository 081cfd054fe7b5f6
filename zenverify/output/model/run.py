"""The plain model of a run, and its collector from events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zenverify.graph.case import Case
from zenverify.output.model.commands import run_command
from zenverify.verification.campaign.headlines import headline_of
from zenverify.verification.campaign.tally import Tally
from zenverify.verification.events import (
    Bucket,
    CaseVerified,
    Cause,
    Event,
    FailureFound,
    FailureMinimised,
    Finding,
    Planted,
    RunFinished,
    RunStarted,
    StrengthMeasured,
    Unseen,
)
from zenverify.verification.verdict import BucketKey, Verdict, Witnesses


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One bucket of failures, shown by its smallest case so far.

    Attributes
    ----------
    bucket
        The bucket's key.
    finding, case
        What is wrong, in the case that shows it.
    first_number
        The number of the graph that showed it first.
    witnesses
        The three answers for every element of every node; before the case is minimised, those of
        the finding.
    operations_before
        The operations of the first case, None before it is minimised.
    count
        How many graphs showed it, None while the run goes on.
    path
        The corpus entry, None if there is none.
    known
        Why it is accepted, if it was recorded as a known failure; empty otherwise.
    """

    bucket: BucketKey
    finding: Finding
    case: Case
    first_number: int
    witnesses: tuple[Witnesses, ...]
    operations_before: int | None = None
    count: int | None = None
    path: str | None = None
    known: str = ""


@dataclass(frozen=True, slots=True)
class CauseOfFindings:
    """One thing to mend, with everything that it made wrong.

    Attributes
    ----------
    headline, verdict, place, operations
        As in `zenverify.verification.events.Cause`.
    findings
        Its discrepancies, the one first that shows it best.
    """

    headline: str
    verdict: Verdict
    place: str
    operations: tuple[str, ...]
    findings: tuple[Discrepancy, ...]

    @property
    def new(self) -> tuple[Discrepancy, ...]:
        """Those that were not recorded before."""
        return tuple(one for one in self.findings if not one.known)

    @property
    def says_more(self) -> bool:
        """Whether the headline says more than the finding that shows the cause best.

        It does not of that one alone, nor of one operation where no number is wrong: there the
        finding's message says what happens.
        """
        first = self.findings[0]
        if self.place != first.bucket.operation:
            return True
        alone = len(self.findings) == 1
        return not alone and bool(first.finding.witnesses or len(self.operations) > 1)


@dataclass(frozen=True, slots=True)
class RunModel:
    """Everything that there is to show of a run.

    Attributes
    ----------
    engine_spec
        What ``--engine`` was given.
    command
        The command line that verifies the same graphs again.
    worst_units
        The largest residual that was measured, in units of u * S; zero if none was.
    coverage
        Per operator and condition, how often a case exercised it.
    accuracy
        Per operator, the largest error that passed of its ``"value"`` and of its ``"gradient"``, in
        units of u * S.
    notes
        Per kind of note, how often it was made.
    causes
        Each discrepancy under what one has to mend; while the run goes on, each by itself.
    not_looked_at
        What a clean run says nothing about; known at its end.
    gone
        Recorded failures that did not come up.
    stop_reason, exit_code, seconds
        As in `RunFinished`; None while the run goes on.
    planted
        The fault that was planted on purpose, None as a rule.
    strength
        What the graphs would have exposed, None if that was not measured.
    directory
        The folder that the run was started in; None where what is written must not tell.
    """

    engine: str
    engine_version: str
    engine_spec: str
    zenverify_version: str
    seed: int
    command: str
    operators: tuple[str, ...]
    cases: int
    nodes: int
    elements: int
    worst_units: float
    differenced: int
    verdicts: dict[str, int] = field(hash=False)
    coverage: dict[str, dict[str, int]] = field(hash=False)
    accuracy: dict[str, dict[str, float]] = field(hash=False)
    notes: dict[str, int] = field(hash=False)
    unsupported: tuple[str, ...]
    discrepancies: tuple[Discrepancy, ...]
    causes: tuple[CauseOfFindings, ...] = ()
    stop_reason: str | None = None
    exit_code: int | None = None
    seconds: float | None = None
    planted: Planted | None = None
    strength: StrengthMeasured | None = None
    gone: tuple[str, ...] = ()
    not_looked_at: tuple[Unseen, ...] = ()
    directory: Path | None = None

    @property
    def is_finished(self) -> bool:
        return self.stop_reason is not None

    @property
    def new(self) -> tuple[Discrepancy, ...]:
        """The discrepancies that were not recorded before."""
        return tuple(one for one in self.discrepancies if not one.known)


class Collector:
    """Gathers a run's events; a half-finished run has a model too.

    Parameters
    ----------
    engine_spec
        What ``--engine`` was given; the engine's name if empty.
    restrictions
        The flags that repeat the run, except engine, seed and number of graphs.
    directory
        The folder that the run was started in; None where what is written must not tell.
    reproducible
        Whether to leave out what differs between two runs of the same graphs: time, and place.
    """

    def __init__(
        self,
        engine_spec: str = "",
        restrictions: Sequence[str] = (),
        directory: Path | None = None,
        *,
        reproducible: bool = False,
    ) -> None:
        self._engine_spec = engine_spec
        self._reproducible = reproducible
        self._directory = None if reproducible else directory
        self._restrictions = tuple(restrictions)
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._tally = Tally()
        self._discrepancies: dict[BucketKey, Discrepancy] = {}
        self._latest: Discrepancy | None = None
        self._strength: StrengthMeasured | None = None

    def add(self, event: Event) -> None:
        """Take in the run's next event."""
        match event:
            case RunStarted():
                self._started = event
            case CaseVerified():
                self._latest = None  # of a known bucket, or it would have been minimised
                self._tally.add(event)
            case FailureFound():
                self._latest = Discrepancy(
                    event.bucket,
                    event.finding,
                    event.case,
                    event.number,
                    event.finding.witnesses,
                )
            case FailureMinimised():
                self._minimise(event)
            case RunFinished():
                self._finished = event
                self._latest = None
                closed = [self._closed(bucket, event.known) for bucket in event.buckets]
                self._discrepancies = {one.bucket: one for one in closed}
            case StrengthMeasured():
                self._strength = event

    def _minimise(self, event: FailureMinimised) -> None:
        # The smaller case can tell the cause better than the first one did: another bucket.
        found, self._latest = self._latest, None
        if found is None:
            raise ValueError("FailureMinimised comes after FailureFound; no such event is open")
        self._discrepancies[event.bucket] = replace(
            found,
            bucket=event.bucket,
            finding=event.finding,
            case=event.case,
            witnesses=event.witnesses,
            operations_before=event.operations_before,
            path=event.path,
        )

    def _open(self) -> Iterator[Discrepancy]:
        """The failure that is being minimised; what a bucket holds already it never replaces."""
        if self._latest is not None and self._latest.bucket not in self._discrepancies:
            yield self._latest

    def _closed(self, bucket: Bucket, known_failures: Mapping[BucketKey, str]) -> Discrepancy:
        known = self._discrepancies.get(bucket.key) or Discrepancy(
            bucket.key, bucket.finding, bucket.case, bucket.first_number, bucket.finding.witnesses
        )
        return replace(
            known,
            first_number=bucket.first_number,
            count=bucket.count,
            path=bucket.path or known.path,
            known=known_failures.get(bucket.key, ""),
        )

    def model(self) -> RunModel:
        """The report as far as the run has come.

        Raises
        ------
        ValueError
            If no `RunStarted` has been added.
        """
        if self._started is None:
            raise ValueError("a report begins with RunStarted; no such event has been added")
        start, end = self._started, self._finished
        count = end or self._tally
        spec = self._engine_spec or start.engine
        discrepancies = (*self._discrepancies.values(), *self._open())
        return RunModel(
            engine=start.engine,
            engine_version=start.engine_version,
            engine_spec=spec,
            zenverify_version=start.zenverify_version,
            seed=start.seed,
            command=run_command(spec, start.seed, count.cases, self._restrictions),
            operators=start.operators,
            cases=count.cases,
            nodes=count.nodes,
            elements=count.elements,
            worst_units=count.worst_units,
            differenced=count.differenced,
            verdicts=dict(count.verdicts),
            coverage={name: dict(row) for name, row in count.coverage.items()},
            accuracy={name: dict(row) for name, row in self._tally.accuracy.items()},
            notes=dict(count.notes),
            unsupported=end.unsupported if end else (),
            discrepancies=discrepancies,
            causes=tuple(_causes(discrepancies, end.causes if end else ())),
            stop_reason=end.stop_reason if end else None,
            exit_code=end.exit_code if end else None,
            seconds=end.seconds if end and not self._reproducible else None,
            planted=start.planted,
            strength=self._strength,
            gone=end.gone if end else (),
            not_looked_at=end.not_looked_at if end else (),
            directory=self._directory,
        )


def _causes(
    discrepancies: Sequence[Discrepancy], causes: Sequence[Cause]
) -> Iterator[CauseOfFindings]:
    """The causes that a run ended with; each discrepancy that has none is its own."""
    left = {one.bucket: one for one in discrepancies}
    for cause in causes:
        found = tuple(left.pop(key) for key in cause.findings if key in left)
        if found:
            yield CauseOfFindings(
                cause.headline, cause.verdict, cause.place, cause.operations, found
            )
    for one in left.values():
        key = one.bucket
        yield CauseOfFindings(
            headline_of([key]), key.verdict, key.operation, (key.operation,), (one,)
        )
