"""Verifying cases until a planted fault is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zenverify.engines.protocol import ACCUMULATION, BROADCASTING, Engine, Mutant
from zenverify.graph.case import Case
from zenverify.operators import catalogue
from zenverify.verification import trace
from zenverify.verification.checks.structure import read_gradients
from zenverify.verification.events import Finding
from zenverify.verification.trace import TIMEOUT, EngineFault
from zenverify.verification.verdict import Blame, Verdict
from zenverify.verification.verify import verify_case

_WHOLE_OPERATION = frozenset({Verdict.CRASH, Verdict.STRUCTURE, Verdict.TIMEOUT})
"""Verdicts that blame an operation without saying which of its arguments is wrong."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of one planted fault.

    Attributes
    ----------
    finding
        The first finding that it led to, the best blamed one of that case; None if none.
    blamed
        Whether that finding names the fault's place.
    differed
        Whether the fault ever made a difference. If not, there was none to find.
    verified
        How many cases were verified.
    case
        The case that showed it, None if none did.
    position
        How many cases came before that one, or how many there were.
    """

    finding: Finding | None
    blamed: bool
    differed: bool
    verified: int
    case: Case | None
    position: int


def hunt(
    engine: Engine,
    operation: str,
    mutant: Mutant,
    cases: Iterable[Case],
    most: int | None = None,
    timeout: float = TIMEOUT,
    probed: Callable[[Case], bool] = lambda _: True,
) -> Hunt:
    """Verify cases on the engine with a fault, until it is found.

    A case on which the fault has made no difference yet is only run, not verified.

    Parameters
    ----------
    engine
        The engine, without the fault.
    operation
        The operation whose rule is wrong, `ACCUMULATION` or `BROADCASTING`.
    mutant
        The fault.
    cases
        What to verify.
    most
        How many cases to verify at most; all by default.
    timeout
        Seconds that one pass of the engine may take.
    probed
        Whether a case gets probes; each does by default.
    """
    verified, position = 0, -1
    with mutant.plant():
        for position, case in enumerate(cases):
            if most is not None and verified >= most:
                break
            if not _differs(engine, mutant, case, timeout):
                continue
            verified += 1
            # The difference is a third opinion on who is wrong, and here it is known.
            result = verify_case(
                engine, case, difference=False, probed=probed(case), timeout=timeout
            )
            failures = [one for one in result.findings if one.verdict.is_failure]
            if failures:
                best = max(failures, key=lambda one: is_blamed(one, operation, mutant.argument))
                rightly = is_blamed(best, operation, mutant.argument)
                return Hunt(best, rightly, True, verified, case, position)
    return Hunt(None, False, mutant.has_differed(), verified, None, position + 1)


def _differs(engine: Engine, mutant: Mutant, case: Case, timeout: float) -> bool:
    """Whether the fault has made a difference, to this case or to one before."""
    if mutant.has_differed():
        return True
    try:
        run = trace.forward(engine, case, timeout)
        for _ in range(2):  # some faults show in a second call
            seeds = trace.copied(case.seeds)
            trace.backward_from(engine, case.graph, run.handles, seeds, timeout)
        read_gradients(engine, case.graph, run, timeout)
    except EngineFault:
        return True
    return mutant.has_differed()


def is_blamed(finding: Finding, operation: str, argument: int | None) -> bool:
    """Whether a finding names the place of a planted fault."""
    blame = finding.blame
    if operation == BROADCASTING:
        return _is_broadcast(blame)
    if operation == ACCUMULATION:
        # Both edges of a repeated operand are of one operation: seen alone, it is that one's fault.
        return blame.operation == ACCUMULATION or blame.condition == "repeated operand"
    if blame.operation != operation:
        return False
    whole = blame.argument is None and finding.verdict in _WHOLE_OPERATION
    return whole or argument is None or blame.argument == argument


def _is_broadcast(blame: Blame) -> bool:
    """Whether an operation is blamed that broadcasts its operands."""
    if blame.operation == ACCUMULATION:
        return False
    return catalogue.get(blame.operation).broadcasts
