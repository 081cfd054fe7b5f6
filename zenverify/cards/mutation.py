"""How many planted faults the checks find: what a pass is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from zenverify.cards.card import MutationScore, Survivor
from zenverify.engines.protocol import Engine, Mutable, Mutant
from zenverify.graph.case import Case
from zenverify.verification.events import Finding
from zenverify.verification.verdict import Verdict
from zenverify.verification.verify import verify_case

_WHOLE_OPERATION = frozenset({Verdict.CRASH, Verdict.STRUCTURE, Verdict.TIMEOUT})
"""Verdicts that blame an operation without saying which of its arguments is wrong."""


def mutation_score(engine: Engine, operator: str, cases: Sequence[Case]) -> MutationScore | None:
    """Plant every fault there is into an operation's rule, and see which the checks find.

    Parameters
    ----------
    engine
        The engine under test.
    operator
        The operation.
    cases
        What the faulty engine is verified on, one after the other, until the fault is found.

    Returns
    -------
    MutationScore or None
        None if the engine does not let its rules be replaced.
    """
    mutants = engine.mutants(operator) if isinstance(engine, Mutable) else ()
    if not mutants:
        return None
    harmless = blamed = 0
    survivors: list[Survivor] = []
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for mutant in mutants:
        finding = _hunt(engine, operator, mutant, cases)
        if finding is None and not mutant.has_differed():
            harmless += 1
            continue
        every[mutant.kind] += 1
        if finding is None:
            survivors.append(Survivor(mutant.name, mutant.kind, mutant.argument))
            continue
        found[mutant.kind] += 1
        blamed += _is_blamed(finding, operator, mutant)
    return MutationScore(
        planted=len(mutants),
        harmless=harmless,
        found=found.total(),
        blamed=blamed,
        survivors=tuple(survivors),
        by_kind=tuple((kind, found[kind], count) for kind, count in every.items()),
    )


def _hunt(engine: Engine, operator: str, mutant: Mutant, cases: Sequence[Case]) -> Finding | None:
    """The first finding that the fault leads to; the best blamed one of that case."""
    with mutant.plant():
        for case in cases:
            # The difference is a third opinion on who is wrong, and here it is known.
            result = verify_case(engine, case, difference=False)
            failures = [one for one in result.findings if one.verdict.is_failure]
            if failures:
                return max(failures, key=lambda one: _is_blamed(one, operator, mutant))
    return None


def _is_blamed(finding: Finding, operator: str, mutant: Mutant) -> bool:
    blame = finding.blame
    if blame.operation != operator:
        return False
    whole = blame.argument is None and finding.verdict in _WHOLE_OPERATION
    return whole or mutant.argument is None or blame.argument == mutant.argument
