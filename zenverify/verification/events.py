"""Everything that a run does, as frozen dataclasses; progress bar, report and exit code read them.

A run yields `RunStarted`, then for each case `CaseVerified`, and ends with `RunFinished`, which
`StrengthMeasured` may follow. A failure
of a kind not seen before is told by `FailureFound`, and then by `FailureMinimised`, unless the
smaller case shows that it is of a known bucket.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zenverify.graph.case import Case
from zenverify.verification.verdict import Blame, BucketKey, Frame, Pass, Verdict, Witnesses


@dataclass(frozen=True, slots=True)
class Finding:
    """One discrepancy in one case.

    Attributes
    ----------
    verdict, blame
        What is wrong, and where.
    check
        Which check saw it: ``"structure"``, ``"forward"``, ``"local adjoint"``, ``"probes"``,
        ``"whole graph, symbolic"``, ``"whole graph, difference"``, ``"cost"``.
    message
        One sentence for the reader, complete without the rest.
    witnesses
        The worst elements, at most a handful; empty for structural findings.
    during
        The pass that it is about.
    exception, function
        What the engine raised, and the innermost of its own functions that it went through, as in
        `BucketKey`; empty where it raised nothing.
    traceback
        The lines that the error went through, from the engine's first own one on, the innermost
        last; empty where it went through none.
    """

    verdict: Verdict
    blame: Blame
    check: str
    message: str
    witnesses: tuple[Witnesses, ...] = ()
    during: Pass = Pass.REVERSE
    exception: str = ""
    function: str = ""
    traceback: tuple[Frame, ...] = ()

    @property
    def raised_at(self) -> Frame | None:
        """The innermost line of the engine's own that an error went through."""
        own = [frame for frame in self.traceback if frame.function == self.function]
        return own[-1] if own else None

    @property
    def bucket(self) -> BucketKey:
        """What it has in common with other findings of the same cause."""
        blame = self.blame
        return BucketKey(
            self.verdict,
            blame.operation,
            blame.argument,
            blame.condition,
            self.during,
            self.exception,
            self.function,
        )


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault that was planted on purpose, and the truth about it.

    Attributes
    ----------
    name
        Its name in the catalogue of faults.
    kind
        Its class.
    what
        What is wrong, in a few words.
    operation, argument
        Where it sits.
    """

    name: str
    kind: str
    what: str
    operation: str
    argument: int | None

    def __str__(self) -> str:
        return f"{self.name} ({self.what})"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The beginning of a run: what is verified, and what the graphs are drawn from.

    ``planted`` is the fault that was planted into the engine on purpose, None as a rule.
    """

    engine: str
    engine_version: str
    zenverify_version: str
    seed: int
    operators: tuple[str, ...]
    planted: Planted | None = None


@dataclass(frozen=True, slots=True)
class CaseVerified:
    """One case was verified.

    ``coverage`` counts, per ``(operator, condition)``, how often this case exercised it.
    ``notes`` are worth saying and no failure, e.g. why a difference was unreliable.
    ``differenced`` says whether differences were asked.
    ``accuracy`` has per operation and ``"value"`` or ``"gradient"`` the largest error that passed,
    in units of u * S.
    """

    number: int
    verdict: Verdict
    operations: int
    nodes: int
    elements: int
    sampled: str
    coverage: tuple[tuple[str, str, int], ...]
    worst_units: float
    notes: tuple[str, ...] = ()
    differenced: bool = True
    accuracy: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FailureFound:
    """The first case of a bucket that was not known before."""

    bucket: BucketKey
    number: int
    finding: Finding
    case: Case


@dataclass(frozen=True, slots=True)
class FailureMinimised:
    """The smallest case found for a bucket, with everything a report needs to show it.

    ``witnesses`` holds the three answers for every element of every node of the small case.
    ``path`` is the corpus entry that was written, None when the run keeps no corpus.
    """

    bucket: BucketKey
    finding: Finding
    case: Case
    operations_before: int
    evaluations: int
    witnesses: tuple[Witnesses, ...]
    path: str | None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Failures with one cause: everything that `BucketKey` names is the same."""

    key: BucketKey
    finding: Finding
    case: Case
    count: int
    first_number: int
    path: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing to mend, and everything that it made wrong.

    Attributes
    ----------
    headline
        What is wrong, in one sentence without numbers.
    verdict
        The gravest of its findings'.
    place
        The operation to look at; `ACCUMULATION` or `BROADCASTING` where it is the walk.
    operations
        The operations that show it.
    findings
        The keys of its buckets, the one first that shows it best.
    """

    headline: str
    verdict: Verdict
    place: str
    operations: tuple[str, ...]
    findings: tuple[BucketKey, ...]


REFUSED, LACKING = "refused", "lacking"
"""Kinds of `Unseen`: an operation of which every call was refused, those that an engine lacks."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that a run did not look at.

    Attributes
    ----------
    kind
        `REFUSED`, `LACKING`, ``"calls"`` of which some were refused, ``"never called"``,
        ``"attribute"``; ``"cost"``, ``"second pass"``, ``"dtype"``, ``"shape"``, ``"roots"`` or
        ``"probes"`` where the engine does not let anybody look; ``"difference"`` and
        ``"undecided"`` where a witness had no answer.
    text
        What it is, for a reader.
    operations
        The operations that it is about; empty where it is about the engine.
    """

    kind: str
    text: str
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The end of a run.

    ``stop_reason`` is ``"finished"``, ``"budget"``, ``"interrupted"``, ``"found"`` where a fault
    was planted and has been found, ``"hanging"`` where the engine no longer returned in time, or
    ``"limits"`` where nothing that can be drawn is within the engine's limits.
    ``exit_code``: 0 clean, 1 discrepancies, 2 nothing was tested, 130 interrupted.
    ``known`` says of each bucket that was recorded before why it is accepted; ``gone`` lists the
    recorded ones that did not come up. ``causes`` sorts the buckets by what one has to mend.
    ``differenced`` counts the graphs held against differences; ``not_looked_at`` says what a
    clean run says nothing about.
    """

    stop_reason: str
    exit_code: int
    cases: int
    nodes: int
    elements: int
    seconds: float
    seed: int
    buckets: tuple[Bucket, ...]
    coverage: dict[str, dict[str, int]] = field(hash=False)
    verdicts: dict[str, int] = field(hash=False)
    unsupported: tuple[str, ...]
    worst_units: float
    differenced: int = 0
    notes: dict[str, int] = field(default_factory=dict, hash=False)
    known: dict[BucketKey, str] = field(default_factory=dict, hash=False)
    gone: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    not_looked_at: tuple[Unseen, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationStrength:
    """What the graphs of a run would have exposed in one operation, or in the traversal.

    Attributes
    ----------
    operation
        Its name; see `zenverify.faults.catalogue` for those of the traversal.
    elements
        Per condition, how many elements were exercised.
    planted
        How many faults of the catalogue it has.
    exposed
        How many of them these graphs expose.
    missed
        The names of those that made a difference and were not noticed.
    untouched
        The names of those that made no difference in any of these graphs.
    """

    operation: str
    elements: dict[str, int] = field(hash=False)
    planted: int
    exposed: int
    missed: tuple[str, ...]
    untouched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassStrength:
    """The same of one class of faults, over all operations."""

    kind: str
    planted: int
    exposed: int
    missed: int
    untouched: int


@dataclass(frozen=True, slots=True)
class StrengthMeasured:
    """What it means that a run found nothing; comes after `RunFinished`, if asked for."""

    operations: tuple[OperationStrength, ...]
    classes: tuple[ClassStrength, ...]
    cases: int
    seconds: float

    @property
    def planted(self) -> int:
        """How many faults were planted."""
        return sum(one.planted for one in self.operations)

    @property
    def exposed(self) -> int:
        """How many of them the graphs expose."""
        return sum(one.exposed for one in self.operations)

    @property
    def missed(self) -> tuple[str, ...]:
        """The names of those that made a difference and were not noticed."""
        return tuple(name for one in self.operations for name in one.missed)

    @property
    def untouched(self) -> tuple[str, ...]:
        """The names of those that made no difference in any of the graphs."""
        return tuple(name for one in self.operations for name in one.untouched)


Event = RunStarted | CaseVerified | FailureFound | FailureMinimised | RunFinished | StrengthMeasured


def kind_of_note(note: str) -> str:
    """What notes are counted by: the note without the numbers of its case."""
    return note.split(": at ")[0]
