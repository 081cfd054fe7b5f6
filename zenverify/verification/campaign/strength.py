"""What it means that nothing was found: the faults that the same graphs would have exposed."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from zenverify.engines.protocol import Engine
from zenverify.faults.catalogue import TRAVERSAL, Fault, faults_of, takes_faults
from zenverify.graph.case import Case
from zenverify.verification import trace
from zenverify.verification.campaign.coverage import elements_of
from zenverify.verification.campaign.hunt import Hunt, hunt
from zenverify.verification.checks.local import LocalCheck
from zenverify.verification.events import ClassStrength, OperationStrength, StrengthMeasured
from zenverify.verification.trace import TIMEOUT, EngineFault

_MOST_VERIFIED = 40
"""Cases on which a fault makes a difference, and which are verified, before it counts as missed."""

_MOST_OF_WALK = 3_000
"""Cases that faults of the traversal are hunted in: each of them concerns every case."""

Told = Callable[[int, int], None]


def strength_of(
    engine: Engine,
    operations: Sequence[str],
    cases: Iterable[Case],
    timeout: float = TIMEOUT,
    told: Told | None = None,
) -> StrengthMeasured:
    """Measure what the graphs of a clean run were worth.

    Each fault of the engine's catalogue is planted, and those of the graphs that contain its
    operation are verified, from the smallest to the largest, until it is found. Of the graphs on
    which it makes a difference, 40 are verified; where that is not enough, it counts as missed.

    Parameters
    ----------
    engine
        The engine; a right one, as far as the run could tell.
    operations
        What the graphs were drawn from.
    cases
        All cases of the run.
    timeout
        Seconds that one pass of the engine may take.
    told
        Called with the number of faults that are done, and of all.
    """
    start = time.monotonic()
    held = list(cases)
    exercised = _exercised(engine, held, timeout)
    classes: dict[str, Counter[str]] = defaultdict(Counter)
    faults = _faults(engine, operations)
    total, done = sum(map(len, faults.values())), 0
    measured = []
    for operation, planted in faults.items():
        ordered = _ordered(operation, held)
        names: dict[str, list[str]] = defaultdict(list)
        for fault in planted:
            outcome = _outcome(
                hunt(engine, operation, fault.mutant, ordered, _MOST_VERIFIED, timeout)
            )
            names[outcome].append(fault.name)
            classes[fault.mutant.kind][outcome] += 1
            done += 1
            if told is not None:
                told(done, total)
        measured.append(
            OperationStrength(
                operation=operation,
                elements=dict(exercised[operation]),
                planted=len(planted),
                exposed=len(names["exposed"]),
                missed=tuple(names["missed"]),
                untouched=tuple(names["untouched"]),
            )
        )
    return StrengthMeasured(
        operations=tuple(measured),
        classes=tuple(
            ClassStrength(
                kind, counts.total(), counts["exposed"], counts["missed"], counts["untouched"]
            )
            for kind, counts in sorted(classes.items())
        ),
        cases=len(held),
        seconds=time.monotonic() - start,
    )


def _faults(engine: Engine, operations: Sequence[str]) -> dict[str, list[Fault]]:
    """By operation; empty lists for an engine that no fault can be planted into."""
    if not takes_faults(engine):
        return {operation: [] for operation in operations}
    places = [*operations, *TRAVERSAL]
    return {operation: list(faults_of(engine, [operation])) for operation in places}


def _exercised(engine: Engine, cases: Iterable[Case], timeout: float) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        for operator, condition, count in elements_of(case, list(_kinked(engine, case, timeout))):
            found[operator][condition] += count
    return found


def _kinked(engine: Engine, case: Case, timeout: float) -> Iterator[int]:
    """The operations of a case that lie at a kink."""
    if not case.graph.kinking:
        return
    try:
        run = trace.forward(engine, case, timeout)
    except EngineFault:  # of an operator that the engine lacks
        return
    check = LocalCheck(case.graph, run.values, engine.conventions)
    yield from (position for position in case.graph.kinking if check.kinked(position))


def _ordered(operation: str, cases: Sequence[Case]) -> list[Case]:
    """The cases that a fault of an operation can show in, the cheapest first."""
    if operation in TRAVERSAL:
        return list(cases[:_MOST_OF_WALK])
    return sorted(
        (case for case in cases if operation in case.graph.operators),
        key=lambda case: len(case.graph.nodes),
    )


def _outcome(found: Hunt) -> str:
    if found.finding is not None:
        return "exposed"
    return "missed" if found.differed else "untouched"
